/**
 * Random specs as people write them: a small image or series, a few blocks of convolution, activation and pool, a head
 * that pools over all that is left or flattens it, and the extremes that such nets have: one pixel, windows as large as
 * the image, strides over 4, batches of any size.
 *
 * @module
 */
import { uniform } from "../runtime/run/random.ts";

/** Multiply-adds of a step's forward pass, at most: plain loops in f64 train with it too. */
const WORK = 600_000;

type Layer = Record<string, unknown>;
type Shape = readonly [channels: number, height: number, width: number];

/** A number's source, and choices made with it. */
class Dice {
  readonly seed: number;
  #drawn = 0;
  constructor(seed: number) {
    this.seed = seed;
  }

  draw(): number {
    return uniform(this.seed * 6271 + 29, this.#drawn++);
  }
  int(low: number, high: number): number {
    return low + Math.floor(this.draw() * (high - low + 1));
  }
  pick<T>(...choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)];
  }
  often(share: number): boolean {
    return this.draw() < share;
  }
}

/** Layers so far, the shape behind them, and their multiply-adds for one sample. */
class Net {
  readonly layers: Layer[] = [];
  shape: readonly number[];
  work = 0;
  constructor(shape: readonly number[]) {
    this.shape = shape;
  }

  conv(outChannels: number, kernel: readonly number[], stride: readonly number[], padding: readonly number[]): void {
    const [channels, ...size] = this.shape;
    const out = size.map((extent, d) => Math.floor((extent + 2 * padding[d] - kernel[d]) / stride[d]) + 1);
    this.layers.push({ type: "conv2d", outChannels, kernel, stride, padding });
    this.shape = [outChannels, ...out];
    this.work += this.shape.reduce((a, b) => a * b) * channels * kernel[0] * kernel[1];
  }
  pool(type: string, kernel: readonly number[], stride?: readonly number[]): void {
    const [channels, ...size] = this.shape, step = stride ?? kernel;
    this.layers.push({ type, kernel, ...(stride && { stride }) });
    this.shape = [channels, ...size.map((extent, d) => Math.floor((extent - kernel[d]) / step[d]) + 1)];
    this.work += size[0] * size[1] * channels;
  }
  linear(outFeatures: number): void {
    this.layers.push({ type: "linear", outFeatures });
    this.work += this.shape[0] * outFeatures;
    this.shape = [outFeatures];
  }
  flatten(): void {
    this.layers.push({ type: "flatten" });
    this.shape = [this.shape.reduce((a, b) => a * b)];
  }
}

/** A spec as JSON that `parseSpec` accepts; the same for the same seed. */
export function usualSpec(seed: number): Record<string, unknown> {
  const dice = new Dice(seed), net = new Net(inputShape(dice)), input = net.shape;
  const smooth = dice.pick("relu", "relu", "tanh", "sigmoid");
  if (net.shape.length === 3) {
    const channels = dice.pick(1, 2, 3, 4, 6, 8, 8, 12, 16, 16, 20);
    for (let i = dice.int(1, 3); i > 0; i--) block(net, dice, channels * (dice.often(0.3) ? 2 : 1), smooth);
    head(net, dice);
  }
  for (let i = dice.pick(0, 0, 1, 2); i > 0; i--) {
    net.linear(dice.pick(1, 8, 10, 16, 30, 32, 64));
    net.layers.push({ type: smooth });
    if (dice.often(0.2)) net.layers.push({ type: "dropout", rate: dice.pick(0.1, 0.25, 0.5) });
  }
  net.linear(dice.pick(1, 2, 2, 3, 5, 10, 10, 12, 26));
  const most = Math.max(1, Math.floor(WORK / net.work));
  return {
    name: `usual_${seed}`,
    input,
    batchSize: Math.min(most, dice.pick(1, 2, 4, 8, 10, 16, 20, 30, 32, 50, 64, 100, 128, 256, 257, dice.int(1, 257))),
    layers: net.layers,
    loss: { type: dice.pick("softmaxCrossEntropy", "softmaxCrossEntropy", "mse") },
    training: {
      epochs: 1,
      optimizer: {
        type: dice.pick("sgd", "momentum", "adam"),
        learningRate: dice.pick(0.001, 0.01, 0.05),
        l2: dice.pick(0, 1e-4),
      },
    },
  };
}

function inputShape(dice: Dice): readonly number[] {
  const side = dice.pick(1, 2, 5, 7, 8, 8, 12, 14, 16, 16, 20, 28, 28, 32);
  return dice.pick<() => readonly number[]>(
    () => [dice.pick(1, 1, 3), side, side],
    () => [dice.pick(1, 3), side, dice.pick(1, 3, 10, 24, 40)],
    // a series in time
    () => [dice.pick(1, 3, 6), 1, dice.pick(9, 30, 50, 64, 100, 128, 200, 256, 500)],
    () => [dice.pick(1, 2, 4, 13, 30, 64, 100)],
  )();
}

/** A convolution that fits, an activation, and often a pool that fits. */
function block(net: Net, dice: Dice, channels: number, smooth: string): void {
  const [, height, width] = net.shape as Shape;
  const extent = dice.pick(1, 3, 3, 3, 5, 5, 7, 11), same = dice.often(0.6);
  const fits = (size: number) => Math.min(extent, size);
  const kernel = dice.often(0.05) ? [height, width] : [fits(height), fits(width)];
  const padding = kernel.map((k, d) => same && kernel[d] === k ? Math.floor(k / 2) : 0);
  const step = dice.pick(1, 1, 1, 1, 2, 2, 3, 5, 8);
  net.conv(channels, kernel, [Math.min(step, height), Math.min(step, width)], padding);
  if (dice.often(0.9)) net.layers.push({ type: smooth });
  const [, high, wide] = net.shape as Shape, size = dice.pick(2, 2, 2, 3, 4, 5, 8);
  if (dice.often(0.5) && (high >= size || wide >= size)) {
    const window = [Math.min(size, high), Math.min(size, wide)];
    net.pool(dice.pick("maxPool2d", "maxPool2d", "avgPool2d"), window, dice.pick(undefined, undefined, [2, 2], [1, 1]));
  }
}

/** What is left as a vector: its mean or maximum over all places, or all of it. */
function head(net: Net, dice: Dice): void {
  const [, height, width] = net.shape as Shape;
  if (dice.often(0.5)) net.pool(dice.pick("avgPool2d", "avgPool2d", "maxPool2d"), [height, width]);
  net.flatten();
}
