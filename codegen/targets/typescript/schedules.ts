/**
 * Which schedules suit V8's scalar code.
 *
 * Measured on the kernels of the three nets: four or five accumulators beat one by 2 to 3 times, and also 8 and 16,
 * which spill (x64 has 16 vector registers, and V8 wants some for itself). So: the tile of at most five points that
 * needs the fewest loads per multiplication, small reductions unrolled, and an outer axis for the threads.
 *
 * @module
 */
import {
  distinctLoads,
  elementsIn,
  type Group,
  mainPart,
  plainLoops,
  points,
  reductions,
  withThreads,
} from "../../schedule/candidates.ts";
import { expressions } from "../../ir/expr.ts";
import type { Axis, Kernel, Part } from "../../ir/ir.ts";
import type { Schedule } from "../../schedule/schedule.ts";

/** Points computed together. */
const MOST_POINTS = 5;
/** Reductions of up to so many iterations are unrolled whole. */
const SMALL = 9;
/** A single axis of a reduction is unrolled up to here. */
const SHORT = 7;

/** Schedules that fit the kernel, best guess first. */
export function candidates(kernel: Kernel): readonly Schedule[] {
  const sizes = register(mainPart(kernel));
  return [withThreads(kernel, sizes), withThreads(kernel, { unroll: sizes.unroll }), plainLoops(kernel)];
}

/** Tile and unrolling for the longest reduction. */
function register(part: Part): Pick<Schedule, "tile" | "unroll"> {
  const all = reductions(part);
  const unroll: Record<string, number> = {};
  for (const { axes } of all) if (points(axes) <= SMALL) { for (const { name, extent } of axes) unroll[name] = extent; }
  if (all.length === 0) return {};
  const longest = all.reduce((a, b) => points(a.axes) >= points(b.axes) ? a : b);
  if (
    longest.reduction !== "sum" || points(longest.axes) <= SMALL ||
    part.assignments.some(({ value }) =>
      reductions({ axes: [], assignments: [{ tensor: "", index: [], value }] }).length > 1
    )
  ) {
    return { unroll };
  }
  const inner = longest.axes.findLast(({ extent }) => extent > 1)!;
  const copies = new Set([1, inner.extent <= SHORT ? inner.extent : 4]);
  const loads = expressions(longest.body).filter((expr) => expr.kind === "load");
  let best = { cost: Infinity, tile: {}, unroll: {} };
  for (const tile of tiles(part.axes)) {
    for (const copy of copies) {
      const distinct = distinctLoads(loads, [...tile, { axis: inner, count: copy, width: 1 }]);
      const cost = elementsIn(distinct.elements) / distinct.points;
      if (cost < best.cost - 1e-9) {
        best = {
          cost,
          tile: Object.fromEntries(tile.map(({ axis, count }) => [axis.name, count])),
          unroll: { [inner.name]: copy },
        };
      }
    }
  }
  return { tile: best.tile, unroll: { ...unroll, ...best.unroll } };
}

/** One axis, or two axes by two, smallest first. */
function tiles(axes: readonly Axis[]): Group[][] {
  const group = (axis: Axis, count: number): Group => ({ axis, count, width: 1 });
  const wide = axes.filter(({ extent }) => extent > 1);
  const sizes = ({ extent }: Axis) =>
    [2, 4, ...extent === MOST_POINTS ? [MOST_POINTS] : []].filter((size) => size <= extent);
  const single = wide.flatMap((axis) => sizes(axis).map((size) => [group(axis, size)]));
  const double = wide.flatMap((a, i) => wide.slice(i + 1).map((b) => [group(a, 2), group(b, 2)]));
  return [[], ...single, ...double];
}
