/** Training steps against a plain-loop model in f64 written without the compiler; and the same bits for any number of threads. */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { initialLearningRate } from "../../codegen/graph/spec.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import {
  type Dataset,
  findTarget,
  fromArrays,
  parseSpec,
  processorTargets as targets,
  registry,
  type Spec,
} from "../../mod.ts";
import { lacksAdapter } from "../adapter.ts";
import { areInnermost } from "../channel_nets.ts";
import { openSession } from "../open_session.ts";
import { compiledFor, differences, type Trained, trainGenerated, trainPlainly } from "../plain_model.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const STEPS = 20, SEED = 5;
/** Steps that are compared with the plain network, which takes its time. */
const FOLLOWED = width(3, 12);

/** Blobs of ink whose place depends on the label: something that can be learned, the same everywhere. */
function syntheticDigits(samples: number, [channels, height, width]: readonly number[]): Dataset {
  const key = streamKey(1, "digits"), size = channels * height * width;
  const inputs = new Uint8Array(samples * size), labels = new Int32Array(samples);
  for (let n = 0; n < samples; n++) {
    const label = labels[n] = Math.floor(uniform(key, n) * 10);
    for (let i = 0; i < size; i++) {
      const noise = uniform(key, samples + n * size + i);
      const ink = Math.abs((i % width) - 2 * label - 4) < 4 && noise < 0.7;
      inputs[n * size + i] = ink ? 128 + 127 * noise : noise < 0.1 ? 255 * noise : 0;
    }
  }
  return fromArrays(inputs, labels, [channels, height, width]);
}

/** Trains by code that is generated for a target. */
function generated(spec: Spec, data: Dataset, target: typeof targets[number], threads: number, steps: number) {
  const course = { spec, data, steps, seed: SEED };
  return trainGenerated(compiledFor(course, target), course, threads);
}

const trained = new Map<string, Trained>();

/** The same by the plain model; once for all targets. */
function plain(
  spec: Spec,
  data: Dataset,
  initial: ReadonlyMap<string, Float32Array>,
  storage: Float32ArrayConstructor | Float64ArrayConstructor,
): Trained {
  const key = `${spec.name} ${storage.name}`;
  const known = trained.get(key) ?? trainPlainly({ spec, data, steps: FOLLOWED, seed: SEED }, initial, storage);
  trained.set(key, known);
  return known;
}

/** The longest sum of a net's forward pass. */
function longestSum(spec: Spec): number {
  return Math.max(
    ...inferShapes(spec, registry).nodes.flatMap(({ parameters }) => parameters.map(({ fanIn }) => fanIn)),
  );
}

const shipped = (net: string): Spec =>
  parseSpec(Deno.readTextFileSync(new URL(`../../specs/${net}.json`, import.meta.url)));

/** A net of so many channels that they lie innermost; 20 and 13 do not fill their blocks. */
const MANY_CHANNELS = parseSpec({
  name: "many_channels",
  input: [2, 9, 28],
  batchSize: 16,
  layers: [
    { type: "conv2d", outChannels: 20, kernel: 3, padding: 1 },
    { type: "sigmoid" },
    { type: "maxPool2d", kernel: 2 },
    { type: "conv2d", outChannels: 24, kernel: 3, stride: [1, 2], padding: 1 },
    { type: "relu" },
    { type: "conv2d", outChannels: 13, kernel: [2, 3] },
    { type: "tanh" },
    { type: "flatten" },
    { type: "linear", outFeatures: 10 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam", l2: 0.001 } },
});

for (const target of [...targets, findTarget("webgpu")]) {
  const shipping = width(["lenet5"], ["mnist_cnn", "lenet5"]).map(shipped);
  // a GPU has no layout for many channels
  for (const spec of target.layout === "blocks" ? shipping : [...shipping, MANY_CHANNELS]) {
    const name = `${target.name}: ${FOLLOWED} steps of ${spec.name} follow the plain f64 model`;
    Deno.test({ name, ignore: lacksAdapter(target) }, async () => {
      // the last batch is a short one
      const data = syntheticDigits(FOLLOWED * spec.batchSize - spec.batchSize / 2, spec.input);
      const ours = await generated(spec, data, target, 2, FOLLOWED);
      const innermost = areInnermost(compiledFor({ spec, data, steps: FOLLOWED, seed: SEED }, target).plan);
      assert.equal(innermost, spec === MANY_CHANNELS && target.layout === "lanes", "channels innermost");
      const model = plain(spec, data, ours.initial, Float64Array);
      // Adam divides by the root of the squared gradient, so rounding of a tiny gradient shows in full. How much f32
      // storage alone does is measured on the model itself, whose sums are f64. A target that also sums in f32 adds the
      // roundings of a sum, which grow with the root of its length. The tolerance is four times all that.
      const rounded = plain(spec, data, ours.initial, Float32Array);
      const longest = longestSum(spec);
      const factor = 4 * (1 + Math.sqrt(longest) * target.epsilon.sum / 2 ** -23);
      let compared = 0, moved = 0;
      for (const [name, values] of model.parameters) {
        const own = differences(ours.parameters.get(name)!, values),
          allowed = differences(rounded.parameters.get(name)!, values);
        const floor = 2 ** -23;
        assert.ok(own.rms <= factor * allowed.rms + floor, `${name}: rms ${own.rms} > ${factor} * ${allowed.rms}`);
        assert.ok(
          own.largest <= factor * allowed.largest + floor,
          `${name}: largest ${own.largest} > ${factor} * ${allowed.largest}`,
        );
        // negative control: the training itself is far larger than the tolerance
        const travelled = differences(ours.initial.get(name)!, values);
        assert.ok(travelled.rms > 100 * own.rms, `${name} moved by ${travelled.rms}, error ${own.rms}`);
        compared += values.length;
        moved++;
      }
      assert.equal(moved, ours.parameters.size);
      assert.ok(compared > (spec === MANY_CHANNELS ? 7_000 : 40_000), `${compared} numbers compared`);
      assert.ok(Math.abs(ours.loss - model.loss) < 1e-4 * model.loss, `loss ${ours.loss}, model ${model.loss}`);
      assert.ok(Math.abs(ours.correct - model.correct) <= 1);
    });
  }
}

for (const target of targets) {
  Deno.test(`${target.name}: the same seed gives the same bits for 1, 2 and 3 threads`, async () => {
    const data = syntheticDigits(6 * 64 - 5, [1, 28, 28]);
    const specs = width(["lenet5"], ["mnist_cnn", "mnist_mlp", "lenet5"]).map(shipped);
    let compared = 0;
    for (const spec of specs) {
      const single = await generated(spec, data, target, 1, 6);
      for (const threads of [2, 3]) {
        const several = await generated(spec, data, target, threads, 6);
        assert.equal(several.loss, single.loss);
        for (const [name, values] of single.parameters) {
          assert.deepEqual(several.parameters.get(name), values, `${spec.name} ${name} with ${threads} threads`);
          compared += values.length;
        }
      }
      assert.notDeepEqual(single.parameters, single.initial);
    }
    assert.ok(compared > width(80_000, 1_000_000));
  });

  Deno.test(`${target.name}: random nets, dropout and all, give the same bits for 1, 2 and 3 threads`, async () => {
    const batches = [64, 20, 6, 7];
    let nets = 0, random = 0;
    for (let seed = 300; seed < 300 + width(4, 10); seed++) {
      const spec = parseSpec({ ...randomSpec(seed), batchSize: batches[seed % 4] });
      // the last of four batches is a short one
      const samples = Math.ceil(3.5 * spec.batchSize),
        size = spec.input.reduce((a, b) => a * b),
        outputs = spec.layers.at(-1)!.outFeatures as number;
      const inputs = Float32Array.from({ length: samples * size }, (_, i) => uniform(seed, i));
      const data = fromArrays(inputs, Array.from({ length: samples }, (_, i) => i % outputs), spec.input);
      const single = await generated(spec, data, target, 1, 4);
      for (const threads of [2, 3]) {
        assert.deepEqual(await generated(spec, data, target, threads, 4), single, `seed ${seed}, ${threads} threads`);
      }
      assert.notDeepEqual(single.parameters, single.initial);
      nets++;
      if (spec.layers.some(({ type }) => type === "dropout")) random++;
    }
    assert.equal(nets, width(4, 10));
    assert.ok(random >= 1, `${random} nets with dropout`);
  });
}

/** The loss of each of the first steps, and then over all samples, without training. */
async function lossCurve(
  spec: Spec,
  data: Dataset,
  target: typeof targets[number],
  faster = 1,
): Promise<number[]> {
  const { plan: planned, ...rest } = plan(spec, registry, { layout: target.layout });
  const net = compileTarget({ plan: planned, ...rest }, target);
  const session = await openSession(net, [data], { threads: 2 });
  try {
    session.initialize(SEED);
    const rate = faster * initialLearningRate(spec), losses: number[] = [];
    for (let epoch = 0; epoch < STEPS; epoch++) {
      const params = () => planned.graph.optimizer.params(spec.training.optimizer, rate, epoch + 1);
      losses.push((await session.train(0, { seed: SEED, epoch, params }, 1)).loss);
    }
    losses.push((await session.evaluate(0)).loss);
    return losses;
  } finally {
    session.close();
  }
}

/** Blocks of 16 and of 4 samples, and none. */
const CURVES: readonly (readonly [net: string, batchSize: number])[] = [
  ["mnist_mlp", 64],
  ["lenet5", 20],
  ...width([], [["mnist_cnn", 64], ["lenet5", 6]] as const),
];

Deno.test(`${STEPS} steps of the nets that ship: the loss is the same on all targets but for rounding`, async () => {
  // the last batch is a short one
  const data = syntheticDigits(6 * 64 - 5, [1, 28, 28]), reference = targets.find(({ name }) => name === "typescript")!;
  let compared = 0;
  for (const [net, batchSize] of CURVES) {
    const spec = { ...shipped(net), batchSize }, expected = await lossCurve(spec, data, reference);
    // what is compared is no constant: it falls by far more than the tolerance
    assert.ok(expected.at(-1)! < 0.9 * expected[0], `${net}, batch ${batchSize}: ${expected}`);
    const longest = longestSum(spec);
    const away = (losses: readonly number[], { epsilon }: typeof targets[number]) =>
      losses.findIndex((loss, step) => {
        // roundings of a sum grow with the root of its length, and those of steps with the root of their number
        const allowed = Math.sqrt((step + 1) * longest) * epsilon.sum;
        return !(Math.abs(loss - expected[step]) <= allowed * expected[0]);
      });
    for (const target of targets.filter((target) => target !== reference)) {
      const losses = await lossCurve(spec, data, target), step = away(losses, target);
      assert.equal(step, -1, `${net}, batch ${batchSize}, ${target.name}, step ${step}: ${losses}, not ${expected}`);
      compared += losses.length;
    }
    // negative control: a learning rate that is off by a thousandth is noticed as soon as it can be
    if (net === "lenet5") assert.equal(away(await lossCurve(spec, data, reference, 1.001), targets[0]), 1);
  }
  assert.equal(compared, CURVES.length * (targets.length - 1) * (STEPS + 1));
});
