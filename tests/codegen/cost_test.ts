import assert from "node:assert/strict";
import { kernelsOf, MERGING, plan } from "../../codegen/compile.ts";
import { type Cost, cost } from "../../codegen/ir/cost.ts";
import type { Kernel } from "../../codegen/ir/ir.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { kernels } from "../../kernels/mod.ts";
import { trainingWork } from "../../mod.ts";
import { schedulers } from "../../kernels/schedules/schedulers.ts";

const REGISTRY: Registry = { ...kernels, schedulers };

/** The kernels of a net by name. */
function kernelsOfNet(net: object, batchSize: number, optimizer: object, fuse = false): Map<string, Kernel> {
  const spec = parseSpec({ name: "net", batchSize, ...net, training: { epochs: 1, optimizer } }, REGISTRY);
  return new Map(
    kernelsOf(plan(spec, REGISTRY, { without: fuse ? [] : MERGING }).plan).map((kernel) => [kernel.name, kernel]),
  );
}

/** [2, 6, 5] to [4, 6, 4] to [4, 3, 2] to 24 to 5. */
const IMAGES = {
  input: [2, 6, 5],
  layers: [
    { type: "conv2d", outChannels: 4, kernel: [3, 2], padding: [1, 0] },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", outFeatures: 5 },
  ],
  loss: { type: "softmaxCrossEntropy" },
};
/** [1, 5, 4] through all that has one output per input, then to [1, 4, 3] and 12. */
const ELEMENTWISE = {
  input: [1, 5, 4],
  layers: [
    { type: "conv2d", outChannels: 1, kernel: 1 },
    { type: "relu" },
    { type: "sigmoid" },
    { type: "tanh" },
    { type: "dropout", rate: 0.5 },
    { type: "avgPool2d", kernel: 2, stride: 1 },
    { type: "flatten" },
  ],
  loss: { type: "mse" },
};
const ADAM = { type: "adam", l2: 0.1 }, SGD = { type: "sgd", learningRate: 0.1 };
const MOMENTUM = { type: "momentum", learningRate: 0.1 };

/** A kernel's name, and its operations, bytes read and bytes written, counted by hand. */
type Row = readonly [name: string, flops: number, read: number, written: number];
type Group = readonly [what: string, kernels: Map<string, Kernel>, rows: readonly Row[]];

const GROUPS: readonly Group[] = [
  ["images, batch 3, adam", kernelsOfNet(IMAGES, 3, ADAM), [
    // one division per byte
    ["batch_gather", 3 * 60, 3 * 60 * 1 + 3 * 4, 3 * 60 * 4],
    ["batch_gather_label", 0, 3 * 4 + 3 * 4, 3 * 4],
    // per output 2 x 3 x 2 products and as many additions, and the bias; padding is not read
    ["conv1_forward", 3 * 4 * 6 * 4 * (2 * 12 + 1), (3 * 60 + 4 * 12 + 4) * 4, 3 * 96 * 4],
    // comparing is free; the places are bytes
    ["pool1_forward", 0, 3 * 96 * 4, 3 * 24 * (4 + 1)],
    ["linear1_forward", 3 * 5 * (2 * 24 + 1), (3 * 24 + 5 * 24 + 5) * 4, 3 * 5 * 4],
    // per row 5 differences, exponentials and additions, 5 additions for the chosen one, log, + and -
    ["loss_forward", 3 * (5 * 3 + 5 + 3), (3 * 5 + 3) * 4, 2 * 3 * 4],
    ["linear1_backward_input", 3 * 24 * (2 * 5), (3 * 5 + 5 * 24) * 4, 3 * 24 * 4],
    ["linear1_backward_weight", 5 * 24 * (2 * 3), (3 * 24 + 3 * 5) * 4, 5 * 24 * 4],
    ["linear1_backward_bias", 5 * 3, 3 * 5 * 4, 5 * 4],
    ["conv1_backward_weight", 4 * 12 * (2 * 3 * 6 * 4), (3 * 96 + 3 * 60) * 4, 4 * 12 * 4],
    // 3 for the mean, 4 for the square, 6 for the update; 2 more for the decay of weights
    ["linear1_update_weight", 120 * (13 + 2), 4 * 120 * 4, 3 * 120 * 4],
    ["linear1_update_bias", 5 * 13, 4 * 5 * 4, 3 * 5 * 4],
  ]],
  ["images, batch 3, adam, fused", kernelsOfNet(IMAGES, 3, ADAM, true), [
    // the gradient stands in the formula three times and is counted once; it is neither stored nor read
    ["linear1_backward_update_weight", 120 * (2 * 3 + 15), (3 * 24 + 3 * 5 + 3 * 120) * 4, 3 * 120 * 4],
  ]],
  ["images, batch 1, sgd", kernelsOfNet(IMAGES, 1, SGD), [
    ["conv1_forward", 4 * 6 * 4 * (2 * 12 + 1), (60 + 4 * 12 + 4) * 4, 96 * 4],
    ["conv1_update_weight", 48 * 4, 2 * 48 * 4, 48 * 4],
    ["conv1_update_bias", 4 * 2, 2 * 4 * 4, 4 * 4],
  ]],
  ["elementwise, batch 2, momentum", kernelsOfNet(ELEMENTWISE, 2, MOMENTUM), [
    ["conv1_forward", 40 * 3, (40 + 1 + 1) * 4, 40 * 4],
    ["relu1_forward", 0, 40 * 4, 40 * 4],
    // -, e^, +, /
    ["sigmoid1_forward", 40 * 4, 40 * 4, 40 * 4],
    ["sigmoid1_backward_input", 40 * 3, 2 * 40 * 4, 40 * 4],
    ["tanh1_forward", 40, 40 * 4, 40 * 4],
    ["tanh1_backward_input", 40 * 3, 2 * 40 * 4, 40 * 4],
    // the product, and the scale of the random number
    ["dropout1_forward", 40 * 2, 40 * 4, 2 * 40 * 4],
    ["dropout1_evaluate", 0, 40 * 4, 40 * 4],
    ["pool1_forward", 2 * 12 * (4 + 1), 40 * 4, 2 * 12 * 4],
    // weights: v = momentum v + (dw + l2 w), w -= rate v
    ["conv1_update_weight", 6, 3 * 4, 2 * 4],
    ["conv1_update_bias", 4, 3 * 4, 2 * 4],
  ]],
];

function check(kernel: Kernel, expected: Omit<Cost, "slow">, what: string): void {
  const { slow: _, ...counted } = cost(kernel);
  assert.deepEqual(counted, expected, what);
}

Deno.test("costs counted by hand", () => {
  let ran = 0;
  for (const [what, kernels, rows] of GROUPS) {
    for (const [name, flops, read, written] of rows) {
      const kernel = kernels.get(name);
      assert(kernel, `${what} has no kernel ${name}, only ${[...kernels.keys()].join(", ")}`);
      check(kernel, { flops, read, written }, `${what}: ${name}`);
      ran++;
    }
  }
  assert.equal(ran, 27);
});

Deno.test("negative control: one operation or one byte more is noticed", () => {
  const [, kernels, rows] = GROUPS[0];
  let ran = 0;
  for (const [name, flops, read, written] of rows) {
    const kernel = kernels.get(name)!;
    assert.throws(() => check(kernel, { flops: flops + 1, read, written }, name), { message: new RegExp(name) });
    assert.throws(() => check(kernel, { flops, read: read + 1, written }, name), { message: new RegExp(name) });
    assert.throws(() => check(kernel, { flops, read, written: written + 1 }, name), { message: new RegExp(name) });
    ran++;
  }
  assert.equal(ran, 12);
});

Deno.test("multiplications and additions of a training step, counted by hand: sums of products only, whatever is fused", () => {
  const spec = (optimizer: object) =>
    parseSpec({ name: "net", batchSize: 3, ...IMAGES, training: { epochs: 1, optimizer } }, REGISTRY);
  // the convolution forward and for its weight, 96 outputs of 12 terms; the linear layer, 24 to 5, for its input too
  const expected = 2 * 3 * (2 * 96 * 12 + 3 * 24 * 5);
  for (const optimizer of [ADAM, SGD, MOMENTUM]) assert.equal(trainingWork(spec(optimizer)), expected);
});
