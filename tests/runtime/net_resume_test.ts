/** A net goes on from a checkpoint of a run, and a run from that of a net, bit for bit; steps that were made count. */
import assert from "node:assert/strict";
import { type Checkpoint, type Net, saveCheckpoint, StoppedError, train, type TrainOptions } from "../../mod.ts";
import { encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { encodeSafetensors } from "../../runtime/files/safetensors.ts";
import { joined } from "../../runtime/net/hash.ts";
import { bitsOf, opened, saved, told, WAYS } from "../net_cases.ts";
import { samples, SPEC } from "../small_net.ts";

const SEED = 11, EPOCHS = 3, data = samples(100), test = samples(16, 2);
const set = { x: data.inputs, y: data.labels };
const run = (options: TrainOptions) =>
  train(SPEC, { train: data, test }, { target: "wasm", threads: 1, seed: SEED, epochs: EPOCHS, ...options });

const bytesOf = (checkpoint: Checkpoint) => joined(encodeSafetensors(encodeCheckpoint(checkpoint)));
const expected = bitsOf((await run({})).checkpoint);

/** A run that is stopped in its second epoch, or behind the first. */
async function stopped(inside: boolean): Promise<Checkpoint> {
  const controller = new AbortController();
  if (!inside) return (await run({ epochs: 1 })).checkpoint;
  try {
    await run({ signal: controller.signal, onEpoch: () => setTimeout(() => controller.abort()) });
  } catch (error) {
    if (error instanceof StoppedError) return error.checkpoint;
    throw error;
  }
  assert.fail("it was not stopped");
}

for (const way of WAYS) {
  Deno.test(`a net goes on from a checkpoint of a run: ${told(way)}`, async () => {
    for (const inside of [false, true]) {
      const checkpoint = await stopped(inside), left = EPOCHS - checkpoint.training!.history.length;
      // of other seeds: that of the checkpoint counts
      const net = await opened(way, { seed: 1, weights: bytesOf(checkpoint) });
      if (left > 0) await net.train(set, { epochs: left });
      assert.deepEqual(bitsOf(await saved(net)), expected);
      net.close();
    }
  });

  Deno.test(`a run goes on from a checkpoint of a net: ${told(way)}`, async () => {
    const net = await opened(way, { seed: SEED });
    await net.train(set, { epochs: 1 });
    const { checkpoint } = await run({ seed: undefined, resume: await saved(net) });
    assert.deepEqual(bitsOf(checkpoint), expected);
    // and from inside an epoch
    const controller = new AbortController();
    const stop = net.train(set, {
      signal: controller.signal,
      onStep: ({ step }) => step >= 2 && controller.abort(),
    });
    await assert.rejects(stop, { name: "AbortError" });
    assert.deepEqual(bitsOf((await run({ seed: undefined, resume: await saved(net) })).checkpoint), expected);
    net.close();
  });
}

/** What is mixed: epochs over one set and another, and steps. */
async function mixed(net: Net, between: (net: Net) => Promise<Net>): Promise<Checkpoint> {
  const x = test.inputs, y = test.labels;
  await net.train(set, { epochs: 1 });
  await net.step(x, y);
  const same = await between(net);
  await same.step(x, y);
  await same.train({ x: data.inputs.subarray(0, 64 * 50), y: data.labels.subarray(0, 50) }, { epochs: 2 });
  return await saved(same);
}

Deno.test("single steps and other data between epochs count, also when they lie before a checkpoint", async () => {
  const net = await opened(WAYS[0], { seed: SEED }), bits = bitsOf(await mixed(net, (net) => Promise.resolve(net)));
  for (const way of WAYS) {
    const one = await opened(way, { seed: SEED }), other = await opened(way);
    const again = await mixed(one, async (net) => {
      await other.restore(await net.save());
      return other;
    });
    assert.deepEqual(bitsOf(again), bits);
    one.close();
    other.close();
  }
  // negative control: only weights are not all
  const one = await opened(WAYS[0], { seed: SEED }), other = await opened(WAYS[0], { seed: SEED });
  const lost = await mixed(one, async (net) => {
    await other.copyFrom(net);
    return other;
  });
  assert.notDeepEqual(bitsOf(lost), bits);
  // a run of whole epochs cannot go on from that, and says so
  await assert.rejects(run({ seed: undefined, resume: await saved(net) }), {
    name: "InputError",
    message: "there are 100 training samples, but the checkpoint was trained on 1; give the same data",
  });
  [net, one, other].forEach((each) => each.close());
});

Deno.test("what is saved while other data are looked at is still of those before", async () => {
  const net = await opened(WAYS[0], { seed: SEED });
  await net.train(set, { epochs: 1 });
  const { data: before } = (await saved(net)).training!;
  const training = net.train({ x: set.x.map((value) => value / 2), y: set.y }, { epochs: 1 });
  assert.deepEqual((await saved(net)).training!.data, before);
  await training;
  // negative control: behind that it is of no data set
  assert.notDeepEqual((await saved(net)).training!.data, before);
  net.close();
});

Deno.test("what a net saves is a file like any checkpoint", async () => {
  const net = await opened(WAYS[0], { seed: SEED }), path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await net.train(set, { epochs: EPOCHS });
    await saveCheckpoint(path, await saved(net));
    await net.train(set, { epochs: 1 });
    await net.restore(await Deno.readFile(path));
    assert.deepEqual(bitsOf(await saved(net)), expected);
  } finally {
    await Deno.remove(path);
    net.close();
  }
});
