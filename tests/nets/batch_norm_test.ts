/**
 * Batch normalization: it trains as plain loops do and as PyTorch does, on every target, with short batches, any number of
 * threads, stopped and gone on; it tests with what it kept, and its weights go to files and come from them.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { parseSpec, type Spec } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import {
  type Dataset,
  findTarget,
  fromArrays,
  InputError,
  loadPredictor,
  loadWeights,
  processorTargets,
  registry,
  StoppedError,
} from "../../mod.ts";
import { expressions } from "../../codegen/ir/expr.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import { mul, part } from "../../codegen/language/notation.ts";
import { backendOf } from "../../runtime/backends/backends.ts";
import { checkGradients } from "../../runtime/check/gradients.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { decodeCheckpoint, encodeCheckpoint, weightShapes } from "../../runtime/files/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors, storedTensor } from "../../runtime/files/safetensors.ts";
import type { Machine } from "../../runtime/measure/machine/facts.ts";
import type { RunOptions } from "../../runtime/run/run_options.ts";
import { run } from "../../runtime/run/train.ts";
import { drawing, RANDOM_LAYERS } from "../random_layers.ts";
import { openSession } from "../open_session.ts";
import { shuffleEpoch, streamKey, uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import { type Course, differences, referencesOf, strays, trainGenerated, trainPlainly } from "../plain_model.ts";
import { byTorch, lacksTorch } from "../torch.ts";
import { portion, width } from "../width.ts";

const SEED = 7, CLASSES = 3, RATE = 0.05;

const specOf = (layers: readonly object[], input: readonly number[], more: object = {}): Spec =>
  parseSpec({
    name: "norms",
    input,
    batchSize: 16,
    layers,
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 2, optimizer: { type: "sgd", learningRate: RATE, l2: 0.01 } },
    ...more,
  }, registry);

const conv = (outChannels: number, stride = 1) => ({ type: "conv2d", outChannels, kernel: 3, padding: 1, stride });
const END = [{ type: "flatten" }, { type: "linear", outFeatures: CLASSES }];
const RELU = { type: "relu" }, NORM1 = { type: "batchNorm1d" }, NORM2 = { type: "batchNorm2d" };

/** Nets whose images lie in each of the ways there are; 20 channels do not fill their blocks. */
const NETS: Readonly<Record<string, Spec>> = {
  channels: specOf(
    [conv(16), NORM2, RELU, conv(20, 2), { ...NORM2, momentum: 0.25 }, RELU, { type: "maxPool2d", kernel: 2 }, ...END],
    [3, 8, 8],
  ),
  samples: specOf(
    [conv(2), { ...NORM2, epsilon: 0.01 }, RELU, { type: "maxPool2d", kernel: 2 }, conv(3), RELU, NORM2, ...END],
    [1, 8, 8],
  ),
  // the samples themselves, and values of one place
  vectors: specOf(
    [NORM1, { type: "linear", outFeatures: 20 }, NORM1, { type: "tanh" }, { type: "linear", outFeatures: 16 }, RELU]
      .concat([NORM1, { type: "linear", outFeatures: CLASSES } as typeof NORM1]),
    [9],
  ),
  places: specOf([NORM2, { type: "conv2d", outChannels: 24, kernel: 4 } as typeof NORM2, NORM2, RELU, ...END], [
    2,
    4,
    4,
  ]),
};

/** Random samples whose channels have means and deviations of their own, and of which labels can be told. */
function samplesOf({ input }: Spec, count: number, stream = "train"): Dataset {
  const key = streamKey(1, stream), size = input.reduce((a, b) => a * b, 1), area = size / input[0];
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  const inputs = Float32Array.from({ length: count * size }, (_, i) => {
    const channel = Math.floor(i % size / area);
    return (2 * uniform(key, i) - 1 + (i % CLASSES === labels[Math.floor(i / size)] ? 1 : 0)) * (1 + channel) + channel;
  });
  return fromArrays(inputs, labels, [...input]);
}

const compiledFor = (spec: Spec, target: Target) =>
  compileTarget(plan(spec, registry, { data: "f32", layout: target.layout }), target);

/** A course whose last batch is short. */
function courseOf(spec: Spec, steps: number, lacking = 5): Course {
  return { spec, data: samplesOf(spec, steps * spec.batchSize - lacking), steps, seed: SEED };
}

const ALL = [...processorTargets, findTarget("webgpu")];
for (const [at, target] of ALL.entries()) {
  const name = `${target.name}: weights, running means and variances follow plain loops, with a short last batch`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async (t) => {
    let compared = 0, norms = 0;
    for (const [kind, base] of portion(Object.entries(NETS), 2, at)) {
      for (const batchSize of width([7], [16, 3], [16, 7, 20, 32, 3])) {
        await t.step(`${kind}, batches of ${batchSize}`, async () => {
          const course = courseOf({ ...base, batchSize }, 6, Math.floor(batchSize / 3));
          const ours = await trainGenerated(compiledFor(course.spec, target), course, 2);
          const references = referencesOf(course, ours.initial);
          assert.deepEqual(strays(course.spec, target, ours, references), []);
          // negative control: running numbers that had taken in rows without a sample, or another variance
          const wrong = new Map(ours.parameters);
          for (const [tensor, values] of ours.parameters) {
            if (!tensor.endsWith("running_var")) continue;
            wrong.set(tensor, values.map((value) => value * (1 + 1 / 512)));
            compared++;
          }
          norms += base.layers.filter(({ type }) => type.startsWith("batchNorm")).length;
          assert(strays(course.spec, target, { ...ours, parameters: wrong }, references).length > 0);
        });
      }
    }
    assert(compared === norms && norms >= 9 * width(0.4, 2, 5), `${compared} of ${norms}`);
  });
}

for (const [at, target] of processorTargets.entries()) {
  Deno.test(`${target.name}: the same bits for 1, 2 and 3 threads`, async () => {
    for (const base of portion(Object.values(NETS), 2, at)) {
      for (const batchSize of width([6], [16, 6], [16, 20, 6, 7])) {
        const course = courseOf({ ...base, batchSize }, 3), net = compiledFor(course.spec, target);
        const single = await trainGenerated(net, course, 1);
        for (const threads of [2, 3]) assert.deepEqual(await trainGenerated(net, course, threads), single);
      }
    }
  });
}

// ---- stopped and gone on

/** A run by the training loop, with its tests. */
async function runNet(spec: Spec, target: Target, options: Partial<RunOptions> & { onEpoch?: () => void }) {
  const [train, test] = [samplesOf(spec, 5 * spec.batchSize - 5), samplesOf(spec, 40, "test")];
  const net = compiledFor(spec, target), threads = 2, epochs = 2;
  const fitted = await backendOf(target).fit(net, [train, test], { threads });
  const runnable = { spec, net, without: [], registry, fitted, machine: () => Promise.resolve({} as Machine) };
  return await run(runnable, { train, test }, { threads, epochs, seed: SEED, ...options });
}

for (const target of processorTargets) {
  Deno.test(`${target.name}: what was stopped goes on to the same bits, by way of a checkpoint`, async () => {
    for (const spec of Object.values(NETS).slice(0, width(1, 4))) {
      const whole = await runNet(spec, target, {}), stop = new AbortController();
      const stopped: unknown = await runNet(spec, target, { signal: stop.signal, onEpoch: () => stop.abort() })
        .catch((error) => error);
      assert(stopped instanceof StoppedError);
      const bytes = Uint8Array.from(
        encodeSafetensors(encodeCheckpoint(stopped.checkpoint)).flatMap((piece) => [...piece]),
      );
      const resume = decodeCheckpoint(decodeSafetensors(bytes, "file"), registry, "file");
      assert.deepEqual(resume.parameters, stopped.checkpoint.parameters);
      // under PyTorch's names
      const names = ["weight", "bias", "running_mean", "running_var"].map((name) => `norm1.${name}`);
      assert.deepEqual([...resume.parameters.keys()].filter((name) => name.startsWith("norm1.")), names);
      const { parameters, report } = await runNet(spec, target, { resume });
      assert.deepEqual(parameters, whole.parameters);
      assert.deepEqual(report.test, whole.report.test);
      // negative control: variances that begin anew
      const variance = resume.parameters.get("norm1.running_var")!;
      const anew = { ...variance, values: variance.values.map(() => 1) };
      const lost = { ...resume, parameters: new Map(resume.parameters).set("norm1.running_var", anew) };
      assert.notDeepEqual((await runNet(spec, target, { resume: lost })).parameters, whole.parameters);
    }
  });
}

// ---- verified

/** A random net of convolutions, dense layers and norms. */
function randomNet(seed: number): Spec {
  const draw = drawing(seed), input = draw.chance(0.6) ? [draw.int(1, 5), 6, 7] : [draw.int(2, 20)];
  const type = input.length === 1 ? "batchNorm1d" : "batchNorm2d", layers: Record<string, unknown>[] = [];
  const norm = () => layers.push({ type, ...RANDOM_LAYERS[type](draw, { name: "", shape: input }, []) });
  if (draw.chance(0.2)) norm();
  for (let i = draw.int(1, 2); i > 0; i--) {
    layers.push(
      input.length === 1
        ? { type: "linear", outFeatures: draw.pick(4, 7, 16, 24, 33) }
        : { ...conv(draw.pick(1, 3, 8, 12, 16, 20), draw.int(1, 2)), kernel: draw.pick(1, 3) },
    );
    norm();
    if (draw.chance(0.7)) layers.push({ type: draw.pick("relu", "tanh", "sigmoid") });
    if (input.length > 1 && draw.chance(0.3)) {
      layers.push({ type: draw.pick("maxPool2d", "avgPool2d"), kernel: [2, 1] });
    }
  }
  const end = input.length === 1 ? END.slice(1) : END;
  return specOf([...layers, ...end], input, { batchSize: draw.pick(2, 3, 5, 16, 20, 32) });
}

const SEEDS = width(2, 6, 40);
const VERIFIED = [...Object.values(NETS), ...Array.from({ length: SEEDS }, (_, seed) => randomNet(seed))];
for (const [at, target] of ALL.entries()) {
  const name = `${target.name}: kernels, gradients and fusion of ${SEEDS} random nets with norms are verified`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async () => {
    let checked = 0;
    const specs = portion(VERIFIED, 2, at);
    for (const spec of specs) {
      const rows = await verifyNet(spec, registry, target, { data: "f32" });
      assert.deepEqual(rows.filter(({ ok }) => !ok), [], JSON.stringify(spec));
      checked += rows.filter(({ check }) => /^gradient norm/.test(check)).length;
    }
    assert(checked >= 2 * specs.length, `${checked} gradients`);
  });
}

Deno.test("negative control: a gradient that takes mean and variance for constants is noticed", () => {
  const forgets = (kind: LayerKind): LayerKind => ({
    ...kind,
    backward: (n, tensors, options) =>
      kind.backward(n, tensors, options).map((own) => {
        if (own.name !== "input") return own;
        const [{ axes, assignments: [{ index }] }] = own.parts, [, c] = axes;
        return { ...own, parts: [part(axes, tensors.dx.set(index, mul(tensors.dy.at(...axes), tensors.g.at(c))))] };
      }),
  });
  const layers = registry.layers.map((kind) => kind.type.startsWith("batchNorm") ? forgets(kind) : kind);
  const rows = checkGradients({ ...NETS.channels, batchSize: 4 }, { ...registry, layers }, SEED, "f32");
  const wrong = rows.filter(({ ok }) => !ok).map(({ check }) => check);
  assert(wrong.includes("gradient conv1.weight") && wrong.includes("gradient norm1.weight"), wrong.join());
});

// ---- merged

Deno.test("in a test, each norm is in one kernel with the layer before it, the activation and the pool behind it", () => {
  const dense = [{ type: "flatten" }, { type: "linear", outFeatures: 16 }, NORM1, { type: "tanh" }, END[1]];
  // where channels lie innermost, a max pool has a kernel of its own
  const nets = [
    [specOf([conv(16), NORM2, RELU, ...dense], [3, 8, 8]), "conv1_norm1_relu1"],
    [specOf([conv(2), NORM2, RELU, { type: "maxPool2d", kernel: 2 }, ...dense], [1, 8, 8]), "conv1_norm1_pool1_relu1"],
    // sums in a large window would have no tile
    [specOf([conv(2), NORM2, RELU, { type: "avgPool2d", kernel: 4 }, ...dense], [1, 8, 8]), "conv1_norm1_relu1"],
  ] as const;
  for (const target of [...processorTargets, findTarget("webgpu")]) {
    for (const [spec, merged] of nets) {
      const { evaluate } = plan(spec, registry, { layout: target.layout }).plan;
      const names = evaluate.kernels.map(({ kernel }) => kernel.name).filter((name) => name.includes("norm"));
      const stems = names.map((name) => name.replace(/_forward_evaluate.*/, "")).sort();
      const expected = [merged, "linear1_norm2_tanh1", "norm1_evaluate_scale", "norm2_evaluate_scale"];
      assert.deepEqual(stems, expected, `${target.name}: ${names}`);
      // a root for each channel, none for each element
      for (const { kernel } of evaluate.kernels) {
        const roots = kernel.parts.some(({ assignments }) =>
          expressions(...assignments.map(({ value }) => value)).some((e) => e.kind === "op" && e.op === "sqrt")
        );
        assert.equal(roots, kernel.name.endsWith("scale"), kernel.name);
      }
      // as to predict
      const { plan: predicting } = plan(spec, registry, { layout: target.layout, predict: true });
      assert(predicting.evaluate.kernels.some(({ kernel }) => kernel.name.startsWith("linear1_norm2_tanh1")));
    }
  }
});

// ---- numbers that are hard

Deno.test("a mean that is ten thousand deviations is no harm to the variance", async () => {
  const spec = specOf([NORM2, ...END], [2, 8, 8]), samples = 4 * 16;
  const { inputs, labels } = samplesOf(spec, samples),
    far = (inputs as Float32Array).map((x) => Math.fround(10_000 + x));
  const data = fromArrays(far, labels as Int32Array, [2, 8, 8]);
  for (const target of processorTargets) {
    const ours = await trainGenerated(compiledFor(spec, target), { spec, data, steps: 1, seed: SEED }, 1);
    const model = trainPlainly({ spec, data, steps: 1, seed: SEED }, ours.initial, Float64Array);
    const [own, theirs] = [ours, model].map(({ parameters }) => parameters.get("norm1.running_var")!);
    // what squares of 10,000 would lose is as large as the variance itself
    for (const [c, value] of theirs.entries()) assert(Math.abs(own[c] - value) < 2e-5 * value, `${own[c]}, ${value}`);
    const squares = far.subarray(0, 64).reduce((sum, x) => Math.fround(sum + Math.fround(x * x)), 0) / 64;
    const mean = far.subarray(0, 64).reduce((sum, x) => Math.fround(sum + x), 0) / 64;
    assert(Math.abs(squares - mean * mean) > 1, "negative control");
  }
});

Deno.test("of one value for each channel nothing is learned; batches of one are refused", async () => {
  const layers = [NORM1, { type: "linear", outFeatures: CLASSES }], target = processorTargets[0];
  const spec = specOf(layers, [5], { batchSize: 4 }), one = samplesOf(spec, 1);
  const course = { spec, data: one, steps: 1, seed: SEED };
  for (const target of processorTargets) {
    const { initial, parameters } = await trainGenerated(compiledFor(spec, target), course, 1);
    for (const name of ["norm1.weight", "norm1.running_var"]) assert.deepEqual(parameters.get(name), initial.get(name));
    assert.notDeepEqual(parameters.get("norm1.running_mean"), initial.get("norm1.running_mean"));
    assert([...parameters.values()].every((values) => values.every(Number.isFinite)));
  }
  const single = { ...spec, batchSize: 1 };
  assert.throws(
    () => plan(single, registry, { origin: "net.json", layout: target.layout }),
    new InputError(
      "net.json: batchSize is 1, but layers[0] batchNorm1d learns nothing of fewer than 2 samples; make it 2 or more",
    ),
  );
  // images have positions, and predictions any number of samples
  plan({ ...NETS.channels, batchSize: 1 }, registry);
  plan(single, registry, { predict: true });
});

// ---- beside PyTorch

if (lacksTorch !== undefined) console.log(`batch norm is not compared with PyTorch: ${lacksTorch}`);

/** Images and vectors, and strides; of 2,019 samples the last batch has 3. */
const BESIDE = specOf(
  [
    ...[conv(16), NORM2, RELU, conv(20, 2), { ...NORM2, momentum: 0.25, epsilon: 0.001 }, RELU],
    ...[{ type: "maxPool2d", kernel: 2 }, { type: "flatten" }, { type: "linear", outFeatures: 24 }, NORM1],
    ...[{ type: "tanh" }, { type: "linear", outFeatures: CLASSES }],
  ],
  [2, 8, 8],
  { batchSize: 32, training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.01 } } },
);
const STEPS_BESIDE = 200, LACKING = 29;

/** What a session has: parameters and buffers, and outputs in a test. */
async function trainedBeside(target: Target, data: Dataset, test: Dataset) {
  const net = compiledFor(BESIDE, target), session = await openSession(net, [data, test], { threads: 2 });
  try {
    session.initialize(SEED);
    const shapes = weightShapes(net.plan.graph), names = [...shapes.keys()];
    const read = async () => {
      const values = await session.readAll(names);
      return new Map(names.map((name, i) => [name, { shape: shapes.get(name)!, values: values[i].slice() }]));
    };
    const initial = await read(), { optimizer } = net.plan.graph;
    const params = (step: number) => optimizer.params(BESIDE.training.optimizer, 0.01, step + 1);
    await session.train(0, { seed: SEED, epoch: 0, params });
    return { initial, parameters: await read(), outputs: (await session.predictions(1)).outputs };
  } finally {
    session.close();
  }
}

Deno.test({
  name: `after ${STEPS_BESIDE} steps of 32 samples, the last one of 3, a test gives what PyTorch's gives, to 1e-5`,
  ignore: lacksTorch !== undefined,
  async fn() {
    const data = samplesOf(BESIDE, STEPS_BESIDE * 32 - LACKING), test = samplesOf(BESIDE, 100, "test");
    const folder = await Deno.makeTempDir(), path = (name: string) => join(folder, name);
    try {
      const targets = width([processorTargets[0]], processorTargets), ours = [];
      for (const target of targets) ours.push(await trainedBeside(target, data, test));
      const order = new Int32Array(data.samples), size = data.inputs.length / data.samples;
      shuffleEpoch(order, data.samples, SEED, 0);
      const inputs = Float32Array.from(
        { length: data.inputs.length },
        (_, i) => data.inputs[order[Math.floor(i / size)] * size + i % size],
      );
      const write = (name: string, values: Float32Array | Int32Array) =>
        Deno.writeFile(path(name), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      await write("inputs", inputs);
      await write("labels", Int32Array.from(order, (sample) => data.labels![sample]));
      await write("test", test.inputs as Float32Array);
      const tensors = new Map(
        [...ours[0].initial].map(([name, { shape, values }]) => [name, storedTensor(shape, values)]),
      );
      const pieces = encodeSafetensors({ metadata: new Map(), tensors });
      await Deno.writeFile(path("initial.safetensors"), Uint8Array.from(pieces.flatMap((piece) => [...piece])));
      const { layers, input, batchSize } = BESIDE;
      await Deno.writeTextFile(path("job.json"), JSON.stringify({ layers, input, batchSize, rate: 0.01 }));
      await byTorch("batch_norm.py", {}, folder);
      const outputs = new Float32Array((await Deno.readFile(path("outputs"))).buffer);
      for (const { parameters, outputs: own } of ours) {
        const away = differences(own, outputs).largest;
        assert(away <= 1e-5, `outputs: ${away}`);
        // negative control: the running mean of one channel as it was at first
        assert(parameters.get("norm1.running_mean")!.values.some((mean) => Math.abs(mean) > 0.01));
      }
      // a state_dict has num_batches_tracked, too
      const file = await loadWeights(path("trained.safetensors"), { spec: BESIDE });
      const predicted = (await loadPredictor(file)).outputs(test.inputs as Float32Array);
      const away = differences(predicted, outputs).largest;
      assert(away <= 2e-6, `outputs of PyTorch's weights: ${away}`);
      for (const [name, { values }] of file.parameters) {
        const { largest } = differences(values, ours[0].parameters.get(name)!.values);
        assert(largest <= 1e-5 * Math.max(1, ...values.map(Math.abs)), `${name}: ${largest}`);
      }
      const kept = new Map(file.parameters), mean = kept.get("norm2.running_var")!;
      kept.set("norm2.running_var", { ...mean, values: mean.values.map((value) => value * 1.001) });
      const other = (await loadPredictor({ ...file, parameters: kept })).outputs(test.inputs as Float32Array);
      assert(differences(other, outputs).largest > 1e-5);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
