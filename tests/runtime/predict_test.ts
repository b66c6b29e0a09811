/** Trained nets that are used: predictions are the plain network's, tests those after training, at any batch size. */
import assert from "node:assert/strict";
import { NaiveNetwork, type NaiveSpec } from "../../bench/naive.ts";
import { plan } from "../../codegen/compile.ts";
import type { TensorValues } from "../../runtime/files/checkpoint.ts";
import { classReports } from "../../runtime/run/outcome.ts";
import { uniform } from "../../runtime/run/random.ts";
import {
  type Dataset,
  evaluate,
  exportOnnx,
  fromArrays,
  InputError,
  loadPredictor,
  parseSpec,
  processorTargets,
  registry,
  runsHere,
  type Spec,
  targets,
  train,
} from "../../mod.ts";
import { lacksAdapter, withGpu } from "../adapter.ts";
import { randomSpec } from "../random_spec.ts";
import { QUICK, width } from "../width.ts";

/** Random nets, each at one of the batch sizes: no block, one that fits one kind of block, several blocks. */
const SEEDS = width(6, 24), BATCHES = [1, 2, 3, 4, 8, 16, 32];

/**
 * A net whose last layer only renames elements, one with windows behind a convolution, and one of many channels, whose
 * last layer has to move them, at sizes of all kinds.
 */
const OWN = [
  [{ type: "conv2d", outChannels: 2, kernel: 3 }, { type: "relu" }, { type: "flatten" }],
  [
    { type: "conv2d", outChannels: 5, kernel: 3, padding: 1 },
    { type: "relu" },
    { type: "maxPool2d", kernel: 2 },
    { type: "dropout", rate: 0.5 },
    { type: "flatten" },
    { type: "linear", outFeatures: 7 },
  ],
  [
    { type: "conv2d", outChannels: 12, kernel: 3 },
    { type: "sigmoid" },
    { type: "maxPool2d", kernel: 3 },
    { type: "conv2d", outChannels: 13, kernel: 2 },
    { type: "flatten" },
  ],
].map((layers, i) => ({
  name: `own${i}`,
  input: [1, 9, 10],
  batchSize: 4,
  layers,
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
}));

/** Random weights, biases too. */
function weightsFor(spec: Spec, seed: number): { spec: Spec; parameters: Map<string, TensorValues> } {
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, Float64Array), { graph } = plan(spec, registry).plan;
  const shapes = new Map(
    graph.nodes.flatMap(({ name, parameters }) => parameters.map((p) => [`${name}.${p.name}`, p.shape])),
  );
  const parameters = [...network.parameters.keys()].map((name, place) => {
    const shape = shapes.get(name)!, elements = shape.reduce((a, b) => a * b, 1);
    const scale = 2 / Math.sqrt(elements / shape[0]);
    const values = Float32Array.from({ length: elements }, (_, i) => (2 * uniform(seed + place, i) - 1) * scale);
    return [name, { shape, values }] as const;
  });
  return { spec, parameters: new Map(parameters) };
}

/** What the plain network gives for some samples. */
function plain(
  { spec, parameters }: ReturnType<typeof weightsFor>,
  inputs: Float32Array,
  samples: number,
  storage: Float32ArrayConstructor | Float64ArrayConstructor,
): number[] {
  const network = new NaiveNetwork({ ...spec, batchSize: samples } as unknown as NaiveSpec, storage);
  for (const [name, { values }] of network.parameters) values.set(parameters.get(name)!.values);
  return [...network.forward(new storage(inputs), samples)];
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((x, y) => Math.max(x, y), 0);

for (const target of targets) {
  Deno.test({
    name: `${target.name}: predictions are the plain network's, at every batch size, for bytes and floats`,
    ignore: !runsHere(target) || lacksAdapter(target),
    async fn() {
      const immediate = processorTargets.includes(target);
      let cases = 0, told = 0;
      const specs = [
        ...BATCHES.flatMap((batchSize) => OWN.map((net) => ({ spec: parseSpec(net), batchSize }))),
        ...Array.from({ length: SEEDS }, (_, seed) => ({
          spec: parseSpec(randomSpec(seed + 500)),
          batchSize: BATCHES[seed % BATCHES.length],
        })),
      ];
      // each is a program of its own for the engine; those of scripts take an external program each
      for (const [seed, { spec, batchSize }] of specs.entries()) {
        if (["typescript", "webgpu"].includes(target.name) && seed % 3 > 0) continue;
        if (QUICK && seed % 2 > 0) continue;
        const weights = weightsFor(spec, seed), size = spec.input.reduce((a, b) => a * b, 1);
        // whole batches, and one that is short
        const samples = 2 * batchSize + Math.ceil(batchSize / 2);
        const bytes = Uint8Array.from({ length: samples * size }, (_, i) => 256 * uniform(seed, i));
        const floats = Float32Array.from(bytes, (byte) => byte / 255);
        const predictor = await loadPredictor(weights, { target: target.name, batchSize });
        assert.deepEqual([predictor.batchSize, predictor.target], [batchSize, target.name]);
        const outputs = await predictor.outputsAsync(floats), what = `${spec.name} ${seed}, batch ${batchSize}`;
        if (immediate) {
          for (const given of [floats, bytes]) assert.deepEqual(predictor.outputs(given), outputs, what);
        } else {assert.throws(() => predictor.outputs(floats), {
            name: "InputError",
            message: /does not answer at once/,
          });}
        assert.deepEqual(await predictor.outputsAsync(bytes), outputs, what);
        const exact = plain(weights, floats, samples, Float64Array);
        const rounded = plain(weights, floats, samples, Float32Array);
        const longest = Math.max(...[...weights.parameters.values()].map(({ values }) => values.length));
        const largest = exact.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        // as for tests of sessions: what f32 storage alone does, roundings of sums, and a store's for each layer
        const tolerance = 4 * (1 + Math.sqrt(longest) * target.epsilon.sum / 2 ** -23) *
            largestDifference(rounded, exact) + spec.layers.length * target.epsilon.store * largest;
        assert.equal(outputs.length, exact.length, what);
        const error = largestDifference(outputs, exact);
        assert.ok(error <= tolerance, `${what}: ${error} > ${tolerance}`);
        // one by one, in the other order: nothing is left of what was asked before
        const asked = Array.from({ length: samples }, (_, i) => {
          const at = samples - 1 - i, one = floats.subarray(at * size, (at + 1) * size);
          return immediate ? predictor.predict(one) : predictor.predictAsync(one);
        });
        const predictions = (await Promise.all(asked)).map(([prediction]) => prediction).reverse();
        assert.deepEqual(predictions.flatMap((p) => [...p.outputs]), [...outputs], what);
        for (const { label, probabilities, outputs } of predictions) {
          assert.equal(outputs[label!], Math.max(...outputs));
          assert.equal(probabilities === undefined, spec.loss.type === "mse");
          if (!probabilities) continue;
          const powers = [...outputs].map((x) => Math.exp(x - outputs[label!])), sum = powers.reduce((a, b) => a + b);
          assert.ok(largestDifference(probabilities, powers.map((power) => power / sum)) < 1e-12);
        }
        // negative control: the next sample's outputs
        const moved = [...exact.slice(predictor.classes), ...exact.slice(0, predictor.classes)];
        if (largestDifference(outputs, moved) > tolerance) told++;
        predictor.close();
        cases++;
      }
      assert.equal(cases, ["typescript", "webgpu"].includes(target.name) ? width(5, 15) : width(14, 45));
      assert.ok(told >= 0.8 * cases, `${told} of ${cases} told apart`);
    },
  });
}

Deno.test("a plan that predicts has neither labels nor what only gradients need, and no window is merged without lanes", () => {
  const spec = parseSpec({ ...OWN[1], batchSize: 1 });
  const { plan: small, fusions } = plan(spec, registry, { predict: true, layout: "samples", data: "f32" });
  assert.deepEqual(small.train.kernels, []);
  assert.deepEqual(Object.values(small.tensors).filter(({ role }) => role === "run").map(({ name }) => name).sort(), [
    "data",
    "order",
    "params",
  ]);
  assert.equal(Object.keys(small.tensors).some((name) => /label|loss|hit|code|mask|gradient/.test(name)), false);
  assert.equal(fusions.some(({ rule }) => rule === "window"), false);
  const large = plan({ ...spec, batchSize: 16 }, registry, { predict: true, layout: "lanes", data: "f32" });
  assert.equal(large.fusions.some(({ rule }) => rule === "window"), true);
  // negative control: a plan that trains has all these
  const whole = plan(spec, registry, { layout: "lanes", data: "f32" }).plan;
  assert.equal(
    Object.keys(whole.tensors).filter((name) => /label|loss|hit|code|mask|gradient/.test(name)).length > 8,
    true,
  );
});

/** Samples whose class can be seen. */
function halves(samples: number): Dataset {
  const inputs = Uint8Array.from({ length: samples * 90 }, (_, i) => {
    const sample = Math.floor(i / 90), bright = Math.floor(i % 90 / 30) === sample % 3;
    return bright ? 255 * uniform(7, i) : 40 * uniform(8, i);
  });
  return fromArrays(inputs, Array.from({ length: samples }, (_, i) => i % 3), [1, 9, 10]);
}

for (const target of targets) {
  Deno.test({
    name: `${target.name}: a test of trained weights has the bits of the test after training`,
    ignore: !runsHere(target) || lacksAdapter(target),
    async fn() {
      const spec = parseSpec({ ...OWN[1], batchSize: 16 }), data = { train: halves(160), test: halves(41) };
      const { report, parameters } = await train(spec, data, { target: target.name, threads: 2, epochs: 2 });
      const weights = { spec, parameters };
      const { target: name, classes, ...test } = await evaluate(weights, data.test, {
        target: target.name,
        threads: 1,
      });
      assert.deepEqual([name, test], [target.name, report.test]);
      const confusion = test.confusion!;
      for (const { label, samples, predicted, correct, precision, recall } of classes) {
        assert.equal(samples, confusion[label].reduce((a, b) => a + b));
        assert.equal(predicted, confusion.reduce((sum, row) => sum + row[label], 0));
        assert.equal(correct, confusion[label][label]);
        assert.equal(precision, predicted === 0 ? undefined : correct / predicted);
        assert.equal(recall, samples === 0 ? undefined : correct / samples);
      }
      // three classes occur, seven are possible
      assert.deepEqual(classes.map(({ samples }) => samples), [14, 14, 13, 0, 0, 0, 0]);
      // negative control: weights that are a little others
      const changed = new Map(weights.parameters), [[first, { shape, values }]] = changed;
      changed.set(first, { shape, values: values.map((value) => value * 1.01) });
      const other = await evaluate({ spec, parameters: changed }, data.test, { target: target.name, threads: 1 });
      assert.notEqual(other.loss, test.loss);
    },
  });
}

Deno.test("figures of classes, by hand", () => {
  const { graph } = plan(parseSpec(OWN[1]), registry).plan;
  const outputs = Float32Array.from(
    [0, 1, 1, 2, 0].flatMap((place) => Array.from({ length: 7 }, (_, i) => +(i === place))),
  );
  const set = fromArrays(new Float32Array(5 * 90), [0, 1, 0, 3, 3], [1, 9, 10]);
  const [zero, one, two, three] = classReports(graph, set, { outputs, loss: 0, correct: 2 } as never);
  assert.deepEqual(zero, { label: 0, samples: 2, predicted: 2, correct: 1, precision: 0.5, recall: 0.5 });
  assert.deepEqual(one, { label: 1, samples: 1, predicted: 2, correct: 1, precision: 0.5, recall: 1 });
  assert.deepEqual(two, { label: 2, samples: 0, predicted: 1, correct: 0, precision: 0 });
  assert.deepEqual(three, { label: 3, samples: 2, predicted: 0, correct: 0, recall: 0 });
});

Deno.test("numbers of any kind are asked about as floats are, and bytes are scaled; the rest is refused", async () => {
  const weights = weightsFor(parseSpec(OWN[1]), 3), predictor = await loadPredictor(weights, { batchSize: 2 });
  const floats = Float32Array.from({ length: 270 }, (_, i) => (i % 9) / 8), outputs = predictor.outputs(floats);
  const sample = (i: number) => [...floats.subarray(90 * i, 90 * i + 90)];
  const grid = (i: number) => [Array.from({ length: 9 }, (_, y) => sample(i).slice(10 * y, 10 * y + 10))];
  const kinds = [
    [...floats],
    Float64Array.from(floats),
    Float16Array.from(floats),
    [0, 1, 2].map(sample),
    [0, 1, 2].map(grid),
  ];
  for (const inputs of kinds) assert.deepEqual(predictor.outputs(inputs), outputs);
  assert.notDeepEqual(predictor.outputs(floats.map((value) => value / 2)), outputs);
  const bytes = Uint8Array.from({ length: 90 }, (_, i) => i);
  assert.deepEqual(predictor.outputs(Uint8ClampedArray.from(bytes)), predictor.outputs(bytes));
  const ask = predictor.predict.bind(predictor) as (inputs: unknown) => unknown;
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [Int32Array.from(bytes), /^inputs is an Int32Array: give numbers in a Float32Array, a Float64Array or a list/],
    [Uint16Array.from(bytes), /^inputs is a Uint16Array: give/],
    [floats.buffer, /^inputs is an ArrayBuffer: give/],
    [undefined, /^inputs is undefined: give/],
    [[...floats.subarray(0, 91)], /^there are 91 inputs, and a sample of \[1, 9, 10\] takes 90; give whole samples$/],
    [floats.with(95, -Infinity), /^inputs\[95\], at \[0, 0, 5\] of sample 1, is -Infinity: replace values/],
    [floats.map((_, i) => i % 2 ? 3e38 : -3e38), /^output \d for sample 0 has become -?(NaN|Infinity): /],
  ];
  for (const [inputs, message] of cases) assert.throws(() => ask(inputs), { name: "InputError", message });
  // what it is stays what it is
  assert.throws(() => (predictor as { batchSize: number }).batchSize = 9, TypeError);
  assert.deepEqual(predictor.outputs(floats), outputs);
});

for (const target of targets) {
  Deno.test({
    name: `a predictor that is closed answers what was asked, and nothing more: ${target.name}`,
    ignore: !runsHere(target) || lacksAdapter(target),
    fn: async () => {
      const predictor = await loadPredictor(weightsFor(parseSpec(OWN[1]), 1), { target: target.name }),
        inputs = new Float32Array(90);
      const [first] = await predictor.predictAsync(inputs), pending = predictor.predictAsync(inputs);
      predictor.close();
      predictor.close();
      assert.deepEqual((await pending)[0].outputs, first.outputs);
      const closed = {
        name: "InputError",
        message: "the predictor is closed; make another one with loadPredictor",
      };
      await assert.rejects(predictor.predictAsync(inputs), closed);
      assert.throws(() => predictor.predict(inputs), target.backend === "threads" ? closed : { name: "InputError" });
    },
  });
}

Deno.test("what does not fit is refused with one line", async () => {
  const weights = weightsFor(parseSpec(OWN[1]), 1), { spec, parameters } = weights;
  const without = new Map([...parameters].slice(1));
  const other = new Map(parameters).set("linear1.bias", { shape: [8], values: new Float32Array(8) });
  const short = new Map(parameters).set("linear1.bias", { shape: [7], values: new Float32Array(6) });
  const data = halves(3), predictor = await loadPredictor(weights);
  const cases: readonly (readonly [what: () => unknown, message: string])[] = [
    [
      () => loadPredictor({ spec, parameters: without }),
      "net own1 takes conv1.weight [5, 1, 3, 3], but the weights have none",
    ],
    [() => evaluate({ spec, parameters: other }, data), "net own1 takes linear1.bias [7], but the weights have [8]"],
    [() => exportOnnx({ spec, parameters: other }), "net own1 takes linear1.bias [7], but the weights have [8]"],
    [
      () => loadPredictor({ spec, parameters: short }),
      "net own1 takes linear1.bias [7], but the weights have [7], 6 numbers",
    ],
    [() => loadPredictor(weights, { batchSize: 0 }), "batchSize is 0; expected a whole number, at least 1"],
    [() => loadPredictor(weights, { batchSize: 1.5 }), "batchSize is 1.5; expected a whole number, at least 1"],
    [
      () => withGpu(undefined, () => loadPredictor(weights, { target: "webgpu" })),
      "target webgpu needs a WebGPU adapter, and navigator.gpu.requestAdapter() gives none here",
    ],
    [
      () => predictor.predict(new Float32Array(0)),
      "there are 0 inputs, and a sample of [1, 9, 10] takes 90; give whole samples",
    ],
    [
      () => predictor.outputs(new Uint8Array(91)),
      "there are 91 inputs, and a sample of [1, 9, 10] takes 90; give whole samples",
    ],
    [() => evaluate(weights, data, { threads: 0 }), "threads is 0; expected a whole number from 1 to 256"],
    [() => evaluate(weights, data, { threads: NaN }), "threads is NaN; expected a whole number from 1 to 256"],
    [() => evaluate(weights, { ...data, shape: [90, 1, 1] }), "samples are [90, 1, 1], but net own1 takes [1, 9, 10]"],
  ];
  for (const [what, message] of cases) {
    await assert.rejects(async () => await what(), (error) => {
      assert(error instanceof InputError && error.message.includes(message), `${error}, not ${message}`);
      assert(!error.message.includes("\n"));
      return true;
    });
  }
  assert.equal(cases.length, 12);
});

Deno.test("nets that tell no classes give no label", async () => {
  const told = { mae: ["outputs"], binaryCrossEntropy: ["probabilities", "outputs"], mse: ["label", "outputs"] };
  for (const [type, keys] of Object.entries(told)) {
    const spec = parseSpec({
      ...{ name: type.toLowerCase(), input: [2], batchSize: 1, loss: { type } },
      layers: [{ type: "linear", outFeatures: 2 }],
      training: { epochs: 1, optimizer: { type: "adam" } },
    });
    const parameters = new Map([
      ["linear1.weight", { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) }],
      ["linear1.bias", { shape: [2], values: Float32Array.of(0, 1) }],
    ]);
    const predictor = await loadPredictor({ spec, parameters }, { target: "typescript" });
    assert.deepEqual(Object.keys(predictor.predict([[0.5, 1]])[0]), keys, type);
    assert.deepEqual(Object.keys((await predictor.predictAsync([[0.5, 1]]))[0]), keys, type);
    predictor.close();
  }
});
