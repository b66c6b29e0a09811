/**
 * How long a schedule takes V8's WebAssembly code, about: arithmetic, registers, loads, decoding, and lines that come
 * from behind the first caches.
 *
 * @module
 */
import { distinctLoads, elementsIn, type Group, points } from "../../schedule/candidates.ts";
import { freeAxes } from "../../ir/expr.ts";
import { type Axis, type Kernel, LANES, type Load, type Part } from "../../ir/ir.ts";
import type { Schedule } from "../../schedule/schedule.ts";
import { type Loop, traffic } from "./traffic.ts";
import { type Work, workOf } from "./work.ts";

/** Vectors of four to a register: 2 where the engine packs pairs of neighbours. */
export type Packing = 1 | 2;

/** Registers of x64 that hold sums and what is loaded, of 16: the engine keeps one, and a product that is no fma takes two. */
export const REGISTERS: Readonly<Record<Packing, number>> = { 1: 13, 2: 15 };

/** Share of what a body of several terms loads that waits in registers; found by timing kernels of such bodies. */
const WAITING = 0.5;
/** So many sums side by side keep two multipliers busy, each of which takes four cycles. */
const BUSY = 8;
/** Cycles that add up the lanes of a vector. */
const TOTAL = 8;
/** What a load costs although two are done in a cycle beside the arithmetic. */
const LOADS = 0.13;
/** Instructions that begin and end an iteration. */
const LOOP = 3;
/** Instructions that are decoded in a cycle. */
const WIDTH = 3;
/** Cycles for a sum or an operand that does not fit into registers, in each copy of a body. */
const SPILL = 3;
/** Cycles for an operand that is kept for the next copy of a body without a register for it; for a later one, a share. */
const KEPT = 0.9, LATER = 0.5;
/** Cycles until the first of some sums is there, and the loops around it have gone on; and a loop inside of another. */
const START = 12, ENTRY = 12;
/** Share of its time that a tile along an axis one further out costs: its elements are further apart in memory. */
const FAR = 0.03;
/** Share of the time of the shorter one of arithmetic and traffic that the other one does not hide. */
const SEEN = 0.25;

/** How a schedule goes through a part. */
export interface Shape {
  readonly tile: readonly Group[];
  /** The windows around the sum, as far as they are unrolled, and the copies of its innermost body. */
  readonly around: readonly Group[];
  readonly copies: readonly Group[];
  readonly vectorize: string | undefined;
  readonly packing: Packing;
  /** The axis of the vectors, if it is one of the index space; or of the sum. */
  readonly lanes?: Axis;
  readonly across?: Axis;
}

/** Cycles of one run of a kernel by a schedule, on one thread. */
export function estimate(kernel: Kernel, schedule: Schedule, packing: Packing): number {
  return kernel.parts.reduce((sum, part) => sum + cyclesOf(part, schedule, packing, kernel.tensors), 0);
}

/** Cycles of a part. */
function cyclesOf(part: Part, schedule: Schedule, packing: Packing, tensors: Kernel["tensors"]): number {
  const work = workOf(part), shape = shapeOf(work, schedule, packing);
  const arithmetic = arithmeticOf(work, shape), moved = traffic(work, loopsOf(work, shape, schedule), tensors);
  return Math.max(arithmetic, moved) + SEEN * Math.min(arithmetic, moved);
}

/** How a schedule goes through a part. */
export function shapeOf({ part, core, around }: Work, schedule: Schedule, packing: Packing): Shape {
  const { tile = {}, unroll = {}, vectorize } = schedule;
  const lanes = part.axes.find(({ name, extent }) => name === vectorize && extent >= LANES);
  const across = core?.axes.find(({ name, extent }) => name === vectorize && extent >= LANES);
  const group = (axis: Axis, wanted: number): Group => {
    const width = axis === lanes || axis === across ? LANES : 1;
    return { axis, count: Math.max(1, Math.min(wanted, Math.floor(axis.extent / width))), width };
  };
  const tiles = outermostFirst(part.axes, schedule).map((axis) => group(axis, tile[axis.name] ?? 1));
  return {
    tile: tiles.filter(({ count, width }) => count > 1 || width > 1),
    around: around.map((axis) => group(axis, unroll[axis.name] ?? 1)),
    copies: (core?.axes ?? []).map((axis) => group(axis, unroll[axis.name] ?? 1)),
    ...{ vectorize, packing, ...lanes && { lanes }, ...across && { across } },
  };
}

/** The loops of a part, outermost first. */
function loopsOf({ part, core }: Work, { tile, copies }: Shape, schedule: Schedule): Loop[] {
  const loop = (groups: readonly Group[]) => (axis: Axis): Loop => {
    const { count, width } = groups.find((group) => group.axis === axis) ?? { count: 1, width: 1 };
    const block = Math.min(axis.extent, count * width);
    return { axis, iterations: axis.extent / block, block };
  };
  return [
    ...outermostFirst(part.axes, schedule).map(loop(tile)),
    ...outermostFirst(core?.axes ?? [], schedule).map(loop(copies)),
  ];
}

/** Axes as a schedule orders their loops. */
function outermostFirst(axes: readonly Axis[], { order = [], parallel }: Schedule): Axis[] {
  const rank = (axis: Axis) => {
    if (axis.name === parallel) return -1;
    const place = order.indexOf(axis.name);
    return place < 0 ? order.length + axes.indexOf(axis) : place;
  };
  return [...axes].sort((a, b) => rank(a) - rank(b));
}

/** Cycles of all that a part computes, if what it loads is in the first cache. */
export function arithmeticOf(work: Work, shape: Shape): number {
  const { part, core, around } = work, all = points(part.axes);
  return far(shape.tile, part.axes) * shares(shape.tile).reduce((sum, { tile, share }) => {
    const own = { ...shape, tile }, visits = all * share / product(tile.map(({ count, width }) => count * width));
    const windows = points(around) /
      product(shape.around.map(({ count }) => count));
    const terms = core ? windows * (iterations(core.axes, shape) * bodyOf(work, own) + ENTRY * entries(shape)) : 0;
    return sum + visits * (terms + restOf(work, own));
  }, 0);
}

/** What it costs that elements along outer axes are far from each other: 1, and a little more for each axis. */
function far(tile: readonly Group[], axes: readonly Axis[]): number {
  const out = tile.filter(({ count }) => count > 1).map(({ axis }) => axes.length - 1 - axes.indexOf(axis));
  return 1 + FAR * out.reduce((a, b) => a + b, 0);
}

/** How often the body of a sum is gone through, with its copies. */
function iterations(axes: readonly Axis[], { copies }: Shape): number {
  return product(axes.map((axis) => {
    const { count, width } = copies.find((group) => group.axis === axis)!;
    // what is left of vectors is done one by one
    return (Math.floor(axis.extent / width) + axis.extent % width) / count;
  }));
}

/** How often loops over the terms of a sum begin that are inside of others. */
function entries({ copies }: Shape): number {
  const loops = copies.map(({ axis, count, width }) => axis.extent / (count * width)).filter((times) => times > 1);
  return loops.slice(0, -1).reduce(([all, around], times) => [all + around * times, around * times], [0, 1])[0];
}

/** The tiles that an index space is gone through in, each with its share of the points: whole ones, and what is left. */
function shares(tile: readonly Group[]): { readonly tile: readonly Group[]; readonly share: number }[] {
  return tile.reduce<{ tile: readonly Group[]; share: number }[]>(
    (all, { axis, count, width }) => {
      const groups = Math.floor(axis.extent / width), left = groups % count;
      const along = [
        { axis, count, width, points: (groups - left) * width },
        { axis, count: left, width, points: left * width },
        { axis, count: axis.extent % width, width: 1, points: axis.extent % width },
      ].filter(({ points }) => points > 0);
      return all.flatMap(({ tile, share }) =>
        along.map(({ points, ...group }) => ({ tile: [...tile, group], share: share * points / axis.extent }))
      );
    },
    [{ tile: [], share: 1 }],
  );
}

const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);
const sizeOf = (groups: readonly Group[]) => product(groups.map(({ count }) => count));

/** Vectors that the engine puts into one register, in a tile. */
function packed(tile: readonly Group[], { lanes, packing }: Shape): Packing {
  const fill = tile.some(({ axis, count, width }) => axis === lanes && width > 1 && count % packing === 0);
  return fill ? packing : 1;
}

/** Cycles of an iteration of the sum that does the work, in all its copies. */
function bodyOf(work: Work, shape: Shape): number {
  const { term: { loads, operations, terms } } = work, { tile, around, copies } = shape;
  const groups = [...tile, ...around], per = packed(tile, shape);
  const sums = work.sums * sizeOf(groups) / per;
  const { points: bodies, wide, single } = distinct(loads, [...groups, ...copies], shape);
  const multiplies = bodies * terms / per, loaded = wide / per + single;
  // what does not depend on an axis is done once for all points along it
  const done = operations.reduce(
    (sum, op) => sum + product([...groups, ...copies].map(({ axis, count }) => freeAxes(op).has(axis) ? count : 1)),
    0,
  ) / per;
  const free = REGISTERS[shape.packing] - sums - waiting(work, shape);
  return LOADS * loaded + SPILL * Math.max(0, -free) * sizeOf(copies) + kept(work, shape, Math.max(0, free)) +
    Math.max(
      Math.max(multiplies / 2 * Math.max(1, BUSY / sums), (multiplies + done) / 2),
      loaded / 2,
      (multiplies + loaded + done + LOOP) / WIDTH,
    );
}

/** Registers that hold what is loaded for one copy of a body. */
function waiting({ sums, term: { loads, terms } }: Work, shape: Shape): number {
  const { tile, around } = shape, groups = [...around, ...tile], per = packed(tile, shape);
  // of several terms, much of what one has loaded waits for the next
  if (terms > sums) return WAITING * distinct(loads, groups, shape).wide / per;
  // what does not move along a group waits until that has been gone through, and what moves along all is just used
  const moving = groups.filter(({ count }) => count > 1);
  const sets = Map.groupBy(loads, (load) => moving.findIndex(({ axis }) => !freeAxes(load).has(axis)));
  return [...sets].reduce((sum, [from, loads]) => {
    if (from < 0) return sum + 1;
    const { wide, single } = distinct(loads, moving.slice(from + 1), shape);
    return sum + wide / per + single;
  }, 0);
}

/** Cycles for what one copy of a body loads and a later one reads again, as in windows, beyond so many free registers. */
function kept({ term: { loads } }: Work, shape: Shape, free: number): number {
  const { tile, around, copies } = shape, groups = [...around, ...tile], per = packed(tile, shape);
  const innermost = copies.findLastIndex(({ count }) => count > 1);
  return copies.reduce((sum, { axis, count }, i) => {
    if (count === 1) return sum;
    const again = loads.filter((load) => groups.some((group) => slides(load, group.axis, [axis])));
    if (again.length === 0) return sum;
    const { wide, single } = distinct(again, [...groups, ...copies.slice(i + 1)], shape);
    const share = (i === innermost ? 1 : LATER) * sizeOf(copies.slice(0, i + 1));
    return sum + KEPT * share * Math.max(0, wide / per + single - free);
  }, 0);
}

/** Cycles of a tile beside the sum that does the work. */
function restOf({ core, rest: { loads, operations }, part }: Work, shape: Shape): number {
  const { tile, across } = shape, per = packed(tile, shape), count = sizeOf(tile) / per;
  const { wide, single } = distinct(loads, tile, shape), loaded = wide / per + single;
  const stored = part.assignments.length * count, done = operations * count;
  return (core ? START : LOOP) + (across ? TOTAL * count : 0) +
    Math.max(done / 2, loaded / 2, stored, (done + loaded + stored + LOOP) / WIDTH);
}

/** Whether an access reads along one dimension by an axis and by one of others: the window of a convolution. */
export function slides({ index }: Load, axis: Axis, others: readonly Axis[]): boolean {
  return index.some((i) =>
    i.kind === "affine" && i.terms.some((t) => t.axis === axis) &&
    i.terms.some((t) => t.axis !== axis && others.includes(t.axis))
  );
}

/** Loads of vectors and of single elements that groups of points need, each once. */
function distinct(
  loads: readonly Load[],
  groups: readonly Group[],
  { vectorize, lanes, tile }: Shape,
): { points: number; wide: number; single: number } {
  const found = distinctLoads(loads, groups);
  const vectors = !lanes || tile.some(({ axis, width }) => axis === lanes && width > 1);
  const isWide = ({ index }: Load) =>
    vectors && index.some((i) => i.kind === "affine" && i.terms.some(({ axis }) => axis.name === vectorize));
  const wide = elementsIn(found.elements.filter(({ load }) => isWide(load)));
  return { points: found.points, wide, single: elementsIn(found.elements) - wide };
}
