/** What rounding does to numbers that hang on a small difference of large ones is no fault; what is wrong in one is. */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { elementwise, type LayerKind } from "../../codegen/language/layer.ts";
import { div, mul, sub } from "../../codegen/language/notation.ts";
import { plannedKernel } from "../../codegen/plan/kernel.ts";
import { processorTargets, registry } from "../../mod.ts";
import { loadKernels } from "../../runtime/backends/backends.ts";
import { compareStorages } from "../../runtime/check/differences.ts";
import { kernelCase, teamCalls } from "../../runtime/check/kernel.ts";
import { rowsFor } from "../../runtime/check/random_data.ts";
import { width } from "../width.ts";

const SEEDS = width(4, 40);

/** One by a square less a quarter: near a half it is large, and so is what the rounding of the square does to it. */
const pole = elementwise({
  ...{ type: "pole", source: "here", summary: "1 / (x^2 - 1/4)" },
  forward: (x) => div(1, sub(mul(x, x), 0.25)),
  backward: ({ x, y, dy }) => mul(dy, y, y, x, -2),
}) as LayerKind;
const poles = { ...registry, layers: [...registry.layers, pole] };
const SPEC = parseSpec({
  ...{ name: "poles", input: [400], batchSize: 16 },
  layers: [{ type: "pole" }, { type: "linear", outFeatures: 3 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
}, poles);

Deno.test("a small difference explains what rounding does; what is wrong by a hundredth is wrong", async () => {
  let explained = 0;
  for (const target of processorTargets) {
    const net = compileTarget(plan(SPEC, poles, { layout: target.layout, data: "f32" }), target);
    // elementwise, it is part of what gathers a batch
    const name = "batch_gather";
    const { kernel, nest } = net.kernels.get(name)!,
      [{ tensor }] = kernel.parts[0].assignments,
      { bindings } = plannedKernel(net.plan, name);

    const { load, run, read } = (await loadKernels(net, rowsFor(net.plan)))(name);
    for (let seed = 0; seed < SEEDS; seed++) {
      const { given: found, expected, moves } = kernelCase(kernel, bindings, net.plan, SPEC, seed);
      const storages = Object.keys(nest.tensors).map((symbol) => found[symbol]);
      load(storages);
      for (const call of teamCalls(nest)) run(...call);
      await read(storages);
      const row = compareStorages(kernel, found, expected, target, { moves });
      assert(row.ok, `${target.name}, seed ${seed}: ${row.error}, at most ${row.tolerance}`);
      if (!compareStorages(kernel, found, expected, target).ok) explained++;
      // negative control: a large one, of which rounding changes no hundredth
      const y = found[tensor] as Float32Array, at = y.findIndex((value) => value > 100 && value < 1000);
      assert(at >= 0, `seed ${seed}`);
      const wrong = { ...found, [tensor]: y.with(at, 1.01 * y[at]) };
      assert(!compareStorages(kernel, wrong, expected, target, { moves }).ok, `${target.name}, seed ${seed}`);
    }
  }
  // in f64 there is nothing to explain
  assert(explained >= SEEDS / 2, `${explained} explained`);
});

Deno.test("beside a number that is not finite, others are compared as ever", () => {
  const [target] = processorTargets,
    net = compileTarget(plan(SPEC, poles, { layout: target.layout, data: "f32" }), target);
  const { kernel } = net.kernels.get("batch_gather")!, { bindings } = plannedKernel(net.plan, kernel.name);
  const [{ tensor }] = kernel.parts[0].assignments;
  for (const odd of [NaN, Infinity]) {
    const { given, expected, moves } = kernelCase(kernel, bindings, net.plan, SPEC, 0);
    const right = (expected[tensor] as Float32Array).with(0, odd),
      compared = (found: Float32Array) =>
        compareStorages(kernel, { ...given, [tensor]: found }, { ...expected, [tensor]: right }, target, { moves }).ok;
    assert(compared(right.slice()));
    assert(!compared(right.with(1, right[1] + 1)), `${odd} hides what is wrong beside it`);
    assert(!compared(right.with(0, 1)), `a number in place of ${odd}`);
  }
});
