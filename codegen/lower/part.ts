/**
 * A part of a kernel: its index space is opened, and in the innermost body stand all points of the register tile.
 *
 * @module
 */
import { offsetKey } from "../ir/affine.ts";
import { exprKey } from "../ir/expr.ts";
import { type Axis, type Expr, isVector, type Kernel, type Part, STEP, typeOf } from "../ir/ir.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { loop } from "./loops.ts";
import type { Body, Lowering, Space, Spread } from "./lowering.ts";
import { type Point, variable } from "./points.ts";
import { hoist, prepare } from "./reductions.ts";
import type { Scope } from "./scope.ts";
import { evaluate, flatten, laneStep, localOf, splat } from "./values.ts";

/** Fills a scope with a part. `spread`: how a target goes through its index space, if not by loops. */
export function lowerPart(
  part: Part,
  kernel: Kernel,
  schedule: Schedule,
  spread: Spread | undefined,
  scope: Scope,
): void {
  const space: Space = {
    axes: outermostFirst(part, schedule),
    opened: new Set([STEP]),
    points: [new Map([[STEP, { offset: variable("step") }]])],
    values: part.assignments.map(({ value }) => value),
  };
  const lowering: Lowering = { kernel, schedule, ...usesOf(part) };
  const body: Body = (points, scope, lowering) => fill(part, points, scope, lowering);
  if (!spread) return open(space, scope, lowering, body);
  spread.open(space, scope, lowering, (space, scope, lowering) => open(space, scope, lowering, body));
}

/** How often each expression is used, and the tensor that each reduction is for, by key. */
function usesOf({ assignments }: Part): Pick<Lowering, "uses" | "purposes"> {
  const uses = new Map<string, number>(), purposes = new Map<string, string>();
  for (const { tensor, value } of assignments) {
    const count = (expr: Expr) => {
      const key = exprKey(expr), before = uses.get(key) ?? 0;
      uses.set(key, before + 1);
      if (expr.kind === "reduce" && !purposes.has(key)) purposes.set(key, tensor);
      if (before > 0) return;
      if (expr.kind === "op") expr.operands.forEach(count);
      if (expr.kind === "reduce") count(expr.body);
    };
    count(value);
  }
  return { uses, purposes };
}

/** The axes of a part as a schedule orders them: what threads share is around all others. */
function outermostFirst({ axes }: Part, { order = [], parallel }: Schedule): Axis[] {
  const rank = (axis: Axis) => {
    if (axis.name === parallel) return -1;
    const place = order.indexOf(axis.name);
    return place < 0 ? order.length + axes.indexOf(axis) : place;
  };
  return [...axes].sort((a, b) => rank(a) - rank(b));
}

/** Opens the loops of an index space one after the other; at each depth, what needs no further axis is computed there. */
function open({ axes, opened, points, values }: Space, scope: Scope, lowering: Lowering, body: Body): void {
  if (axes.length === 0) return body(points, scope, lowering);
  for (const value of values) hoist(value, opened, points, scope, lowering);
  const [axis, ...inner] = axes, { tile, parallel } = lowering.schedule;
  loop(axis, tile?.[axis.name] ?? 1, axis.name === parallel, scope, lowering, (coordinates, scope) => {
    const product = points.flatMap((point) => coordinates.map((c) => new Map([...point, [axis, c]])));
    const space: Space = { axes: inner, opened: new Set([...opened, axis]), points: product, values };
    open(space, scope, lowering, body);
  });
}

/** The points of a register tile: their reductions together, then each row of points is stored. */
function fill({ assignments }: Part, points: readonly Point[], scope: Scope, lowering: Lowering): void {
  prepare(assignments.flatMap(({ value }) => points.map((point) => ({ expr: value, point }))), scope, lowering);
  for (const row of rowsOf(points)) {
    // all loads before all arithmetic before all stores: engines pair vectors of neighbours only then, and a point
    // may read what it overwrites
    for (const { value } of assignments) for (const point of row) load(value, point, scope, lowering);
    const results = assignments.map(({ value }) => row.map((point) => evaluate(value, point, scope, lowering)));
    for (const [i, { tensor, index }] of assignments.entries()) {
      for (const [j, point] of row.entries()) {
        const result = results[i][j], offset = flatten(tensor, index, point, scope, lowering);
        const wide = laneStep(tensor, index, point, lowering) && !isVector(typeOf(result));
        scope.emit({ kind: "store", tensor, offset, value: wide ? splat(result, scope) : result });
      }
    }
  }
}

/** Points in groups: those that differ only along the axis in vectors go together. */
function rowsOf(points: readonly Point[]): (readonly Point[])[] {
  const groups = Map.groupBy(
    points,
    (point) =>
      [...point].map(([axis, { offset, lanes }]) => lanes ? axis.name : `${axis.name}${offsetKey(offset)}`).join(),
  );
  return [...groups.values()];
}

/** Loads what an expression needs at a point outside of its reductions. */
function load(expr: Expr, point: Point, scope: Scope, lowering: Lowering, seen = new Set<Expr>()): void {
  if (seen.has(expr)) return;
  seen.add(expr);
  if (expr.kind === "load") localOf(expr, point, scope, lowering);
  if (expr.kind === "op") { for (const operand of expr.operands) load(operand, point, scope, lowering, seen); }
}
