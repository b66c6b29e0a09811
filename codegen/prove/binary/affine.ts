/**
 * What the checker of binaries knows of a number: that it is a sum of unknowns, each times a constant, and how large each
 * unknown may be. Whole numbers, exact, whatever the machine's 32 bits make of them.
 *
 * @module
 */

/** A number that is not known, but between which it lies. */
export interface Unknown {
  readonly id: number;
  readonly low: number;
  readonly high: number;
  /** What it is, where its bounds are the run's. */
  readonly means?: string;
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
  const constant = a.constant + factor * b.constant;
  if (b.terms.length === 0) return { constant, terms: a.terms };
  if (a.terms.length === 0 && factor === 1) return { constant, terms: b.terms };
  const terms: (readonly [Unknown, number])[] = [];
  let i = 0, j = 0;
  while (i < a.terms.length || j < b.terms.length) {
    const x = a.terms[i], y = b.terms[j];
    if (y === undefined || x !== undefined && x[0].id < y[0].id) terms.push(x), i++;
    else if (x === undefined || y[0].id < x[0].id) terms.push([y[0], factor * y[1]]), j++;
    else {
      if (x[1] + factor * y[1] !== 0) terms.push([x[0], x[1] + factor * y[1]]);
      i++, j++;
    }
  }
  return { constant, terms };
}

/** `factor * a`. */
export function times(a: Affine, factor: number): Affine {
  if (factor === 0) return known(0);
  return { constant: factor * a.constant, terms: a.terms.map(([unknown, by]) => [unknown, factor * by]) };
}

/** Least and largest value. */
export function rangeOf({ constant, terms }: Affine): readonly [low: number, high: number] {
  let low = constant, high = constant;
  for (const [unknown, factor] of terms) {
    low += factor * (factor > 0 ? unknown.low : unknown.high);
    high += factor * (factor > 0 ? unknown.high : unknown.low);
  }
  return [low, high];
}

/** Whether two are the same number, whatever the unknowns are. */
export function same(a: Affine, b: Affine): boolean {
  return a.constant === b.constant && a.terms.length === b.terms.length &&
    a.terms.every(([unknown, factor], i) => unknown === b.terms[i][0] && factor === b.terms[i][1]);
}

/** Whether all its numbers leave the same rest when they are divided by `step`. */
export const isMultiple = ({ terms }: Affine, step: number): boolean =>
  terms.every(([, factor]) => factor % step === 0);
