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

/**
 * Goes through all elements that are stored. Of a tensor with a row for each step these are the elements of the step's row.
 *
 * @throws {VerifyError} when an element is written twice or not at all, or a halo is written.
 */
export function proveWrites({ name, tensors }: LoopNest, tensor: string, stores: readonly Store[]): void {
  const type = tensors[tensor], written = new Uint8Array(rowLength(type));
  const fail = (what: string) => new VerifyError(`${name}: ${what}`);
  let writes = 0;
  for (const { offset, meanings } of stores) {
    const walks = walksOf(tensor, offset, meanings, fail);
    proveMoved(tensor, offset, meanings, fail);
    writes += markWritten(tensor, offset.constant, walks, written, fail);
  }
  const elements = type.shape.reduce((product, extent) => extent === Infinity ? product : product * extent, 1);
  if (writes !== elements) throw fail(`${writes} of ${elements} elements of ${tensor} are written`);
  const bare = type.halo.every(([before, after]) => before + after === 0);
  if (!bare && writtenInside(type, written) !== elements) throw fail(`the halo of ${tensor} is written`);
}

type Fail = (what: string) => VerifyError;

/** The loops that move an index, the longest strides first. */
function walksOf(tensor: string, { terms }: Offset, meanings: Meanings, fail: Fail): Walk[] {
  return terms.filter(({ variable }) => meanings.get(variable)!.kind !== "row").map(({ variable, coefficient }) => {
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

/** Marks the elements that a store writes, and counts them. */
function markWritten(tensor: string, first: number, walks: readonly Walk[], written: Uint8Array, fail: Fail): number {
  let writes = 0;
  const visit = (d: number, at: number) => {
    if (d === walks.length) {
      if (written[at]++) throw fail(`element ${at} of ${tensor} is written twice`);
      writes++;
      return;
    }
    const { start, step, count } = walks[d];
    if (d < walks.length - 1) {
      for (let i = 0; i < count; i++) visit(d + 1, at + start + i * step);
      return;
    }
    for (let i = 0, place = at + start; i < count; i++, place += step) {
      if (written[place]++) throw fail(`element ${place} of ${tensor} is written twice`);
    }
    writes += count;
  };
  visit(0, first);
  return writes;
}

/** How many elements outside of the halo are written. */
function writtenInside(type: TensorType, written: Uint8Array): number {
  const { shape, halo } = type, stride = strides(type);
  const count = (d: number, at: number): number =>
    d === stride.length
      ? written[at]
      : Array.from({ length: shape[d] }, (_, i) => count(d + 1, at + (i + halo[d][0]) * stride[d])).reduce(
        (a, b) => a + b,
        0,
      );
  return count(0, 0);
}
