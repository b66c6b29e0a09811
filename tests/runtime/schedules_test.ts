/** Schedules of steps where training is stopped and gone on with, step by step, in a run and in a net; what is frozen. */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { drawnFrom, type Init, INITS } from "../../codegen/language/init.ts";
import { fromArrays, open, parseSpec, processorTargets, registry, StoppedError, train } from "../../mod.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../../runtime/files/safetensors.ts";
import { joined } from "../../runtime/net/hash.ts";
import { initialize } from "../../runtime/run/initial.ts";
import { trainingRules } from "../../runtime/run/rules.ts";
import { uniform } from "../../runtime/run/random.ts";
import { startOf } from "../../runtime/run/start.ts";

const SAMPLES = 50, BATCH = 8, STEPS = 7, EPOCHS = 4;
const INPUTS = Float32Array.from({ length: SAMPLES * 12 }, (_, i) => uniform(1, i));
const LABELS = Int32Array.from({ length: SAMPLES }, (_, i) => i % 3);
const DATA = fromArrays(INPUTS, LABELS, [12]), SETS = { train: DATA, test: DATA };

const ONE_CYCLE = { type: "oneCycle" }, ADAM = { type: "adam", learningRate: 0.02 };
const specOf = (training: object, layers?: object[]) =>
  parseSpec({
    name: "stopped",
    input: [12],
    batchSize: BATCH,
    layers: layers ?? [{ type: "linear", outFeatures: 10 }, { type: "tanh" }, { type: "linear", outFeatures: 3 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: EPOCHS, optimizer: ADAM, ...training },
  });
const WAYS: Readonly<Record<string, object>> = {
  oneCycle: { scheduler: ONE_CYCLE },
  "cosine by steps, with a warm-up, clipping and groups": {
    optimizer: { type: "rmsprop", centered: true, momentum: 0.5 },
    scheduler: { type: "cosine", by: "step", warmup: { epochs: 1 } },
    clipNorm: 0.3,
    groups: [{ layers: ["linear2"], learningRateFactor: 0.3 }, { layers: ["linear1"], frozen: true }],
  },
  "linear of adamw": { optimizer: { type: "adamw" }, scheduler: { type: "linear", by: "step" }, clipNorm: 1 },
};
const OPTIONS = { target: "wasm", threads: 1, seed: 5 } as const;

/** Weights and the optimizer's state, by name. */
const valuesOf = ({ parameters, training }: Checkpoint) =>
  Object.fromEntries([...parameters, ...training!.optimizer].map(([name, { values }]) => [name, [...values]]));

for (const [way, training] of Object.entries(WAYS)) {
  Deno.test(`${way}: a run that is stopped inside an epoch ends with the same bits, and so does a net`, async () => {
    const spec = specOf(training), whole = await train(spec, SETS, OPTIONS), expected = valuesOf(whole.checkpoint);
    const stopper = new AbortController();
    const stopped = await train(spec, SETS, {
      ...{ ...OPTIONS, signal: stopper.signal },
      onEpoch: ({ epoch }) => epoch === 2 ? stopper.abort() : undefined,
    }).then(() => assert.fail("it was not stopped"), (error) => {
      assert(error instanceof StoppedError, String(error));
      return error.checkpoint;
    });
    const bytes = joined(encodeSafetensors(encodeCheckpoint(stopped)));
    const resume = decodeCheckpoint(decodeSafetensors(bytes, "it"), registry, "it");
    assert.equal(resume.training!.history.length, 2);
    assert.deepEqual(valuesOf((await train(spec, SETS, { ...OPTIONS, resume })).checkpoint), expected);

    // a net that goes on from it, is halted between steps, and is saved and restored there
    const net = await open(spec, { ...OPTIONS, data: "f32", weights: bytes });
    const other = await open(spec, { ...OPTIONS, data: "f32" });
    try {
      const signal = new AbortController(), data = { x: INPUTS, y: LABELS };
      const onStep = ({ epoch, step }: { epoch: number; step: number }) =>
        epoch === 3 && step === 3 ? signal.abort() : undefined;
      await net.train(data, { epochs: 1, onStep, signal: signal.signal }).catch(() => {});
      await other.restore(await net.save());
      // as many epochs as are left
      const left = async () => {
        const { training } = decodeCheckpoint(decodeSafetensors(await other.save(), "it"), registry, "it");
        return EPOCHS - training!.history.length;
      };
      const { epochs } = await other.train(data, { epochs: await left() });
      const after = decodeCheckpoint(decodeSafetensors(await other.save(), "it"), registry, "it");
      assert.deepEqual(valuesOf(after), expected);
      const { rate } = trainingRules(spec, registry);
      assert.deepEqual(
        epochs.map(({ learningRate }) => learningRate),
        epochs.map(({ epoch }) => rate(epoch - 1, (epoch - 1) * STEPS, STEPS)),
      );
    } finally {
      net.close();
      other.close();
    }
  });
}

Deno.test("single steps count for schedules of so many steps; those of all the training stay where they begin", async () => {
  const batch = [INPUTS.subarray(0, 96), LABELS.subarray(0, 8)] as const;
  const after = async (scheduler: object, calls = 6) => {
    const net = await open(specOf({ optimizer: { type: "sgd", learningRate: 0.1 }, scheduler }), OPTIONS);
    try {
      for (let i = 0; i < calls; i++) await net.step(...batch);
      return JSON.stringify(valuesOf(decodeCheckpoint(decodeSafetensors(await net.save(), "it"), registry, "it")));
    } finally {
      net.close();
    }
  };
  const constant = await after({ type: "constant" });
  const moving = [
    { type: "linear", by: "step", period: 9 },
    { type: "oneCycle", totalSteps: 9, cycleMomentum: false },
    { type: "constant", warmup: { steps: 4 } },
  ];
  for (const scheduler of moving) assert.notEqual(await after(scheduler), constant, JSON.stringify(scheduler));
  assert.equal(await after({ type: "linear", by: "step" }), constant);
  const { rate } = trainingRules(specOf({ scheduler: { ...ONE_CYCLE, cycleMomentum: false } }), registry);
  for (const step of [0, 1, 1000]) assert(Math.abs(rate(0, step, Infinity) - 0.02 / 25) < 1e-16);
});

Deno.test("what is frozen has no gradients, no state, and none before it that nobody needs", () => {
  const relu = { type: "relu" }, linear = { type: "linear", outFeatures: 5 };
  const layers = [linear, relu, { ...linear, name: "middle" }, relu, linear, relu, { ...linear, outFeatures: 3 }];
  const made = (...frozen: string[]) => {
    const groups = frozen.length > 0 ? [{ layers: frozen, frozen: true }] : undefined;
    const { plan: whole } = plan(specOf({ groups }, layers), registry);
    const of = (role: string) => Object.values(whole.tensors).filter((tensor) => tensor.role === role);
    return {
      gradients: of("gradient").map(({ name }) => name).filter((name) => name.endsWith(".gradient")),
      states: of("state").length,
      parameters: of("parameter").length,
      kernels: whole.train.kernels.map(({ kernel: { name } }) => name),
    };
  };
  const all = made(), begin = made("linear1", "middle"), middle = made("middle");
  assert.deepEqual([all.states, begin.states, middle.states], [16, 8, 12]);
  assert.deepEqual([all.parameters, begin.parameters, middle.parameters], [8, 8, 8]);
  const backward = ({ kernels }: typeof all, layer: string) =>
    kernels.filter((name) => name.includes("backward") && name.includes(layer));
  // the first layers are not gone back to at all
  for (const layer of ["linear1", "middle"]) {
    assert(backward(all, layer).length > 0);
    assert.deepEqual(backward(begin, layer), []);
  }
  assert(begin.kernels.length < middle.kernels.length && middle.kernels.length < all.kernels.length);
  // what lies before one in the middle learns
  assert(backward(middle, "linear1").length > 0);
  assert(!middle.gradients.some((name) => name.startsWith("middle.weight") || name.startsWith("middle.bias")));
});

Deno.test("a net without groups and clipping compiles to what it did: the same kernels as with groups that say nothing else", () => {
  const [target] = processorTargets;
  const files = (training: object) => {
    const net = compileTarget(plan(specOf(training), registry, { layout: target.layout }), target);
    return Object.entries(net.files).map(([name, text]) => `${name}\n${text}`).join("\n");
  };
  const plain = files({});
  assert(!plain.includes("_group0") && !plain.includes("gradients_scale"));
  assert(files({ groups: [{ layers: ["linear1"], decay: 0.1 }] }).includes("_group0"));
  assert(files({ clipNorm: 1 }).includes("clip"));
  // rates and schedules are not compiled in
  assert.equal(files({ scheduler: ONE_CYCLE, optimizer: { ...ADAM, learningRate: 0.5 } }), plain);
});

const FAN_IN = 400, FAN_OUT = 100;
/** Bounds of uniform numbers, deviations of normal ones: PyTorch's documentation has them, but for `xavierUniform`. */
const EXPECTED: Readonly<Record<Init, readonly ["uniform" | "normal", number]>> = {
  xavierUniform: ["uniform", Math.sqrt(2 / 500)],
  glorotUniform: ["uniform", Math.sqrt(6 / 500)],
  xavierNormal: ["normal", Math.sqrt(2 / 500)],
  heUniform: ["uniform", Math.sqrt(6 / 400)],
  heNormal: ["normal", Math.sqrt(2 / 400)],
  pytorch: ["uniform", 1 / 20],
  zeros: ["uniform", 0],
};

Deno.test("inits have the bounds and moments that they should, and numbers that stay", () => {
  const firsts: Record<string, string[]> = {};
  assert.deepEqual(Object.keys(EXPECTED).sort(), Object.keys(INITS).sort());
  for (const [init, [shape, scale]] of Object.entries(EXPECTED) as [Init, readonly ["uniform" | "normal", number]][]) {
    const values = new Float32Array(FAN_IN * FAN_OUT), { length } = values;
    initialize(values, { name: "linear1.weight", initial: drawnFrom({ init, fanIn: FAN_IN, fanOut: FAN_OUT }) }, 3);
    firsts[init] = [...values.subarray(0, 3)].map((value) => value.toFixed(6));
    const moment = (power: number) => values.reduce((sum, value) => sum + (value / scale) ** power, 0) / length;
    if (scale === 0) {
      assert(values.every((value) => value === 0));
      continue;
    }
    const [square, fourth] = shape === "uniform" ? [1 / 3, 1 / 5] : [1, 3];
    // five deviations of a mean of so many
    const near = (power: number, expected: number, deviation: number) =>
      assert(Math.abs(moment(power) - expected) < 5 * deviation / Math.sqrt(length), `${init}: ${moment(power)}`);
    near(1, 0, Math.sqrt(square));
    near(2, square, Math.sqrt(fourth - square ** 2));
    near(4, fourth, Math.sqrt(shape === "uniform" ? 1 / 9 - 1 / 25 : 105 - 9));
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / scale;
    assert(
      shape === "uniform" ? largest <= 1 && largest > 0.999 : largest > 3.5 && largest < 6.7,
      `${init}: ${largest}`,
    );
  }
  assert.deepEqual(firsts, FIRST);
});

Deno.test("biases begin at 0, but for those of PyTorch's own layers", () => {
  for (const init of Object.keys(INITS)) {
    const layers = [
      { type: "linear", outFeatures: 300, init },
      { type: "linear", outFeatures: 3 },
    ];
    const { parameters } = startOf(specOf({}, layers), registry, 2), bias = parameters.get("linear1.bias")!;
    const largest = bias.reduce((most, value) => Math.max(most, Math.abs(value)), 0), bound = 1 / Math.sqrt(12);
    if (init === "pytorch") assert(largest <= bound && largest > 0.95 * bound, `${largest}`);
    else assert.equal(largest, 0);
  }
});

/** The first numbers of each. */
const FIRST: Readonly<Record<Init, readonly string[]>> = {
  glorotUniform: ["-0.061897", "0.039535", "-0.042283"],
  heNormal: ["-0.052273", "0.003060", "0.077390"],
  heUniform: ["-0.069203", "0.044202", "-0.047274"],
  pytorch: ["-0.028252", "0.018045", "-0.019300"],
  xavierNormal: ["-0.046754", "0.002737", "0.069220"],
  xavierUniform: ["-0.035736", "0.022826", "-0.024412"],
  zeros: ["0.000000", "0.000000", "0.000000"],
};
