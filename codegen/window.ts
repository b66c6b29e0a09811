/**
 * The geometry of sliding windows: what convolution and pooling share.
 *
 * @module
 */
import { InputError } from "./error.ts";
import type { Affine, Axis } from "./ir.ts";
import { axis, plus, times } from "./notation.ts";

/** A number for both dimensions, or [height, width]. */
export type Pair = readonly [number, number];

/** `value` for height and width. */
export function pair(value: number | readonly number[]): Pair {
  return typeof value === "number" ? [value, value] : [value[0], value[1]];
}

/**
 * Positions of a window along one dimension: `floor((input + 2 padding - kernel) / stride) + 1`.
 *
 * @throws {InputError} when the window is larger than the padded input.
 */
export function windowCount(input: number, kernel: number, stride: number, padding: number, what: string): number {
  if (kernel > input + 2 * padding) {
    throw new InputError(
      `its kernel is ${kernel} ${what}, but its input has only ${input}${
        padding ? ` and ${padding} of padding on each side` : ""
      }; make the kernel smaller`,
    );
  }
  return Math.floor((input + 2 * padding - kernel) / stride) + 1;
}

/**
 * The input positions `stride * q + residue`, q < positions, of one residue. Each is covered by `taps` windows:
 * window `q + shift - t` reaches it with its element `first + stride * t`, for t < taps.
 */
interface Phase {
  readonly residue: number;
  readonly positions: number;
  readonly first: number;
  readonly shift: number;
  readonly taps: number;
}

/**
 * The inverse of a sliding window along one dimension, which gradients with respect to an input need:
 * for each residue of the position modulo the stride, which windows cover it. Windows before the first or after the
 * last one are named too; their gradient is to be read as 0.
 */
function phases(input: number, kernel: number, stride: number, padding: number): Phase[] {
  const found: Phase[] = [];
  for (let residue = 0; residue < Math.min(stride, input); residue++) {
    const first = (residue + padding) % stride;
    found.push({
      residue,
      positions: Math.ceil((input - residue) / stride),
      first,
      shift: (residue + padding - first) / stride,
      taps: Math.max(0, Math.ceil((kernel - first) / stride)),
    });
  }
  return found;
}

/** Input positions that are computed together, with the windows that cover each. */
export interface Covered {
  /** Over rows and columns. */
  readonly i: Axis;
  readonly j: Axis;
  readonly positions: readonly {
    /** Row and column. */
    readonly at: readonly [Affine, Affine];
    /** Over `axes`: the windows' row and column, and the element of the window that lies there. */
    readonly windows?: {
      readonly axes: readonly Axis[];
      readonly index: readonly [Affine, Affine];
      readonly tap: readonly [Affine, Affine];
    };
  }[];
}

/**
 * The inverse of a sliding window in both dimensions of [n, c, h, w]. Positions of residues with equally many rows and columns
 * share one index space, so that one part can write them.
 */
export function coveringWindows(
  shape: readonly number[],
  kernel: Pair,
  stride: Pair,
  padding: Pair = [0, 0],
): Covered[] {
  const groups = new Map<string, Covered & { positions: Covered["positions"][number][] }>();
  const known = new Map<string, Axis>();
  // one tap needs no axis
  const over = (name: string, taps: number) => {
    const key = `${name}${taps}`;
    if (taps > 1 && !known.has(key)) known.set(key, axis(name, taps));
    return taps > 1 ? [known.get(key)!] : [];
  };
  for (const row of phases(shape[2], kernel[0], stride[0], padding[0])) {
    for (const column of phases(shape[3], kernel[1], stride[1], padding[1])) {
      const key = `${row.positions} ${column.positions}`;
      const group = groups.get(key) ?? { i: axis("i", row.positions), j: axis("j", column.positions), positions: [] };
      groups.set(key, group);
      const { i, j } = group;
      const at = [plus(times(i, stride[0]), row.residue), plus(times(j, stride[1]), column.residue)] as const;
      if (row.taps * column.taps === 0) {
        group.positions.push({ at });
        continue;
      }
      const t = over("t", row.taps), u = over("u", column.taps);
      group.positions.push({
        at,
        windows: {
          axes: [...t, ...u],
          index: [
            plus(i, row.shift, ...t.map((t) => times(t, -1))),
            plus(j, column.shift, ...u.map((u) => times(u, -1))),
          ],
          tap: [
            plus(row.first, ...t.map((t) => times(t, stride[0]))),
            plus(column.first, ...u.map((u) => times(u, stride[1]))),
          ],
        },
      });
    }
  }
  return [...groups.values()];
}
