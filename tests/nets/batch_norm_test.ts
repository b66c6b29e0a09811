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
  loadPredictor,
  loadWeights,
  processorTargets,
  registry,
} from "../../mod.ts";
import { findTorch } from "../../bench/nets/measure.ts";
import { weightShapes } from "../../runtime/files/checkpoint.ts";
import { encodeSafetensors, storedTensor } from "../../runtime/files/safetensors.ts";
import { openSession } from "../open_session.ts";
import { shuffleEpoch, streamKey, uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import { type Course, differences, referencesOf, strays, trainGenerated } from "../plain_model.ts";
import { width } from "../width.ts";

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

for (const target of [...processorTargets, findTarget("webgpu")]) {
  const name = `${target.name}: weights, running means and variances follow plain loops, with a short last batch`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async (t) => {
    let compared = 0;
    for (const [kind, base] of Object.entries(NETS)) {
      for (const batchSize of width([16, 7], [16, 7, 20, 32, 3])) {
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
          assert(strays(course.spec, target, { ...ours, parameters: wrong }, references).length > 0);
        });
      }
    }
    assert.equal(compared, 9 * width(2, 5));
  });
}

for (const target of processorTargets) {
  Deno.test(`${target.name}: the same bits for 1, 2 and 3 threads`, async () => {
    for (const base of Object.values(NETS)) {
      for (const batchSize of width([16], [16, 20, 6, 7])) {
        const course = courseOf({ ...base, batchSize }, 3), net = compiledFor(course.spec, target);
        const single = await trainGenerated(net, course, 1);
        for (const threads of [2, 3]) assert.deepEqual(await trainGenerated(net, course, threads), single);
      }
    }
  });
}

// ---- beside PyTorch

const { python, torch } = await findTorch(["python3", "/usr/bin/python3"]);
if (!python) console.log(`batch norm is not compared with PyTorch: ${"reason" in torch ? torch.reason : ""}`);

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
  ignore: !python,
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
      await write("labels", Int32Array.from(order, (sample) => data.labels[sample]));
      await write("test", test.inputs as Float32Array);
      const tensors = new Map(
        [...ours[0].initial].map(([name, { shape, values }]) => [name, storedTensor(shape, values)]),
      );
      const pieces = encodeSafetensors({ metadata: new Map(), tensors });
      await Deno.writeFile(path("initial.safetensors"), Uint8Array.from(pieces.flatMap((piece) => [...piece])));
      const { layers, input, batchSize } = BESIDE;
      await Deno.writeTextFile(path("job.json"), JSON.stringify({ layers, input, batchSize, rate: 0.01 }));
      const program = join(import.meta.dirname!, "batch_norm_torch.py");
      const { success, stderr } = await new Deno.Command(python!.command, { args: [program, folder] }).output();
      assert(success, new TextDecoder().decode(stderr));
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
