/** What is asked of a net while it trains is answered between two steps, and changes no bit; it can be stopped and closed. */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { programOf } from "../../api/open.ts";
import { findTarget, type NetStep } from "../../mod.ts";
import { openNet } from "../../runtime/net/net.ts";
import { cores } from "../../runtime/net/predict_net.ts";
import { startWorker } from "../../runtime/net/start_worker.ts";
import type { Thread } from "../../runtime/platform/platform.ts";
import { bitsOf, opened, saved, told, type Way, WAYS } from "../net_cases.ts";
import { samples, SPEC } from "../small_net.ts";

const data = samples(1600), test = samples(40, 2);
const set = { x: data.inputs, y: data.labels }, testSet = { x: test.inputs, y: test.labels };
const STEPS = 100, EPOCHS = 2;

async function trained(way: Way) {
  const net = await opened(way, { seed: 3 });
  await net.train(set, { epochs: EPOCHS });
  const bits = bitsOf(await saved(net));
  net.close();
  return bits;
}

const expected = await trained({ threads: 0, shared: true });

for (const way of WAYS) {
  Deno.test(`predictions, tests and checkpoints while it trains change no bit: ${told(way)}`, async () => {
    const net = await opened(way, { seed: 3 }), asked: Promise<unknown>[] = [];
    const steps: NetStep[] = [];
    await net.train(set, {
      epochs: EPOCHS,
      onStep(step) {
        steps.push(step);
        if (step.step % 10 !== 0) return;
        asked.push(net.predict(test.inputs), net.evaluate(testSet), net.save());
      },
      async onEpoch({ epoch }) {
        const { total } = await net.evaluate(testSet);
        assert.equal(total, test.samples);
        assert.equal(steps.length, epoch * STEPS);
      },
    });
    const answers = await Promise.all(asked);
    assert.equal(answers.length, 3 * EPOCHS * STEPS / 10);
    assert.deepEqual(bitsOf(await saved(net)), expected);
    // each step once, in order
    assert.deepEqual(
      steps.map(({ epoch, step, steps }) => [epoch, step, steps]),
      Array.from({ length: EPOCHS * STEPS }, (_, i) => [Math.floor(i / STEPS) + 1, i % STEPS + 1, STEPS]),
    );
    assert(steps.every(({ loss }) => Number.isFinite(loss)));
    const mean = steps.slice(STEPS).reduce((sum, { loss }) => sum + loss, 0) / STEPS;
    assert(Math.abs(mean - expected.loss[1]) < 1e-6);
    net.close();
  });

  Deno.test(`a checkpoint that is asked for while it trains is one of a moment between two steps: ${told(way)}`, async () => {
    const net = await opened(way, { seed: 3 }), asked: Promise<Uint8Array>[] = [];
    await net.train(set, {
      epochs: 1,
      // one that is slow: others have the net before it has heard of all steps
      async onStep({ step }) {
        if ([1, 40, STEPS].includes(step)) asked.push(net.save());
        if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      },
    });
    assert.equal(asked.length, 3);
    // the last one may not have been answered yet
    const saves = await Promise.all(asked);
    net.close();
    for (const weights of saves) {
      const again = await opened(way, { weights });
      await again.train(set, { epochs: EPOCHS - (await saved(again)).training!.history.length });
      assert.deepEqual(bitsOf(await saved(again)), expected);
      again.close();
    }
  });

  Deno.test(`a net that is closed between two batches of a prediction ends that: ${told(way)}`, async () => {
    const net = await opened(way), asked = net.predict(set.x);
    net.close();
    await assert.rejects(asked, { name: "InputError", message: /is closed/ });
  });

  Deno.test(`a signal stops training after a step, and it goes on where it was: ${told(way)}`, async () => {
    const net = await opened(way, { seed: 3 }), reason = new Error("enough");
    const controller = new AbortController();
    let seen = 0;
    const stopped = net.train(set, {
      epochs: EPOCHS,
      signal: controller.signal,
      onStep: () => ++seen === 5 && controller.abort(reason),
    });
    await assert.rejects(stopped, reason);
    // a checkpoint from inside an epoch goes on in another net, too
    const bytes = await net.save(), again = await opened(way, { weights: bytes });
    for (const each of [net, again]) {
      await each.train(set, { epochs: (await saved(each)).training!.history.length === 0 ? EPOCHS : 1 });
      assert.deepEqual(bitsOf(await saved(each)), expected);
      each.close();
    }
    await assert.rejects(net.train(set, { signal: AbortSignal.abort(reason) }), reason);
  });

  Deno.test(`a net that is closed while it trains ends that: ${told(way)}`, async () => {
    const net = await opened(way), closed = { name: "InputError", message: /^net kept is closed; open another one$/ };
    const training = net.train(set, { epochs: 1000 });
    training.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 30));
    const asked = net.predict(test.inputs);
    asked.catch(() => {});
    net.close();
    await assert.rejects(training, closed);
    await assert.rejects(asked, closed);
    for (
      const call of [
        () => net.train(set),
        () => net.step(test.inputs.subarray(0, 64), [0]),
        () => net.evaluate(testSet),
        () => net.predict(test.inputs),
        () => net.save(),
      ]
    ) await assert.rejects(call, closed);
    net.close();
  });
}

Deno.test("a listener that fails ends the training, and the net is of use after that", async () => {
  const net = await opened({ threads: 2, shared: true }, { seed: 3 });
  const fails = () => {
    throw new Error("listener");
  };
  await assert.rejects(net.train(set, { onStep: fails }), /^Error: listener$/);
  // what was done counts: the epoch is gone on with
  const { epochs: [{ epoch }] } = await net.train(set, { epochs: 1 });
  const later = () => net.train(set, { onEpoch: () => Promise.reject(new Error("later")) });
  // where the whole epoch was done before the listener was called, that was the second one
  if (epoch < EPOCHS) await assert.rejects(later, /^Error: later$/);
  assert.deepEqual(bitsOf(await saved(net)), expected);
  net.close();
});

Deno.test("while it trains, what would change it is refused", async () => {
  const net = await opened({ threads: 1, shared: true }), other = await opened({ threads: 0, shared: true });
  const bytes = await net.save(), training = net.train(set, { epochs: 5 });
  const refused = { name: "InputError", message: "net kept is training; wait for that, or stop it with a signal" };
  for (
    const call of [
      () => net.train(set),
      () => net.step(test.inputs.subarray(0, 64), [0]),
      () => net.restore(bytes),
      () => net.copyFrom(other),
    ]
  ) await assert.rejects(call, refused);
  // the other way round it may be
  await other.copyFrom(net);
  await training;
  // nor does it begin to, where somebody waits to change it
  const gate = Promise.withResolvers<void>(), held = cores.get(net)!.alone(() => gate.promise);
  const restoring = net.restore(bytes);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const more = net.train(set, { epochs: 1 });
  gate.resolve();
  await assert.rejects(restoring, refused);
  await Promise.all([held, more]);
  assert.equal((await saved(net)).training!.history.length, 6);
  net.close();
  other.close();
});

Deno.test("the calling thread does other things while it trains alone", async () => {
  const net = await opened({ threads: 0, shared: true });
  const controller = new AbortController();
  let turns = 0;
  const timer = setInterval(() => ++turns === 10 && controller.abort(), 1);
  await assert.rejects(net.train(set, { epochs: 10_000, signal: controller.signal }), { name: "AbortError" });
  clearInterval(timer);
  assert.equal(turns, 10);
  // negative control: single steps do not let others in
  let others = 0;
  const soon = setTimeout(() => others++, 0);
  for (let i = 0; i < 100; i++) await net.step(set.x.subarray(0, 64), [0]);
  assert.equal(others, 0);
  clearTimeout(soon);
  net.close();
});

Deno.test("a signal closes a net, or keeps it from being opened", async () => {
  for (const way of WAYS) {
    const controller = new AbortController(), { signal } = controller, net = await opened(way, { signal });
    const training = net.train(set, { epochs: 1000 });
    training.catch(() => {});
    controller.abort();
    await assert.rejects(training, /is closed/);
    await assert.rejects(net.save(), /is closed/);
    await assert.rejects(opened(way, { signal }), { name: "AbortError" });
  }
});

Deno.test("a team that has lost a worker ends with an error, and waits for nobody", async () => {
  const program = programOf(SPEC, compileNet(SPEC, findTarget("wasm"), { data: "f32" })), workers: Thread[] = [];
  const worker = () => workers[workers.push(startWorker()) - 1];
  const net = await openNet({ ...program, worker }, { threads: 2 }, true), training = net.train(set, { epochs: 1000 });
  training.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 30));
  workers[1].terminate();
  workers[1].onerror!.call(workers[1] as never, new ErrorEvent("error", { message: "out of memory" }));
  const lost = { message: "out of memory" };
  await assert.rejects(training, lost);
  for (
    const call of [() => net.step(test.inputs.subarray(0, 64), [0]), () => net.predict(set.x), () => net.train(set)]
  ) await assert.rejects(call, lost);
  net.close();
});

Deno.test("a worker that cannot be started keeps a net from being opened", async () => {
  const program = programOf(SPEC, compileNet(SPEC, findTarget("wasm"), { data: "f32" }));
  const worker = () => new Worker("data:text/javascript,throw new Error('no such thing')", { type: "module" });
  for (const { threads, shared } of WAYS) {
    const opening = openNet({ ...program, worker }, { threads }, shared);
    if (threads > 0) await assert.rejects(opening, /no such thing/);
    else (await opening).close();
  }
});

Deno.test("the calling thread lets timers go though each epoch is short", async () => {
  const net = await opened({ threads: 0, shared: true }), one = samples(1), controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 1);
  const some = { x: one.inputs, y: one.labels };
  await assert.rejects(net.train(some, { epochs: 100_000, signal: controller.signal }), /^Error: enough$/);
  net.close();
});
