/**
 * Which schedules suit V8's WebAssembly compiler on vectors of four.
 *
 * @module
 */
import { distinctLoads, type Group, mainPart, points, reductions, withThreads } from "../../candidates.ts";
import { expressions } from "../../expr.ts";
import { type Axis, type Kernel, LANES, type Load, type Part } from "../../ir.ts";
import { lower, ScheduleError } from "../../lower.ts";
import type { Schedule } from "../../schedule.ts";

/** Vectors summed side by side: 16 registers hold them and what is loaded. */
const MOST_VECTORS = 12;
/** Reductions of up to so many iterations are unrolled whole. */
const SMALL = 9;
/** A single axis of a reduction is unrolled up to here. */
const SHORT = 7;
/** Instructions that add up the lanes of a vector. */
const TOTAL = 8;

/** Schedules that fit the kernel, best guess first. */
export function candidates(kernel: Kernel): readonly Schedule[] {
  const part = mainPart(kernel);
  const axes = new Map(
    [...part.axes, ...reductions(part).flatMap(({ axes }) => axes)].map((axis) => [axis.name, axis]),
  );
  const options: (string | undefined)[] = [...axes.values()].filter(({ extent, name }) =>
    extent >= 4 && fits(kernel, { vectorize: name })
  ).map(({ name }) => name);
  const best = [...options, undefined].map((vectorize) => register(part, vectorize)).sort((a, b) => a.cost - b.cost);
  return best.map(({ schedule }) => withThreads(kernel, schedule)).filter((schedule) => fits(kernel, schedule));
}

function fits(kernel: Kernel, schedule: Schedule): boolean {
  try {
    lower(kernel, schedule);
    return true;
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}

/** Tile and unrolling that need the fewest instructions per multiplication of the longest reduction. */
function register(part: Part, vectorize: string | undefined): { cost: number; schedule: Schedule } {
  const all = reductions(part);
  const unroll: Record<string, number> = {};
  for (const { axes } of all) {
    if (points(axes) <= SMALL && !axes.some(({ name }) => name === vectorize)) {
      for (const { name, extent } of axes) unroll[name] = extent;
    }
  }
  const base: Schedule = { unroll, ...(vectorize !== undefined && { vectorize }) };
  const plain = { cost: vectorize === undefined ? 4 : 1, schedule: base };
  if (all.length === 0) return plain;
  const longest = all.reduce((a, b) => points(a.axes) >= points(b.axes) ? a : b);
  if (longest.reduction !== "sum" || points(longest.axes) <= SMALL || all.some(({ axes }) => axes !== longest.axes)) {
    return plain;
  }
  const loads = expressions(longest.body).filter((expr) => expr.kind === "load");
  const inner = longest.axes.findLast(({ extent, name }) => extent > 1 && name !== vectorize);
  const across = longest.axes.some(({ name }) => name === vectorize);
  let best: { cost: number; schedule: Schedule } = { cost: Infinity, schedule: base };
  for (const tile of tiles(part.axes, vectorize)) {
    for (const copies of new Set([1, inner && inner.extent <= SHORT ? inner.extent : 1])) {
      const each = instructions(
        loads,
        [...tile, ...inner ? [{ axis: inner, count: copies, width: 1 }] : []],
        vectorize,
      );
      const cost = each * passes(vectorize, part.axes, longest.axes) + (across ? TOTAL / points(longest.axes) : 0);
      if (cost >= best.cost - 1e-9) continue;
      const sizes = Object.fromEntries(tile.map(({ axis, count }) => [axis.name, count]));
      best = { cost, schedule: { ...base, tile: sizes, unroll: inner ? { ...unroll, [inner.name]: copies } : unroll } };
    }
  }
  return best;
}

/** Vectors and single elements that an axis is gone through in, by its extent: a quarter, and more where it does not divide. */
function passes(vectorize: string | undefined, ...spaces: (readonly Axis[])[]): number {
  const axis = spaces.flat().find(({ name }) => name === vectorize);
  return axis ? (Math.floor(axis.extent / 4) + axis.extent % 4) / axis.extent : 1;
}

/** Tiles of up to two axes within the registers; sizes along the vectors' axis count vectors. */
function tiles(axes: readonly Axis[], vectorize: string | undefined): Group[][] {
  const sizes = (axis: Axis): Group[] => {
    const width = axis.name === vectorize ? LANES : 1, most = Math.floor(axis.extent / width);
    return [1, 2, 3, 4, 5, 6, 7, 8].filter((count) => count <= most && (most % count === 0 || most > 16))
      .map((count) => ({ axis, count, width }));
  };
  const wide = axes.filter(({ extent }) => extent > 1);
  const single = wide.flatMap((axis) => sizes(axis).map((group) => [group]));
  const double = wide.flatMap((a, i) =>
    wide.slice(i + 1).flatMap((b) => sizes(a).flatMap((x) => sizes(b).map((y) => [x, y])))
  );
  const vectors = (groups: Group[]) => groups.reduce((product, { count }) => product * count, 1);
  return [[], ...single, ...double].filter((groups) => vectors(groups) <= MOST_VECTORS);
}

/** Loads, broadcasts and multiplications for one point of a group. */
function instructions(loads: readonly Load[], groups: readonly Group[], vectorize: string | undefined): number {
  const distinct = distinctLoads(loads, groups);
  const broadcasts = vectorize === undefined
    ? 0
    : distinct.loads.filter(({ index }) =>
      !index.some((i) => i.kind === "affine" && i.terms.some(({ axis }) => axis.name === vectorize))
    ).length;
  // few accumulators leave the multiplier waiting for itself
  const accumulators = groups.reduce((product, { count }) => product * count, 1);
  return (distinct.loads.length + broadcasts) / distinct.points + 1 + 4 / accumulators;
}
