/**
 * That an access lies inside its tensor, for all iterations.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../../ir/affine.ts";
import { LANES, type Offset, strides, type TensorType } from "../../ir/ir.ts";
import type { Meanings, Proof } from "./known.ts";

/** An index in terms of loops and loaded integers. */
export function expand(offset: Offset, meanings: Meanings, proof: Proof): Offset {
  return sumOffsets(
    [constantOffset(offset.constant), 1],
    ...offset.terms.map(({ variable, coefficient }) => {
      const meaning = meanings.get(variable);
      if (!meaning) throw proof.fail(`${variable} is not defined`);
      const itself = { constant: 0, terms: [{ variable, coefficient: 1 }] };
      return [meaning.kind === "derived" ? expand(meaning.offset, meanings, proof) : itself, coefficient] as const;
    }),
  );
}

/** Smallest and largest value of an index of `tensor`, expanded. */
export function rangeOf(
  tensor: string,
  { constant, terms }: Offset,
  meanings: Meanings,
  { fail }: Proof,
): [low: number, high: number] {
  let low = constant, high = constant;
  for (const { variable, coefficient } of terms) {
    const meaning = meanings.get(variable)!;
    const range = meaning.kind === "loop"
      ? [meaning.loop.from, meaning.loop.from + (meaning.loop.count - 1) * meaning.loop.step]
      : meaning.kind === "below"
      ? [0, meaning.limit - 1]
      : undefined;
    if (!range) throw fail(`nothing is known of ${variable}, which is in an index of ${tensor}`);
    low += Math.min(coefficient * range[0], coefficient * range[1]);
    high += Math.max(coefficient * range[0], coefficient * range[1]);
  }
  return [low, high];
}

/** An access to so many elements from an index on, in terms of loops and loaded integers, proven to lie inside. */
export function proveAccess(tensor: string, raw: Offset, elements: number, meanings: Meanings, proof: Proof): Offset {
  const { nest, signed, fail } = proof, type = nest.tensors[tensor];
  if (!type) throw fail(`tensor ${tensor} is not defined`);
  const offset = expand(raw, meanings, proof), row = rowLength(type);
  const isRow = ({ variable, coefficient }: Offset["terms"][number]) => {
    const meaning = meanings.get(variable)!;
    return meaning.kind === "row" && meaning.of === type.rows && coefficient === row;
  };
  const isBegin = ({ variable, coefficient }: Offset["terms"][number]) => {
    const meaning = meanings.get(variable)!;
    return meaning.kind === "begin" && meaning.of === tensor && coefficient === 1;
  };
  const begins = offset.terms.filter(isBegin).length;
  if (begins !== (nest.begins?.[tensor] === undefined ? 0 : 1)) throw fail(`${tensor} is accessed from elsewhere on`);
  const within = { ...offset, terms: offset.terms.filter((term) => !isRow(term) && !isBegin(term)) };
  if (begins > 0) proveOwnRow(tensor, within, elements, meanings, proof);
  const [low, first] = rangeOf(tensor, within, meanings, proof), high = first + elements - 1;
  const rows = offset.terms.filter(isRow).length;
  if (type.rows !== undefined && rows !== 1) throw fail(`${tensor} is not accessed by one row number`);
  if (low < 0 || high >= row) {
    throw fail(`an access to ${tensor} reaches from ${low} to ${high}, and it has ${row} elements`);
  }
  // addresses are unsigned: only a constant may be added to them, and none that brings them back from below 0
  if (!signed && low < raw.constant) {
    throw fail(`an index of ${tensor} is ${low - raw.constant} before its constant is added`);
  }
  return offset;
}

/**
 * That an access goes along the outermost dimension as the loop does that threads share, so that a part of its iterations
 * touches only these rows of the tensor.
 */
function proveOwnRow(
  tensor: string,
  { constant, terms }: Offset,
  elements: number,
  meanings: Meanings,
  proof: Proof,
): void {
  const { nest, fail } = proof, [row] = strides(nest.tensors[tensor]);
  const isShared = ({ variable }: Offset["terms"][number]) => {
    const meaning = meanings.get(variable)!;
    return meaning.kind === "loop" && meaning.shared === true;
  };
  const shared = terms.filter(isShared), others = { constant, terms: terms.filter((term) => !isShared(term)) };
  const [low, high] = rangeOf(tensor, others, meanings, proof);
  if (
    !nest.parallel || shared.length !== 1 || shared[0].coefficient !== row || low < 0 ||
    high + elements - 1 >= row * nest.parallel.step
  ) throw fail(`${tensor} is in scratch memory, and another row than the thread's own is accessed`);
}

/** Whether an expanded index is always a multiple of four. */
export function isAligned({ constant, terms }: Offset, meanings: Meanings): boolean {
  let first = constant;
  for (const { variable, coefficient } of terms) {
    const meaning = meanings.get(variable)!;
    if (meaning.kind !== "loop" || coefficient * meaning.loop.step % LANES !== 0) return false;
    first += coefficient * meaning.loop.from;
  }
  return first % LANES === 0;
}

/** Elements of the storage, or of one row of it where the rows are the run's. */
export function rowLength({ shape, halo }: TensorType): number {
  return shape.reduce(
    (product, extent, d) => extent === Infinity ? product : product * (extent + halo[d][0] + halo[d][1]),
    1,
  );
}
