/**
 * Reductions at points, and what can be computed before the loops around them.
 *
 * Those over the same axes run together, so that a load serves every point that needs it.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../ir/affine.ts";
import { expressions, freeAxes } from "../ir/expr.ts";
import { type Axis, type Expr, LANES, type Offset, type Reduce, type Value } from "../ir/ir.ts";
import { accumulatorKey, add, choose, type Coordinates, seed, termsOf } from "./accumulators.ts";
import { loop } from "./loops.ts";
import type { Accumulator, Instance, Lowering, Reductions, TakeTerms } from "./lowering.ts";
import { labelledBy } from "./names.ts";
import { keyAt, type Point } from "./points.ts";
import { FINISH, REDUCE, type Scope, SEED } from "./scope.ts";
import { apply, evaluate, localOf } from "./values.ts";

/** Computes the largest subexpressions that depend on nothing but open axes. */
export function hoist(
  expr: Expr,
  opened: ReadonlySet<Axis>,
  points: readonly Point[],
  scope: Scope,
  lowering: Lowering,
  seen: Set<Expr> = new Set(),
): void {
  if (seen.has(expr)) return;
  seen.add(expr);
  if (expr.kind === "constant" || expr.kind === "position") return;
  if (freeAxes(expr).isSubsetOf(opened)) {
    if (expr.kind === "op" && fixed(expr)) return;
    prepare(points.map((point) => ({ expr, point })), scope, lowering);
    for (const point of points) localOf(expr, point, scope, lowering);
    return;
  }
  const further = (inner: Expr) => hoist(inner, opened, points, scope, lowering, seen);
  if (expr.kind === "op") expr.operands.forEach(further);
  if (expr.kind === "reduce") further(expr.body);
  if (expr.kind === "load") { for (const index of expr.index) if (index.kind === "load") further(index); }
}

const fixing = new WeakMap<Expr, boolean>();

/** Whether an expression is made of constants and positions only. */
function fixed(expr: Expr): boolean {
  if (expr.kind !== "op") return expr.kind === "constant" || expr.kind === "position";
  const known = fixing.get(expr) ?? expr.operands.every(fixed);
  fixing.set(expr, known);
  return known;
}

const needing = new WeakMap<Expr, boolean>();

/** Whether an expression needs a reduction. */
function reduces(expr: Expr): boolean {
  if (expr.kind !== "op") return expr.kind === "reduce";
  const known = needing.get(expr) ?? expr.operands.some(reduces);
  needing.set(expr, known);
  return known;
}

/** Runs the reductions that expressions need at points. */
export function prepare(
  wanted: readonly { readonly expr: Expr; readonly point: Point }[],
  scope: Scope,
  lowering: Lowering,
): void {
  const groups = new Map<string, Map<string, Instance>>();
  const collect = (expr: Expr, point: Point, seen: Set<Expr>) => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (scope.value(keyAt(expr, point))) return;
    if (expr.kind === "op") { for (const operand of expr.operands) collect(operand, point, seen); }
    if (expr.kind !== "reduce") return;
    // what a body needs from outside of its reduction comes first
    hoist(expr.body, new Set(point.keys()), [point], scope, lowering);
    const group = expr.axes.map((axis) => `${axis.name}<${axis.extent}`).join();
    if (!groups.has(group)) groups.set(group, new Map());
    groups.get(group)!.set(keyAt(expr, point), { node: expr, point });
  };
  const early = wanted.flatMap(({ expr, point }) => before(expr, point).map((expr) => ({ expr, point })));
  if (early.length > 0) prepare(early, scope, lowering);
  for (const { expr, point } of wanted) if (reduces(expr)) collect(expr, point, new Set());
  for (const group of groups.values()) {
    // another one's body may have needed it meanwhile
    const left = [...group].filter(([key]) => !scope.value(key)).map(([, instance]) => instance);
    if (left.length > 0) reduce(left, scope, lowering);
  }
}

/** The reductions in bodies of others that are known at a point. */
function before(expr: Expr, point: Point): Reduce[] {
  const all = reduces(expr) ? expressions(expr).filter((e) => e.kind === "reduce") : [];
  const inside = all.length > 1 ? expressions(...all.map(({ body }) => body)) : [];
  return inside.filter((e) => e.kind === "reduce").filter((e) => [...freeAxes(e)].every((axis) => point.has(axis)));
}

/** Runs reductions over the same axes together. */
function reduce(instances: readonly Instance[], scope: Scope, lowering: Lowering): void {
  const [{ node: { axes } }] = instances, { schedule, taking } = lowering;
  if (axes.every(({ extent }) => extent === 1)) {
    for (const instance of instances) reduceOnce(instance, scope, lowering);
    return;
  }
  const across = axes.find(({ name, extent }) => name === schedule.vectorize && extent >= LANES);
  const around = scope.section;
  scope.note(SEED);
  const accumulators = seed(instances, across, scope, lowering), all = [...accumulators.values()];
  scope.note(REDUCE);
  // only sums may go another way through the axes: for the others the first of equals counts
  const sums = instances.every(({ node }) => node.reduction === "sum");
  const reductions: Reductions = { accumulators: all, axes: sums ? ordered(axes, schedule.order) : axes, sums };
  const terms: TakeTerms = (axes, begins, scope, lowering) =>
    takeTerms(axes, begins, reductions, across, scope, lowering);
  if (taking) taking.take(reductions, scope, lowering, terms);
  else terms(reductions.axes, new Map(), scope, lowering);
  // one that is unrolled around it goes on
  scope.note(around === REDUCE ? REDUCE : FINISH);
  if (across) addLanes(instances, accumulators, scope, lowering);
}

/** Axes in the order of a schedule, those left out last. */
function ordered(axes: readonly Axis[], order: readonly string[] = []): Axis[] {
  const rank = (axis: Axis) => order.includes(axis.name) ? order.indexOf(axis.name) : order.length + axes.indexOf(axis);
  return [...axes].sort((a, b) => rank(a) - rank(b));
}

/** The sums of accumulators in lanes, and of what did not fill a vector. */
function addLanes(
  instances: readonly Instance[],
  accumulators: ReadonlyMap<string, Accumulator>,
  scope: Scope,
  { axes }: Lowering,
): void {
  for (const { node, point } of instances) {
    const { best, rest } = accumulators.get(accumulatorKey(node, point))!;
    const total: Value = { kind: "total", value: best };
    const sum = scope.let(
      labelledBy(`${best.name.replace(/\d+$/, "")}_total`, point, node, axes),
      rest ? apply("add", [total, rest], scope) : total,
    );
    scope.keep(keyAt(node, point), sum);
  }
}

/** A reduction of one term. */
function reduceOnce({ node, point }: Instance, scope: Scope, lowering: Lowering): void {
  const at = new Map(point);
  for (const axis of node.axes) at.set(axis, { offset: constantOffset(0) });
  prepare([{ expr: node.body, point: at }], scope, lowering);
  const value: Value = node.reduction === "argmax"
    ? { kind: "constant", value: 0, type: "i32" }
    : evaluate(node.body, at, scope, lowering);
  scope.keep(keyAt(node, point), value);
}

/** The loops over the terms of reductions, from where they begin, and what is done for each of them. */
function takeTerms(
  axes: readonly Axis[],
  begins: ReadonlyMap<string, Offset>,
  { accumulators, sums }: Reductions,
  across: Axis | undefined,
  around: Scope,
  lowering: Lowering,
): void {
  const unroll = ({ name, extent }: Axis) => Math.min(lowering.schedule.unroll?.[name] ?? 1, extent);
  const open = (left: readonly Axis[], copies: readonly Coordinates[], scope: Scope): void => {
    if (left.length === 0) {
      return sums
        ? addTerms(copies, accumulators, across, scope, lowering)
        : compareTerms(copies, accumulators, across, scope === around && begins.size === 0, scope, lowering);
    }
    const [axis, ...inner] = left;
    const wanted = sums || inner.every((axis) => unroll(axis) === axis.extent) ? unroll(axis) : 1;
    loop(axis, wanted, false, scope, lowering, (coordinates, scope) => {
      const begin = begins.get(axis.name) ?? constantOffset(0);
      const placed = coordinates.map((c) => ({ ...c, offset: sumOffsets([begin, 1], [c.offset, 1]) }));
      open(inner, copies.flatMap((copy) => placed.map((c) => new Map([...copy, [axis.name, c]]))), scope);
    });
  };
  open(axes, [new Map()], around);
}

/** A point inside of a reduction. */
function pointOf({ node, point }: Instance, copy: Coordinates): Point {
  const inside = new Map(point);
  for (const axis of node.axes) inside.set(axis, copy.get(axis.name)!);
  return inside;
}

/** What the bodies of all copies reduce themselves is reduced together, so that their loads are shared. */
function prepareBodies(
  copies: readonly Coordinates[],
  accumulators: readonly Accumulator[],
  scope: Scope,
  lowering: Lowering,
): void {
  const reducing = accumulators.filter(({ node }) => reduces(node.body));
  const bodies = copies.flatMap((copy) => reducing.map((a) => ({ expr: a.node.body, point: pointOf(a, copy) })));
  prepare(bodies, scope, lowering);
}

/** Adds some copies of one iteration's terms, the first term of each sum first. */
function addTerms(
  copies: readonly Coordinates[],
  accumulators: readonly Accumulator[],
  across: Axis | undefined,
  scope: Scope,
  lowering: Lowering,
): void {
  prepareBodies(copies, accumulators, scope, lowering);
  const addends = accumulators.map(({ node }) => termsOf(node)),
    most = Math.max(...addends.map(({ length }) => length));
  for (const copy of copies) {
    const points = accumulators.map((accumulator) => pointOf(accumulator, copy));
    for (let term = 0; term < most; term++) {
      for (const [i, accumulator] of accumulators.entries()) {
        const addend = addends[i][term];
        if (addend) add(accumulator, evaluate(addend, points[i], scope, lowering), copy, across, scope);
      }
    }
  }
}

/**
 * Compares some copies of one iteration's values with the largest so far; sums beside them are added up.
 *
 * @param fresh whether there is none yet: no loop is around the copies.
 */
function compareTerms(
  copies: readonly Coordinates[],
  accumulators: readonly Accumulator[],
  across: Axis | undefined,
  fresh: boolean,
  scope: Scope,
  lowering: Lowering,
): void {
  prepareBodies(copies, accumulators, scope, lowering);
  for (const [number, copy] of copies.entries()) {
    for (const accumulator of accumulators) {
      const value = evaluate(accumulator.node.body, pointOf(accumulator, copy), scope, lowering);
      if (accumulator.node.reduction === "sum") add(accumulator, value, copy, across, scope);
      else choose(accumulator, value, copy, fresh && number === 0, scope);
    }
  }
}
