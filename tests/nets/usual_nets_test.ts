/**
 * Nets as people write them, made at random: all compile, and train on the threads' targets as plain loops in f64 do.
 * How far apart they may be is measured on the plain loops themselves: by what f32 storage changes, and by what a
 * disturbance of a few roundings does, which shows where a maximum or a relu is about to change its mind.
 */
import assert from "node:assert/strict";
import type { Target } from "../../codegen/targets/target.ts";
import { parseSpec, processorTargets, type Spec, targets } from "../../mod.ts";
import { lacksAdapter } from "../adapter.ts";
import {
  compiledFor,
  type Course,
  type References,
  referencesOf,
  strays,
  type Trained,
  trainGenerated,
} from "../plain_model.ts";
import { randomData } from "../random_data.ts";
import { usualSpec } from "../usual_spec.ts";
import { width } from "../width.ts";

/** Nets that are tried. */
const NETS = width(6, 60, 2000);
/** The first seed. */
const FIRST = 1;
/** Seconds of a compilation that is worth a look. */
const SLOW = 5;
const STEPS = 2;

/** A net and random samples; the last batch is short where it can be. */
function courseOf(spec: Spec, seed: number): Course {
  const samples = STEPS * spec.batchSize - Math.min(3, spec.batchSize - 1);
  const data = randomData(spec, samples, seed, "usual", seed % 2 === 0 ? "bytes" : "floats");
  return { spec, data, steps: STEPS, seed };
}

/** Trains a net on targets, from one start, and compares what each makes with plain loops; calls back with the seconds of each compilation. */
async function follow(
  course: Course,
  targets: readonly Target[],
  compiled: (target: Target, seconds: number) => void = () => {},
): Promise<void> {
  let references: References | undefined;
  for (const [i, target] of targets.entries()) {
    const started = performance.now(), net = compiledFor(course, target);
    compiled(target, (performance.now() - started) / 1000);
    const { initial, ...ours } = await trainGenerated(net, course, 1 + i % 2);
    references ??= referencesOf(course, initial);
    assert.deepEqual(initial, references.initial);
    assert.deepEqual(
      strays(course.spec, target, ours, references),
      [],
      `${target.name}, ${JSON.stringify(course.spec)}`,
    );
  }
}

Deno.test(`${NETS} nets as people write them, made at random, train as plain loops do`, async () => {
  let ran = 0;
  for (let seed = FIRST; seed < FIRST + NETS; seed++) {
    const course = courseOf(parseSpec(usualSpec(seed)), seed);
    await follow(course, processorTargets, (target, seconds) => {
      // told, not asserted: how long it takes is the machine's
      if (seconds > SLOW) console.log(`${course.spec.name}, ${target.name}: compiled in ${seconds.toFixed(1)} s`);
      ran++;
    });
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
  const here = targets.filter((target) => !lacksAdapter(target));
  for (const [i, [input, type, batchSize]] of width(WHOLE.filter((_, i) => i % 4 === 0), WHOLE).entries()) {
    const course = courseOf(pooled(input, type, batchSize), i);
    await follow(course, here, () => ran++);
  }
  assert.equal(ran, width(3, WHOLE.length) * here.length);
});

Deno.test("negative control: another learning rate, or another place of one weight, is noticed", async () => {
  const [target] = processorTargets, course = courseOf(pooled([1, 7, 7], "maxPool2d", 6), 3);
  const { initial, ...ours } = await trainGenerated(compiledFor(course, target), course, 1);
  const references = referencesOf(course, initial),
    found = (own: Trained) => strays(course.spec, target, own, references);
  assert.deepEqual(found(ours), []);
  for (const [name, values] of ours.parameters) {
    const moved = values.with(0, values[0] + 1e-4);
    assert.equal(found({ ...ours, parameters: new Map([...ours.parameters, [name, moved]]) }).length, 1, name);
  }
  const { optimizer } = course.spec.training, learningRate = 1.01e-3;
  const other: Spec = {
    ...course.spec,
    training: { ...course.spec.training, optimizer: { ...optimizer, learningRate } },
  };
  const faster = referencesOf({ ...course, spec: other }, initial);
  // all parameters, and the loss of the second step
  assert.equal(strays(other, target, ours, faster).length, ours.parameters.size + 1);
});
