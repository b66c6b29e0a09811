/**
 * Which schedules suit V8's WebAssembly compiler: vectors of four, or, where it packs them, pairs of these.
 *
 * @module
 */
import { contiguous, fits, type Group, mainPart, points, reductions, withThreads } from "../../schedule/candidates.ts";
import { expressions, freeAxes } from "../../ir/expr.ts";
import { type Axis, type Kernel, LANES, type Part, type Reduce, strides } from "../../ir/ir.ts";
import type { Schedule } from "../../schedule/schedule.ts";
import { type Body, estimate, type Packing, REGISTERS, summed } from "./estimate.ts";

/** Reductions of up to so many iterations around the one that does the work are unrolled whole. */
const SMALL = 9;
/** A single axis of a reduction is unrolled up to here. */
const SHORT = 7;
/** Copies of the body of a long reduction. */
const COPIES = 4;
/** Elements that are moved one by one in an iteration: a loop costs as much as two or three of them. */
const MOVED = 16;
/** Elements of each row that are moved at once, where several rows are gathered side by side. */
const OF_ROW = 4;
/** What is proposed when nothing else fits. */
const LAST = 1e3;
/** Schedules that are proposed for one axis of vectors. */
const PROPOSALS = 6;

/** A schedule, and the cycles it is thought to take for one term of one output. */
interface Guess {
  readonly cost: number;
  readonly schedule: Schedule;
}

/** Schedules that fit the kernel, best guess first. */
export function* candidates(kernel: Kernel, packing: Packing): Generator<Schedule> {
  const part = mainPart(kernel);
  const axes = new Map(
    [...part.axes, ...reductions(part).flatMap(({ axes }) => axes)].map((axis) => [axis.name, axis]),
  );
  const options: (string | undefined)[] = [...axes.values()].filter(({ extent, name }) =>
    extent >= LANES && contiguous(kernel, name)
  ).map(({ name }) => name);
  const all = [...options, undefined].flatMap((vectorize) => guesses(part, kernel.tensors, vectorize, packing));
  for (const { schedule } of all.sort((a, b) => a.cost - b.cost)) {
    const shared = schedule.parallel === undefined ? withThreads(kernel, schedule) : schedule;
    if (fits(kernel, shared)) yield shared;
  }
}

/** The reductions of a part around each other, the one that does the work last; undefined where several do different work. */
function nested(part: Part): { outer: Reduce[]; core: Reduce } | undefined {
  const all = reductions(part);
  const core = all.reduce<Reduce | undefined>((a, b) => a && points(a.axes) >= points(b.axes) ? a : b, undefined);
  if (!core) return undefined;
  const outer = all.filter((r) => expressions(r.body).includes(core));
  return all.every((r) => r.axes === core.axes || outer.includes(r)) ? { outer, core } : undefined;
}

/**
 * One by one, several elements an iteration: what only moves them has little else to do. Of rows that are gathered side
 * by side a few elements are taken at once, and all of the rows before the next ones: so processors see what comes next.
 */
function copiesOf(part: Part, tensors: Kernel["tensors"]): Schedule {
  const { axes, assignments } = part, inner = axes.at(-1);
  if (!inner) return {};
  const tile = { [inner.name]: Math.min(MOVED, inner.extent) };
  const choosing = new Set(
    assignments.flatMap(({ value }) => expressions(value)).flatMap((expr) =>
      expr.kind === "load" ? expr.index.flatMap((i) => i.kind === "load" ? [...freeAxes(i)] : []) : []
    ),
  );
  const [outer] = axes, along = axes.findLast((axis) => !choosing.has(axis));
  const written = writtenAlong(part, tensors);
  if (choosing.size === 0 && written && written !== inner) {
    const order = [...axes.filter((axis) => axis !== written), written].map(({ name }) => name);
    return { order, tile: { [written.name]: Math.min(MOVED, written.extent) } };
  }
  if (!choosing.has(inner) || !along) return { tile };
  return {
    tile: { [along.name]: Math.min(OF_ROW, along.extent), ...tile },
    ...choosing.has(outer) && outer !== inner && outer.extent > 1 && { parallel: outer.name },
  };
}

/**
 * The axis along which neighbours are written: lines are written whole, and read from as many rows as it takes. A
 * processor does not wait for loads, but for stores to lines that are in each other's way.
 */
function writtenAlong({ axes, assignments: [{ tensor, index }] }: Part, tensors: Kernel["tensors"]): Axis | undefined {
  const last = strides(tensors[tensor]).flatMap((stride, d) => stride === 1 ? index[d].terms : []);
  return last.find(({ axis, coefficient }) => coefficient === 1 && axes.includes(axis))?.axis;
}

/** The best schedules with vectors along one axis. */
function guesses(part: Part, tensors: Kernel["tensors"], vectorize: string | undefined, packing: Packing): Guess[] {
  const unroll: Record<string, number> = {};
  for (const { axes } of reductions(part)) {
    if (points(axes) <= SMALL && !axes.some(({ name }) => name === vectorize)) {
      for (const { name, extent } of axes) unroll[name] = extent;
    }
  }
  const base: Schedule = { unroll, ...(vectorize !== undefined && { vectorize }) };
  const nest = nested(part);
  const lanes = part.axes.find(({ name }) => name === vectorize);
  // pairs of vectors, so that they can be packed
  const pair = lanes && lanes.extent >= LANES * packing ? { tile: { [lanes.name]: packing } } : {};
  const plain: Guess = {
    cost: vectorize === undefined ? 2 * LANES : 2,
    schedule: {
      ...base,
      ...pair,
      ...vectorize === undefined && reductions(part).length === 0 && copiesOf(part, tensors),
    },
  };
  if (!nest || nest.core.reduction !== "sum" || points(nest.core.axes) <= SMALL) return [plain];
  if (nest.outer.some(({ axes }) => points(axes) > SMALL)) return [plain];
  const { outer, core } = nest;
  const around = outer.length === 0 ? [] : outer[0].axes.map((axis) => ({ axis, count: axis.extent, width: 1 }));
  const whole = Object.fromEntries(outer.flatMap(({ axes }) => axes.map(({ name, extent }) => [name, extent])));
  const inner = core.axes.findLast(({ extent, name }) => extent > 1 && name !== vectorize);
  const copies = inner === undefined
    ? 1
    : inner.extent <= SHORT
    ? inner.extent
    : inner.extent % COPIES === 0
    ? COPIES
    : 1;
  const body: Body = {
    part,
    core,
    around,
    vectorize,
    packing,
    lanes,
    ...summed(core),
    ...(inner && { inner: { axis: inner, count: copies, width: 1 } }),
  };
  return tiles(part.axes, vectorize, packing).flatMap((tile): Guess[] => {
    const cost = estimate(tile, body);
    if (cost === undefined) return [];
    const sizes = Object.fromEntries(tile.map(({ axis, count }) => [axis.name, count]));
    const schedule = { ...base, tile: sizes, unroll: { ...unroll, ...whole, ...(inner && { [inner.name]: copies }) } };
    return [{ cost, schedule }];
  }).sort((a, b) => a.cost - b.cost).slice(0, PROPOSALS).concat({ ...plain, cost: LAST });
}

/**
 * Tiles of up to three axes; sizes along the vectors' axis count vectors, whole registers where there are enough. A tile of
 * size 1 along an axis is none.
 */
function tiles(axes: readonly Axis[], vectorize: string | undefined, packing: Packing): Group[][] {
  const sizes = (axis: Axis): Group[] => {
    const along = axis.name === vectorize, width = along ? LANES : 1, most = Math.floor(axis.extent / width);
    const by = along && most >= packing ? packing : 1;
    return Array.from({ length: 8 }, (_, i) => (i + 1) * by)
      .filter((count) => count > 1 && count <= most)
      .map((count) => ({ axis, count, width }));
  };
  const wide = axes.filter(({ extent }) => extent > 1);
  const lanes = wide.find(({ name }) => name === vectorize);
  const single = wide.flatMap((axis) => sizes(axis).map((group) => [group]));
  const double = wide.flatMap((a, i) =>
    wide.slice(i + 1).flatMap((b) => sizes(a).flatMap((x) => sizes(b).map((y) => [x, y])))
  );
  const triple = lanes
    ? double.filter((groups) => !groups.some(({ axis }) => axis === lanes))
      .flatMap((groups) => sizes(lanes).map((group) => [...groups, group]))
    : [];
  const count = (groups: Group[]) => groups.reduce((product, { count }) => product * count, 1);
  return [[], ...single, ...double, ...triple].filter((groups) => count(groups) <= REGISTERS[packing] * packing);
}
