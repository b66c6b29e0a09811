/**
 * Random valid specs: odd extents, strides, paddings, windows that do not divide, small and large batches.
 *
 * @module
 */
import { uniform } from "../runtime/run/random.ts";

/** A spec as JSON that `parseSpec` accepts; the same for the same seed. */
export function randomSpec(seed: number): Record<string, unknown> {
  let counter = 0;
  const draw = () => uniform(seed * 7919 + 17, counter++);
  const int = (low: number, high: number) => low + Math.floor(draw() * (high - low + 1));
  const pick = <T>(...choices: T[]): T => choices[int(0, choices.length - 1)];

  const images = draw() < 0.85;
  let shape = images ? [int(1, 3), int(3, 11), int(3, 11)] : [int(1, 40)];
  const input = shape;
  // blocks of 16, 8 and 4 samples, one or several, and none; a large batch only on small images, so that 200 nets take
  // seconds
  const batchSize = pick(1, 2, 3, 5, 6, 7, 4, 12, 20, 8, 24, 16, 32, shape.reduce((a, b) => a * b) < 60 ? 256 : 4);
  const layers: Record<string, unknown>[] = [];
  const activation = () => {
    if (draw() < 0.6) layers.push({ type: pick("relu", "sigmoid", "tanh") });
    if (draw() < 0.15) layers.push({ type: "dropout", rate: pick(0, 0.25, 0.5) });
  };
  const side = (kernel: number, stride: number, extent: number, padding: number) =>
    Math.floor((extent + 2 * padding - kernel) / stride) + 1;
  const square = (pair: number[]) => pair[0] === pair[1] && draw() < 0.7 ? pair[0] : pair;
  for (let i = images ? int(1, 3) : 0; i > 0; i--) {
    const [channels, height, width] = shape;
    if (draw() < 0.65) {
      const padding = [int(0, 4), int(0, 4)], stride = [int(1, 3), int(1, 3)];
      const kernel = [int(1, Math.min(5, height + 2 * padding[0])), int(1, Math.min(5, width + 2 * padding[1]))];
      const outChannels = int(1, 5);
      layers.push({
        type: "conv2d",
        inChannels: channels,
        outChannels,
        kernel: square(kernel),
        stride: square(stride),
        padding: square(padding),
        init: pick("xavierUniform", "heUniform"),
      });
      shape = [
        outChannels,
        side(kernel[0], stride[0], height, padding[0]),
        side(kernel[1], stride[1], width, padding[1]),
      ];
    } else {
      const kernel = [int(1, Math.min(3, height)), int(1, Math.min(3, width))], stride = [int(1, 3), int(1, 3)];
      const own = draw() < 0.5;
      layers.push({
        type: pick("maxPool2d", "avgPool2d"),
        kernel: square(kernel),
        ...(own && { stride: square(stride) }),
      });
      const [sh, sw] = own ? stride : kernel;
      shape = [channels, side(kernel[0], sh, height, 0), side(kernel[1], sw, width, 0)];
    }
    activation();
  }
  if (shape.length === 3) {
    layers.push({ type: "flatten" });
    shape = [shape.reduce((a, b) => a * b)];
  }
  for (let i = int(0, 2); i > 0; i--) {
    // some that make panels of weights, of 16 and of 8
    shape = [draw() < 0.6 ? int(1, 13) : pick(8, 16, 24, 32)];
    layers.push({ type: "linear", outFeatures: shape[0], init: pick("xavierUniform", "heUniform") });
    activation();
  }
  layers.push({ type: "linear", outFeatures: int(1, 10) });
  const l2 = pick(0, 0.0001);
  return {
    name: `random_${seed}`,
    input,
    batchSize,
    layers,
    loss: { type: pick("softmaxCrossEntropy", "mse") },
    training: {
      epochs: 1,
      optimizer: pick<Record<string, unknown>>({ type: "sgd", learningRate: 0.1, l2 }, {
        type: "momentum",
        learningRate: 0.1,
        l2,
      }, { type: "adam", l2 }),
    },
  };
}
