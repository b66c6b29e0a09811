/**
 * Nets large enough for what random ones are too small for: sums in two kernels, and a pool's gradient in that of a
 * convolution.
 *
 * @module
 */
import { parseSpec, type Spec } from "../mod.ts";

const specOf = (net: object, batchSize: number): Spec =>
  parseSpec({
    name: "large",
    batchSize,
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.1, l2: 0.01 } },
    ...net,
  });

/** What each is for, and tensors that its plan must have when samples are in blocks. */
export const LARGE_NETS: readonly [what: string, spec: Spec, tensors: readonly string[]][] = [
  [
    "a long sum, in chunks",
    specOf({ input: [1600], layers: [{ type: "linear", outFeatures: 16 }] }, 8),
    ["linear1.output.chunks", "linear1.output.gradient.rows"],
  ],
  [
    "a sum over samples and positions, for each sample of a block",
    specOf({
      input: [1, 13, 12],
      layers: [
        { type: "conv2d", outChannels: 3, kernel: 3, padding: 1 },
        { type: "relu" },
        { type: "maxPool2d", kernel: 2 },
        { type: "flatten" },
        { type: "linear", outFeatures: 5 },
      ],
    }, 32),
    ["conv1.weight.gradient.lanes", "conv1.bias.gradient.lanes", "relu1.output.rows"],
  ],
  [
    "both, with a mean pool",
    specOf({
      input: [2, 20, 18],
      layers: [
        { type: "conv2d", outChannels: 8, kernel: 3, padding: 1 },
        { type: "avgPool2d", kernel: [2, 1] },
        { type: "flatten" },
        { type: "tanh" },
        { type: "linear", outFeatures: 16 },
        { type: "relu" },
        { type: "linear", outFeatures: 4 },
      ],
    }, 16),
    ["conv1.weight.gradient.lanes", "linear1.output.chunks", "linear1.output.gradient.rows"],
  ],
  [
    "a pool's gradient in that of a convolution, with gaps between the windows, and rows and columns left over",
    specOf({
      input: [1, 21, 25],
      layers: [
        { type: "conv2d", outChannels: 2, kernel: 2 },
        { type: "tanh" },
        { type: "maxPool2d", kernel: [2, 3], stride: [3, 4] },
        { type: "flatten" },
        { type: "linear", outFeatures: 3 },
      ],
    }, 16),
    ["conv1.weight.gradient.lanes", "conv1.bias.gradient.lanes", "flatten1.output.rows"],
  ],
];
