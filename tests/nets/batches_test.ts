/**
 * Batches of any size: rows up to whole blocks hold no sample and count nothing. Every size trains as plain loops do,
 * with dropout and a short last batch, on every target; and what does not mask those rows is noticed.
 */
import assert from "node:assert/strict";
import { batchRowsOf, compileTarget, plan } from "../../codegen/compile.ts";
import type { Part } from "../../codegen/ir/ir.ts";
import type { LossKind } from "../../codegen/language/loss.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { type Dataset, findTarget, fromArrays, parseSpec, registry, type Spec, targets } from "../../mod.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { fillEvaluation, fillTraining } from "../../runtime/backends/epoch.ts";
import { shuffleEpoch } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import { openSession } from "../open_session.ts";
import { compiledFor, type Course, referencesOf, strays, trainGenerated } from "../plain_model.ts";
import { randomData } from "../random_data.ts";
import { width } from "../width.ts";

const BATCHES = [1, 2, 3, 5, 7, 17, 30, 100, 257], SEED = 5;
/** A GPU's first guesses take a while to compile. */
const BATCHES_OF_GPU = width([7, 30], BATCHES);
const WASM = findTarget("wasm_relaxed");

const specOf = (batchSize: number): Spec =>
  parseSpec({
    name: `batch_${batchSize}`,
    input: [2, 7, 6],
    batchSize,
    layers: [
      { type: "conv2d", outChannels: 3, kernel: 3, padding: 1 },
      { type: "relu" },
      { type: "maxPool2d", kernel: 2 },
      { type: "flatten" },
      { type: "dropout", rate: 0.3 },
      { type: "linear", outFeatures: 16 },
      { type: "tanh" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.1, l2: 0.001 } },
  });

/** Two whole batches, and a short one where there can be one. */
function courseOf(spec: Spec, samples = 2 * spec.batchSize + Math.ceil(spec.batchSize / 3)): Course {
  const data = randomData(spec, samples, SEED, "batches", "floats");
  return { spec, data, steps: Math.ceil(samples / spec.batchSize), seed: SEED };
}

const padded = (batchSize: number, { layout }: Target) => batchRowsOf(batchSize, { layout }) > batchSize;

for (const target of targets) {
  const batches = lacksAdapter(target) || target.name !== "webgpu" ? BATCHES : BATCHES_OF_GPU;
  Deno.test({
    name: `${target.name}: batches of ${batches.join(", ")} train as plain loops do`,
    ignore: lacksAdapter(target),
    async fn() {
      let ran = 0;
      for (const batchSize of batches) {
        const course = courseOf(specOf(batchSize)), net = compiledFor(course, target);
        assert.equal(net.plan.batchRows, batchRowsOf(batchSize, { layout: target.layout }));
        const { initial, ...ours } = await trainGenerated(net, course, 1 + ran % 2);
        assert.deepEqual(strays(course.spec, target, ours, referencesOf(course, initial)), [], `batch ${batchSize}`);
        assert.notDeepEqual(ours.parameters, initial);
        ran++;
      }
      assert.equal(ran, batches.length);
      const some = batches.filter((batchSize) => padded(batchSize, target));
      assert(target.layout === "lanes" ? some.length >= 6 : some.length === 0, `padded: ${some}`);
    },
  });
}

/** A session over samples, in which some steps are done. */
async function session<Result>(
  spec: Spec,
  data: Dataset,
  threads: number,
  body: (net: Awaited<ReturnType<typeof openSession>>, names: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const net = compiledFor({ spec, data, steps: 0, seed: SEED }, WASM);
  const opened = await openSession(net, [data], { threads });
  try {
    opened.initialize(SEED);
    const roles = ["parameter", "state"];
    return await body(
      opened,
      Object.values(net.plan.tensors).filter(({ role }) => roles.includes(role)).map(({ name }) => name),
    );
  } finally {
    opened.close();
  }
}

/** What an epoch is given. */
const epochOf = ({ training: { optimizer } }: Spec) => ({
  ...{ seed: SEED, epoch: 0 },
  params: (step: number) =>
    registry.optimizers.find(({ type }) => type === optimizer.type)!.params(optimizer, 0.1, step + 1),
});

Deno.test("padded batches: the same bits for any number of threads, and for an epoch in two pieces", async () => {
  let ran = 0;
  const batches = width([7, 30], BATCHES).filter((size) => padded(size, WASM));
  for (const batchSize of batches) {
    const spec = specOf(batchSize), { data, steps } = courseOf(spec), epoch = epochOf(spec);
    const whole = (threads: number) =>
      session(spec, data, threads, async (net, names) => {
        const result = await net.train(0, epoch);
        return { result, values: await net.readAll(names), test: await net.predictions(0) };
      });
    const one = await whole(1);
    assert.equal(one.test.outputs.length, 3 * data.samples);
    assert(one.test.outputs.every(Number.isFinite));
    for (const threads of [2, 3]) assert.deepEqual(await whole(threads), one, `${threads} threads`);
    const pieces = await session(spec, data, 2, async (net, names) => {
      const first = await net.train(0, epoch, steps - 1);
      assert.equal(first.steps, steps - 1);
      return { result: await net.train(0, epoch, steps, first), values: await net.readAll(names) };
    });
    assert.deepEqual(pieces, { result: one.result, values: one.values }, `batch ${batchSize}`);
    ran++;
  }
  assert.equal(ran, width(2, 7));
});

Deno.test("a row without a sample repeats the first one of its step", () => {
  const spec = specOf(5), { plan: five } = plan(spec, registry, { layout: "lanes" }), samples = 12, steps = 3;
  assert.equal(five.batchRows, 8);
  const order = new Int32Array(steps * five.batchRows).fill(-1), params = new Float32Array(steps * five.params.length);
  fillEvaluation(five, { samples, steps, order, params });
  const rows = (of: Int32Array) => Array.from({ length: steps }, (_, step) => [...of.subarray(8 * step, 8 * step + 8)]);
  assert.deepEqual(rows(order), [[0, 1, 2, 3, 4, 0, 0, 0], [5, 6, 7, 8, 9, 5, 5, 5], [10, 11, 10, 10, 10, 10, 10, 10]]);
  assert.deepEqual(params.filter((_, i) => five.params[i % five.params.length] === "count"), Float32Array.of(5, 5, 2));
  fillTraining(five, { samples, steps, order, params }, epochOf(spec));
  const shuffled = new Int32Array(samples);
  shuffleEpoch(shuffled, samples, SEED, 0);
  const [a, b, c, d, e, f, g, h, i, j, k, l] = shuffled;
  assert.deepEqual(rows(order), [[a, b, c, d, e, a, a, a], [f, g, h, i, j, f, f, f], [k, l, k, k, k, k, k, k]]);
});

Deno.test("samples of other steps change nothing, however large they are", async () => {
  const spec = specOf(5), { data } = courseOf(spec, 10), size = data.inputs.length / data.samples;
  const firstStep = (huge?: number) => {
    const inputs = (data.inputs as Float32Array).map((x, i) => Math.floor(i / size) === huge ? 3e38 : x);
    return session(spec, fromArrays(inputs, data.labels!, spec.input), 1, async (net, names) => {
      await net.train(0, epochOf(spec), 1);
      return JSON.stringify((await net.readAll(names)).map((values) => [...values]));
    });
  };
  const usual = await firstStep(), order = new Int32Array(data.samples);
  shuffleEpoch(order, data.samples, SEED, 0);
  const same: number[] = [];
  for (const sample of order) if (await firstStep(sample) === usual) same.push(sample);
  assert.deepEqual(same, [...order.subarray(5)]);
});

/** Formulas with what they choose where there is a sample, and no question whether there is one. */
const unmasked = (parts: readonly Part[]): Part[] =>
  parts.map((part) => ({
    ...part,
    assignments: part.assignments.map((own) =>
      own.value.kind === "op" && own.value.op === "select" ? { ...own, value: own.value.operands[1] } : own
    ),
  }));

/** The shipped kinds with a cross entropy that does not mask its loss, or its gradient. */
function withoutMask(what: "forward" | "backward"): Registry {
  const losses = registry.losses.map((loss): LossKind =>
    loss.type === "softmaxCrossEntropy" ? { ...loss, [what]: (...all: Given) => unmasked(loss[what](...all)) } : loss
  );
  return { ...registry, losses };
}
type Given = Parameters<LossKind["forward"]>;

/** What a target makes of two whole batches with other kinds, and what verify says of them. */
async function judged(spec: Spec, kinds: Registry): Promise<{ training: string[]; verified: string[] }> {
  const course = courseOf(spec, 2 * spec.batchSize), { layout } = WASM;
  const net = compileTarget(plan(spec, kinds, { layout, data: "f32" }), WASM);
  const { initial, ...ours } = await trainGenerated(net, course, 1),
    references = referencesOf(course, initial);
  const rows = await verifyNet(spec, kinds, WASM, { data: "f32" });
  return {
    training: strays(spec, WASM, ours, references),
    verified: rows.filter(({ ok }) => !ok).map(({ check }) => check),
  };
}

Deno.test("negative control: a loss that does not mask rows without a sample is noticed", async () => {
  const spec = specOf(30);
  assert.deepEqual(await judged(spec, registry), { training: [], verified: [] });
  const slope = await judged(spec, withoutMask("backward"));
  assert(slope.training.some((what) => what.startsWith("conv1.weight")), slope.training.join());
  assert(slope.verified.includes("fused step"), slope.verified.join());
  const sum = await judged(spec, withoutMask("forward"));
  assert.deepEqual([sum.training.length, sum.training[0].slice(0, 4)], [1, "loss"]);
});
