/**
 * That every element of an output is written exactly once, and its halo never.
 *
 * @module
 */
import { type LoopNest, type Offset, strides, type TensorType } from "../../ir/ir.ts";
import { VerifyError } from "../error.ts";
import { rowLength } from "./bounds.ts";
import type { Meanings, Store } from "./known.ts";

/** How an index moves along one loop. */
interface Walk {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Where stores write that move along the same loops, the longest strides first: a run of elements from each place on. */
interface Runs {
  readonly first: number;
  readonly length: number;
  readonly walks: readonly Walk[];
}

type Fail = (what: string) => VerifyError;

/**
 * Goes through all elements that are stored. Of a tensor with a row for each step these are the elements of the step's row.
 *
 * @throws {VerifyError} when an element is written twice or not at all, or a halo is written.
 */
export function proveWrites({ name, tensors }: LoopNest, tensor: string, stores: readonly Store[]): void {
  const type = tensors[tensor], taken = new Bits(rowLength(type));
  const fail = (what: string) => new VerifyError(`${name}: ${what}`);
  // what is written is then found where the halo is taken already
  takeHalo(type, taken);
  let writes = 0;
  for (const { first, length, walks } of runsOf(tensor, stores, fail)) {
    eachPlace(first, walks, (place) => {
      const again = taken.take(place, length);
      if (again === undefined) return;
      throw fail(
        inHalo(type, again) ? `the halo of ${tensor} is written` : `element ${again} of ${tensor} is written twice`,
      );
    });
    writes += walks.reduce((product, { count }) => product * count, length);
  }
  const elements = type.shape.reduce((product, extent) => product * rowExtent(extent), 1);
  if (writes !== elements) throw fail(`${writes} of ${elements} elements of ${tensor} are written`);
}

/** Which elements are taken: a bit for each. */
class Bits {
  readonly #words: Uint32Array;

  constructor(length: number) {
    this.#words = new Uint32Array(Math.ceil(length / 32));
  }

  /** Takes a run of elements, unless one of them is taken: returns that. */
  take(from: number, length: number): number | undefined {
    const words = this.#words, to = from + length;
    for (let at = from; at < to;) {
      const bit = at & 31, count = Math.min(32 - bit, to - at), mask = (count === 32 ? -1 : (1 << count) - 1) << bit;
      const again = words[at >>> 5] & mask;
      if (again !== 0) return at - bit + 31 - Math.clz32(again & -again);
      words[at >>> 5] |= mask;
      at += count;
    }
  }
}

/** Stores that move along the same loops and write neighbours, as runs. */
function runsOf(tensor: string, stores: readonly Store[], fail: Fail): Runs[] {
  const alike = new Map<string, { walks: Walk[]; places: number[] }>();
  for (const { offset, meanings } of stores) {
    const walks = walksOf(tensor, offset, meanings, fail);
    proveMoved(tensor, offset, meanings, fail);
    const key = walks.map(({ start, step, count }) => `${start} ${step} ${count}`).join();
    const { places } = alike.get(key) ?? alike.set(key, { walks, places: [] }).get(key)!;
    places.push(offset.constant);
  }
  return [...alike.values()].flatMap(({ walks, places }) => {
    places.sort((a, b) => a - b);
    const begins = places.flatMap((place, i) => i === 0 || place !== places[i - 1] + 1 ? [i] : []);
    const lengths = begins.map((begin, i) => (begins[i + 1] ?? places.length) - begin);
    const all = { walks, length: lengths[0] };
    if (lengths.some((length) => length !== all.length)) {
      return begins.map((begin, i) => joined({ first: places[begin], length: lengths[i], walks }));
    }
    return evenly(begins.map((begin) => places[begin]), all).map(joined);
  });
}

/**
 * Runs of one length from some places on, the copies of a loop's body: where the places are at equal distances, or blocks
 * of such, they are one run that one more loop moves. It takes the same elements as often.
 */
function evenly(firsts: readonly number[], all: Omit<Runs, "first">): Runs[] {
  if (firsts.length === 1) return [{ first: firsts[0], ...all }];
  const step = firsts[1] - firsts[0], end = firsts.findIndex((first, i) => first !== firsts[0] + i * step);
  const count = end < 0 ? firsts.length : end;
  const even = firsts.length % count === 0 &&
    firsts.every((first, i) => first === firsts[i - i % count] + i % count * step);
  if (!even) return firsts.map((first) => ({ first, ...all }));
  const walks = [...all.walks, { start: 0, step, count }].sort((a, b) => b.step - a.step);
  return evenly(firsts.filter((_, i) => i % count === 0), { ...all, walks });
}

/** Runs along which a loop goes on where one ends: the loop makes them longer. */
function joined({ first, length, walks }: Runs): Runs {
  const last = walks.at(-1);
  return last && (last.step === length || last.count === 1)
    ? joined({ first: first + last.start, length: length * last.count, walks: walks.slice(0, -1) })
    : { first, length, walks };
}

/** The loops that move an index, the longest strides first. */
function walksOf(tensor: string, { terms }: Offset, meanings: Meanings, fail: Fail): Walk[] {
  const isGiven = ({ variable }: Offset["terms"][number]) => ["row", "begin"].includes(meanings.get(variable)!.kind);
  return terms.filter((term) => !isGiven(term)).map(({ variable, coefficient }) => {
    const meaning = meanings.get(variable)!;
    if (meaning.kind !== "loop") throw fail(`${tensor} is written at an index that was loaded`);
    const { from, step, count } = meaning.loop;
    return { start: coefficient * from, step: coefficient * step, count };
  }).sort((a, b) => b.step - a.step);
}

/** A loop that does not move a store would repeat it. */
function proveMoved(tensor: string, offset: Offset, meanings: Meanings, fail: Fail): void {
  const moved = new Set(offset.terms.map(({ variable }) => variable));
  for (const [variable, meaning] of meanings) {
    if (meaning.kind === "loop" && meaning.loop.count > 1 && !moved.has(variable)) {
      throw fail(`${tensor} is written once for every ${variable}`);
    }
  }
}

/** Calls with each place that loops move a first one to. */
function eachPlace(first: number, walks: readonly Walk[], visit: (place: number) => void): void {
  const go = (d: number, at: number) => {
    if (d === walks.length) return visit(at);
    const { start, step, count } = walks[d];
    for (let i = 0, place = at + start; i < count; i++, place += step) go(d + 1, place);
  };
  go(0, first);
}

/** Takes the elements of a halo: what lies before and behind each dimension's own. */
function takeHalo(type: TensorType, taken: Bits): void {
  const { shape, halo } = type, stride = strides(type);
  const innermost = halo.findLastIndex(([before, after]) => before + after > 0);
  const visit = (d: number, at: number) => {
    if (d > innermost) return;
    const [before, after] = halo[d], own = at + before * stride[d], behind = own + rowExtent(shape[d]) * stride[d];
    taken.take(at, own - at);
    for (let place = own; place < behind; place += stride[d]) visit(d + 1, place);
    taken.take(behind, after * stride[d]);
  };
  visit(0, 0);
}

/** Whether an element lies in the halo. */
function inHalo(type: TensorType, element: number): boolean {
  return strides(type).some((stride, d) => {
    const [before, after] = type.halo[d], extent = rowExtent(type.shape[d]);
    const i = Math.floor(element / stride) % (before + extent + after) - before;
    return i < 0 || i >= extent;
  });
}

/** Of the run's rows a step has one. */
const rowExtent = (extent: number) => extent === Infinity ? 1 : extent;
