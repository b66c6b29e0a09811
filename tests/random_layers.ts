/**
 * How a random layer of each kind looks: odd extents, strides, paddings, windows that do not divide. One entry for each kind.
 *
 * @module
 */
import { uniform } from "../runtime/run/random.ts";

/** Random choices, the same for the same seed. */
export interface Draw {
  /** In [0, 1). */
  real(): number;
  /** Whole, from low to high. */
  int(low: number, high: number): number;
  /** One of some, all as often. */
  pick<Value>(...choices: Value[]): Value;
  /** Whether something that has a probability happens. */
  chance(probability: number): boolean;
}

/** Choices from a seed. */
export function drawing(seed: number): Draw {
  let counter = 0;
  const real = () => uniform(seed * 7919 + 17, counter++);
  const int = (low: number, high: number) => low + Math.floor(real() * (high - low + 1));
  return { real, int, pick: (...choices) => choices[int(0, choices.length - 1)], chance: (p) => real() < p };
}

/** A tensor that a layer may read. */
export interface Given {
  /** Of the layer that makes it, or "input". */
  readonly name: string;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/**
 * A layer of a kind that fits a tensor, as JSON without its `type`; undefined where none does. `all`: every tensor so far,
 * for kinds that take several, which name theirs as `input`.
 */
export type RandomLayer = (draw: Draw, given: Given, all: readonly Given[]) => Record<string, unknown> | undefined;

const isImage = ({ shape }: Given) => shape.length === 3;

/** A number for both dimensions where they are equal, mostly; or two. */
const square = (draw: Draw, pair: number[]) => pair[0] === pair[1] && draw.chance(0.7) ? pair[0] : pair;

/** A layer that has no options. */
const plain: RandomLayer = () => ({});

/** A pool: windows in padding, over the end, that overlap, that leave gaps. */
const pool = (dimensions: 1 | 2, counts: boolean): RandomLayer => (draw, { shape }) => {
  if (shape.length !== dimensions + 1) return;
  const positions = shape.slice(1), both = (own: number[]) => dimensions === 1 ? own[0] : square(draw, own);
  const kernel = positions.map((extent) => draw.int(1, Math.min(4, extent)));
  const padding = kernel.map((size) => draw.int(0, Math.floor(size / 2)));
  return {
    kernel: both(kernel),
    ...draw.chance(0.6) && { stride: both(positions.map(() => draw.int(1, 3))) },
    ...draw.chance(0.7) && { padding: both(padding) },
    ...draw.chance(0.5) && { ceilMode: true },
    ...counts && draw.chance(0.4) && { countIncludePad: false },
  };
};

const norm = (draw: Draw) => ({
  ...draw.chance(0.3) && { momentum: draw.pick(0, 0.25, 0.5) },
  ...draw.chance(0.3) && { epsilon: draw.pick(1e-3, 1e-2) },
});
/** Groups of a convolution's channels: one, one for each channel, or a divisor; and so many outputs, with a bias or not. */
function grouped(draw: Draw, channels: number): { outChannels: number; groups?: number; bias?: boolean } {
  const divisors = Array.from({ length: channels }, (_, i) => i + 1).filter((groups) => channels % groups === 0);
  const groups = draw.chance(0.5) ? 1 : draw.chance(0.5) ? channels : draw.pick(...divisors);
  return {
    outChannels: groups === 1 ? draw.int(1, 6) : groups * draw.int(1, 2),
    ...(groups > 1 || draw.chance(0.3)) && { groups },
    ...draw.chance(0.3) && { bias: false },
  };
}

/** A dilation with which a window of so many elements fits. */
const dilated = (draw: Draw, kernel: number, room: number) =>
  kernel === 1 || draw.chance(0.6) ? 1 : draw.int(1, Math.max(1, Math.min(3, Math.floor((room - 1) / (kernel - 1)))));

/** Some of the tensors that suit, the given one first; it may be there twice. */
function several(draw: Draw, given: Given, suiting: readonly Given[], most: number): string[] {
  const names = [given.name];
  while (names.length < 2 || names.length < most && draw.chance(0.4)) names.push(draw.pick(...suiting).name);
  return names;
}

/** A layer without options for whatever has channels. */
const ofChannels: RandomLayer = (_draw, { shape }) => shape.length > 1 ? {} : undefined;

/** By type. */
export const RANDOM_LAYERS: Readonly<Record<string, RandomLayer>> = {
  add: (draw, given, all) => ({
    input: several(draw, given, all.filter(({ shape }) => shape.join() === given.shape.join()), 4),
  }),
  avgPool1d: pool(1, true),
  avgPool2d: pool(2, true),
  batchNorm1d: (draw, { shape }) => shape.length < 3 ? norm(draw) : undefined,
  batchNorm2d: (draw, given) => isImage(given) ? norm(draw) : undefined,
  conv1d(draw, given) {
    if (given.shape.length !== 2) return;
    const [channels, length] = given.shape, padding = [draw.int(0, 4), draw.int(0, 4)];
    const kernel = draw.int(1, Math.min(5, length + padding[0] + padding[1]));
    return {
      ...grouped(draw, channels),
      kernel,
      stride: draw.int(1, 3),
      dilation: dilated(draw, kernel, length + padding[0] + padding[1]),
      padding: draw.chance(0.25) ? "same" : padding[0] === padding[1] ? padding[0] : padding,
      init: draw.pick("xavierUniform", "heUniform"),
    };
  },
  concat(draw, given, all) {
    const suiting = all.filter(({ shape }) => shape.slice(1).join() === given.shape.slice(1).join());
    const small = suiting.filter(({ shape }) => shape[0] <= 64);
    return small.length > 0 ? { input: several(draw, given, small, 4) } : undefined;
  },
  conv2d(draw, given) {
    if (!isImage(given)) return;
    const [channels, height, width] = given.shape, padding = [draw.int(0, 4), draw.int(0, 4)];
    const room = [height + 2 * padding[0], width + 2 * padding[1]];
    const kernel = room.map((extent) => draw.int(1, Math.min(5, extent)));
    const sides = [padding[0], padding[0] + draw.int(0, 2), padding[1] + draw.int(0, 2), padding[1]];
    return {
      ...grouped(draw, channels),
      kernel: square(draw, kernel),
      stride: square(draw, [draw.int(1, 3), draw.int(1, 3)]),
      dilation: square(draw, kernel.map((extent, d) => dilated(draw, extent, room[d]))),
      padding: draw.chance(0.2) ? "same" : draw.chance(0.3) ? sides : square(draw, padding),
      init: draw.pick("xavierUniform", "heUniform"),
    };
  },
  dropout: (draw) => ({ rate: draw.pick(0, 0.25, 0.5) }),
  elu: (draw) => draw.chance(0.5) ? {} : { alpha: draw.pick(0.5, 1, 2) },
  flatten: plain,
  globalAvgPool: ofChannels,
  globalMaxPool: ofChannels,
  gelu: (draw) => draw.chance(0.5) ? {} : { approximate: draw.pick("none", "tanh") },
  hardSwish: plain,
  leakyRelu: (draw) => draw.chance(0.5) ? {} : { negativeSlope: draw.pick(0, 0.01, 0.2) },
  linear: (draw, { shape }) =>
    shape.length === 1
      ? {
        outFeatures: draw.chance(0.6) ? draw.int(1, 13) : draw.pick(8, 16, 24, 32),
        init: draw.pick("xavierUniform", "heUniform"),
      }
      : undefined,
  maxPool1d: pool(1, false),
  maxPool2d: pool(2, false),
  reshape(draw, { shape }) {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    const divisors = (of: number) => Array.from({ length: of }, (_, i) => i + 1).filter((each) => of % each === 0);
    const first = draw.pick(...divisors(elements)), second = draw.pick(...divisors(elements / first));
    const full = draw.pick([elements], [first, elements / first], [first, second, elements / first / second]);
    const open = draw.int(0, 2 * full.length);
    return { shape: full.map((extent, i) => i === open ? -1 : extent) };
  },
  multiply(draw, given, all) {
    const [c, ...positions] = given.shape;
    const shapes = [given.shape, ...positions.length > 0 ? [[c], [c, ...positions.map(() => 1)]] : []];
    const suiting = all.filter(({ shape }) => shapes.some((one) => one.join() === shape.join()));
    return { input: [given.name, draw.pick(...suiting).name] };
  },
  normalize(draw, { shape: [channels] }) {
    const numbers = (from: number, to: number) => {
      const number = () => Math.round(100 * (from + (to - from) * draw.real())) / 100;
      return draw.chance(0.5) || channels > 256 ? number() : Array.from({ length: channels }, number);
    };
    return {
      ...draw.chance(0.7) && { mean: numbers(-1, 1) },
      ...draw.chance(0.7) && { deviation: numbers(0.5, 2) },
      ...draw.chance(0.3) && { scale: draw.pick(0.5, 2) },
    };
  },
  padChannels: (draw) => ({ before: draw.int(0, 3), behind: draw.int(0, 5) }),
  relu: plain,
  relu6: plain,
  sigmoid: plain,
  silu: plain,
  softplus: (draw) => draw.chance(0.5) ? {} : { beta: draw.pick(0.5, 1, 3) },
  tanh: plain,
};
