/**
 * Nets whose layers have several inputs: residual blocks, squeeze and excite, channels put together. They train as plain
 * loops do, on every target and whatever the number of threads, are verified, and read and write as little as they may.
 */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { inputSymbols } from "../../codegen/language/layer.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { type Dataset, findTarget, fromArrays, parseSpec, processorTargets, registry, type Spec } from "../../mod.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { shuffleEpoch, streamKey, uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import { GraphModel, type Storage } from "../graph_model.ts";
import { openSession } from "../open_session.ts";
import { differences } from "../plain_model.ts";
import { drawing, type Given, RANDOM_LAYERS } from "../random_layers.ts";
import { portion, QUICK, width } from "../width.ts";

const CLASSES = 3, STEPS = 20, RATE = 0.05, SEED = 5;

const conv = (name: string, outChannels: number, more: object = {}) => ({
  ...{ type: "conv2d", name, outChannels, kernel: 3, padding: 1, init: "heUniform" },
  ...more,
});
const netOf = (name: string, input: readonly number[], batchSize: number, layers: readonly object[]): Spec =>
  parseSpec({
    ...{ name, input, batchSize },
    layers: [...layers, { type: "linear", outFeatures: CLASSES }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: RATE } },
  });

/** Two residual blocks, the second with a shortcut of zero channels (option A) or of a convolution. */
const residual = (batchSize: number, channels: number, shortcut: readonly object[]) =>
  netOf("residual", [2, 4, 4], batchSize, [
    { type: "normalize", mean: [0.1, -0.2], deviation: [0.9, 1.1], scale: 1.5 },
    conv("stem", channels),
    { type: "relu", name: "first" },
    conv("a", channels),
    { type: "relu" },
    conv("b", channels),
    { type: "add", input: ["b", "first"], name: "sum" },
    { type: "relu", name: "second" },
    conv("c", 2 * channels, { stride: 2 }),
    { type: "relu" },
    conv("d", 2 * channels),
    ...shortcut,
    { type: "add", input: ["d", "short"] },
    { type: "relu" },
    { type: "avgPool2d", kernel: 2 },
    { type: "flatten" },
  ]);
const zeroChannels = (channels: number) => [
  { type: "avgPool2d", kernel: 1, stride: 2, input: "second" },
  { type: "padChannels", before: channels >> 1, behind: channels - (channels >> 1), name: "short" },
];
const projected = (channels: number) => [
  { type: "conv2d", outChannels: 2 * channels, kernel: 1, stride: 2, input: "second", name: "short" },
];

/** Squeeze and excite, and channels put together. */
const excited = (batchSize: number, channels: number, odd: number) =>
  netOf("excited", [2, 4, 4], batchSize, [
    conv("stem", channels),
    { type: "hardSwish", name: "wide" },
    { type: "avgPool2d", kernel: 4 },
    { type: "conv2d", outChannels: 4, kernel: 1 },
    { type: "gelu" },
    { type: "conv2d", outChannels: channels, kernel: 1 },
    { type: "sigmoid", name: "gate" },
    { type: "multiply", input: ["wide", "gate"], name: "scaled" },
    conv("odd", odd, { input: "scaled" }),
    { type: "elu" },
    { type: "concat", input: ["elu1", "wide", "scaled"] },
    conv("last", 8),
    { type: "softplus" },
    { type: "flatten" },
  ]);

/** Vectors put together, and multiplied by one another. */
const vectors = (batchSize: number) =>
  netOf("vectors", [7], batchSize, [
    { type: "linear", outFeatures: 12, name: "a" },
    { type: "silu" },
    { type: "linear", outFeatures: 5, input: "a" },
    { type: "leakyRelu", negativeSlope: 0.1, name: "b" },
    { type: "concat", input: ["silu1", "b", "input"] },
    { type: "linear", outFeatures: 12 },
    { type: "multiply", input: ["a", "linear3"] },
    { type: "relu6" },
  ]);

const NETS: readonly Spec[] = [
  residual(8, 8, zeroChannels(8)),
  residual(3, 12, zeroChannels(12)),
  residual(7, 5, projected(5)),
  excited(4, 16, 12),
  excited(8, 6, 3),
  vectors(20),
];

/** Random samples, the last batch short, whose first numbers tell the class. */
function samplesOf({ input, batchSize }: Spec): Dataset {
  const size = input.reduce((a, b) => a * b, 1), count = STEPS * batchSize - (batchSize >> 1);
  const key = streamKey(1, "joined"), labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  const inputs = Float32Array.from(
    { length: count * size },
    (_, i) => 2 * uniform(key, i) - 1 + (i % size === labels[Math.floor(i / size)] ? 1 : 0),
  );
  return fromArrays(inputs, labels, [...input]);
}

/** What an epoch of training by two threads makes of a net. */
const byTwo = new Map<string, ReturnType<typeof trained>>();
function trainedByTwo(spec: Spec, target: Target): ReturnType<typeof trained> {
  const key = `${target.name} ${NETS.indexOf(spec)}`, made = byTwo.get(key) ?? trained(spec, target, 2);
  byTwo.set(key, made);
  return made;
}

/** What an epoch of training makes of a net, from which start. */
async function trained(spec: Spec, target: Target, threads: number) {
  const net = compileNet(spec, target, { data: "f32" }), data = samplesOf(spec);
  const session = await openSession(net, [data], { threads });
  try {
    session.initialize(SEED);
    const names = Object.values(net.plan.tensors).filter(({ role }) => role === "parameter").map(({ name }) => name);
    const read = async () => {
      const values = await session.readAll(names);
      return new Map(names.map((name, i) => [name, values[i]]));
    };
    const initial = await read(), { optimizer } = net.plan.graph;
    const params = (step: number) => optimizer.params(spec.training.optimizer, RATE, step + 1);
    const { loss } = await session.train(0, { seed: SEED, epoch: 0, params });
    return { initial, loss, tensors: await read() };
  } finally {
    session.close();
  }
}

/** What plain loops made of a net in f64, and with f32 storage: every target begins with the same weights. */
const known = new Map<Spec, ReturnType<typeof trainedPlainly>[]>();
function references(spec: Spec, data: Dataset, initial: ReadonlyMap<string, Float32Array>) {
  const both = known.get(spec) ??
    [Float64Array, Float32Array].map((storage) => trainedPlainly(spec, data, initial, storage));
  known.set(spec, both);
  return both;
}

/** The same by plain loops. */
function trainedPlainly(spec: Spec, data: Dataset, initial: ReadonlyMap<string, Float32Array>, storage: Storage) {
  const model = new GraphModel(inferShapes(spec, registry), initial, storage), inputs = data.inputs as Float32Array;
  const order = new Int32Array(data.samples), size = inputs.length / data.samples;
  shuffleEpoch(order, data.samples, SEED, 0);
  let loss = 0;
  for (let first = 0; first < data.samples; first += spec.batchSize) {
    const batch = Array.from(order.subarray(first, first + spec.batchSize));
    const rows = batch.map((i) => inputs.subarray(i * size, (i + 1) * size));
    loss += model.step(rows, batch.map((i) => data.labels![i]), RATE);
  }
  return { tensors: model.tensors, loss: loss / data.samples };
}

const ALL = [...processorTargets, findTarget("webgpu")];
for (const [at, target] of ALL.entries()) {
  const name = `${target.name}: ${STEPS} steps of nets of several branches follow plain loops`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async () => {
    for (const spec of portion(NETS, 2, at)) {
      const data = samplesOf(spec), ours = await trainedByTwo(spec, target);
      // how much f32 storage alone does is measured on the model itself; a target that also sums in f32 adds its roundings
      const [model, rounded] = references(spec, data, ours.initial);
      const factor = 8 * (1 + Math.sqrt(spec.batchSize * 36) * target.epsilon.sum / 2 ** -23), floor = 2 ** -21;
      for (const [name, values] of model.tensors) {
        const own = differences(ours.tensors.get(name)!, values).largest;
        const allowed = factor * differences(rounded.tensors.get(name)!, values).largest + floor;
        assert(own <= allowed, `${spec.name} ${spec.batchSize}, ${name}: ${own} > ${allowed}`);
        // negative control: training itself is far larger than the tolerance
        const moved = differences(ours.initial.get(name)!, values).largest;
        assert(
          moved > 5 * allowed,
          `${spec.name} ${spec.batchSize}, ${name} moved by ${moved}, allowed are ${allowed}`,
        );
      }
      assert(Math.abs(ours.loss - model.loss) < 1e-5 * model.loss, `loss ${ours.loss}, model ${model.loss}`);
    }
  });
}

for (const [at, target] of processorTargets.entries()) {
  Deno.test(`${target.name}: nets of several branches give the same bits for 1, 2 and 3 threads`, async () => {
    for (const spec of portion(NETS, 2, at)) {
      const single = await trained(spec, target, 1);
      assert.deepEqual(await trainedByTwo(spec, target), single, spec.name);
      assert.deepEqual(await trained(spec, target, 3), single, spec.name);
    }
  });
}

for (const [at, target] of ALL.entries()) {
  const name = `${target.name}: kernels, gradients and fusion of nets of several branches are verified`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async () => {
    let checks = 0;
    for (const spec of portion(NETS, 2, at)) {
      const rows = await verifyNet(spec, registry, target, { data: "f32" });
      assert.deepEqual(rows.filter(({ ok }) => !ok), [], spec.name);
      checks += rows.length;
    }
    assert(checks > (QUICK ? 60 : 150), `${checks} checks`);
  });
}

/** A random net of layers that this test is of: each reads some that came before, and what nobody reads is put together. */
function randomNet(seed: number): Spec {
  const draw = drawing(seed), isImage = draw.chance(0.7);
  const input = isImage ? [draw.int(1, 3), draw.int(2, 5), draw.int(2, 5)] : [draw.int(1, 9)];
  const all: Given[] = [{ name: "input", shape: input }], layers: Record<string, unknown>[] = [];
  const kinds = Object.keys(RANDOM_LAYERS).filter((type) =>
    !["dropout", "flatten", "linear", "maxPool2d"].includes(type)
  );
  const given: Spec["input"] = input;
  for (let i = 0, count = draw.int(4, 9); i < count; i++) {
    const from = draw.pick(...all), type = draw.pick(...kinds, ...isImage ? ["conv2d", "conv2d"] : ["linear"]);
    const own = RANDOM_LAYERS[type](draw, from, all);
    if (!own) continue;
    const { input = from.name, ...options } = own, kind = registry.layers.find((kind) => kind.type === type)!;
    const layer = { ...options, type, name: `l${layers.length}`, input };
    const shapes = [input].flat().map((name) => all.find((one) => one.name === name)!.shape);
    const named = inputSymbols(kind, shapes.length)!.map((symbol, j) => [symbol, shapes[j]] as const);
    const shape = kind.shape(kind.schema.parse({ ...options, type }), Object.fromEntries(named));
    if (shape[0] > 96) continue;
    layers.push(layer);
    all.push({ name: layer.name, shape });
  }
  const read = new Set(layers.flatMap(({ input }) => input as string | string[]));
  const ends = all.slice(1).filter(({ name }) => !read.has(name));
  const flat = ends.map(({ name, shape }) => {
    if (shape.length === 1) return name;
    layers.push({ type: "flatten", input: name, name: `${name}f` });
    return `${name}f`;
  });
  if (flat.length > 1) layers.push({ type: "concat", input: flat });
  if (layers.length === 0) layers.push({ type: isImage ? "flatten" : "relu" });
  return netOf(`random_${seed}`, given, draw.pick(2, 3, 8, 16), layers);
}

Deno.test("random nets of these layers are verified", async () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= width(9, 45, 200); seed++) {
    const spec = randomNet(seed), target = processorTargets[seed % processorTargets.length];
    for (const { type } of spec.layers) seen.set(type, (seen.get(type) ?? 0) + 1);
    const rows = await verifyNet(spec, registry, target, { data: "f32", seed });
    const failed = rows.filter(({ ok, note }) => !ok && !note?.startsWith("no entry"));
    assert.deepEqual(failed, [], `${target.name}: ${JSON.stringify(spec)}`);
  }
  for (const type of ["add", "multiply", "concat", "normalize", "padChannels", "gelu", "softplus"]) {
    assert((seen.get(type) ?? 0) >= (QUICK ? 1 : 2), `${type} was there ${seen.get(type)} times`);
  }
});

Deno.test("a residual block reads and writes no more than it must", () => {
  const { plan: { train } } = plan(residual(16, 8, projected(8)), registry, { data: "f32" });
  const names = train.kernels.map(({ kernel }) => kernel.name);
  // the sum is taken where the second convolution is, the gradients of its terms are the sum's own
  assert(names.includes("b_sum_second_forward"), names.join());
  assert(!names.some((name) => /^sum_backward|^add1_backward/.test(name)), names.join());
  assert(!names.some((name) => name.endsWith("_backward_output")), names.join());
  // the samples are gathered as the first convolution takes them
  assert(!names.some((name) => name.startsWith("normalize")));
  const readers = train.kernels.filter((planned) => accesses(planned).reads.has("sum.output.gradient"));
  assert(readers.length >= 3);
  // negative control: without the rule the normalisation is a pass of its own
  const { plan: plain } = plan(residual(16, 8, projected(8)), registry, { data: "f32", without: ["elementwise"] });
  assert(plain.train.kernels.some(({ kernel }) => kernel.name === "normalize1_forward"));
});
