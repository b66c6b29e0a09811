/**
 * Places in one memory for tensors that are in use at different times.
 *
 * @module
 */
import { BYTES } from "../../ir/ir.ts";
import type { PlannedTensor } from "../plan.ts";
import { type Lives, liveTogether } from "./lives.ts";
import { LINE, lineFrom } from "./lines.ts";

/** Where some tensors begin, by name, and where the last one ends. */
export interface Places {
  readonly offsets: ReadonlyMap<string, number>;
  readonly end: number;
}

/**
 * Gives tensors their places from a byte on. Two that are never in use together may lie in the same bytes. Halos must stay
 * the zeros that memory begins with, so only those whose zeros come at the same distances share any: a part of the memory
 * is for each kind.
 *
 * @param from a multiple of a line.
 */
export function shareMemory(
  tensors: readonly PlannedTensor[],
  lives: ReadonlyMap<string, Lives>,
  from: number,
): Places {
  const offsets = new Map<string, number>();
  let end = from;
  for (const [zeros, alike] of Map.groupBy(tensors, zerosOf)) {
    const period = zeros === "" ? LINE : commonMultiple(LINE, periodOf(alike[0])), begin = end;
    for (const [tensor, place] of packed(alike, lives, period)) {
      offsets.set(tensor.name, begin + place);
      end = Math.max(end, begin + lineFrom(place + tensor.bytes));
    }
  }
  return { offsets, end };
}

/**
 * The largest first, each as far in front as no other is in its way: on the nets of the suite that takes at most 1.03
 * times what is in use at once.
 */
function packed(
  tensors: readonly PlannedTensor[],
  lives: ReadonlyMap<string, Lives>,
  period: number,
): Map<PlannedTensor, number> {
  const places = new Map<PlannedTensor, number>();
  // by address
  const sorted: PlannedTensor[] = [];
  for (const tensor of tensors.toSorted((a, b) => b.bytes - a.bytes)) {
    const own = lives.get(tensor.name)!;
    let place = 0;
    for (const other of sorted) {
      if (places.get(other)! >= place + tensor.bytes) break;
      if (!liveTogether(own, lives.get(other.name)!)) continue;
      place = Math.max(place, roundUp(places.get(other)! + other.bytes, period));
    }
    places.set(tensor, place);
    const behind = sorted.findIndex((other) => places.get(other)! > place);
    sorted.splice(behind < 0 ? sorted.length : behind, 0, tensor);
  }
  return places;
}

/** The dimensions from the outermost one with a halo on: that of tensors of one text repeats itself in the same way. */
function zerosOf({ dtype, shape, halo }: PlannedTensor): string {
  const d = firstPadded(halo);
  return d < 0 ? "" : JSON.stringify([BYTES[dtype], shape.slice(d), halo.slice(d)]);
}

/** Bytes after which zeros repeat themselves. */
function periodOf({ dtype, shape, halo }: PlannedTensor): number {
  const d = firstPadded(halo);
  return shape.slice(d).reduce((bytes, extent, i) => bytes * (extent + halo[d + i][0] + halo[d + i][1]), BYTES[dtype]);
}

function firstPadded(halo: PlannedTensor["halo"]): number {
  return halo.findIndex(([before, after]) => before + after > 0);
}

function roundUp(bytes: number, multiple: number): number {
  return Math.ceil(bytes / multiple) * multiple;
}

function commonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => y === 0 ? x : divisor(y, x % y);
  return a / divisor(a, b) * b;
}
