/**
 * Schedules one step away from another, which tuning goes on to from the best it knows.
 *
 * @module
 */
import { mainPart, reductions } from "./candidates.ts";
import { type Axis, type Kernel, LANES, type LoopNest } from "../ir/ir.ts";
import { nestText } from "../ir/text.ts";
import { lower } from "../lower/lower.ts";
import type { SpreadOf } from "../lower/lowering.ts";
import { type Schedule, ScheduleError } from "./schedule.ts";
import { normalized } from "./tuning.ts";
import { isStorable } from "./tuning_schema.ts";

/** Longest tile along an axis, and most copies of a reduction's body. */
const LONGEST_TILE = 16, MOST_COPIES = 32;
/** Lengths that are worth a try whatever the extent. */
const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16];
/** Threads want at least so many iterations to share: tuning on one thread would not notice. */
const SHARES = 8;

/** Schedules that differ from one by a step, lead to another loop nest, and can be lowered. */
export function neighbours(kernel: Kernel, schedule: Schedule, spread?: SpreadOf): Schedule[] {
  const start = lower(kernel, schedule, spread), seen = new Set([nestText(start)]);
  return steps(kernel, schedule).map(normalized).filter((step) => {
    const nest = isStorable(step) ? lowered(kernel, step, spread) : undefined;
    if (!nest || !sharesEnough(nest, start) || seen.has(nestText(nest))) return false;
    seen.add(nestText(nest));
    return true;
  });
}

function lowered(kernel: Kernel, schedule: Schedule, spread?: SpreadOf): LoopNest | undefined {
  try {
    return lower(kernel, schedule, spread);
  } catch (error) {
    if (error instanceof ScheduleError) return undefined;
    throw error;
  }
}

function sharesEnough({ parallel }: LoopNest, { parallel: before }: LoopNest): boolean {
  return (parallel?.iterations ?? 0) >= Math.min(SHARES, before?.iterations ?? 0);
}

/** One step each way, legal or not. */
function steps(kernel: Kernel, schedule: Schedule): Schedule[] {
  const part = mainPart(kernel), inner = [...byName(reductions(part).flatMap(({ axes }) => axes)).values()];
  const { tile = {}, unroll = {}, vectorize, parallel, grid, split = {}, workgroup = {}, stage } = schedule;
  const width = ({ name, extent }: Axis) => name === vectorize && extent >= LANES ? LANES : 1;

  const tiles = part.axes.map((axis) => {
    const most = Math.min(LONGEST_TILE, Math.floor(axis.extent / width(axis)));
    return { name: axis.name, ...around(tile[axis.name] ?? 1, most, Math.floor(axis.extent / width(axis))) };
  });
  const retiled = tiles.flatMap(({ name, up, down }) => [...up, ...down].map((size) => ({ [name]: size })));
  // the registers stay full: longer along one axis, shorter along another
  const traded = tiles.flatMap((long) =>
    tiles.filter((short) => short !== long).flatMap((short) =>
      long.up.flatMap((size) => short.down.map((less) => ({ [long.name]: size, [short.name]: less })))
    )
  );
  const unrolled = inner.flatMap(({ name, extent }) => {
    const { up, down } = around(unroll[name] ?? 1, Math.min(MOST_COPIES, extent), extent);
    return [...up, ...down, ...extent <= MOST_COPIES ? [extent] : []].map((size) => ({ [name]: size }));
  });
  const wide = [...byName([...part.axes, ...inner]).values()].filter(({ extent }) => extent >= LANES);
  // a schedule without vectors may be for a target that has none
  const across: (string | undefined)[] = vectorize === undefined ? [] : [undefined, ...wide.map(({ name }) => name)];

  // on a grid invocations may share a sum: twice as many, or half
  const shared = grid === undefined ? [] : inner.flatMap(({ name }) => {
    const members = split[name] ?? 1;
    return [2 * members, members / 2].filter((size) => size >= 1).map((size) => ({ [name]: size }));
  });

  // what is staged: twice as many terms at a time, or half
  const staged = stage === undefined ? [] : inner.flatMap(({ name }) => {
    const terms = stage[name] ?? 1;
    return [2 * terms, terms / 2].filter((size) => Number.isInteger(size)).map((size) => ({ [name]: size }));
  });
  // a workgroup stays full: longer along one axis, shorter along another
  const reshaped = stage === undefined
    ? []
    : part.axes.flatMap(({ name: long }) =>
      part.axes.filter(({ name }) => name !== long && (workgroup[name] ?? 1) > 1).map(({ name: short }) => ({
        [long]: 2 * (workgroup[long] ?? 1),
        [short]: workgroup[short] / 2,
      }))
    );

  return [
    ...[...retiled, ...traded].map((sizes) => ({ ...schedule, tile: { ...tile, ...sizes } })),
    ...unrolled.map((sizes) => ({ ...schedule, unroll: { ...unroll, ...sizes } })),
    ...shared.map((members) => ({ ...schedule, split: { ...split, ...members } })),
    ...staged.map((terms) => ({ ...schedule, stage: { ...stage, ...terms } })),
    ...reshaped.map((places) => ({ ...schedule, workgroup: { ...workgroup, ...places } })),
    ...across.filter((axis) => axis !== vectorize).map((axis) => ({ ...schedule, vectorize: axis })),
    ...orders(part.axes, inner, schedule).map((order) => ({ ...schedule, order })),
    ...part.axes.filter(({ name }) => name !== parallel).map(({ name }) => ({ ...schedule, parallel: name })),
  ];
}

function byName(axes: readonly Axis[]): Map<string, Axis> {
  return new Map(axes.map((axis) => [axis.name, axis]));
}

/** The next lengths below and above one: of those worth a try, and of those that leave no rest. */
function around(length: number, most: number, extent: number): { up: number[]; down: number[] } {
  const all = Array.from({ length: Math.max(0, most) }, (_, i) => i + 1);
  const ladders = [LENGTHS.filter((size) => size <= most), all.filter((size) => extent % size === 0)];
  const near = (find: (ladder: number[]) => number | undefined) => [
    ...new Set(ladders.map(find).filter((size) => size !== undefined)),
  ];
  return {
    up: near((ladder) => ladder.find((size) => size > length)),
    down: near((ladder) => ladder.findLast((size) => size < length)),
  };
}

/** Two neighbouring loops exchanged: of the index space, or of the reductions. */
function orders(outer: readonly Axis[], inner: readonly Axis[], { order = [], parallel }: Schedule): string[][] {
  const rank = (name: string, i: number) => order.includes(name) ? order.indexOf(name) : order.length + i;
  const current = (axes: readonly Axis[]) =>
    axes.map(({ name }, i) => ({ name, rank: rank(name, i) })).sort((a, b) => a.rank - b.rank)
      .map(({ name }) => name).filter((name) => name !== parallel);
  const [loops, sums] = [current(outer), current(inner)];
  const swaps = (names: string[]) => names.slice(1).map((name, i) => names.toSpliced(i, 2, name, names[i]));
  return [...swaps(loops).map((names) => [...names, ...sums]), ...swaps(sums).map((names) => [...loops, ...names])];
}
