/** First guesses for nets of many channels on a GPU: sums for each sample, bodies that a driver compiles in little time. */
import assert from "node:assert/strict";
import { compileKernel, compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import type { Statement, Value } from "../../codegen/ir/ir.ts";
import { rounds } from "../../codegen/targets/webgpu/merge.ts";
import { cost } from "../../codegen/ir/cost.ts";
import { findTarget, parseSpec, registry, verifyNet } from "../../mod.ts";
import { ignore } from "../adapter.ts";

const webgpu = findTarget("webgpu");

/** A net of convolutions as deep nets have them: 3x3, 1x1, strided, in front of a pool. */
function convNet(channels: number, size: number, batchSize: number) {
  const conv = (kernel: number, stride = 1) => [
    { type: "conv2d", outChannels: channels, kernel, stride, padding: kernel >> 1 },
    { type: "relu" },
  ];
  return parseSpec({
    name: "channels",
    input: [3, size, size],
    batchSize,
    layers: [...conv(3), ...conv(3), { type: "maxPool2d", kernel: 2 }, ...conv(1), ...conv(3, 2), { type: "flatten" }, {
      type: "linear",
      outFeatures: 10,
    }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "adam", learningRate: 0.001, l2: 0.0001 } },
  });
}

const planOf = (channels: number, size: number, batchSize: number) =>
  plan(convNet(channels, size, batchSize), registry, { layout: webgpu.layout });

/** Loads and stores of a nest's text: scalars, and vectors of four. */
function accesses(body: readonly Statement[]): number {
  const loads = (v: Value): number =>
    v.kind === "element"
      ? 1
      : v.kind === "splat" || v.kind === "total"
      ? loads(v.value)
      : v.kind === "apply"
      ? v.operands.reduce((sum, operand) => sum + loads(operand), 0)
      : 0;
  return body.reduce(
    (sum, s) =>
      sum + (s.kind === "store" ? 1 : 0) + ("value" in s ? loads(s.value) : 0) + ("body" in s ? accesses(s.body) : 0),
    0,
  );
}

/** What a driver in software compiles in some tenths of a second. */
const MOST_ACCESSES = 150;

Deno.test("webgpu: gradients of many weights are summed for each sample, those of few by members of a workgroup", () => {
  const { tensors } = planOf(32, 24, 32).plan;
  const made = Object.values(tensors).filter(({ name }) => name.endsWith(".lanes"));
  assert.deepEqual(Object.fromEntries(made.map(({ name, shape }) => [name, shape])), {
    // two blocks of 16 samples, each by itself
    "conv2.weight.gradient.lanes": [2, 32, 32, 3, 3, 16],
    // 36 places of two blocks: enough terms for both together only
    "conv4.weight.gradient.lanes": [32, 32, 3, 3, 16],
  });
  for (const [channels, size, batch] of [[16, 24, 32], [32, 24, 30]]) {
    const few = Object.keys(planOf(channels, size, batch).plan.tensors).filter((name) => name.endsWith(".lanes"));
    assert.deepEqual(few, [], `${channels} channels, batch ${batch}`);
  }
});

Deno.test("webgpu: first guesses have few loads and stores, and use each load several times", () => {
  const { plan: planned } = planOf(64, 24, 32);
  let ran = 0, tiled = 0;
  for (const kernel of kernelsOf(planned)) {
    const [schedule] = webgpu.candidates(kernel), { nest } = compileKernel(kernel, schedule, webgpu);
    const count = accesses(nest.body);
    assert(count <= MOST_ACCESSES, `${kernel.name}: ${count} loads and stores`);
    const tile = Object.values(schedule.tile ?? {}).reduce((product, count) => product * count, 1);
    if (/^conv[234].*(forward|input|lanes)$/.test(kernel.name)) {
      // a strided gradient has an assignment for each place between strides
      const sums = tile * kernel.parts[0].assignments.length;
      assert(sums >= 4, `${kernel.name}: ${sums} sums or vectors of them in ${tile} points`);
      tiled++;
    }
    ran++;
  }
  assert(ran >= 20 && tiled >= 6, `${ran} kernels, ${tiled} of convolutions`);
});

Deno.test("negative control: loads and stores of a guess with all of a sum unrolled are too many", () => {
  const kernel = kernelsOf(planOf(64, 24, 32).plan).find(({ name }) => name === "conv4_relu4_forward")!;
  const schedule = {
    tile: { o: 4, q: 2 },
    vectorize: "n",
    unroll: { r: 3, s: 3, c: 4 },
    grid: ["nb", "o", "p", "q", "n"],
  };
  assert(accesses(compileKernel(kernel, schedule, webgpu).nest.body) > MOST_ACCESSES);
});

/** Kernels of a training step, as they share dispatches, by name. */
function shared(channels: number, size: number, batchSize: number) {
  const planned = planOf(channels, size, batchSize), { kernels } = compileTarget(planned, webgpu);
  const items = planned.plan.train.kernels.map((own) => ({
    ...kernels.get(own.kernel.name)!,
    bindings: own.bindings,
    planned: own,
  }));
  return rounds(items, planned.plan);
}

Deno.test("webgpu: a kernel with much work has a dispatch of its own, those with little share them", () => {
  const many = shared(64, 24, 32), few = shared(8, 8, 16);
  const large = many.flat().filter(({ kernel }) => cost(kernel).flops >= 2 ** 27).map(({ kernel }) => kernel.name);
  assert(large.length >= 3, large.join());
  for (const round of many) {
    const names = round.map(({ kernel }) => kernel.name);
    assert(names.length === 1 || !names.some((name) => large.includes(name)), names.join());
  }
  assert(many.some(({ length }) => length > 1));
  // negative control: the same kernels with little work are not alone
  const together = few.filter(({ length }) => length > 1).flat().map(({ kernel }) => kernel.name);
  assert(large.some((name) => together.includes(name)), together.join());
});

Deno.test({
  name: "webgpu: a net whose gradients are summed for each sample is verified on the adapter",
  ignore,
  async fn() {
    const spec = convNet(32, 16, 16);
    const { kernels } = compileTarget(plan(spec, registry, { layout: webgpu.layout }), webgpu);
    assert([...kernels.keys()].some((name) => name.endsWith("_lanes")), [...kernels.keys()].join());
    const rows = await verifyNet(spec, { target: "webgpu" });
    assert.deepEqual(rows.filter(({ ok }) => !ok), []);
    assert(rows.length > 25, `${rows.length} checks`);
  },
});
