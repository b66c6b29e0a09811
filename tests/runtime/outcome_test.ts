/** What a network says of every sample: its outputs, on every target, and what a test makes of them. */
import assert from "node:assert/strict";
import { NaiveNetwork, type NaiveSpec } from "../../bench/naive.ts";
import { compileTarget, plan } from "../../codegen/compile.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { testReport } from "../../runtime/run/outcome.ts";
import { uniform } from "../../runtime/run/random.ts";
import type { Predictions } from "../../runtime/backends/session.ts";
import { type Dataset, fromArrays, parseSpec, registry, runsHere, type Spec, targets, train } from "../../mod.ts";
import { lacksAdapter } from "../adapter.ts";
import { openSession } from "../open_session.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

/** Random nets; on a GPU in software each takes seconds, so only some of them run there. */
const SEEDS = width(4, 12), SEEDS_ON_GPU = width(2, 4);

/** Nets whose outputs lie in another way than those of random ones: the last layer only renames the elements. */
const FLAT = [4, 16].map((batchSize) => ({
  name: "flat",
  input: [1, 6, 5],
  batchSize,
  layers: [{ type: "conv2d", outChannels: 2, kernel: 3 }, { type: "relu" }, { type: "flatten" }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
}));

const NETS = [...FLAT, ...Array.from({ length: SEEDS }, (_, seed) => randomSpec(seed + 1))].map((json) =>
  parseSpec(json)
);

/** Samples for some whole batches and a short one, each unlike the others. */
function samplesFor(spec: Spec, seed: number, batches: number): Dataset {
  const size = spec.input.reduce((a, b) => a * b), samples = batches * spec.batchSize + Math.ceil(spec.batchSize / 3);
  const inputs = Uint8Array.from({ length: samples * size }, (_, i) => 255 * uniform(seed, i));
  const outputs = plan(spec, registry).plan.graph;
  const classes = outputs.shapes[outputs.output][0];
  return fromArrays(inputs, Array.from({ length: samples }, (_, i) => (7 * i) % classes), spec.input);
}

/** What a target makes of a data set; and the parameters with which it did. */
async function predicted(spec: Spec, data: Dataset, target: Target) {
  const planned = plan(spec, registry, { layout: target.layout }), net = compileTarget(planned, target);
  const session = await openSession(net, [data], { threads: 2 });
  try {
    session.initialize(3);
    const parameters = new Map<string, Float32Array>();
    for (const { name, role } of Object.values(planned.plan.tensors)) {
      if (role === "parameter") parameters.set(name, await session.read(name));
    }
    const before = await session.evaluate(0), predictions = await session.predictions(0);
    return { parameters, before, predictions, after: await session.evaluate(0), graph: planned.plan.graph };
  } finally {
    session.close();
  }
}

/** Outputs of the plain network. */
function plain(
  spec: Spec,
  data: Dataset,
  parameters: ReadonlyMap<string, Float32Array>,
  storage: Float32ArrayConstructor | Float64ArrayConstructor,
): number[] {
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, storage);
  for (const [name, { values }] of network.parameters) values.set(parameters.get(name)!);
  const size = data.inputs.length / data.samples, outputs: number[] = [];
  for (let first = 0; first < data.samples; first += spec.batchSize) {
    const count = Math.min(spec.batchSize, data.samples - first);
    const inputs = new storage(data.inputs.subarray(first * size, (first + count) * size)).map((byte) => byte / 255);
    outputs.push(...network.forward(inputs, count));
  }
  return outputs;
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((x, y) => Math.max(x, y), 0);

for (const target of targets) {
  Deno.test({
    name: `${target.name}: the outputs for every sample are the plain network's, in the order of the samples`,
    ignore: !runsHere(target) || lacksAdapter(target),
    async fn() {
      let compared = 0, told = 0;
      const nets = NETS.slice(0, FLAT.length + (target.needsGrid ? SEEDS_ON_GPU : SEEDS));
      for (const [seed, spec] of nets.entries()) {
        // the first net has more steps than a GPU gets in one submission
        const data = samplesFor(spec, seed, seed === 0 ? 130 : 2), what = `${spec.name}, batch ${spec.batchSize}`;
        const { parameters, before, predictions, after } = await predicted(spec, data, target);
        const { outputs, losses, ...result } = predictions;
        assert.deepEqual([result, result], [before, after], what);
        // in f64, and in the order of the samples, as the sum was taken
        assert.equal(losses.length, data.samples);
        assert.equal(losses.reduce((sum, loss) => sum + loss, 0), result.sums.loss, what);
        const exact = plain(spec, data, parameters, Float64Array);
        assert.equal(outputs.length, exact.length, what);
        const rounded = plain(spec, data, parameters, Float32Array);
        const longest = Math.max(...[...parameters.values()].map(({ length }) => length));
        const size = exact.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        // what f32 storage alone does, with the roundings of sums in f32, and a store's for each layer
        const tolerance = 4 * (1 + Math.sqrt(longest) * target.epsilon.sum / 2 ** -23) *
            largestDifference(rounded, exact) + spec.layers.length * target.epsilon.store * size;
        const error = largestDifference(outputs, exact);
        assert.ok(error <= tolerance, `${what}: ${error} > ${tolerance}`);
        // negative control: samples in another order
        const classes = exact.length / data.samples;
        const moved = [...exact.slice(classes), ...exact.slice(0, classes)];
        if (largestDifference(outputs, moved) > 10 * tolerance) told++;
        compared += exact.length;
      }
      assert.ok(compared > 100 * nets.length && told > 0.8 * nets.length, `${compared} outputs, ${told} nets`);
    },
  });
}

/** A test of four classes with outputs by hand, and the graph of a net with a loss. */
function tested(type: string, data: Partial<Dataset> = {}) {
  const spec = parseSpec({
    name: "by_hand",
    input: [1, 1, 2],
    batchSize: 4,
    layers: [{ type: "flatten" }, { type: "linear", outFeatures: 3 }],
    loss: { type },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
  const set = fromArrays(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 255), [0, 1, 2, 1, 0], [1, 1, 2]);
  const outputs = Float32Array.of(...[5, 1, 1], ...[0, 0, Math.log(2)], ...[0, 3, 3], ...[1, NaN, 0], ...[9, 9, 9]);
  const predictions: Predictions = {
    loss: 0.5,
    steps: 2,
    sums: { loss: 2.5, hit: 2 },
    outputs,
    losses: new Float32Array(5),
  };
  return testReport(plan(spec, registry).plan.graph, { ...set, ...data }, predictions);
}

Deno.test("a test by hand: confusion, misses with their probability and pixels, ties and NaN", () => {
  const { missed, ...rest } = tested("softmaxCrossEntropy");
  assert.deepEqual(rest, {
    correct: 2,
    total: 5,
    accuracy: 0.4,
    loss: 0.5,
    // of equals the first counts; NaN gives way to what follows it
    confusion: [[2, 0, 0], [0, 0, 2], [0, 1, 0]],
  });
  assert.deepEqual(missed.map(({ probability: _, ...sample }) => sample), [
    { index: 1, label: 1, predicted: 2, pixels: "AgM=" },
    { index: 2, label: 2, predicted: 1, pixels: "BAU=" },
    { index: 3, label: 1, predicted: 2, pixels: "Bgc=" },
  ]);
  const e3 = Math.exp(-3);
  assert.ok(Math.abs(missed[0].probability! - 0.5) < 1e-7);
  assert.ok(Math.abs(missed[1].probability! - 1 / (2 + e3)) < 1e-7);
  assert.equal("probability" in missed[2], false);
  // the outputs of this loss are no logits; floats have no pixels
  const floats = tested("mse", { inputs: new Float32Array(10) });
  assert.deepEqual(floats.missed, [
    { index: 1, label: 1, predicted: 2 },
    { index: 2, label: 2, predicted: 1 },
    { index: 3, label: 1, predicted: 2 },
  ]);
});

Deno.test("a report stays small: many classes, many misses, large images", async () => {
  const report = async (side: number, outFeatures: number) => {
    const spec = parseSpec({
      name: "small_report",
      input: [1, side, side],
      batchSize: 8,
      layers: [{ type: "flatten" }, { type: "linear", outFeatures }],
      loss: { type: "softmaxCrossEntropy" },
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 1e-9 } },
    });
    const samples = 400, size = side * side;
    const data = fromArrays(
      Uint8Array.from({ length: samples * size }, (_, i) => 255 * uniform(1, i)),
      Array.from({ length: samples }, (_, i) => i % outFeatures),
      spec.input,
    );
    const { report } = await train(spec, { train: data, test: data }, { threads: 1 });
    const { test } = report, text = JSON.stringify(report, null, 2);
    assert.ok(text.length < 200_000, `${text.length} characters`);
    assert.ok(test.total - test.correct! > 100);
    assert.equal(test.missed.length, 100);
    const probabilities = test.missed.map(({ probability }) => probability!);
    assert.deepEqual(probabilities, probabilities.toSorted((a, b) => b - a));
    for (const { index, label, predicted, pixels } of test.missed) {
      assert.equal(data.labels[index], label);
      assert.notEqual(label, predicted);
      if (pixels) assert.equal(pixels, new Uint8Array(data.inputs.slice(index * size, (index + 1) * size)).toBase64());
    }
    return { test, pictures: test.missed.filter(({ pixels }) => pixels !== undefined).length };
  };
  const ten = await report(28, 10);
  assert.equal(ten.pictures, 100);
  assert.equal(ten.test.confusion!.flat().reduce((a, b) => a + b), ten.test.total);
  assert.equal(ten.test.confusion!.reduce((sum, row, i) => sum + row[i], 0), ten.test.correct);
  assert.equal((await report(90, 3)).pictures, 9);
  const many = await report(4, 51);
  assert.equal(many.test.confusion, undefined);
  assert.equal((await report(4, 50)).test.confusion!.length, 50);
});
