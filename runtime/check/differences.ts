/**
 * How far results are apart, and how far rounding may bring them.
 *
 * @module
 */
import { expressions } from "../../codegen/ir/expr.ts";
import type { Storage } from "../../codegen/ir/interpret.ts";
import type { Kernel } from "../../codegen/ir/ir.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { VerifyRow } from "./row.ts";

/** Some elements of tensors, by symbol. */
export type Places = Readonly<Record<string, readonly number[]>>;

/**
 * How far each element of a kernel's outputs moves, for a relative change of 1 of all that the kernel reads, by a slope:
 * what rounding does to a number that hangs on a small difference of large ones, such as one divided by a deviation.
 */
export type Moves = () => Readonly<Record<string, Float64Array>>;

/**
 * What a kernel wrote against what it should have.
 *
 * @param options.places the only elements of its outputs that are compared.
 * @param options.moves asked where an element is further away than data of size 1 explain.
 */
export function compareStorages(
  kernel: Kernel,
  found: Readonly<Record<string, Storage>>,
  expected: Readonly<Record<string, Storage>>,
  target: Target,
  { places, moves }: { readonly places?: Places; readonly moves?: Moves } = {},
): VerifyRow {
  // roundings of a sum of random data add up like a random walk: 8 times the root of their number is as good as never
  // exceeded (Higham and Mary, SIAM J. Sci. Comput. 41, A2815), and their number never
  const length = longestReduction(kernel), roundings = Math.min(length, 8 * Math.sqrt(length));
  let error = 0, tolerance = 0, excess = -Infinity, cases = 0, of = 0;
  const written = new Set(kernel.parts.flatMap(({ assignments }) => assignments.map(({ tensor }) => tensor)));
  for (const [symbol, { dtype }] of Object.entries(kernel.tensors)) {
    const some = places?.[symbol];
    const at = <Of extends Storage>(all: Of) => some ? Float64Array.from(some, (place) => all[place]) : all;
    const [values, right] = [at(found[symbol]), at(expected[symbol])];
    // what is only read must stay as it was: a store to a wrong place need not trap
    const allowed = dtype === "f32" && written.has(symbol)
      // of what is stored, and of the data it is made of, which is of size 1
      ? (largestOf(right) + 1) * (roundings * target.epsilon.sum + target.epsilon.store)
      : 0;
    let worst = values.constructor === right.constructor && sameBits(values, right)
      ? 0
      : largestDifference(values, right);
    if (written.has(symbol)) [cases, of] = [cases + values.length, of + found[symbol].length];
    else if (worst === 0) continue;
    let own = allowed;
    if (moves && allowed > 0 && Number.isFinite(worst) && worst > allowed) {
      const slopes = at(moves()[symbol]);
      [worst, own] = furthest(values, right, (i) => allowed + roundings * target.epsilon.sum * slopes[i]);
    }
    if (worst - own > excess) [excess, error, tolerance] = [worst - own, worst, own];
  }
  return { check: kernel.name, cases, ...cases < of && { of }, error, tolerance, ok: excess <= 0 };
}

/** Iterations of the longest reduction, nested ones multiplied. */
export function longestReduction({ parts }: Kernel): number {
  const reductions = parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)))
    .filter((expr) => expr.kind === "reduce");
  return Math.max(1, ...reductions.map(({ axes }) => axes.reduce((product, { extent }) => product * extent, 1)));
}

/** The largest size of what is finite; what is not must be just that. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest;
}

/** The difference that is furthest beyond what is allowed there, and that. */
function furthest(a: Storage, b: Storage, allowedAt: (i: number) => number): [difference: number, allowed: number] {
  let worst = 0, most = -Infinity;
  for (let i = 0; i < a.length; i++) {
    const beyond = Math.abs(a[i] - b[i]) - allowedAt(i);
    if (beyond > most) [most, worst] = [beyond, i];
  }
  return [Math.abs(a[worst] - b[worst]), allowedAt(worst)];
}

/** NaN differs from all but NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (difference > worst) worst = difference;
    // of two infinities too
    else if (Number.isNaN(difference) && !Object.is(a[i], b[i])) return Infinity;
  }
  return worst;
}

/** Whether two storages of one type have the same bits. */
function sameBits(a: Storage, b: Storage): boolean {
  if (a.byteLength !== b.byteLength || a.BYTES_PER_ELEMENT < 4) return false;
  const [left, right] = [a, b].map(({ buffer, byteOffset, byteLength }) =>
    new Uint32Array(buffer, byteOffset, byteLength / 4)
  );
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
