/** The work of a step is that of the mathematics: of its layers and samples, whatever rules add to it or save. */
import assert from "node:assert/strict";
import { MERGING, plan } from "../../codegen/compile.ts";
import { operationsOf } from "../../codegen/ir/cost.ts";
import { workOf } from "../../codegen/plan/kernel.ts";
import { parseSpec, registry } from "../../mod.ts";

const netOf = (input: readonly number[], layers: object[], batchSize: number) =>
  parseSpec({
    name: "net",
    input,
    batchSize,
    layers: [...layers, { type: "flatten" }, { type: "linear", outFeatures: 3 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
const conv = (outChannels: number, kernel = 3) => ({ type: "conv2d", outChannels, kernel, padding: kernel >> 1 });
const POOL = { type: "maxPool2d", kernel: 2 }, MEAN = { type: "avgPool2d", kernel: 2 };

/** What makes a kernel execute something else than the mathematics, and a net where it does. */
const NETS = [
  ["rows without a sample", netOf([1, 12, 12], [conv(6, 5), POOL, { type: "relu" }, conv(5)], 29), "samples"],
  ["channels that fill no block", netOf([3, 12, 12], [conv(17), { type: "relu" }, conv(21)], 4), "channels"],
  ["given channels that fill no block", netOf([21, 12, 12], [conv(17), POOL, { type: "relu" }], 4), "channels"],
  ["a pool's gradient, made again for each weight", netOf([1, 16, 16], [conv(4, 5), MEAN], 16), "samples"],
  ["tiles", netOf([3, 16, 16], [conv(32), { type: "tanh" }, conv(40)], 4), "channels"],
] as const;

Deno.test("work is that of the mathematics, whatever is executed", () => {
  for (const [what, spec, layout] of NETS) {
    const plain = plan(spec, registry, { without: [...MERGING, "pad", "winograd"] }).plan.train.kernels;
    const mathematics = plain.reduce((sum, { kernel }) => sum + operationsOf(kernel.parts), 0);
    for (const without of [undefined, MERGING] as const) {
      const { train: { kernels } } = plan(spec, registry, { layout, without }).plan;
      const work = kernels.reduce((sum, planned) => sum + workOf(planned), 0);
      // sums in two kernels add up a few numbers more
      assert(Math.abs(work / mathematics - 1) < 0.02, `${what}, without ${without}: ${work} for ${mathematics}`);
      if (without) continue;
      // negative control: what is executed is something else
      const executed = kernels.reduce((sum, { kernel }) => sum + operationsOf(kernel.parts), 0);
      assert(Math.abs(executed / mathematics - 1) > 0.03, `${what}: ${executed} for ${mathematics}`);
    }
  }
});

Deno.test("what a pool leaves out of a convolution is not computed, and no work", () => {
  const forward = (size: number) =>
    plan(netOf([1, size, size], [conv(4, 5), POOL], 16), registry, { layout: "samples" }).plan.train.kernels
      .find(({ kernel }) => kernel.name === "conv1_pool1_forward")!;
  const [even, odd] = [forward(12), forward(13)];
  assert.equal(workOf(odd), workOf(even));
  assert.equal(odd.saves, undefined);
});
