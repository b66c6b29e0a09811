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

const pool2d: RandomLayer = (draw, given) => {
  if (!isImage(given)) return;
  const [, height, width] = given.shape;
  const kernel = [draw.int(1, Math.min(3, height)), draw.int(1, Math.min(3, width))];
  return {
    kernel: square(draw, kernel),
    ...draw.chance(0.5) && { stride: square(draw, [draw.int(1, 3), draw.int(1, 3)]) },
  };
};

/** Some of the tensors that suit, the given one first; it may be there twice. */
function several(draw: Draw, given: Given, suiting: readonly Given[], most: number): string[] {
  const names = [given.name];
  while (names.length < 2 || names.length < most && draw.chance(0.4)) names.push(draw.pick(...suiting).name);
  return names;
}

/** By type. */
export const RANDOM_LAYERS: Readonly<Record<string, RandomLayer>> = {
  add: (draw, given, all) => ({
    input: several(draw, given, all.filter(({ shape }) => shape.join() === given.shape.join()), 4),
  }),
  avgPool2d: pool2d,
  concat(draw, given, all) {
    const suiting = all.filter(({ shape }) => shape.slice(1).join() === given.shape.slice(1).join());
    return { input: several(draw, given, [given, ...suiting.filter(({ shape }) => shape[0] <= 64)], 4) };
  },
  conv2d(draw, given) {
    if (!isImage(given)) return;
    const [, height, width] = given.shape, padding = [draw.int(0, 4), draw.int(0, 4)];
    const kernel = [
      draw.int(1, Math.min(5, height + 2 * padding[0])),
      draw.int(1, Math.min(5, width + 2 * padding[1])),
    ];
    return {
      outChannels: draw.int(1, 6),
      kernel: square(draw, kernel),
      stride: square(draw, [draw.int(1, 3), draw.int(1, 3)]),
      padding: square(draw, padding),
      init: draw.pick("xavierUniform", "heUniform"),
    };
  },
  dropout: (draw) => ({ rate: draw.pick(0, 0.25, 0.5) }),
  elu: (draw) => draw.chance(0.5) ? {} : { alpha: draw.pick(0.5, 1, 2) },
  flatten: plain,
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
  maxPool2d: pool2d,
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
