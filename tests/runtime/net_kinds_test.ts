/** Nets of all kinds give the bits of a run: other losses, odd batches, channels innermost, chains with scratch memory. */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { findTarget, fromArrays, parseSpec, type Spec, train } from "../../mod.ts";
import { CHAINED } from "../chained_net.ts";
import { bitsOf, opened, saved, told, WAYS } from "../net_cases.ts";
import { SPEC } from "../small_net.ts";
import { width } from "../width.ts";

const SEED = 13, EPOCHS = 2;
const sgd = { epochs: 1, optimizer: { type: "sgd", learningRate: 0.05 } };

const KINDS: Readonly<Record<string, Spec>> = {
  "mean squared error": parseSpec({
    ...{ name: "mse", input: [6], batchSize: 8, loss: { type: "mse" }, training: sgd },
    layers: [{ type: "linear", outFeatures: 5 }, { type: "sigmoid" }, { type: "linear", outFeatures: 3 }],
  }),
  "a batch of 5": parseSpec({ ...SPEC, batchSize: 5 }),
  "a batch of 1": parseSpec({ ...SPEC, batchSize: 1, training: sgd }),
  "chains, channels innermost": CHAINED,
};

/** Samples that fill no whole number of batches. */
function dataOf({ input, batchSize }: Spec) {
  const samples = 2 * batchSize + Math.ceil(batchSize / 2), length = samples * input.reduce((a, b) => a * b);
  const x = Float32Array.from({ length }, (_, i) => Math.sin(i * i % 977)),
    y = x.subarray(0, samples).map((_, i) => i % 3);
  return { x, y };
}

Deno.test("one of the kinds has scratch memory, and one more rows in a batch than samples", () => {
  const plans = Object.values(KINDS).map((spec) => compileNet(spec, findTarget("wasm_relaxed"), { data: "f32" }).plan);
  assert(plans.some(({ scratchBytes = 0 }) => scratchBytes > 0));
  assert(plans.some(({ batchRows, batchSize }) => batchRows > batchSize));
});

for (const [kind, spec] of Object.entries(KINDS)) {
  for (const target of width(["wasm_relaxed"], ["wasm_relaxed", "wasm"])) {
    Deno.test(`${kind}: the bits of a run, ${target}`, async () => {
      const { x, y } = dataOf(spec), data = fromArrays(x, y, spec.input), reports: string[] = [];
      const run = await train(spec, { train: data, test: data }, { target, threads: 2, seed: SEED, epochs: EPOCHS });
      const expected = bitsOf(run.checkpoint), { loss, correct } = run.report.test;
      for (const way of WAYS) {
        const net = await opened(way, { spec, target, seed: SEED });
        // tests of more samples than are trained on, while it trains: memory is made larger
        const many = { x: [...x, ...x, ...x], y: [...y, ...y, ...y] };
        await net.train({ x, y }, { epochs: EPOCHS, onEpoch: () => net.evaluate(many) });
        assert.deepEqual(bitsOf(await saved(net)), expected, told(way));
        const found = await net.evaluate({ x, y });
        assert.deepEqual([found.loss, found.correct], [loss, correct]);
        const labels = (await net.predict(x)).map(({ label }) => label);
        assert.equal(labels.filter((label, i) => label === y[i]).length, correct);
        // a short batch of one
        const before = JSON.stringify(bitsOf(await saved(net)));
        await net.step(x.subarray(0, x.length / y.length), [0]);
        reports.push(JSON.stringify(bitsOf(await saved(net))));
        assert.notEqual(reports.at(-1), before);
        net.close();
      }
      assert.equal(new Set(reports).size, 1);
    });
  }
}
