/**
 * Layers of several inputs, kernels and buffers, and tensors with several readers: they train as plain loops do, on every
 * target, are verified, stopped and gone on with, tested, predicted with, imported and exported.
 */
import assert from "node:assert/strict";
import { compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import { InputError } from "../../codegen/error.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec, type Spec } from "../../codegen/graph/spec.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import { mul } from "../../codegen/language/notation.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { findTarget, fromArrays, processorTargets, StoppedError } from "../../mod.ts";
import { backendOf } from "../../runtime/backends/backends.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import type { Dataset } from "../../runtime/data/data.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { encodeOnnx } from "../../runtime/files/onnx.ts";
import { decodeSafetensors, encodeSafetensors, storedTensor } from "../../runtime/files/safetensors.ts";
import { importParameters } from "../../runtime/files/weights.ts";
import type { Machine } from "../../runtime/measure/machine/facts.ts";
import { Predictor } from "../../runtime/run/predict.ts";
import { shuffleEpoch, streamKey, uniform } from "../../runtime/run/random.ts";
import { startOf } from "../../runtime/run/start.ts";
import { run } from "../../runtime/run/train.ts";
import { lacksAdapter } from "../adapter.ts";
import { mix, registry } from "../mix_layer.ts";
import { CLASSES, INPUTS, LAYERS, MixModel, type Storage } from "../mix_model.ts";
import { openSession } from "../open_session.ts";
import { differences } from "../plain_model.ts";
import { width } from "../width.ts";

const BATCH = 16, STEPS = 12, RATE = 0.2, SEED = 3;

const specOf = (layers: readonly object[], input: readonly number[], more: object = {}): Spec =>
  parseSpec({
    name: "layers",
    input,
    batchSize: BATCH,
    layers,
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 3, optimizer: { type: "sgd", learningRate: RATE } },
    ...more,
  }, registry);
const SPEC = specOf(LAYERS, [INPUTS]);

/** Random samples, the last batch short, whose first numbers tell the class. */
function samplesOf(count: number, stream: string): Dataset {
  const key = streamKey(1, stream), labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  const inputs = Float32Array.from(
    { length: count * INPUTS },
    (_, i) => 2 * uniform(key, i) - 1 + (i % INPUTS === labels[Math.floor(i / INPUTS)] ? 1 : 0),
  );
  return fromArrays(inputs, labels, [INPUTS]);
}
const DATA = samplesOf(STEPS * BATCH - 5, "train"), TEST = samplesOf(40, "test");
/** Rows of a data set. */
const rowsOf = ({ inputs }: Dataset, order: Iterable<number>) =>
  Array.from(order, (i) => (inputs as Float32Array).subarray(i * INPUTS, (i + 1) * INPUTS));

const compiledFor = (spec: Spec, target: Target, predict = false) =>
  compileTarget(plan(spec, registry, { data: "f32", layout: target.layout, predict }), target);
const paramsOf = (spec: Spec) => (step: number) =>
  registry.optimizers
    .find(({ type }) => type === spec.training.optimizer.type)!.params(spec.training.optimizer, RATE, step + 1);
const namesOf = (spec: Spec) =>
  inferShapes(spec, registry).nodes.flatMap(({ name, parameters, buffers }) =>
    [...parameters, ...buffers].map((own) => `${name}.${own.name}`)
  );

/** What an epoch of training makes of a net. */
async function trained(spec: Spec, target: Target, threads: number) {
  const session = await openSession(compiledFor(spec, target), [DATA, TEST], { threads });
  try {
    session.initialize(SEED);
    const names = namesOf(spec), params = paramsOf(spec);
    const { loss } = await session.train(0, { seed: SEED, epoch: 0, params });
    const values = await session.readAll(names);
    const { outputs } = await session.predictions(1);
    return { loss, outputs, tensors: new Map(names.map((name, i) => [name, values[i]])) };
  } finally {
    session.close();
  }
}

/** The same by plain loops. */
function trainedPlainly(storage: Storage, batchSize = BATCH) {
  const { parameters } = startOf(SPEC, registry, SEED), model = new MixModel(parameters, storage);
  const order = new Int32Array(DATA.samples);
  shuffleEpoch(order, DATA.samples, SEED, 0);
  let loss = 0;
  for (let first = 0; first < DATA.samples; first += batchSize) {
    const batch = order.subarray(first, first + batchSize);
    loss += model.step(rowsOf(DATA, batch), Array.from(batch, (i) => DATA.labels![i]), RATE);
  }
  const outputs = model.outputs(rowsOf(TEST, Array(TEST.samples).keys())).flatMap((row) => [...row]);
  return { initial: parameters, tensors: model.tensors, loss: loss / DATA.samples, outputs };
}

for (const target of [...processorTargets, findTarget("webgpu")]) {
  const name =
    `${target.name}: ${STEPS} steps of mix and add follow plain loops, buffers too, and so do outputs in a test`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async () => {
    const ours = await trained(SPEC, target, 2), model = trainedPlainly(Float64Array);
    // how much f32 storage alone does is measured on the model itself; a target that also sums in f32 adds its roundings
    const rounded = trainedPlainly(Float32Array);
    const factor = 4 * (1 + Math.sqrt(BATCH) * target.epsilon.sum / 2 ** -23), floor = 2 ** -22;
    assert.deepEqual([...ours.tensors.keys()].sort(), [...model.tensors.keys()].sort());
    for (const [name, values] of model.tensors) {
      const own = differences(ours.tensors.get(name)!, values).largest;
      const allowed = factor * differences(rounded.tensors.get(name)!, values).largest + floor;
      assert(own <= allowed, `${name}: ${own} > ${allowed}`);
      // less its mean, it changes nothing
      if (name === "right.bias") continue;
      // negative control: training itself is far larger than the tolerance
      const moved = differences(model.initial.get(name)!, values).largest;
      assert(moved > 100 * allowed, `${name} moved by ${moved}, allowed are ${allowed}`);
    }
    const own = differences(ours.outputs, model.outputs).largest;
    const allowed = factor * differences(rounded.outputs, model.outputs).largest + 8 * floor;
    assert(own <= allowed, `outputs: ${own} > ${allowed}`);
    assert(Math.abs(ours.loss - model.loss) < 1e-5 * model.loss, `loss ${ours.loss}, model ${model.loss}`);
  });
}

Deno.test("what layers keep of a batch knows nothing of rows without a sample", async () => {
  // in rows: 8, 32, 112
  for (const batchSize of [7, 30, 100]) {
    const spec = { ...SPEC, batchSize }, target = processorTargets[0], ours = await trained(spec, target, 2);
    assert(compiledFor(spec, target).plan.batchRows > batchSize);
    const model = trainedPlainly(Float64Array, batchSize), rounded = trainedPlainly(Float32Array, batchSize);
    const factor = 4 * (1 + Math.sqrt(batchSize) * target.epsilon.sum / 2 ** -23), floor = 2 ** -22;
    for (const [name, values] of model.tensors) {
      const own = differences(ours.tensors.get(name)!, values).largest;
      const allowed = factor * differences(rounded.tensors.get(name)!, values).largest + floor;
      assert(own <= allowed, `batch ${batchSize}, ${name}: ${own} > ${allowed}`);
      // negative control: had the rows been counted, the mean would be another one
      if (name !== "mix1.running_mean") continue;
      const moved = differences(model.initial.get(name)!, values).largest;
      assert(moved > 100 * allowed, `${name} moved by ${moved}, allowed are ${allowed}`);
    }
    assert(Math.abs(ours.loss - model.loss) < 1e-5 * model.loss, `loss ${ours.loss}, model ${model.loss}`);
  }
});

for (const target of processorTargets) {
  Deno.test(`${target.name}: mix and add give the same bits for 1, 2 and 3 threads`, async () => {
    for (const batchSize of [BATCH, 20, 6, 7]) {
      const spec = { ...SPEC, batchSize }, single = await trained(spec, target, 1);
      for (const threads of [2, 3]) {
        assert.deepEqual(await trained(spec, target, threads), single, `batch ${batchSize}, ${threads} threads`);
      }
    }
  });
}

// ---- stopped and gone on

/** Pieces of a file as one. */
function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** A run by the training loop. */
async function runNet(target: Target, options: { resume?: Checkpoint; signal?: AbortSignal; onEpoch?: () => void }) {
  const net = compiledFor(SPEC, target), threads = 2;
  const fitted = await backendOf(target).fit(net, [DATA, TEST], { threads });
  const runnable = { spec: SPEC, net, without: [], registry, fitted, machine: () => Promise.resolve({} as Machine) };
  return await run(runnable, { train: DATA, test: TEST }, { threads, epochs: 3, seed: SEED, ...options });
}

for (const target of processorTargets) {
  Deno.test(`${target.name}: a run with buffers that was stopped goes on to the same bits, by way of a file`, async () => {
    const whole = await runNet(target, {});
    const stop = new AbortController();
    const stopped: unknown = await runNet(target, { signal: stop.signal, onEpoch: () => stop.abort() })
      .catch((error) => error);
    assert(stopped instanceof StoppedError);
    const bytes = encodeSafetensors(encodeCheckpoint(stopped.checkpoint));
    const file = decodeSafetensors(joined(bytes), "file");
    assert(file.tensors.has("mix1.running_mean"));
    const resume = decodeCheckpoint(file, registry, "file");
    assert.deepEqual(resume.parameters, stopped.checkpoint.parameters);
    const { parameters, report } = await runNet(target, { resume });
    assert.deepEqual(parameters, whole.parameters);
    assert.deepEqual(report.test, whole.report.test);
    // what is trained is counted, buffers are not
    assert.equal(report.parameters, 9 * 16 + 16 + 16 * 16 + 16 + 16 + 16 * 3 + 3);
    // negative control: the buffer is not what it begins with, and without it the end is another one
    const mean = { shape: [16], values: new Float32Array(16).fill(0.5) };
    assert.notDeepEqual(resume.parameters.get("mix1.running_mean"), mean);
    const lost = new Map(resume.parameters).set("mix1.running_mean", mean);
    const other = await runNet(target, { resume: { ...resume, parameters: lost } });
    assert.notDeepEqual(other.parameters.get("mix1.running_mean"), whole.parameters.get("mix1.running_mean"));
  });
}

Deno.test("a checkpoint without its buffers is refused", async () => {
  const { checkpoint } = await runNet(processorTargets[0], {});
  const { metadata, tensors } = encodeCheckpoint({
    ...checkpoint,
    parameters: new Map([...checkpoint.parameters].filter(([name]) => name !== "mix1.running_mean")),
  });
  assert.throws(
    () => decodeCheckpoint({ metadata, tensors }, registry, "file"),
    new InputError("file: expected mix1.running_mean as F32 [16], but it is missing"),
  );
});

// ---- verified

/** Convolutions and pools around tensors with several readers; one that only what is not trained lies before. */
const RESIDUAL = specOf(
  [
    { type: "avgPool2d", kernel: 1, name: "still" },
    { type: "conv2d", outChannels: 2, kernel: 3, padding: 1, name: "stem" },
    { type: "tanh" },
    { type: "conv2d", outChannels: 2, kernel: 3, padding: 1, input: "stem" },
    { type: "add", input: ["conv2", "tanh1", "stem"] },
    { type: "mix", input: ["add1", "still"] },
    { type: "relu" },
    { type: "maxPool2d", kernel: 2 },
    { type: "add", input: ["pool2", "pool2"] },
    { type: "flatten" },
    { type: "linear", outFeatures: 3 },
  ],
  [2, 6, 6],
  { loss: { type: "mse" } },
);

for (const target of processorTargets) {
  Deno.test(`${target.name}: kernels, gradients and fusion of nets with several readers are verified`, async () => {
    for (const spec of [SPEC, RESIDUAL]) {
      const rows = await verifyNet(spec, registry, target, { data: "f32" });
      assert.deepEqual(rows.filter(({ ok }) => !ok), []);
      const checks = rows.map(({ check }) => check);
      assert(checks.includes("gradient mix1.gain") && checks.includes("fused step"));
    }
  });
}

/** A random graph on images of one size: each layer reads any that came before, and what nobody reads is added up at the end. */
function randomGraph(seed: number): Spec {
  let drawn = 0;
  const draw = () => uniform(streamKey(seed, "graph"), drawn++);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(draw() * all.length)];
  // the first has the shape that all others keep
  const layers: Record<string, unknown>[] = [{ type: "conv2d", outChannels: 2, kernel: 3, padding: 1, name: "l0" }];
  const unread = new Set(["l0"]);
  for (let i = 1, count = 3 + Math.floor(6 * draw()); i < count; i++) {
    const known = layers.map(({ name }) => name as string);
    const [one, two] = [pick(known), pick(known)];
    const own = pick<Record<string, unknown>>([
      { type: "conv2d", outChannels: 2, kernel: 3, padding: 1, input: one },
      ...["tanh", "relu", "sigmoid"].map((type) => ({ type, input: one })),
      { type: "maxPool2d", kernel: 1, input: one },
      { type: "avgPool2d", kernel: 1, input: one },
      ...["mix", "add", "add"].map((type) => ({ type, input: [one, two] })),
    ]);
    layers.push({ ...own, name: `l${i}` });
    for (const name of [own.input].flat()) unread.delete(name as string);
    unread.add(`l${i}`);
  }
  const last = [...unread];
  if (last.length > 1) layers.push({ type: "add", input: last });
  layers.push({ type: "maxPool2d", kernel: 2 }, { type: "flatten" }, { type: "linear", outFeatures: 3 });
  return specOf(layers, [1 + Math.floor(2 * draw()), 4, 4], {
    name: `graph_${seed}`,
    batchSize: pick([3, 8, 16, 32]),
    training: { epochs: 1, optimizer: pick([{ type: "sgd", learningRate: 0.1 }, { type: "adam", l2: 0.01 }]) },
  });
}

Deno.test("random graphs are verified", async () => {
  let several = 0, kernels = 0;
  for (let seed = 1; seed <= width(8, 60); seed++) {
    const spec = randomGraph(seed), target = processorTargets[seed % processorTargets.length];
    const rows = await verifyNet(spec, registry, target, { data: "f32", seed });
    assert.deepEqual(rows.filter(({ ok }) => !ok), [], JSON.stringify(spec.layers));
    if (rows.some(({ check }) => check.includes("backward_output"))) several++;
    kernels += rows.length;
  }
  assert(several >= width(4, 30) && kernels > width(100, 800), `${several} with several readers, ${kernels} kernels`);
});

Deno.test("negative control: gradients that do not add up, or forget what the mean does, are noticed", async () => {
  const [target] = processorTargets;
  const wrong = (backward: LayerKind["backward"]) => ({
    ...registry,
    layers: registry.layers.map((kind) => kind.type === "mix" ? { ...mix, backward } : kind),
  });
  const damages: LayerKind["backward"][] = [
    // the gradient of one input is lost
    (n, tensors, options) =>
      mix.backward(n, tensors, options).map((own) => ({
        ...own,
        parts: own.parts.map((part) => ({
          ...part,
          assignments: part.assignments.map((a) => a.tensor === "db" ? { ...a, value: mul(0, a.value) } : a),
        })),
      })),
    // the mean counts as a constant
    (n, tensors, options) =>
      mix.backward(n, tensors, options).map((own) => ({
        ...own,
        parts: own.parts.map((part) => ({
          ...part,
          assignments: part.assignments.map((a) => a.tensor === "e" ? { ...a, value: mul(0, a.value) } : a),
        })),
      })),
  ];
  for (const backward of damages) {
    const rows = await verifyNet(SPEC, wrong(backward), target, { data: "f32" });
    assert(rows.some(({ check, ok }) => check.startsWith("gradient ") && !ok));
  }
});

Deno.test("what nobody needs of a backward pass is left out, for each way through the net", () => {
  const { plan: { train, tensors } } = plan(RESIDUAL, registry, {
    without: ["elementwise", "window", "cases", "loss"],
  });
  const names = train.kernels.map(({ kernel }) => kernel.name);
  assert(!names.some((name) => name.startsWith("still_backward")), "nothing is learned before it");
  assert(!names.includes("stem_backward_input") && names.includes("stem_backward_weight"));
  // one kernel writes both gradients of mix, one of which is of no use
  const inputs = train.kernels.find(({ kernel }) => kernel.name === "mix1_backward_inputs")!;
  assert.deepEqual(inputs.kernel.parts.map(({ assignments }) => assignments.map(({ tensor }) => tensor)), [["da"]]);
  // read by three layers, and by one twice, for which a pool has changed places with an activation
  assert(names.includes("stem_backward_output") && names.includes("relu1_backward_output"));
  assert(!names.includes("add1_backward_output"));
  // those of a sum's terms are its own
  assert(!Object.keys(tensors).some((name) => /gradient\.add/.test(name)));
});

// ---- used

Deno.test("predictions use the buffer, and are those of a test", async () => {
  const { parameters, report } = await runNet(processorTargets[0], {});
  const model = new MixModel(new Map([...parameters].map(([name, { values }]) => [name, values])), Float64Array);
  const expected = model.outputs(rowsOf(TEST, Array(TEST.samples).keys()));
  for (const target of processorTargets) {
    for (const batchSize of [1, 16]) {
      const net = compiledFor({ ...SPEC, batchSize }, target, true);
      assert(!kernelsOf(net.plan).some(({ name }) => /mean|track|backward|loss/.test(name)));
      const predictor = new Predictor(net.plan, target.name, await backendOf(target).predictor(net, parameters));
      const outputs = predictor.outputs(TEST.inputs as Float32Array);
      assert(differences(outputs, expected.flatMap((row) => [...row])).largest < 1e-4, target.name);
      const right = predictor.predict(TEST.inputs as Float32Array).filter(({ label }, i) => label === TEST.labels![i]);
      assert.equal(right.length, report.test.correct);
    }
  }
});

Deno.test("weights of another program are found with their buffers", () => {
  const graph = inferShapes(SPEC, registry), { parameters } = startOf(SPEC, registry, SEED);
  const theirs = new Map(
    [...parameters].map(([name, values]) => {
      const { nodes } = graph, [layer, what] = name.split(".");
      const node = nodes.find((own) => own.name === layer)!;
      const { shape } = [...node.parameters, ...node.buffers].find((own) => own.name === what)!;
      return [`net.${nodes.indexOf(node)}.${what}`, storedTensor(shape, values)] as const;
    }),
  );
  const found = importParameters({ metadata: new Map(), tensors: theirs }, graph, undefined, "file");
  assert.equal(found.names.get("mix1.running_mean"), "net.3.running_mean");
  assert.deepEqual(found.parameters.get("mix1.running_mean")!.values, new Float32Array(16).fill(0.5));
  const lacking = new Map([...theirs].filter(([name]) => !name.includes("running")));
  assert.throws(
    () => importParameters({ metadata: new Map(), tensors: lacking }, graph, undefined, "file"),
    /^InputError: file: "net.3.running_mean" \[16\] is missing, which net layers needs for mix1/,
  );
});

Deno.test("a sum of several tensors is exported as the graph says, what ONNX has no operation for is refused", async () => {
  const layers = LAYERS.filter(({ type }) => type !== "mix").map((own) =>
    own.type === "add" ? { ...own, input: ["right", "stem", "left"] } : own
  );
  const spec = specOf(layers, [INPUTS]), producer = { name: "Kernelwright", version: "0" };
  const parametersOf = (spec: Spec) => {
    const graph = inferShapes(spec, registry),
      shapes = graph.nodes.flatMap((node) =>
        [...node.parameters, ...node.buffers].map(({ name, shape }) => [`${node.name}.${name}`, shape] as const)
      );
    const { parameters } = startOf(spec, registry, SEED);
    return new Map(shapes.map(([name, shape]) => [name, { shape, values: parameters.get(name)! }]));
  };
  const bytes = await encodeOnnx(inferShapes(spec, registry), parametersOf(spec), producer);
  // strings of protocol buffers: a length and the letters
  const text = new TextDecoder("latin1").decode(bytes);
  const [right, stem, left, sum] = ["right", "stem", "left", "add1"].map((name) =>
    `${String.fromCharCode(name.length + 7)}${name}.output`
  );
  assert(text.includes(`\n${right}\n${stem}\n${left}\x12${sum}\x1a\x04add1"\x03Sum`));
  await assert.rejects(
    () => encodeOnnx(inferShapes(SPEC, registry), parametersOf(SPEC), producer),
    new InputError("net layers has the layer mix, which ONNX has no operation for"),
  );
});

Deno.test("a float is written to a model as one, a whole number too", async () => {
  const spec = specOf([{ type: "linear", outFeatures: CLASSES }, { type: "tanh" }], [INPUTS]);
  const graph = inferShapes(spec, registry), producer = { name: "Kernelwright", version: "0" };
  const { parameters } = startOf(spec, registry, SEED);
  const values = new Map([...parameters].map(([name, values]) => [name, { shape: [values.length], values }]));
  const attributes = { epsilon: { float: 1 }, axis: 1 };
  const nodes = graph.nodes.map((node) =>
    node.kind.type === "tanh"
      ? { ...node, kind: { ...node.kind, onnx: () => ({ op: "Tanh", inputs: ["x"], attributes }) } }
      : node
  );
  const bytes = await encodeOnnx({ ...graph, nodes }, values, producer);
  const text = String.fromCharCode(...bytes);
  // field 2 has the four bytes of an f32, field 20 the kind of the attribute
  assert(text.includes("\x0a\x07epsilon\x15\x00\x00\x80\x3f\xa0\x01\x01"));
  assert(text.includes("\x0a\x04axis\x18\x01\xa0\x01\x02"));
});

// ---- refused

Deno.test("layers that do not fit are told, with both ends", () => {
  const cases: readonly (readonly [layers: readonly object[], message: string])[] = [
    [
      [{ type: "linear", outFeatures: 3 }, { type: "mix" }],
      'layers[1]: mix takes 2 inputs, but it has 1: layers[0] linear; name them as its "input"',
    ],
    [
      [{ type: "linear", outFeatures: 3 }, { type: "add", input: "linear1" }],
      'layers[1]: add takes 2 to 64 inputs, but it has 1: layers[0] linear; name them as its "input"',
    ],
    [
      [{ type: "linear", outFeatures: 3 }, { type: "mix", input: Array(9).fill("linear1") }],
      'layers[1]: mix takes 2 inputs, but it has 9: layers[0] linear and layers[0] linear and layers[0] linear and 6 more; name them as its "input"',
    ],
    [
      [
        { type: "linear", outFeatures: 3 },
        { type: "linear", outFeatures: 4 },
        { type: "mix", input: ["linear1", "linear2"] },
      ],
      "layers[2]: mix does not fit layers[0] linear and layers[1] linear: its inputs are [3] and [4]; all must have one shape",
    ],
    [
      [{ type: "linear", outFeatures: 3 }, { type: "mix", input: ["linear1", "input"] }],
      "layers[1]: mix does not fit layers[0] linear and the input: its inputs are [3] and [9]; all must have one shape",
    ],
  ];
  for (const [layers, message] of cases) {
    assert.throws(
      () => inferShapes(specOf(layers, [INPUTS]), registry, "net.json"),
      new InputError(`net.json: ${message}`),
    );
  }
});

Deno.test("a kind whose test would change what it keeps is a fault, told by the kind", () => {
  const { evaluate: _, ...broken } = mix;
  const layers = registry.layers.map((kind) => kind.type === "mix" ? broken : kind);
  assert.throws(
    () => plan(SPEC, { ...registry, layers }),
    new TypeError(
      "layer mix: its kernels for a test write mix1.running_mean; give it an evaluate that does not",
    ),
  );
});

Deno.test("a kind whose tensors are called what others of the layer are is a fault, told by the kind", () => {
  const planned = (symbols: readonly string[]) => {
    const inner = symbols.map((symbol) => ({ symbol, shape: [16], dtype: "f32" as const }));
    const made: LayerKind = { ...mix, inner: (options, shapes) => [...mix.inner!(options, shapes), ...inner] };
    return plan(SPEC, { ...registry, layers: registry.layers.map((kind) => kind.type === "mix" ? made : kind) });
  };
  for (const symbol of ["output", "output.gradient", "gain", "running_mean", "y", "dy", "a", "da", "dg", "z"]) {
    const message = `layer mix: two of its tensors are called ${symbol}; give one another symbol or name`;
    assert.throws(() => planned([symbol]), new TypeError(message));
  }
  assert.throws(() => planned(["u", "u"]), TypeError);
  planned(["u", "v"]);
});

Deno.test("layers may have names that come together to those of other kernels and tensors", async () => {
  const spec = specOf([
    { type: "linear", outFeatures: 16, name: "x" },
    { type: "relu" },
    { type: "linear", outFeatures: 16, name: "x_relu1" },
    { type: "linear", outFeatures: 16, name: "x_backward" },
    { type: "linear", outFeatures: 16, name: "x_relu1_forward" },
    { type: "tanh", name: "constructor" },
    { type: "linear", outFeatures: 3, name: "default" },
  ], [INPUTS]);
  const reference = await trained(spec, findTarget("typescript"), 1);
  for (const target of processorTargets) {
    const { plan: { train, evaluate } } = compiledFor(spec, target);
    for (const { kernels } of [train, evaluate]) {
      assert.equal(new Set(kernels.map(({ kernel }) => kernel.name)).size, kernels.length);
    }
    const { loss } = await trained(spec, target, 2);
    assert(Math.abs(loss - reference.loss) < 1e-4);
  }
});
