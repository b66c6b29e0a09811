/**
 * Nets as people write them, made at random: all compile, and train on the threads' targets as plain loops in f64 do.
 * How far apart they may be is measured on the plain loops themselves: by what f32 storage changes, and by what a
 * disturbance of a few roundings does, which shows where a maximum or a relu is about to change its mind.
 */
import assert from "node:assert/strict";
import type { Target } from "../codegen/target.ts";
import { fromArrays, parseSpec, processorTargets, type Spec, targets } from "../mod.ts";
import { streamKey, uniform } from "../runtime/random.ts";
import { ignore } from "./adapter.ts";
import { compiledFor, type Course, differences, type Trained, trainGenerated, trainPlainly } from "./plain_model.ts";
import { usualSpec } from "./usual_spec.ts";
import { width } from "./width.ts";

/** Nets that are tried. */
const NETS = width(20, 100, 2000);
/** Seconds of a compilation that is worth a look. */
const SLOW = 5;
const STEPS = 2, ROUNDING = 2 ** -23;

/** Random inputs, and labels; the last batch is short where it can be. */
function courseOf(spec: Spec, seed: number): Course {
  const size = spec.input.reduce((a, b) => a * b, 1), key = streamKey(seed, "usual");
  const samples = STEPS * spec.batchSize - Math.min(3, spec.batchSize - 1);
  const classes = Number(spec.layers.findLast(({ type }) => type === "linear")!.outFeatures);
  const inputs = seed % 2 === 0
    ? Uint8Array.from({ length: samples * size }, (_, i) => 256 * uniform(key, i))
    : Float32Array.from({ length: samples * size }, (_, i) => 2 * uniform(key, i) - 1);
  const labels = Array.from({ length: samples }, (_, i) => i % classes);
  return { spec, data: fromArrays(inputs, labels, spec.input), steps: STEPS, seed };
}

/** What a target made that plain loops do not, in words. */
function strays(course: Course, target: Target, ours: Trained & { initial: ReadonlyMap<string, Float32Array> }) {
  const model = trainPlainly(course, ours.initial, Float64Array);
  const rounded = trainPlainly(course, ours.initial, Float32Array);
  const disturbed = [1, 2].map((seed) =>
    trainPlainly(course, ours.initial, Float64Array, { relative: 4 * ROUNDING, seed })
  );
  const longest = Math.max(...[...model.parameters.values()].map(({ length }) => length), course.spec.batchSize);
  const factor = 4 * (1 + Math.sqrt(longest) * target.epsilon.sum / ROUNDING);
  const found: string[] = [];
  for (const [name, values] of model.parameters) {
    const rms = (own: Trained) => differences(own.parameters.get(name)!, values).rms;
    const allowed = factor * Math.max(rms(rounded), ...disturbed.map(rms)) + ROUNDING;
    if (!(rms(ours) <= allowed)) found.push(`${name}: rms ${rms(ours)}, and not up to ${allowed}`);
  }
  if (!(Math.abs(ours.loss - model.loss) <= 1e-5 * Math.max(1, model.loss))) {
    found.push(`loss ${ours.loss}, not ${model.loss}`);
  }
  return found;
}

/** Trains a net on a target, and says how long its compilation took. */
async function follows(course: Course, target: Target): Promise<number> {
  const started = performance.now(), net = compiledFor(course, target), seconds = (performance.now() - started) / 1000;
  const ours = await trainGenerated(net, course, 2);
  assert.deepEqual(strays(course, target, ours), [], `${target.name}, ${JSON.stringify(course.spec)}`);
  return seconds;
}

Deno.test(`${NETS} nets as people write them, made at random, train as plain loops do`, async () => {
  let ran = 0;
  for (let seed = 1; seed <= NETS; seed++) {
    const course = courseOf(parseSpec(usualSpec(seed)), seed);
    for (const target of processorTargets) {
      const seconds = await follows(course, target);
      // told, not asserted: how long it takes is the machine's
      if (seconds > SLOW) console.log(`${course.spec.name}, ${target.name}: compiled in ${seconds.toFixed(1)} s`);
      ran++;
    }
  }
  assert.equal(ran, NETS * 3);
});

/** A convolution and a pool over all that it makes. */
function pooled(input: readonly number[], type: string, batchSize: number): Spec {
  const [, height, width] = input, kernel = [Math.min(3, height), 3], padding = [Math.floor(kernel[0] / 2), 1];
  return parseSpec({
    name: `pooled_${input.join("_")}`,
    input,
    batchSize,
    layers: [
      { type: "conv2d", outChannels: 8, kernel, padding },
      { type: "relu" },
      { type, kernel: [height, width] },
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
}

const WHOLE: readonly (readonly [input: readonly number[], type: string, batchSize: number])[] = [
  [[1, 7, 7], "avgPool2d", 16],
  [[2, 7, 9], "maxPool2d", 5],
  [[1, 28, 28], "avgPool2d", 16],
  [[1, 33, 31], "maxPool2d", 4],
  [[1, 64, 64], "avgPool2d", 4],
  [[1, 64, 64], "maxPool2d", 3],
  [[3, 1, 256], "avgPool2d", 16],
  [[1, 1, 4096], "avgPool2d", 4],
  [[1, 1, 4091], "maxPool2d", 2],
];

Deno.test("pools over the whole image or over all time train as plain loops do, on every target", async () => {
  let ran = 0;
  const here = targets.filter(({ gpu }) => !(gpu && ignore));
  for (const [i, [input, type, batchSize]] of width(WHOLE.filter((_, i) => i % 2 === 0), WHOLE).entries()) {
    const course = courseOf(pooled(input, type, batchSize), i);
    for (const target of here) {
      await follows(course, target);
      ran++;
    }
  }
  assert.equal(ran, width(5, WHOLE.length) * here.length);
});

Deno.test("negative control: another learning rate, or another place of one weight, is noticed", async () => {
  const [target] = processorTargets, course = courseOf(pooled([1, 7, 7], "maxPool2d", 6), 3);
  const ours = await trainGenerated(compiledFor(course, target), course, 1);
  assert.deepEqual(strays(course, target, ours), []);
  for (const [name, values] of ours.parameters) {
    const moved = values.with(0, values[0] + 1e-4);
    const found = strays(course, target, { ...ours, parameters: new Map([...ours.parameters, [name, moved]]) });
    assert.equal(found.length, 1, `${name}: ${found}`);
  }
  const { optimizer } = course.spec.training, learningRate = 1.01e-3;
  const other: Spec = {
    ...course.spec,
    training: { ...course.spec.training, optimizer: { ...optimizer, learningRate } },
  };
  // all parameters, and the loss of the second step
  assert.equal(strays({ ...course, spec: other }, target, ours).length, ours.parameters.size + 1);
});
