/**
 * What reductions keep while their loops run: sums, and maxima with their places.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../ir/affine.ts";
import { exprKey, freeAxes } from "../ir/expr.ts";
import { type Axis, type Expr, LANES, type Reduce, type Type, type Value } from "../ir/ir.ts";
import { ScheduleError } from "../schedule/schedule.ts";
import type { Accumulator, Instance, Lowering } from "./lowering.ts";
import { nameAt } from "./names.ts";
import { type Coordinate, keyAt, type Point } from "./points.ts";
import type { Scope } from "./scope.ts";
import { apply } from "./values.ts";

/** Coordinates by name. */
export type Coordinates = ReadonlyMap<string, Coordinate>;

/** A text that is the same for reductions that have one accumulator: a maximum and its place have. */
export function accumulatorKey({ reduction, body }: Reduce, point: Point): string {
  return `${reduction === "sum" ? "sum" : "best"} ${keyAt(body, point)}`;
}

/**
 * The accumulators of reductions by key, with what they begin with.
 *
 * @param across the axis of the reductions that is in lanes.
 */
export function seed(
  instances: readonly Instance[],
  across: Axis | undefined,
  scope: Scope,
  lowering: Lowering,
): Map<string, Accumulator> {
  const accumulators = new Map<string, Accumulator>();
  for (const { node, point } of instances) {
    if (across && node.reduction !== "sum") {
      throw new ScheduleError(
        `${lowering.kernel.name}: a ${node.reduction} cannot be vectorized along its own axis ${across.name}`,
      );
    }
    const seeded = (wish: string, type: Type, from: number) =>
      scope.variable(nameAt(wish, point, scope, lowering.axes), type, from);
    const wish = node.name ?? lowering.purposes.get(exprKey(node));
    const lanes = [...freeAxes(node)].some((axis) => point.get(axis)?.lanes);
    const key = accumulatorKey(node, point);
    let accumulator = accumulators.get(key);
    if (!accumulator) {
      const best = seeded(
        node.reduction === "argmax" ? "best" : wish ?? "sum",
        lanes || across ? "f32x4" : "f32",
        node.reduction === "sum" ? 0 : -Infinity,
      );
      const rest = across && across.extent % LANES > 0 ? seeded(`${wish ?? "sum"}_rest`, "f32", 0) : undefined;
      accumulator = { node, point, best, ...(rest && { rest }) };
      accumulators.set(key, accumulator);
    }
    if (node.reduction === "argmax") accumulator.place ??= seeded(node.name ?? "place", lanes ? "i32x4" : "i32", 0);
    if (!across) {
      scope.keep(keyAt(node, point), node.reduction === "argmax" ? accumulator.place! : accumulator.best);
    }
  }
  return accumulators;
}

/** Adds a term to a sum. */
export function add(
  { best, rest }: Accumulator,
  term: Value,
  copy: Coordinates,
  across: Axis | undefined,
  scope: Scope,
): void {
  const sum = rest && !copy.get(across!.name)!.lanes ? rest : best;
  scope.emit({ kind: "set", name: sum.name, value: apply("add", [sum, term], scope) });
}

/** Keeps the larger of a value and the largest so far, and its place; the first value is what there is. */
export function choose(
  { node, best, place }: Accumulator,
  given: Value,
  copy: Coordinates,
  first: boolean,
  scope: Scope,
): void {
  // at the place 0, with which it begins
  if (first) return scope.emit({ kind: "set", name: best.name, value: given });
  // `best` stays unless the new value is larger or NaN: the first of equal ones wins, and only NaN among NaN gives NaN
  const value = given.kind === "local" ? given : scope.let("candidate", given);
  const stays = scope.let("stays", apply("le", [value, best], scope));
  if (place !== undefined) {
    const offset = node.axes.reduce(
      (sum, axis) => sumOffsets([sum, axis.extent], [copy.get(axis.name)!.offset, 1]),
      constantOffset(0),
    );
    scope.emit({
      kind: "set",
      name: place.name,
      value: apply("pick", [stays, place, { kind: "offset", offset }], scope),
    });
  }
  scope.emit({ kind: "set", name: best.name, value: apply("select", [stays, best, value], scope) });
}

/** What a sum adds up in each iteration, term by term: each becomes a multiply-add of its own. */
export function termsOf({ body }: Reduce): readonly Expr[] {
  const terms = (expr: Expr): Expr[] =>
    expr.kind === "op" && expr.op === "add" && expr.name === undefined ? expr.operands.flatMap(terms) : [expr];
  return terms(body);
}
