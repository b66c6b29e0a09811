/**
 * Instructions that only compute: how many values each takes from the stack. Each leaves one there, of which the checker
 * knows nothing. An instruction that is neither here nor known to the checker by name is refused.
 *
 * @module
 */

/** From a code to another one, both included. */
type Range = readonly [first: number, last: number, takes: number];

const RANGES: readonly Range[] = [
  // comparisons of i32, i64, f32, f64
  [0x45, 0x45, 1],
  [0x46, 0x4f, 2],
  [0x50, 0x50, 1],
  [0x51, 0x66, 2],
  // arithmetic of the same
  [0x67, 0x69, 1],
  [0x6a, 0x78, 2],
  [0x79, 0x7b, 1],
  [0x7c, 0x8a, 2],
  [0x8b, 0x91, 1],
  [0x92, 0x98, 2],
  [0x99, 0x9f, 1],
  [0xa0, 0xa6, 2],
  // conversions
  [0xa7, 0xc4, 1],
  [0xfc00, 0xfc07, 1],
  // vectors: splats, lanes, comparisons
  [0xfd0f, 0xfd14, 1],
  [0xfd1b, 0xfd1b, 1],
  [0xfd1c, 0xfd1c, 2],
  [0xfd1f, 0xfd1f, 1],
  [0xfd20, 0xfd20, 2],
  [0xfd37, 0xfd4c, 2],
  // bits; then f32x4, i32x4
  [0xfd4d, 0xfd4d, 1],
  [0xfd4e, 0xfd51, 2],
  [0xfd52, 0xfd52, 3],
  [0xfd67, 0xfd6a, 1],
  [0xfda0, 0xfda1, 1],
  [0xfdab, 0xfdae, 2],
  [0xfdb1, 0xfdb1, 2],
  [0xfdb5, 0xfdb9, 2],
  [0xfde0, 0xfde1, 1],
  [0xfde3, 0xfde3, 1],
  [0xfde4, 0xfdeb, 2],
  [0xfdf8, 0xfdfb, 1],
  // relaxed: multiply-adds, selections of lanes, least and largest
  [0x10105, 0x1010c, 3],
  [0x1010d, 0x10110, 2],
];

/** How many values an instruction takes, by its code. */
export const TAKES: ReadonlyMap<number, number> = new Map(
  RANGES.flatMap(([first, last, takes]) =>
    Array.from({ length: last - first + 1 }, (_, i): [number, number] => [first + i, takes])
  ),
);
