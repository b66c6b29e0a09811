/**
 * Optimizers, clipping, groups of layers and schedules: nets that train with them follow plain loops on every target, and
 * these follow PyTorch where a machine has it.
 */
import assert from "node:assert/strict";
import { NaiveNetwork, type NaiveSpec } from "../../bench/naive.ts";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { initialLearningRate } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { findTarget, fromArrays, parseSpec, processorTargets, registry, type Spec } from "../../mod.ts";
import { shuffleEpoch, uniform } from "../../runtime/run/random.ts";
import { epochsOf, startOf } from "../../runtime/run/start.ts";
import { lacksAdapter } from "../adapter.ts";
import { openSession } from "../open_session.ts";
import { differences } from "../plain_model.ts";
import { PlainOptimizer, plainSchedule } from "../plain_optimizers.ts";
import { byTorch, lacksTorch } from "../torch.ts";
import { width } from "../width.ts";

const EPOCHS = 6, BATCH = 10, SAMPLES = 35, SEED = 4, CLASSES = 4, SHAPE = [1, 8, 8];
/** Of an epoch, the last one short. */
const STEPS = 4;

const LAYERS = [
  { type: "conv2d", inChannels: 1, outChannels: 4, kernel: 3 },
  { type: "tanh" },
  { type: "conv2d", inChannels: 4, outChannels: 5, kernel: 3 },
  { type: "avgPool2d", kernel: 2 },
  { type: "flatten" },
  { type: "linear", inFeatures: 20, outFeatures: 24 },
  { type: "tanh" },
  { type: "linear", inFeatures: 24, outFeatures: CLASSES },
];

const specOf = (training: object): Spec =>
  parseSpec({
    ...{ name: "trained", input: SHAPE, batchSize: BATCH, layers: LAYERS, loss: { type: "softmaxCrossEntropy" } },
    training: { epochs: EPOCHS, ...training },
  });

const ADAM = { type: "adam", learningRate: 0.01, epsilon: 1e-3 }, SGD = { type: "sgd", learningRate: 0.2 };
const MOMENTUM = { type: "momentum", learningRate: 0.05, l2: 0.01 };
const RMSPROP = { type: "rmsprop", learningRate: 0.003, epsilon: 1e-2, l2: 0.01 };
const GROUPS = [
  { layers: ["conv1"], frozen: true },
  { layers: ["linear*"], learningRateFactor: 0.3, decay: 0.1 },
];
/** How nets are trained. */
const CASES: Readonly<Record<string, object>> = {
  adamw: { optimizer: { ...ADAM, type: "adamw", weightDecay: 0.1 } },
  "momentum with nesterov": { optimizer: { ...MOMENTUM, nesterov: true } },
  rmsprop: { optimizer: RMSPROP },
  "rmsprop with momentum": { optimizer: { ...RMSPROP, momentum: 0.5 } },
  "rmsprop, centered": { optimizer: { ...RMSPROP, centered: true } },
  "rmsprop, centered, with momentum": { optimizer: { ...RMSPROP, centered: true, momentum: 0.5 } },
  "clipping of sgd": { optimizer: { ...SGD, l2: 0.01 }, clipNorm: 0.2 },
  "clipping of adam, with groups": { optimizer: { ...ADAM, l2: 0.01 }, clipNorm: 0.2, groups: GROUPS },
  "clipping that is not reached": { optimizer: SGD, clipNorm: 1000 },
  "groups of adamw": { optimizer: { ...ADAM, type: "adamw", weightDecay: 0.1 }, groups: GROUPS },
  "groups of momentum": { optimizer: MOMENTUM, groups: GROUPS },
  "oneCycle of adam": { optimizer: ADAM, scheduler: { type: "oneCycle" } },
  "oneCycle of momentum, in lines": {
    optimizer: MOMENTUM,
    scheduler: { type: "oneCycle", annealStrategy: "linear", pctStart: 0.5, divFactor: 10, finalDivFactor: 100 },
    groups: GROUPS,
  },
  "oneCycle of sgd": { optimizer: SGD, scheduler: { type: "oneCycle", cycleMomentum: false, totalSteps: 24 } },
  "cosine by steps, with a warm-up": {
    optimizer: SGD,
    // with a minimum, PyTorch multiplies another way
    scheduler: { type: "cosine", by: "step", warmup: { steps: 5 } },
  },
  "cosine by epochs": { optimizer: SGD, scheduler: { type: "cosine", minimum: 0.01 } },
  "linear by epochs, with a warm-up": {
    optimizer: SGD,
    scheduler: { type: "linear", period: 4, warmup: { epochs: 1, startFactor: 0.1 } },
  },
  "linear by steps": { optimizer: SGD, scheduler: { type: "linear", by: "step" } },
  "multiStep by epochs": { optimizer: SGD, scheduler: { type: "multiStep", milestones: [1, 4], factor: 0.3 } },
  "step by steps": { optimizer: SGD, scheduler: { type: "step", by: "step", every: 7, factor: 0.5 } },
  "exponential by steps": { optimizer: SGD, scheduler: { type: "exponential", by: "step", factor: 0.9 } },
};
/** On targets that are not the first: schedules are the same there, and in the full run all steps of optimizers are tried. */
const FEW = [
  "adamw",
  "rmsprop, centered, with momentum",
  "clipping of sgd",
  "clipping of adam, with groups",
  "oneCycle of momentum, in lines",
];
const names = Object.keys(CASES), SCHEDULED = /^(oneCycle|cosine|linear|multiStep|step|exponential) /;
/** Those whose kernels differ, and a few whose rates do. */
const OWN_STEPS = names.filter((name) => !SCHEDULED.test(name) || FEW.includes(name));
/** In the quick run, on the first target: what no other target tries, and all schedules by turns. */
const QUICK_FIRST = names.filter((name, i) => !FEW.includes(name) && (!SCHEDULED.test(name) || i % 2 === 0));

const DATA = fromArrays(
  Float32Array.from(
    { length: SAMPLES * 64 },
    (_, i) => uniform(1, i) + (i % 64 >> 4 === Math.floor(i / 64) % 4 ? 0.5 : 0),
  ),
  Array.from({ length: SAMPLES }, (_, i) => i % CLASSES),
  SHAPE,
);

/** The samples of all steps, in order. */
function batches(seed = SEED): Int32Array[] {
  return Array.from({ length: EPOCHS }, (_, epoch) => {
    const order = new Int32Array(SAMPLES);
    shuffleEpoch(order, SAMPLES, seed, epoch);
    return Array.from({ length: STEPS }, (_, step) => order.slice(step * BATCH, (step + 1) * BATCH));
  }).flat();
}

type Values = ReadonlyMap<string, Float32Array | Float64Array>;

/** What plain loops make of a net, which is the same for all targets. `faster`: how many times the rates. */
function plainly(name: string, storage: Float64ArrayConstructor | Float32ArrayConstructor, faster = 1): Values {
  const key = `${name} ${storage.name} ${faster}`, values = known.get(key) ?? trainedPlainly(name, storage, faster);
  known.set(key, values);
  return values;
}
const known = new Map<string, Values>();

function trainedPlainly(
  name: string,
  storage: Float64ArrayConstructor | Float32ArrayConstructor,
  faster: number,
): Values {
  const spec = specOf(CASES[name]);
  const { parameters } = startOf(spec, registry, SEED), optimizer = new PlainOptimizer(spec, storage);
  const model = new NaiveNetwork(
    { ...spec, training: { optimizer: { type: "sgd" } } } as unknown as NaiveSpec,
    storage,
  );
  for (const [name, { values }] of model.parameters) values.set(parameters.get(name)!);
  const learned = [...model.parameters].map(([name, { values, gradient }]) => ({ name, values, gradient }));
  const curve = plainSchedule(spec, initialLearningRate(spec), STEPS), inputs = DATA.inputs as Float32Array;
  for (const [i, batch] of batches().entries()) {
    const rows = storage.from([...batch].flatMap((sample) => [...inputs.subarray(sample * 64, sample * 64 + 64)]));
    model.computeGradients(rows, Array.from(batch, (sample) => DATA.labels[sample]), batch.length);
    optimizer.step(learned, faster * curve[i].rate, curve[i].momentum);
  }
  return new Map(learned.map(({ name, values }) => [name, values]));
}

/** What a target makes of it. */
async function trained(spec: Spec, target: Target, threads: number): Promise<Map<string, Float32Array>> {
  const net = compileTarget(plan(spec, registry, { data: "f32", layout: target.layout }), target);
  const session = await openSession(net, [DATA], { threads });
  try {
    session.initialize(SEED);
    const epochOf = epochsOf(spec, registry, net.plan, SAMPLES, SEED);
    for (let epoch = 0; epoch < EPOCHS; epoch++) await session.train(0, epochOf(epoch));
    const names = [...startOf(spec, registry, SEED).parameters.keys()], values = await session.readAll(names);
    return new Map(names.map((name, i) => [name, values[i]]));
  } finally {
    session.close();
  }
}

/** Parameters of a target that are not as expected, in words. `model`, `rounded`: what storage in f32 alone does. */
function strays(ours: Values, expected: Values, model: Values, rounded: Values, { epsilon }: Target): string[] {
  const factor = 4 * (1 + Math.sqrt(4 * BATCH * 36) * epsilon.sum / 2 ** -23), floor = 2 ** -22;
  return [...model].flatMap(([name, values]) => {
    const own = differences(ours.get(name)!, expected.get(name)!).largest;
    const allowed = factor * differences(rounded.get(name)!, values).largest + floor;
    return own <= allowed ? [] : [`${name}: ${own} > ${allowed}`];
  });
}

const first = processorTargets[0];
for (const target of [...processorTargets, findTarget("webgpu")]) {
  const cases = target === first ? width(QUICK_FIRST, Object.keys(CASES)) : width(FEW, OWN_STEPS);
  const name = `${target.name}: ${EPOCHS * STEPS} steps of ${cases.length} ways to train follow plain loops`;
  Deno.test({ name, ignore: lacksAdapter(target) }, async (t) => {
    for (const own of cases) {
      await t.step(own, async () => {
        const spec = specOf(CASES[own]), model = plainly(own, Float64Array), rounded = plainly(own, Float32Array);
        const ours = await trained(spec, target, 2);
        assert.deepEqual(strays(ours, model, model, rounded, target), []);
        // negative control: a rate that is off by a hundredth is noticed
        assert.notDeepEqual(strays(ours, plainly(own, Float64Array, 1.01), model, rounded, target), []);
        const before = startOf(spec, registry, SEED).parameters,
          isFrozen = JSON.stringify(CASES[own]).includes("frozen");
        for (const [name, values] of ours) {
          const moved = differences(values, before.get(name)!).largest;
          if (isFrozen && name.startsWith("conv1")) assert.equal(moved, 0, name);
          else assert(moved > 1e-4, `${name} moved by ${moved}`);
        }
      });
    }
  });
}

for (const target of processorTargets) {
  Deno.test(`${target.name}: clipped gradients give the same bits for 1, 2 and 3 threads`, async () => {
    const spec = specOf(CASES["clipping of adam, with groups"]), single = await trained(spec, target, 1);
    for (const threads of [2, 3]) assert.deepEqual(await trained(spec, target, threads), single, `${threads} threads`);
  });
}

Deno.test("rates are those of plain loops, and what a schedule does not change has one", () => {
  const seen: Record<string, number> = {};
  for (const [name, training] of Object.entries(CASES)) {
    const spec = specOf(training), { learningRate } = startOf(spec, registry, SEED);
    const curve = plainSchedule(spec, initialLearningRate(spec), STEPS);
    for (const [i, { rate }] of curve.entries()) {
      const own = learningRate(Math.floor(i / STEPS), i % STEPS, STEPS);
      assert(Math.abs(own - rate) <= 1e-12 * rate, `${name}, step ${i}: ${own}, not ${rate}`);
    }
    seen[spec.training.scheduler.type] = new Set(curve.map(({ rate }) => rate)).size;
  }
  assert.equal(Object.keys(seen).length, registry.schedulers.length);
  for (const [type, rates] of Object.entries(seen)) {
    assert(type === "constant" ? rates === 1 : rates > 2, `${type}: ${rates}`);
  }
});

if (lacksTorch !== undefined) console.log(`ways to train are not compared with PyTorch: ${lacksTorch}`);

Deno.test("plain loops follow PyTorch in each way to train", { ignore: lacksTorch !== undefined }, async (t) => {
  const cases = Object.values(CASES).map((training) => {
    const spec = specOf(training), { optimizer, groups = [] } = spec.training;
    const { parameters } = startOf(spec, registry, SEED);
    const groupOf = (name: string) => {
      const layer = name.split(".")[0],
        group = groups.find(({ layers }) => layers.some((own) => layer.startsWith(own.replace("*", ""))));
      const decay = group?.decay ?? Number(optimizer.l2 ?? optimizer.weightDecay ?? 0);
      return {
        frozen: group?.frozen ?? false,
        factor: group?.learningRateFactor ?? 1,
        decay: name.endsWith(".weight") ? decay : 0,
      };
    };
    return {
      ...{ layers: LAYERS, shape: SHAPE, training: spec.training, batches: batches().map((batch) => [...batch]) },
      ...{ inputs: [...DATA.inputs], labels: [...DATA.labels] },
      initial: Object.fromEntries([...parameters].map(([name, values]) => [name, [...values]])),
      groups: Object.fromEntries([...parameters.keys()].map((name) => [name, groupOf(name)])),
    };
  });
  const theirs = await byTorch("training.py", cases) as { readonly parameters: Record<string, number[]> }[];
  for (const [i, name] of names.entries()) {
    await t.step(name, () => {
      const model = plainly(name, Float64Array);
      for (const [parameter, values] of model) {
        const { largest } = differences(values, theirs[i].parameters[parameter]);
        assert(largest < 1e-9, `${parameter}: ${largest}`);
      }
      const other = plainly(name, Float64Array, 1.0001).get("linear2.weight")!;
      assert(differences(other, theirs[i].parameters["linear2.weight"]).largest > 1e-9, "negative control");
    });
  }
});
