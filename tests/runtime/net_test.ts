/** A net in memory gives the bits of a run of the command line, in every way that threads and memory can be had. */
import assert from "node:assert/strict";
import { type Net, train } from "../../mod.ts";
import { bitsOf, opened, saved, told, WAYS } from "../net_cases.ts";
import { samples, SPEC } from "../small_net.ts";

const SEED = 7, EPOCHS = 3;
// the last batch is a short one
const data = samples(100), test = samples(40, 2);
const set = { x: data.inputs, y: data.labels }, testSet = { x: test.inputs, y: test.labels };

/** What the command line gives, and another seed, which must be noticed. */
const run = await train(SPEC, { train: data, test }, { target: "wasm", threads: 1, seed: SEED, epochs: EPOCHS });
const other = await train(SPEC, { train: data, test }, { target: "wasm", threads: 1, seed: SEED + 1, epochs: EPOCHS });
const expected = bitsOf(run.checkpoint);

Deno.test("negative control: another seed gives other bits", () => {
  assert.notDeepEqual(bitsOf(other.checkpoint), expected);
});

for (const way of WAYS) {
  for (const kind of ["f32", "u8"] as const) {
    Deno.test(`train, evaluate and save give the bits of a run: ${told(way)}, samples as ${kind}`, async () => {
      const net = await opened(way, { seed: SEED, data: kind });
      const { epochs } = await net.train(set, { epochs: EPOCHS });
      assert.deepEqual(epochs.map(({ loss }) => loss), run.report.epochs.map(({ loss }) => loss));
      assert.deepEqual(epochs.map(({ epoch }) => epoch), [1, 2, 3]);
      const { loss, correct, total } = await net.evaluate(testSet), { report } = run;
      assert.deepEqual([loss, correct, total], [report.test.loss, report.test.correct, report.test.total]);
      const checkpoint = await saved(net);
      assert.deepEqual(bitsOf(checkpoint), expected);
      const { data: trained, seed, epochs: all, target } = checkpoint.training!;
      assert.deepEqual([trained, seed, target], [run.checkpoint.training!.data, SEED, "wasm"]);
      assert(all >= EPOCHS);
      net.close();
    });
  }

  Deno.test(`single steps give the bits of an epoch, and predictions those of a test: ${told(way)}`, async () => {
    const stepped = await opened(way, { seed: SEED }), whole = await opened(way, { seed: SEED });
    await byStep(stepped, 3);
    await whole.train(set, { epochs: 1 });
    const [a, b] = [await saved(stepped), await saved(whole)].map(({ parameters, training }) => [
      ...[...parameters].map(([name, { values }]) => [name, ...values]),
      ...[...training!.optimizer].map(([name, { values }]) => [name, ...values]),
    ]);
    assert.deepEqual(a, b);
    const [one, another] = [await stepped.predict(test.inputs), await whole.predict(test.inputs)];
    assert.equal(one.length, test.samples);
    assert.deepEqual(one, another);
    const { correct } = await whole.evaluate(testSet);
    assert.equal(one.filter(({ label }, i) => label === test.labels[i]).length, correct);
    stepped.close();
    whole.close();
  });
}

/** An epoch, step by step, in the order in which a run takes its samples. */
async function byStep(net: Net, _seed: number): Promise<void> {
  const { runStart } = await import("../../mod.ts"), order = runStart(SPEC, SEED).order(0, data.samples);
  for (let at = 0; at < data.samples; at += net.batchSize) {
    const chosen = [...order.subarray(at, at + net.batchSize)];
    const x = Uint8Array.from(chosen.flatMap((i) => [...data.inputs.subarray(64 * i, 64 * i + 64)]));
    const { loss, correct } = await net.step(x, chosen.map((i) => data.labels[i]));
    assert(Number.isFinite(loss) && correct! >= 0 && correct! <= chosen.length);
  }
}
