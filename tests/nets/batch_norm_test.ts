/**
 * Batch normalization: it trains as plain loops do and as PyTorch does, on every target, with short batches, any number of
 * threads, stopped and gone on; it tests with what it kept, and its weights go to files and come from them.
 */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { parseSpec, type Spec } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { type Dataset, findTarget, fromArrays, processorTargets, registry } from "../../mod.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import { type Course, referencesOf, strays, trainGenerated } from "../plain_model.ts";
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
