/**
 * Which schedules suit V8's scalar code.
 *
 * Measured on the kernels of the three nets: four or five accumulators beat one by 2 to 3 times, and also 8 and 16,
 * which spill (x64 has 16 vector registers, and V8 wants some for itself). So: the tile of at most five points that
 * needs the fewest loads per multiplication, small reductions unrolled, and an outer axis for the threads.
 *
 * @module
 */
import { expressions } from "../../expr.ts";
import type { Affine, Axis, Kernel, Load, Part, Reduce } from "../../ir.ts";
import type { Schedule } from "../../schedule.ts";

/** Points computed together. */
const MOST_POINTS = 5;
/** Reductions of up to so many iterations are unrolled whole. */
const SMALL = 9;
/** A single axis of a reduction is unrolled up to here. */
const SHORT = 7;
/** Threads want at least so many iterations to share. */
const SHARES = 8;

/** Schedules that fit the kernel, best guess first. */
export function candidates(kernel: Kernel): readonly Schedule[] {
  const part = kernel.parts.reduce((a, b) => work(a) >= work(b) ? a : b);
  const sizes = register(part);
  return [withThreads(kernel, sizes), withThreads(kernel, { unroll: sizes.unroll }), withThreads(kernel, {})];
}

const points = (axes: readonly Axis[]) => axes.reduce((product, { extent }) => product * extent, 1);

function reductions({ assignments }: Part): Reduce[] {
  return assignments.flatMap(({ value }) => expressions(value)).filter((expr) => expr.kind === "reduce");
}

function work(part: Part): number {
  return points(part.axes) * Math.max(1, ...reductions(part).map(({ axes }) => points(axes)));
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
      const cost = loadsPerPoint(loads, [...tile, [inner, copy]]);
      if (cost < best.cost - 1e-9) {
        best = {
          cost,
          tile: Object.fromEntries(tile.map(([{ name }, size]) => [name, size])),
          unroll: { [inner.name]: copy },
        };
      }
    }
  }
  return { tile: best.tile, unroll: { ...unroll, ...best.unroll } };
}

type Group = readonly [axis: Axis, size: number];

/** One axis, or two axes by two, smallest first. */
function tiles(axes: readonly Axis[]): Group[][] {
  const wide = axes.filter(({ extent }) => extent > 1);
  const single = wide.flatMap((axis) =>
    [2, 4, ...axis.extent === MOST_POINTS ? [MOST_POINTS] : []].filter((size) => size <= axis.extent).map((
      size,
    ) => [[axis, size] as const])
  );
  const double = wide.flatMap((a, i) => wide.slice(i + 1).map((b) => [[a, 2], [b, 2]] as Group[]));
  return [[], ...single, ...double];
}

/** Distinct elements loaded for all points and copies of a group, by how many there are. */
function loadsPerPoint(loads: readonly Load[], groups: readonly Group[]): number {
  let coordinates: ReadonlyMap<Axis, number>[] = [new Map()];
  for (const [axis, size] of groups) {
    coordinates = coordinates.flatMap((at) => Array.from({ length: size }, (_, i) => new Map([...at, [axis, i]])));
  }
  const moved = (index: Affine, at: ReadonlyMap<Axis, number>) =>
    index.terms.reduce((sum, { axis, coefficient }) => sum + coefficient * (at.get(axis) ?? 0), 0);
  const distinct = new Set(
    coordinates.flatMap((at) =>
      loads.map(({ tensor, index }) => `${tensor} ${index.map((i) => i.kind === "load" ? "" : moved(i, at)).join()}`)
    ),
  );
  return distinct.size / coordinates.length;
}

/** Adds the axis threads share: the first one all parts have that gives each thread enough, or else the longest. */
function withThreads(kernel: Kernel, sizes: Pick<Schedule, "tile" | "unroll">): Schedule {
  const shared = kernel.parts[0].axes.filter(({ name, extent }) =>
    kernel.parts.every(({ axes }) => axes.some((axis) => axis.name === name && axis.extent === extent))
  );
  const shares = ({ name, extent }: Axis) => Math.floor(extent / Math.min(extent, sizes.tile?.[name] ?? 1));
  const axis = shared.find((axis) => shares(axis) >= SHARES) ??
    shared.reduce<Axis | undefined>((a, b) => a && shares(a) >= shares(b) ? a : b, undefined);
  return axis && shares(axis) > 1 ? { ...sizes, parallel: axis.name } : sizes;
}
