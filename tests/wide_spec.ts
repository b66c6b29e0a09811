/**
 * Random specs of many channels: small images, 12 to 40 channels that fill their blocks or do not, windows, strides and
 * paddings of all kinds, batches with blocks and without.
 *
 * @module
 */
import { uniform } from "../runtime/run/random.ts";

/** Multiply-adds of a sample's convolutions forward, at most: the interpreter has to do them too. */
const WORK = 200_000;
const OPTIMIZERS = [{ type: "sgd", learningRate: 0.1 }, { type: "momentum", learningRate: 0.1 }, { type: "adam" }];

/** A spec as JSON that `parseSpec` accepts; the same for the same seed. Optimizers come in turn. */
export function wideSpec(seed: number): Record<string, unknown> {
  let counter = 0, work = 0;
  const draw = () => uniform(seed * 5303 + 11, counter++);
  const int = (low: number, high: number) => low + Math.floor(draw() * (high - low + 1));
  const pick = <T>(...choices: T[]): T => choices[int(0, choices.length - 1)];
  const side = (kernel: number, stride: number, extent: number, padding: number) =>
    Math.floor((extent + 2 * padding - kernel) / stride) + 1;

  const input = [pick(1, 2, 3, 16), int(4, 7), int(4, 7)], layers: Record<string, unknown>[] = [];
  let shape = input;
  const activation = () => {
    layers.push({ type: pick("relu", "sigmoid", "tanh") });
    if (draw() < 0.25) layers.push({ type: "dropout", rate: 0.25 });
  };
  const pool = () => {
    const [channels, height, width] = shape, kernel = [int(1, Math.min(3, height)), int(1, Math.min(3, width))];
    const stride = [int(1, 2), int(1, 2)];
    layers.push({ type: pick("maxPool2d", "avgPool2d"), kernel, stride });
    shape = [channels, side(kernel[0], stride[0], height, 0), side(kernel[1], stride[1], width, 0)];
  };
  // what the net begins with reads the samples as they are given
  if (draw() < 0.2) pick(activation, pool)();
  for (let i = 0; i < 3; i++) {
    const [channels, height, width] = shape, outChannels = pick(12, 13, 16, 20, 21, 24, 32, 40);
    const padding = [int(0, 2), int(0, 2)], stride = [pick(1, 1, 2, 3), pick(1, 1, 2)];
    const kernel = [
      int(1, Math.min(3, height + 2 * padding[0])),
      int(1, Math.min(3, width + 2 * padding[1])),
    ];
    const [h, w] = [0, 1].map((d) => side(kernel[d], stride[d], shape[d + 1], padding[d]));
    work += channels * outChannels * kernel[0] * kernel[1] * h * w;
    if (work > WORK) break;
    layers.push({ type: "conv2d", outChannels, kernel, stride, padding });
    shape = [outChannels, h, w];
    if (draw() < 0.9) activation();
    if (draw() < 0.4) pool();
  }
  layers.push({ type: "flatten" }, { type: "linear", outFeatures: int(2, 9) });
  return {
    name: `wide_${seed}`,
    input,
    batchSize: pick(1, 2, 3, 4, 5, 8, 16, 17),
    layers,
    loss: { type: pick("softmaxCrossEntropy", "mse") },
    training: { epochs: 1, optimizer: { ...OPTIMIZERS[seed % OPTIMIZERS.length], l2: pick(0, 0.001) } },
  };
}
