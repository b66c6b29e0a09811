/**
 * How long a schedule takes a GPU, about.
 *
 * @module
 */
import { distinctLoads, type Group, points, reductions } from "../../schedule/candidates.ts";
import { expressions, exprKey, freeAxes } from "../../ir/expr.ts";
import { type Axis, type Expr, LANES, type Part, type Reduce } from "../../ir/ir.ts";

/** Invocations that a GPU has room for: fewer leave it idle, more wait for each other. */
const AT_ONCE = 8192;
/** Sums of a member of a team: they fill half of a workgroup's memory, so that kernels can be merged. */
const MOST_SHARED = 32;
/** What an access to the workgroup's memory costs, in additions. */
const SHARED = 2;
/** What waiting for each other costs a team once, in additions. */
const BARRIER = 32;
/** What of an invocation's work waits for memory, in additions. */
const LATENCY = 100;
/** What it costs to load a scalar, in additions. */
const LOAD = 4;
/** What four neighbours cost to load, of what four scalars cost. */
const WIDE_LOAD = 0.5;

/** The sum of a part that does the work, and what is unrolled around and inside of it. */
export interface Work {
  readonly core?: Reduce;
  readonly around: readonly Group[];
  readonly copies: readonly Group[];
}

export function workOf(part: Part, unroll: Readonly<Record<string, number>>): Work {
  const all = reductions(part);
  const core = all.reduce<Reduce | undefined>((a, b) => a && points(a.axes) >= points(b.axes) ? a : b, undefined);
  const group = (axis: Axis): Group => ({ axis, count: Math.min(axis.extent, unroll[axis.name] ?? 1), width: 1 });
  const outer = core === undefined ? [] : all.filter((r) => r !== core && expressions(r.body).includes(core));
  return {
    ...core && { core },
    // a maximum and its place go through the same axes
    around: [...new Set(outer.flatMap(({ axes }) => axes))].map(group),
    copies: core?.axes.map(group) ?? [],
  };
}

export const pointsOf = (groups: readonly Group[]) =>
  groups.reduce((product, { count, width }) => product * count * width, 1);

/** Operations of a point that are no part of a sum. */
export function finish({ assignments }: Part): number {
  const all = (expr: Expr): Expr[] => expr.kind === "op" ? [expr, ...expr.operands.flatMap(all)] : [];
  return new Set(assignments.flatMap(({ value }) => all(value)).map(exprKey)).size;
}

export const nested = (reduce: Reduce) => expressions(reduce.body).some(({ kind }) => kind === "reduce");

/** How long a GPU takes, about, in additions of an invocation. */
export function cost(
  part: Part,
  tile: readonly Group[],
  lanes: Axis | undefined,
  { core, around, copies }: Work,
  split: Readonly<Record<string, number>>,
): number {
  const sums = pointsOf(tile), tiles = points(part.axes) / sums;
  // without a sum there is nothing to share: neighbours are stored together, and no more
  if (!core) return sums === (lanes ? LANES : 1) ? (lanes ? 1 - 0.001 * part.axes.indexOf(lanes) : 2) : 3 + sums;
  const team = Object.values(split).reduce((product, members) => product * members, 1);
  const loads = expressions(core.body).filter((e) => e.kind === "load");
  const across = lanes !== undefined && core.axes.includes(lanes) ? LANES : 1;
  const terms = copies.map(({ axis, count }): Group =>
    axis === lanes ? { axis, count: Math.min(count, axis.extent / LANES), width: LANES } : { axis, count, width: 1 }
  );
  const groups = [...tile, ...around, ...terms];
  const scalars = distinctLoads(loads, groups).loads.reduce(
    (sum, load) => sum + LOAD * (lanes && freeAxes(load).has(lanes) ? LANES * WIDE_LOAD : 1),
    0,
  );
  // accumulators in lanes of the sum are scalars only at its end
  const each = (pointsOf(groups) + scalars) * points(core.axes) / (pointsOf(terms) * team);
  const kinds = new Set(reductions(part).map(exprKey)).size;
  const held = sums * pointsOf(around) * across * (team > 1 ? kinds : 1);
  if (team > 1 && held > MOST_SHARED) return Infinity;
  const combining = team === 1 ? 0 : 2 * BARRIER + SHARED * (2 * held + team * Math.ceil(held / LANES / team));
  const alone = each + finish(part) * sums + combining + LATENCY;
  return alone * Math.max(1, tiles * team / AT_ONCE);
}

/** Scalar operations of the unrolled body of the sum. */
export function operations(tile: readonly Group[], { core, around, copies }: Work, lanes: string | undefined): number {
  const each = core ? expressions(core.body).filter((e) => e.kind === "op").length : 1;
  const across = core?.axes.some(({ name }) => name === lanes) ? LANES : 1;
  return pointsOf([...tile, ...around, ...copies]) * across * each;
}
