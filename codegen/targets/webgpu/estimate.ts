/**
 * How long a schedule takes a GPU, about.
 *
 * @module
 */
import { type Group, points, reductions } from "../../schedule/candidates.ts";
import { expressions, exprKey, freeAxes } from "../../ir/expr.ts";
import { type Axis, type Expr, type Kernel, LANES, type Load, type Part, type Reduce } from "../../ir/ir.ts";

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
/** What it costs to load a scalar or four neighbours, in additions. */
const LOAD = 28, WIDE_LOAD = 60;

/** What of the time of a vector's load a scalar's takes to compile. */
const SCALAR_WEIGHT = 0.4;
/** Drivers unroll loops of up to so many iterations and, about, so many instructions in all; so many are a load's. */
const DRIVER_ITERATIONS = 32, DRIVER_INSTRUCTIONS = 832, LOAD_INSTRUCTIONS = 5;

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

/** Loads and stores of a point that are no part of a sum. */
export function finishAccesses({ assignments }: Part): number {
  const outside = (expr: Expr): Expr[] =>
    expr.kind === "op" ? expr.operands.flatMap(outside) : expr.kind === "load" ? [expr] : [];
  return assignments.length + new Set(assignments.flatMap(({ value }) => outside(value)).map(exprKey)).size;
}

/** The distinct loads in the body of a sum. */
const loadsOf = ({ core }: Work): Load[] => [
  ...new Map(
    (core ? expressions(core.body) : []).filter((e) => e.kind === "load").map((load) => [exprKey(load), load]),
  ).values(),
];

/** So many different elements, or vectors of them, some neighbours load: each dimension by itself. */
function elementsOf({ index }: Load, groups: readonly Group[]): number {
  return index.reduce((product, i) => {
    if (i.kind === "load") return product;
    let places = new Set([0]);
    for (const { axis, count, width } of groups) {
      const step = width * (i.terms.find((term) => term.axis === axis)?.coefficient ?? 0);
      if (step === 0 || count === 1) continue;
      places = new Set([...places].flatMap((at) => Array.from({ length: count }, (_, k) => at + k * step)));
    }
    return product * places.size;
  }, 1);
}

/** The unrolled body of a sum: how many loads it has, and what they cost, in additions. */
export interface Body {
  readonly work: Work;
  readonly terms: readonly Group[];
  readonly loads: number;
  /** How long they take a driver to compile, in loads of vectors. */
  readonly weight: number;
  readonly cost: number;
}

export function bodyOf(tile: readonly Group[], lanes: Axis | undefined, work: Work): Body {
  const { around, copies } = work;
  const terms = copies.map(({ axis, count }): Group =>
    axis === lanes ? { axis, count: Math.min(count, axis.extent / LANES), width: LANES } : { axis, count, width: 1 }
  );
  const groups = [...tile, ...around, ...terms];
  let loads = 0, weight = 0, cost = 0;
  for (const load of loadsOf(work)) {
    const elements = elementsOf(load, groups), wide = lanes && freeAxes(load).has(lanes);
    loads += elements;
    weight += elements * (wide ? 1 : SCALAR_WEIGHT);
    cost += elements * (wide ? WIDE_LOAD : LOAD);
  }
  return { work, terms, loads, weight, cost };
}

/** How often a driver repeats a body: Mesa's unrolls loops whose bounds it knows, from the innermost one on. */
export function driverCopies(
  { work, terms, loads }: Body,
  tile: readonly Group[],
  lanes: Axis | undefined,
  { split = {} }: { readonly split?: Readonly<Record<string, number>> },
): number {
  let copies = 1, size = LOAD_INSTRUCTIONS * loads + operations(tile, work, lanes?.name);
  for (const { axis, count, width } of terms.toReversed()) {
    const trips = axis.extent / (count * (axis === lanes ? LANES : width) * (split[axis.name] ?? 1));
    if (trips <= 1) continue;
    size *= trips;
    if (trips > DRIVER_ITERATIONS || size > DRIVER_INSTRUCTIONS) break;
    copies *= trips;
  }
  return copies;
}

/** How long a GPU takes with a tile, about, in additions of an invocation: by how the sums are shared. */
export function costs(
  { parts }: Kernel,
  part: Part,
  tile: readonly Group[],
  lanes: Axis | undefined,
  { work: { core, around }, ...body }: Body,
): (split: Readonly<Record<string, number>>) => number {
  const sums = pointsOf(tile), tiles = parts.reduce((sum, { axes }) => sum + points(axes), 0) / sums;
  // without a sum there is nothing to share: neighbours are stored together, and no more
  if (!core) {
    const cost = sums === (lanes ? LANES : 1) ? (lanes ? 1 - 0.001 * part.axes.indexOf(lanes) : 2) : 3 + sums;
    return () => cost;
  }
  const terms = pointsOf(body.terms), added = pointsOf([...tile, ...around]) * terms;
  // what is around a sum and not unrolled repeats it
  const again = around.reduce((product, { axis, count }) => product * axis.extent / count, 1);
  const all = (added + body.cost) * again * points(core.axes) / terms;
  const kinds = new Set(reductions(part).map(exprKey)).size, done = finish(part) * sums + LATENCY;
  return (split) => {
    const team = Object.values(split).reduce((product, members) => product * members, 1);
    const held = sums * pointsOf(around) * (team > 1 ? kinds : 1);
    if (team > 1 && held > MOST_SHARED) return Infinity;
    const combining = team === 1 ? 0 : 2 * BARRIER + SHARED * (2 * held + team * Math.ceil(held / team));
    return (all / team + done + combining) * Math.max(1, tiles * team / AT_ONCE);
  };
}

/** Scalar operations of the unrolled body of the sum. */
export function operations(tile: readonly Group[], { core, around, copies }: Work, lanes: string | undefined): number {
  const each = core ? expressions(core.body).filter((e) => e.kind === "op").length : 1;
  const across = core?.axes.some(({ name }) => name === lanes) ? LANES : 1;
  return pointsOf([...tile, ...around, ...copies]) * across * each;
}
