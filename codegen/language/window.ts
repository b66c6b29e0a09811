/**
 * The geometry of sliding windows: what convolution and pooling share.
 *
 * @module
 */
import { InputError } from "../error.ts";
import { bounds } from "../ir/affine.ts";
import type { Affine, Axis, Expr } from "../ir/ir.ts";
import type { Shape } from "./layer.ts";
import { axis, type ExprLike, float, larger, le, lt, plus, position, select, sub, times } from "./notation.ts";

/** A window that slides along one dimension. */
export interface Slide {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  /** Steps from one element of the window to the next. */
  readonly dilation: number;
  /** Positions before the first of the input. */
  readonly before: number;
  /** How many windows there are; the last one may go over the end. */
  readonly windows: number;
}

/** What a {@linkcode Slide} is made of. Default: windows that are whole, of neighbours, over an input without padding. */
export interface SlideOptions {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation?: number;
  /** Positions before and behind the input. */
  readonly padding?: readonly [before: number, after: number];
  /** Whether the last window may go over the end, if it begins in the input or before it. */
  readonly partial?: boolean;
}

/**
 * A window and how many times it fits: `floor((input + before + after - dilation (kernel - 1) - 1) / stride) + 1`, with a
 * last window that is partial `ceil` in place of `floor`, as in PyTorch.
 *
 * @param what what is counted along the dimension: "rows".
 * @throws {InputError} when the window is larger than the padded input.
 */
export function slideOf(
  { input, kernel, stride, dilation = 1, padding: [before, after] = [0, 0], partial = false }: SlideOptions,
  what: string,
): Slide {
  const reach = dilation * (kernel - 1) + 1, room = input + before + after - reach;
  if (room < 0) {
    const size = dilation > 1 ? `${kernel} ${what} with dilation ${dilation}, ${reach} in all` : `${kernel} ${what}`;
    const margins = before === after
      ? before > 0 ? ` and ${before} of padding on each side` : ""
      : ` and ${before} and ${after} of padding`;
    throw new InputError(`its kernel is ${size}, but its input has only ${input}${margins}; make the kernel smaller`);
  }
  const windows = (partial ? Math.ceil : Math.floor)(room / stride) + 1;
  // one that began behind the input would have nothing of it
  const last = partial && (windows - 1) * stride >= input + before ? windows - 1 : windows;
  return { input, kernel, stride, dilation, before, windows: last };
}

/**
 * Positions before and behind an input, so that there are `ceil(input / stride)` windows: as many before as behind, or one
 * more behind, as in Keras and SAME_UPPER of ONNX.
 */
export function samePadding(
  { input, kernel, stride, dilation = 1 }: Omit<SlideOptions, "padding" | "partial">,
): [before: number, after: number] {
  const reach = stride * (Math.ceil(input / stride) - 1) + dilation * (kernel - 1) + 1;
  const padding = Math.max(0, reach - input), before = Math.floor(padding / 2);
  return [before, padding - before];
}

/** Where an element of a window lies in the input. */
export function placeOf({ stride, dilation, before }: Slide, window: Axis | Affine, element: Axis | number): Affine {
  return plus(times(window, stride), times(element, dilation), -before);
}

/** Neighbouring windows: all of them in the input, or not. */
export interface Piece {
  readonly from: number;
  readonly windows: number;
  /** Some of their elements are no elements of the input. */
  readonly cut: boolean;
}

/** The windows along a dimension: those that begin before the input, whole ones, and those that end behind it. */
export function piecesOf({ input, kernel, stride, dilation, before, windows }: Slide): Piece[] {
  const first = Math.min(windows, Math.ceil(before / stride));
  const room = input + before - dilation * (kernel - 1) - 1;
  const end = Math.max(first, Math.min(windows, Math.floor(room / stride) + 1));
  if (first === end) return [{ from: 0, windows, cut: true }];
  return [
    { from: 0, windows: first, cut: true },
    { from: first, windows: end - first, cut: false },
    { from: end, windows: windows - end, cut: true },
  ].filter(({ windows }) => windows > 0);
}

/** `value` where a place is one of `extent`, something else where it lies before the first or behind the last. */
export function within(place: Affine, extent: number, value: Expr, otherwise: ExprLike): Expr {
  const [low, high] = bounds(place), at = float(position(place));
  const begun = low < 0 ? select(le(0, at), value, otherwise) : value;
  return high >= extent ? select(lt(at, extent), begun, otherwise) : begun;
}

/** How many elements of a window of neighbours are elements of the input. */
export function countIn(slide: Slide, window: Axis | Affine): Expr {
  const begin = placeOf(slide, window, 0), end = plus(begin, slide.kernel);
  const from = float(position(begin)), to = float(position(end));
  return sub(
    bounds(end)[1] > slide.input ? select(lt(to, slide.input), to, slide.input) : to,
    bounds(begin)[0] < 0 ? larger(from, 0) : from,
  );
}

/**
 * A run of neighbouring residues of the input positions modulo the stride: the positions `stride * q + residue + a`, for
 * q < positions and a < run. Each is covered by `taps` windows: window `q + shift - windowStep * t` reaches it with its
 * element `first + a + elementStep * t`, for t < taps.
 */
interface Phase {
  readonly residue: number;
  readonly run: number;
  readonly positions: number;
  readonly first: number;
  readonly shift: number;
  readonly taps: number;
  readonly windowStep: number;
  readonly elementStep: number;
}

const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);

/**
 * The inverse of a sliding window along one dimension, which gradients with respect to an input need:
 * for each residue of the position modulo the stride, which windows cover it. Windows before the first or after the
 * last one are named too, where windows overlap or are padded; their gradient is to be read as 0.
 */
function phases({ input, kernel, stride, dilation, before, windows }: Slide): Phase[] {
  const common = divisor(stride, dilation), elementStep = stride / common;
  const bare = { first: 0, shift: 0, taps: 0, windowStep: dilation / common, elementStep };
  const end = stride * (windows - 1) + kernel;
  if (kernel <= stride && dilation === 1 && before === 0 && end <= input) {
    // windows do not overlap: their elements, what lies between two of them, and what lies behind the last
    return [
      ...singles({ ...bare, residue: 0, run: kernel, positions: windows, taps: 1 }),
      { ...bare, residue: kernel, run: stride - kernel, positions: windows - 1 },
      { ...bare, residue: end, run: input - end, positions: 1 },
    ].filter(({ run, positions }) => run * positions > 0);
  }
  return Array.from({ length: Math.min(stride, input) }, (_, residue) => {
    const place = residue + before,
      phase = { ...bare, residue, run: 1, positions: Math.ceil((input - residue) / stride) };
    // the least element that a window may have there: dilation * first = place, modulo the stride
    const first = Array.from({ length: elementStep }, (_, e) => e).find((e) => (place - dilation * e) % stride === 0);
    if (first === undefined) return phase;
    const taps = Math.max(0, Math.ceil((kernel - first) / elementStep));
    return { ...phase, first, shift: (place - dilation * first) / stride, taps };
  });
}

/** A dimension is cut where so many times as many elements of windows are named as there are. */
const WASTE = 2;
/** Pieces of all dimensions together, at most. */
const MOST_PIECES = 16;

/** A phase in pieces whose positions name only windows that there are: neighbours that name the same elements stay one. */
function cut(phase: Phase, { stride, windows }: Slide): Phase[] {
  if (phase.run > 1 || phase.taps === 0) return [phase];
  const { windowStep, elementStep } = phase;
  const pieces: { from: number; first: number; end: number; positions: number }[] = [];
  for (let q = 0; q < phase.positions; q++) {
    const window = q + phase.shift, first = Math.max(0, Math.ceil((window - windows + 1) / windowStep));
    const end = Math.max(first, Math.min(phase.taps, Math.floor(window / windowStep) + 1)), last = pieces.at(-1);
    if (last?.first === first && last.end === end) last.positions++;
    else pieces.push({ from: q, first, end, positions: 1 });
  }
  return pieces.map(({ from, first, end, positions }) => ({
    ...phase,
    residue: phase.residue + stride * from,
    positions,
    first: phase.first + elementStep * first,
    shift: phase.shift + from - windowStep * first,
    taps: end - first,
  }));
}

/** Dimensions with what would be zeros cut off, those first where these are most. */
function cutOff(along: readonly Phase[][], slides: readonly Slide[]): Phase[][] {
  const named = (phases: readonly Phase[]) => phases.reduce((sum, { positions, taps }) => sum + positions * taps, 0);
  const pieces = along.map((phases, d) => phases.flatMap((phase) => cut(phase, slides[d])));
  const waste = along.map((phases, d) => named(phases) / Math.max(1, named(pieces[d])));
  const result = [...along];
  for (const d of [...along.keys()].sort((a, b) => waste[b] - waste[a])) {
    const others = result.reduce((product, { length }, other) => other === d ? product : product * length, 1);
    if (waste[d] >= WASTE && pieces[d].length * others <= MOST_PIECES) result[d] = pieces[d];
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

/** Up to so many covered residues of all dimensions together get a formula each, so that they share what they load. */
const FORMULAS = 16;

/** What axes of a dimension are called: over its positions, a run of them, and the windows that cover one. */
const NAMES = [{ at: "i", run: "ri", tap: "t" }, { at: "j", run: "rj", tap: "u" }] as const;

/** Input positions that are computed together, with the windows that cover each. Indices: one for each dimension. */
export interface Covered {
  /** Over positions of each dimension, and over runs of them. */
  readonly axes: readonly Axis[];
  readonly positions: readonly {
    readonly at: readonly Affine[];
    /** Over `axes`: the windows' indices, and the element of the window that lies there. */
    readonly windows?: {
      readonly axes: readonly Axis[];
      readonly index: readonly Affine[];
      readonly tap: readonly Affine[];
    };
  }[];
}

/**
 * The inverse of windows that slide in one or two dimensions. Residues of small strides have a formula each, and share one
 * index space, so that one part can write them, if they have equally many positions; of large strides, neighbouring
 * residues are a loop.
 */
export function coveringWindows(slides: readonly Slide[]): Covered[] {
  const along = cutOff(slides.map(phases), slides);
  const covered = along.reduce((product, phases) => product * phases.filter(({ taps }) => taps > 0).length, 1);
  const pieces = along.map((phases) => runs(phases, covered > FORMULAS));
  const groups = new Map<string, { axes: readonly Axis[]; positions: Covered["positions"][number][] }>();
  const known = new Map<string, Axis>();
  // one of a kind needs no axis
  const over = (name: string, extent: number) => {
    const key = `${name}${extent}`;
    if (extent > 1 && !known.has(key)) known.set(key, axis(name, extent));
    return extent > 1 ? [known.get(key)!] : [];
  };
  for (const place of combinations(pieces)) {
    const key = place.map(({ positions, run }) => `${positions} ${run}`).join();
    const group = groups.get(key) ?? {
      axes: place.flatMap(({ positions, run }, d) => [axis(NAMES[d].at, positions), ...over(NAMES[d].run, run)]),
      positions: [],
    };
    groups.set(key, group);
    group.positions.push(covering(place, group.axes, slides, over));
  }
  return [...groups.values()];
}

/** One of each list, in all ways; the last list's first. */
export function combinations<Value>([first, ...rest]: readonly (readonly Value[])[]): Value[][] {
  if (!first) return [[]];
  return first.flatMap((value) => combinations(rest).map((others) => [value, ...others]));
}

/** The positions of a phase of each dimension over a group's axes, and what covers them. */
function covering(
  place: readonly Phase[],
  axes: readonly Axis[],
  slides: readonly Slide[],
  over: (name: string, extent: number) => Axis[],
): Covered["positions"][number] {
  const named = (name: string) => axes.filter((axis) => axis.name === name);
  const at = place.map(({ residue }, d) =>
    plus(...named(NAMES[d].at).map((i) => times(i, slides[d].stride)), residue, ...named(NAMES[d].run))
  );
  if (place.some(({ taps }) => taps === 0)) return { at };
  const taps = place.map(({ taps }, d) => over(NAMES[d].tap, taps));
  return {
    at,
    windows: {
      axes: taps.flat(),
      index: place.map(({ shift, windowStep }, d) =>
        plus(...named(NAMES[d].at), shift, ...taps[d].map((t) => times(t, -windowStep)))
      ),
      tap: place.map(({ first, elementStep }, d) =>
        plus(first, ...named(NAMES[d].run), ...taps[d].map((t) => times(t, elementStep)))
      ),
    },
  };
}

/** @throws {InputError} when `input` is not [channels, height, width]. */
export function requireImage(input: Shape): void {
  if (input.length !== 3) {
    throw new InputError(`it takes [channels, height, width], but its input is [${input.join(", ")}]`);
  }
}

/** @throws {InputError} when `input` is not [channels, length]. */
export function requireSeries(input: Shape): void {
  if (input.length !== 2) {
    throw new InputError(`it takes [channels, length], but its input is [${input.join(", ")}]`);
  }
}
