/**
 * What the rounds of a measurement come to.
 *
 * @module
 */

/** Values that differ by more than this share of their median are noisy. */
export const NOISY = 0.1;

/** So many names are a list that is read. */
const FEW = 4;

/** What values of rounds come to. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** From the least to the most, as a share of the median. */
  readonly spread: number;
}

/** The middle one; of an even number, the larger of the two. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** What values come to; there must be one. */
export function summary(values: readonly number[]): Summary {
  const middle = median(values), least = Math.min(...values), most = Math.max(...values);
  return { median: middle, least, most, spread: (most - least) / middle };
}

/** What was measured of something: the values of its rounds, and in how many of them the machine gave less than it can. */
export interface Rounds {
  readonly values: readonly number[];
  readonly slow?: number;
}

/** What is to be said of figures that are no more than a hint: whose rounds differ, or fell into slow phases. */
export function noiseNotes(rows: Readonly<Record<string, Rounds>>): string[] {
  const noisy = Object.entries(rows).filter(([, { values }]) => values.length > 0 && summary(values).spread > NOISY);
  const slow = slowNote(rows);
  return [
    ...noisy.length > 0
      ? [`noisy, spread over ${100 * NOISY} %: ${named(noisy.map(([name]) => name), Object.keys(rows).length)}`]
      : [],
    ...slow === undefined ? [] : [slow],
  ];
}

/** Whose rounds fell into slow phases, if any did. */
export function slowNote(rows: Readonly<Record<string, Rounds>>): string | undefined {
  const slow = Object.entries(rows).filter(([, { slow = 0 }]) => slow > 0);
  if (slow.length === 0) return undefined;
  const each = slow.map(([name, { slow, values }]) => `${name} (${slow} of ${values.length})`);
  return `the machine gave less than it can in rounds of: ${named(each, Object.keys(rows).length)}`;
}

/** Names, or how many where they are all of many. */
const named = (names: readonly string[], all: number) =>
  names.length === all && all > FEW ? `all ${all}` : names.join("; ");
