/**
 * What is known of a number: it is a sum of unknowns, each times a constant, and each unknown has a range. Whole numbers,
 * whatever the machine's 32 bits make of them.
 *
 * @module
 */

/** A number that is not known, but from 0 to `high`. */
export interface Unknown {
  readonly id: number;
  readonly high: number;
  /** What it is, where an address may only be this much behind it: where a table begins, the step, a sample. */
  readonly means?: string;
  /** It was loaded from there, and `high` holds as long as what is stored there keeps to it. */
  readonly from?: string;
}

/** `constant + sum of factor * unknown`; unknowns in the order of their ids, no factor 0. */
export interface Affine {
  readonly constant: number;
  readonly terms: readonly (readonly [unknown: Unknown, factor: number])[];
}

/** A constant. */
export const known = (constant: number): Affine => ({ constant, terms: [] });
/** An unknown by itself. */
export const single = (unknown: Unknown): Affine => ({ constant: 0, terms: [[unknown, 1]] });

/** `a + factor * b`. */
export function plus(a: Affine, b: Affine, factor = 1): Affine {
  const constant = a.constant + factor * b.constant, terms: (readonly [Unknown, number])[] = [];
  if (b.terms.length === 0) return { constant, terms: a.terms };
  let i = 0, j = 0;
  while (i < a.terms.length || j < b.terms.length) {
    const x = a.terms[i], y = b.terms[j];
    if (!y || x && x[0].id < y[0].id) terms.push(x), i++;
    else if (!x || y[0].id < x[0].id) terms.push([y[0], factor * y[1]]), j++;
    else {
      if (x[1] + factor * y[1] !== 0) terms.push([x[0], x[1] + factor * y[1]]);
      i++, j++;
    }
  }
  return { constant, terms };
}

/** `factor * a`. */
export function times({ constant, terms }: Affine, factor: number): Affine {
  return factor === 0 ? known(0) : { constant: factor * constant, terms: terms.map(([u, by]) => [u, factor * by]) };
}

/** Least and largest value. Sums of one sign only: what is too large to be exact is too large for any memory, too. */
export function rangeOf({ constant, terms }: Affine): readonly [low: number, high: number] {
  let low = constant, high = constant;
  for (const [unknown, factor] of terms) {
    if (factor < 0) low += factor * unknown.high;
    else high += factor * unknown.high;
  }
  return [low, high];
}

/** Whether two are the same number, whatever the unknowns are. */
export function same(a: Affine, b: Affine): boolean {
  return a.constant === b.constant && a.terms.length === b.terms.length &&
    a.terms.every(([unknown, factor], i) => unknown === b.terms[i][0] && factor === b.terms[i][1]);
}

/** Whether all its values leave the same rest when they are divided by `step`. */
export const isSpaced = ({ terms }: Affine, step: number): boolean => terms.every(([, factor]) => factor % step === 0);
