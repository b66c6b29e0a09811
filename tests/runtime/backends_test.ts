/** Backends: every target has one, each says what it would run on, and what does not fit is refused before it is begun. */
import assert from "node:assert/strict";
import { backendOf } from "../../runtime/backends/backends.ts";
import { placeRows, rowCounts, stepsInEpoch } from "../../runtime/backends/rows.ts";
import { checkFit } from "../../runtime/backends/samples.ts";
import { plan } from "../../codegen/compile.ts";
import { BYTES } from "../../codegen/ir/operations.ts";
import type { Shape } from "../../codegen/language/layer.ts";
import { classLabels, type LossKind, type TargetSpec } from "../../codegen/language/loss.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { softmaxCrossEntropy } from "../../kernels/losses/softmax_cross_entropy.ts";
import { platform } from "../../runtime/platform/here.ts";
import { findTarget, fromArrays, InputError, processorTargets, registry, runsHere, targets } from "../../mod.ts";
import { ignore, lacksAdapter, withGpu } from "../adapter.ts";
import { compiled, epochOf, samples, SPEC } from "../small_net.ts";

Deno.test("every target has a backend; those of threads come first", () => {
  const found = targets.map((target) => backendOf(target));
  assert.deepEqual(found.map(({ name }) => name), targets.map(({ backend }) => backend));
  assert.deepEqual(targets.slice(0, processorTargets.length), processorTargets);
  assert.deepEqual(found.map(({ takesThreads }) => takesThreads), targets.map((t) => processorTargets.includes(t)));
  assert.throws(() => backendOf({ backend: "abacus" }), /^TypeError: there is no backend abacus$/);
});

Deno.test("a backend says what it would run on, or that there is nothing", async () => {
  const threads = backendOf(findTarget("typescript")), webgpu = backendOf(findTarget("webgpu"));
  assert.deepEqual([typeof (await threads.available()).device, (await threads.available()).preferred], [
    "string",
    false,
  ]);
  await threads.requireDevice();
  await withGpu(undefined, async () => {
    const { device, preferred } = await webgpu.available();
    assert.deepEqual([device, preferred], [undefined, false]);
    await assert.rejects(async () => await webgpu.requireDevice(), InputError);
  });
  if (ignore) return;
  assert.equal(typeof (await webgpu.available()).device, "string");
  await webgpu.requireDevice();
});

/** Runs with another value of a property. */
async function withProperty(of: object, name: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(of, name);
  Object.defineProperty(of, name, { value, configurable: true, writable: true });
  try {
    await body();
  } finally {
    if (before) Object.defineProperty(of, name, before);
    else Reflect.deleteProperty(of, name);
  }
}

Deno.test("threads that cannot share memory are told of as nothing to run on, and refused before any is begun", async () => {
  const target = findTarget("wasm"), net = compiled(target), threads = backendOf(target), set = samples(20);
  const message = "threads cannot share memory here: a page has to be cross-origin isolated";
  const refused = async () => {
    assert.deepEqual(await threads.available(), { preferred: false, reason: message });
    await assert.rejects(async () => await threads.requireDevice(), new InputError(message));
    await assert.rejects(async () => await threads.fit(net, [set], { threads: 2 }), new InputError(message));
  };
  await withProperty(globalThis, "SharedArrayBuffer", undefined, refused);
  await withProperty(globalThis, "crossOriginIsolated", false, refused);
  // negative control
  await withProperty(globalThis, "crossOriginIsolated", true, async () => await threads.requireDevice());
});

Deno.test("a script is refused where nothing takes its types off, but for one that is loaded from where it is", async () => {
  const target = findTarget("typescript"), net = compiled(target), threads = backendOf(target), set = samples(20);
  const refused = { name: "InputError", message: /^nothing here takes the types off a script.*use another target$/ };
  const counts = rowCounts(net.plan, 20);
  await withProperty(platform, "stripTypes", undefined, async () => {
    await assert.rejects(async () => await threads.fit(net, [set], { threads: 1 }), refused);
    await assert.rejects(async () => await threads.prepareKernels(net, counts), refused);
    await threads.fit(net, [set], { threads: 1, module: "file:///step.ts" });
  });
});

for (const target of targets) {
  Deno.test({
    name:
      `${target.name}: a net that fits is opened, trains, and says on how many threads; one that does not is refused`,
    ignore: !runsHere(target) || lacksAdapter(target),
    async fn() {
      const net = compiled(target), backend = backendOf(target), data = samples(20), options = { threads: 2 };
      const session = await (await backend.fit(net, [data], options)).open();
      try {
        assert.deepEqual([session.threads, session.gpu === undefined], backend.takesThreads ? [2, true] : [0, false]);
        session.initialize(1);
        const { steps, loss } = await session.train(0, epochOf(net.plan, 1, 0, data.samples));
        assert.deepEqual([steps, Number.isFinite(loss)], [stepsInEpoch(net.plan, data.samples), true]);
        // what memory began with, a run that begins anew must put there
        const state = Object.values(net.plan.tensors).filter(({ role }) => role === "state").map(({ name }) => name);
        const moved = async () => (await session.readAll(state)).some((values) => values.some((value) => value !== 0));
        assert.equal(await moved(), true);
        session.initialize(1);
        assert.equal(await moved(), false);
      } finally {
        session.close();
      }
      const other = fromArrays(new Uint8Array(9), [0], [1, 3, 3]);
      await assert.rejects(async () => await backend.fit(net, [data, other], options), InputError);
    },
  });
}

/** The small net with another loss, or other metrics. */
const judgedBy = (judges: Partial<Registry>) => plan(SPEC, { ...registry, ...judges }).plan;
/** The loss of the small net, with targets of its own. */
const lossOf = (target: (output: Shape) => TargetSpec): LossKind => ({
  ...softmaxCrossEntropy,
  given: (output: Shape) => [target(output)],
});

Deno.test("labels that the loss excludes are refused, although there are outputs for them", () => {
  const own = judgedBy({ losses: [lossOf(([classes]) => ({ ...classLabels([classes]), below: classes - 1 }))] });
  checkFit(own, fromArrays(new Uint8Array(128), [0, 1], [1, 8, 8]));
  assert.throws(() => checkFit(own, fromArrays(new Uint8Array(128), [0, 2], [1, 8, 8])), {
    name: "InputError",
    message: /sample 1 has label 2, but the net has 2 classes/,
  });
});

Deno.test("nets whose targets no run supplies are refused", () => {
  const refused = (judges: Partial<Registry>, message: RegExp) =>
    assert.throws(() => checkFit(judgedBy(judges), samples(4)), { name: "InputError", message });
  const marks: LossKind = {
    ...lossOf(([classes]) => ({ ...classLabels([classes]), symbol: "mark" })),
    forward: (n, { mark, ...tensors }, options) => softmaxCrossEntropy.forward(n, { ...tensors, label: mark }, options),
    backward: (n, { mark, ...tensors }, options) =>
      softmaxCrossEntropy.backward(n, { ...tensors, label: mark }, options),
  };
  refused({ losses: [marks] }, /its loss compares with "marks", i32 \[\] for each sample; a data set gives "labels"/);
});

Deno.test("rows lie behind the arena, apart, each at the beginning of a cache line", () => {
  const { plan } = compiled(findTarget("wasm")), counts = rowCounts(plan, 33);
  assert.deepEqual(counts, { samples: 33, steps: 3 });
  const { rows, end } = placeRows(plan, counts, plan.arenaBytes);
  const names = Object.values(plan.tensors).filter(({ role }) => role === "run").map(({ name }) => name);
  assert.deepEqual(Object.keys(rows).toSorted(), names.toSorted());
  assert.equal(rows.data[1], 33 * 64);
  assert.equal(rows.order[1], 3 * 16);
  let last = plan.arenaBytes;
  for (const [name, [offset, elements]] of Object.entries(rows)) {
    assert.equal(offset % 64, 0, name);
    assert.ok(offset >= last && offset < last + 64, `${name} at ${offset}, behind ${last}`);
    last = offset + elements * BYTES[plan.tensors[name].dtype];
  }
  assert.equal(end, last);
});
