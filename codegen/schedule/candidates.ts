/**
 * What targets ask of a kernel to propose schedules for it.
 *
 * @module
 */
import { expressions, freeAxes } from "../ir/expr.ts";
import { type Axis, BYTES, type Kernel, LANES, type Load, type Part, type Reduce, strides } from "../ir/ir.ts";
import { lower } from "../lower/lower.ts";
import type { SpreadOf } from "../lower/lowering.ts";
import { type Schedule, ScheduleError } from "./schedule.ts";

/** Threads want at least so many iterations to share. */
const SHARES = 8;

/** Points of an index space. */
export function points(axes: readonly Axis[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

/** All reductions of a part. */
export function reductions({ assignments }: Part): Reduce[] {
  return expressions(...assignments.map(({ value }) => value)).filter((expr) => expr.kind === "reduce");
}

/** The part of a kernel with the most to do, which its schedule is made for. */
export function mainPart({ parts }: Kernel): Part {
  return parts.reduce((a, b) => workIn(a) >= workIn(b) ? a : b);
}

/** Terms of a part's longest sum at all of its points. */
const workIn = (part: Part) => points(part.axes) * Math.max(1, ...reductions(part).map(({ axes }) => points(axes)));

/** Some neighbours along an axis: so many, `width` elements apart. */
export interface Group {
  readonly axis: Axis;
  readonly count: number;
  readonly width: number;
}

/** A load, and how many elements it is the one to read. */
export interface Elements {
  readonly load: Load;
  readonly count: number;
}

/** How many elements loads need for all points of a group of neighbours: each counted once, where several read it. */
export function distinctLoads(
  loads: readonly Load[],
  groups: readonly Group[],
): { points: number; elements: Elements[] } {
  const moves = loads.map((load) => movesOf(load, groups));
  const alone = ({ tensor }: Load, n: number) => loads.every((other, i) => i === n || other.tensor !== tensor);
  const counts = loads.map((load, n) => alone(load, n) ? countAlong(moves[n]) : 0);
  const left = counts.flatMap((count, n) => count === 0 ? [n] : []);
  if (left.length > 0) {
    const found = countPlaces(left.map((n) => loads[n]), left.map((n) => moves[n]));
    for (const [i, n] of left.entries()) counts[n] = found[i];
  }
  return {
    points: groups.reduce((product, { count }) => product * count, 1),
    elements: loads.map((load, n) => ({ load, count: counts[n] })),
  };
}

/** How many elements all loads need together. */
export const elementsIn = (elements: readonly Elements[]) => elements.reduce((sum, { count }) => sum + count, 0);

/** How many places groups lead to that move along one dimension each; 0 where one moves along several. */
function countAlong(moves: readonly Move[]): number {
  let places = 1;
  const done = new Set<number>();
  for (const { steps } of moves) {
    const d = steps.findIndex((step) => step !== 0);
    if (steps.findLastIndex((step) => step !== 0) !== d) return 0;
    if (done.has(d)) continue;
    done.add(d);
    const along = moves.filter((other) => other.steps[d] !== 0);
    places *= along.length === 1 ? along[0].count : countSums(along.map(({ count, steps }) => [count, steps[d]]));
  }
  return places;
}

/** How many different sums there are of so many steps of each kind. */
function countSums(kinds: readonly (readonly [count: number, step: number])[]): number {
  let sums = new Set([0]);
  for (const [count, step] of kinds) {
    const before = sums;
    sums = new Set();
    for (const sum of before) for (let i = 0; i < count; i++) sums.add(sum + i * step);
  }
  return sums.size;
}

/** What {@linkcode countPlaces} has found for loads that begin with one, by those and how they move. */
const placed = new WeakMap<Load, Map<string, readonly number[]>>();
/** Numbers that loads are known by in keys. */
const numbers = new WeakMap<Load, number>();
let loadsSeen = 0;

function numberOf(load: Load): number {
  const number = numbers.get(load) ?? loadsSeen++;
  numbers.set(load, number);
  return number;
}

/** How many places each of some loads is the last one to go to. */
function countPlaces(loads: readonly Load[], moves: readonly Move[][]): readonly number[] {
  const known = placed.get(loads[0]) ?? new Map<string, readonly number[]>();
  placed.set(loads[0], known);
  let key = "";
  for (const [n, load] of loads.entries()) {
    key += `;${numberOf(load)}`;
    for (const { count, steps } of moves[n]) key += `,${count}*${steps.join()}`;
  }
  const counts = known.get(key) ?? goThrough(loads, moves);
  known.set(key, counts);
  return counts;
}

/** The same, by going through all places. */
function goThrough(loads: readonly Load[], moves: readonly Move[][]): number[] {
  const keys = keysOf(loads, moves), last = new Map<number, number>();
  for (const n of loads.keys()) {
    let places = [keys.first[n]];
    for (const { count, steps } of moves[n]) {
      const step = keys.along(steps), before = places;
      places = [];
      for (const place of before) for (let i = 0; i < count; i++) places.push(place + i * step);
    }
    for (const place of places) last.set(place, n);
  }
  const counts = loads.map(() => 0);
  for (const n of last.values()) counts[n]++;
  return counts;
}

/** How a load's index moves along a group, in each dimension. */
interface Move {
  readonly count: number;
  readonly steps: readonly number[];
}

const moving = new WeakMap<Load, ReadonlyMap<Axis, readonly number[]>>();

/** What one step along each axis adds to the index of a load, in each dimension; other axes add nothing. */
function stepsOf(load: Load): ReadonlyMap<Axis, readonly number[]> {
  const known = moving.get(load);
  if (known) return known;
  const axes = load.index.flatMap((i) => i.kind === "load" ? [] : i.terms.map(({ axis }) => axis));
  const steps = new Map(axes.map((axis) => [
    axis,
    load.index.map((i) => i.kind === "load" ? 0 : i.terms.find((term) => term.axis === axis)?.coefficient ?? 0),
  ]));
  moving.set(load, steps);
  return steps;
}

/** What groups add to the index of a load; those along other axes load the same. */
function movesOf(load: Load, groups: readonly Group[]): Move[] {
  const steps = stepsOf(load), moves: Move[] = [];
  for (const { axis, count, width } of groups) {
    const one = count === 1 ? undefined : steps.get(axis);
    if (one?.some((step) => step !== 0)) moves.push({ count, steps: width === 1 ? one : one.map((s) => width * s) });
  }
  return moves;
}

/** A number for each element that some loads touch: where each begins, and what it grows by when an index moves. */
function keysOf(
  loads: readonly Load[],
  moves: readonly Move[][],
): { readonly first: readonly number[]; along(steps: readonly number[]): number } {
  const tensors = [...new Set(loads.map(({ tensor }) => tensor))];
  const constants = loads.map(({ index }) => index.map((i) => i.kind === "load" ? 0 : i.constant));
  // as many digits as an index may take values, in each dimension
  const digits = Array.from({ length: Math.max(0, ...constants.map(({ length }) => length)) }, (_, d) => {
    let low = 0, high = 0;
    for (const [n, at] of constants.entries()) {
      let [least, most] = [at[d] ?? 0, at[d] ?? 0];
      for (const { count, steps } of moves[n]) {
        const reach = (count - 1) * (steps[d] ?? 0);
        if (reach > 0) most += reach;
        else least += reach;
      }
      [low, high] = [Math.min(low, least), Math.max(high, most)];
    }
    return high - low + 1;
  });
  const along = (steps: readonly number[]) =>
    steps.reduceRight(([sum, weight], step, d): [number, number] => [sum + step * weight, weight * digits[d]], [
      0,
      tensors.length,
    ] as [number, number])[0];
  return { first: constants.map((at, n) => along(at) + tensors.indexOf(loads[n].tensor)), along };
}

/** No tile, nothing unrolled: what threads share, or, with `grids`, a grid of all points. */
export function plainLoops(kernel: Kernel, grids = false): Schedule {
  return grids ? { grid: gridAxes(kernel) } : withThreads(kernel, {});
}

/** The axes of all parts, as a grid has them. */
export function gridAxes({ parts }: Kernel): string[] {
  return [...new Set(parts.flatMap(({ axes }) => axes.map(({ name }) => name)))];
}

/**
 * Adds the axis threads share: the first one that gives each thread enough, or else the longest. All parts have it, but
 * for such as are less than an iteration, which the thread with the last one does.
 */
export function withThreads(kernel: Kernel, schedule: Schedule): Schedule {
  const shared = kernel.parts[0].axes.filter((axis) => isShared(kernel, axis));
  const shares = ({ name, extent }: Axis) => {
    const width = name === schedule.vectorize && extent >= LANES ? LANES : 1;
    return Math.floor(extent / (Math.min(Math.floor(extent / width), schedule.tile?.[name] ?? 1) * width));
  };
  const axis = shared.find((axis) => shares(axis) >= SHARES) ??
    shared.reduce<Axis | undefined>((a, b) => a && shares(a) >= shares(b) ? a : b, undefined);
  return axis && shares(axis) > 1 ? { ...schedule, parallel: axis.name } : schedule;
}

/** Whether all parts have an axis, or are together no more than one of its iterations. */
function isShared({ parts }: Kernel, { name, extent }: Axis): boolean {
  const own = parts.filter(({ axes }) => axes.some((axis) => axis.name === name)),
    others = parts.filter((part) => !own.includes(part));
  return own.every(({ axes }) => axes.some((axis) => axis.name === name && axis.extent === extent)) &&
    total(others) * extent <= total(own);
}

/** What some parts do. */
const total = (parts: readonly Part[]) => parts.reduce((sum, part) => sum + workIn(part), 0);

/** Whether every access moves by one element of four bytes along an axis, or not at all: quicker than to lower it. */
export function contiguous({ parts, tensors }: Kernel, name: string): boolean {
  const steps = (tensor: string, index: Load["index"]) => {
    const stride = strides(tensors[tensor]);
    let step = 0;
    for (const [d, i] of index.entries()) {
      if (i.kind === "load") {
        if ([...freeAxes(i)].some((axis) => axis.name === name)) return false;
      } else for (const { axis, coefficient } of i.terms) if (axis.name === name) step += coefficient * stride[d];
    }
    return step === 0 || (step === 1 && BYTES[tensors[tensor].dtype] === 4);
  };
  return parts.every(({ assignments }) =>
    assignments.every(({ tensor, index }) => steps(tensor, index)) &&
    expressions(...assignments.map(({ value }) => value)).every((e) => e.kind !== "load" || steps(e.tensor, e.index))
  );
}

/** Whether a schedule can be carried out. */
export function fits(kernel: Kernel, schedule: Schedule, spread?: SpreadOf): boolean {
  try {
    lower(kernel, schedule, spread);
    return true;
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}
