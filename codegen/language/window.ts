/**
 * The geometry of sliding windows: what convolution and pooling share.
 *
 * @module
 */
import { InputError } from "../error.ts";
import type { Affine, Axis } from "../ir/ir.ts";
import type { Shape } from "./layer.ts";
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
 * A run of neighbouring residues of the input positions modulo the stride: the positions `stride * q + residue + a`, for
 * q < positions and a < run. Each is covered by `taps` windows: window `q + shift - t` reaches it with its element
 * `first + a + stride * t`, for t < taps.
 */
interface Phase {
  readonly residue: number;
  readonly run: number;
  readonly positions: number;
  readonly first: number;
  readonly shift: number;
  readonly taps: number;
}

/** A sliding window along one dimension. */
interface Slide {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/**
 * The inverse of a sliding window along one dimension, which gradients with respect to an input need:
 * for each residue of the position modulo the stride, which windows cover it. Windows before the first or after the
 * last one are named too, where windows overlap or are padded; their gradient is to be read as 0.
 */
function phases({ input, kernel, stride, padding }: Slide): Phase[] {
  const bare = { first: 0, shift: 0, taps: 0 };
  if (kernel <= stride && padding === 0) {
    // windows do not overlap: their elements, what lies between two of them, and what lies behind the last
    const windows = Math.floor((input - kernel) / stride) + 1, end = stride * (windows - 1) + kernel;
    return [
      ...singles({ ...bare, residue: 0, run: kernel, positions: windows, taps: 1 }),
      { ...bare, residue: kernel, run: stride - kernel, positions: windows - 1 },
      { ...bare, residue: end, run: input - end, positions: 1 },
    ].filter(({ run, positions }) => run * positions > 0);
  }
  return Array.from({ length: Math.min(stride, input) }, (_, residue) => {
    const first = (residue + padding) % stride;
    return {
      residue,
      run: 1,
      positions: Math.ceil((input - residue) / stride),
      first,
      shift: (residue + padding - first) / stride,
      taps: Math.max(0, Math.ceil((kernel - first) / stride)),
    };
  });
}

/** A dimension is cut where so many times as many elements of windows are named as there are. */
const WASTE = 2;
/** Pieces of both dimensions together, at most. */
const MOST_PIECES = 16;

/** A phase in pieces whose positions name only windows that there are: neighbours that name the same elements stay one. */
function cut(phase: Phase, { input, kernel, stride, padding }: Slide): Phase[] {
  const windows = Math.floor((input + 2 * padding - kernel) / stride) + 1;
  if (phase.run > 1 || phase.taps === 0) return [phase];
  const pieces: { from: number; first: number; end: number; positions: number }[] = [];
  for (let q = 0; q < phase.positions; q++) {
    const first = Math.max(0, q + phase.shift - windows + 1);
    const end = Math.max(first, Math.min(phase.taps, q + phase.shift + 1)), last = pieces.at(-1);
    if (last?.first === first && last.end === end) last.positions++;
    else pieces.push({ from: q, first, end, positions: 1 });
  }
  return pieces.map(({ from, first, end, positions }) => ({
    ...phase,
    residue: phase.residue + stride * from,
    positions,
    first: phase.first + stride * first,
    shift: phase.shift + from - first,
    taps: end - first,
  }));
}

/** Dimensions with what would be zeros cut off, those first where these are most. */
function cutOff(along: readonly Phase[][], slides: readonly Slide[]): Phase[][] {
  const named = (phases: readonly Phase[]) => phases.reduce((sum, { positions, taps }) => sum + positions * taps, 0);
  const pieces = along.map((phases, d) => phases.flatMap((phase) => cut(phase, slides[d])));
  const waste = along.map((phases, d) => named(phases) / Math.max(1, named(pieces[d])));
  const result = [...along];
  for (const d of waste[1] > waste[0] ? [1, 0] : [0, 1]) {
    if (waste[d] >= WASTE && pieces[d].length * result[1 - d].length <= MOST_PIECES) result[d] = pieces[d];
  }
  return result;
}

/** The residues of a run, each by itself. */
function singles(phase: Phase): Phase[] {
  return Array.from({ length: phase.run }, (_, a) => ({
    ...phase,
    residue: phase.residue + a,
    run: 1,
    first: phase.first + a,
  }));
}

/** Neighbours that differ in nothing but their residue, in runs: those that no window covers, or `all`. */
function runs(phases: readonly Phase[], all: boolean): Phase[] {
  return phases.reduce<Phase[]>((joined, next) => {
    const last = joined.at(-1);
    const goes = last && (all || next.taps === 0) && last.positions === next.positions && last.taps === next.taps &&
      last.shift === next.shift &&
      last.residue + last.run === next.residue && (next.taps === 0 || last.first + last.run === next.first);
    return goes ? [...joined.slice(0, -1), { ...last, run: last.run + next.run }] : [...joined, next];
  }, []);
}

/** Up to so many covered residues of both dimensions together get a formula each, so that they share what they load. */
const FORMULAS = 16;

/** Input positions that are computed together, with the windows that cover each. */
export interface Covered {
  /** Over rows and columns, and over runs of them. */
  readonly axes: readonly Axis[];
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
 * The inverse of a sliding window in both dimensions of [n, c, h, w]. Residues of small strides have a formula each, and
 * share one index space, so that one part can write them, if they have equally many rows and columns; of large strides,
 * neighbouring residues are a loop.
 */
export function coveringWindows(
  shape: readonly number[],
  kernel: Pair,
  stride: Pair,
  padding: Pair = [0, 0],
): Covered[] {
  const slides = [0, 1].map((d): Slide => ({
    input: shape[2 + d],
    kernel: kernel[d],
    stride: stride[d],
    padding: padding[d],
  }));
  const along = cutOff(slides.map(phases), slides);
  const covered = along.map((phases) => phases.filter(({ taps }) => taps > 0).length);
  const [rows, columns] = along.map((phases) => runs(phases, covered[0] * covered[1] > FORMULAS));
  const groups = new Map<string, Covered & { positions: Covered["positions"][number][] }>();
  const known = new Map<string, Axis>();
  // one of a kind needs no axis
  const over = (name: string, extent: number) => {
    const key = `${name}${extent}`;
    if (extent > 1 && !known.has(key)) known.set(key, axis(name, extent));
    return extent > 1 ? [known.get(key)!] : [];
  };
  for (const row of rows) {
    for (const column of columns) {
      const key = [row, column].map(({ positions, run }) => `${positions} ${run}`).join();
      const group = groups.get(key) ?? {
        axes: [
          axis("i", row.positions),
          ...over("ri", row.run),
          axis("j", column.positions),
          ...over("rj", column.run),
        ],
        positions: [],
      };
      groups.set(key, group);
      group.positions.push(covering(row, column, group.axes, stride, over));
    }
  }
  return [...groups.values()];
}

/** The position of one row and one column over a group's axes, and what covers it. */
function covering(
  row: Phase,
  column: Phase,
  axes: readonly Axis[],
  stride: Pair,
  over: (name: string, extent: number) => Axis[],
): Covered["positions"][number] {
  const named = (name: string) => axes.filter((axis) => axis.name === name);
  const [i] = named("i"), [j] = named("j"), ri = named("ri"), rj = named("rj");
  const at = [
    plus(times(i, stride[0]), row.residue, ...ri),
    plus(times(j, stride[1]), column.residue, ...rj),
  ] as const;
  if (row.taps * column.taps === 0) return { at };
  const t = over("t", row.taps), u = over("u", column.taps);
  return {
    at,
    windows: {
      axes: [...t, ...u],
      index: [
        plus(i, row.shift, ...t.map((t) => times(t, -1))),
        plus(j, column.shift, ...u.map((u) => times(u, -1))),
      ],
      tap: [
        plus(row.first, ...ri, ...t.map((t) => times(t, stride[0]))),
        plus(column.first, ...rj, ...u.map((u) => times(u, stride[1]))),
      ],
    },
  };
}

/** The shape that pooling makes; windows that would go over the edge are left out. */
export function pooledShape(
  kernel: number | readonly number[],
  stride: number | readonly number[],
  input: Shape,
): Shape {
  requireImage(input);
  const [kh, kw] = pair(kernel), [sh, sw] = pair(stride);
  return [input[0], windowCount(input[1], kh, sh, 0, "rows"), windowCount(input[2], kw, sw, 0, "columns")];
}

/** @throws {InputError} when `input` is not [channels, height, width]. */
export function requireImage(input: Shape): void {
  if (input.length !== 3) {
    throw new InputError(`it takes [channels, height, width], but its input is [${input.join(", ")}]`);
  }
}
