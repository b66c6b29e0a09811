/** What a caller hands in is read once, and what it is handed cannot change a run: kernels run without bounds checks. */
import assert from "node:assert/strict";
import {
  type Checkpoint,
  compile,
  type Dataset,
  evaluate,
  fromArrays,
  InputError,
  loadPredictor,
  parseSpec,
  processorTargets,
  registry,
  targets,
  train,
  type TrainOptions,
} from "../../mod.ts";
import { viewOf } from "../../runtime/data/arrays.ts";
import { readDataset } from "../../runtime/data/data.ts";

const SAMPLES = 40;
const SPEC = parseSpec({
  name: "doors",
  input: [6],
  batchSize: 16,
  layers: [{ type: "linear", outFeatures: 5 }, { type: "tanh" }, { type: "linear", outFeatures: 3 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 2, optimizer: { type: "adam" } },
});
const numbers = () => Float32Array.from({ length: SAMPLES * 6 }, (_, i) => (i % 7) / 7);
const classes = () => Int32Array.from({ length: SAMPLES }, (_, i) => i % 3);
const data = () => fromArrays(numbers(), classes(), [6]);

/** The losses of a run: any other sample, label or order gives others. */
async function losses(set: Dataset, options: TrainOptions = {}): Promise<number[]> {
  const { report } = await train(SPEC, { train: set, test: set }, { threads: 1, ...options });
  return [...report.epochs.map(({ loss }) => loss), report.test.loss];
}

async function refused(ask: () => unknown, message: RegExp): Promise<void> {
  await assert.rejects(async () => await ask(), (error) => {
    assert(error instanceof InputError && message.test(error.message), `${error}, not ${message}`);
    assert(!error.message.includes("\n"), error.message);
    return true;
  });
}

Deno.test("a data set is read once: what answers differently the second time is not asked again", async () => {
  const expected = await losses(data());
  const lies: Readonly<Record<string, unknown>> = {
    samples: 4_000_000,
    shape: [6_000_000],
    inputs: new Float32Array(6),
    labels: new Int32Array(SAMPLES).fill(2 ** 30),
  };
  const asked = new Map<string, number>();
  const set = Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(data()).map(([field, value]) => [field, {
        get() {
          asked.set(field, (asked.get(field) ?? 0) + 1);
          return asked.get(field)! > 2 ? lies[field] ?? value : value;
        },
      }]),
    ),
  ) as Dataset;
  // the set to learn from and that to test with
  assert.deepEqual(await losses(set), expected);
  assert.deepEqual(Object.fromEntries(asked), { source: 2, samples: 2, shape: 2, inputs: 2, labels: 2 });
  // negative control: the third time it is refused
  await refused(() => losses(set), /inputs must be a Uint8Array or Float32Array/);
});

Deno.test("what a typed array says of itself does not count", async () => {
  class Long extends Float32Array<ArrayBuffer> {
    static get [Symbol.species]() {
      return Int8Array as unknown as Float32ArrayConstructor;
    }
    override get length() {
      return 1e9;
    }
    override subarray(): Float32Array<ArrayBuffer> {
      throw new Error("subarray");
    }
  }
  const long = new Long(numbers().buffer), longer = Object.defineProperty(numbers(), "length", { value: 1e9 });
  const expected = await losses(data());
  for (const inputs of [long, longer]) {
    assert.deepEqual(await losses({ ...data(), inputs }), expected);
    assert.deepEqual(await losses(fromArrays(inputs, classes(), [6])), expected);
    assert.equal(viewOf(inputs)!.length, SAMPLES * 6);
  }
  const labels = Object.defineProperty(classes(), "length", { value: 1e9 });
  assert.deepEqual(await losses({ ...data(), labels }), expected);
  await refused(
    () => losses({ ...data(), inputs: new Proxy(numbers(), {}) }),
    /inputs must be a Uint8Array or Float32/,
  );
  await refused(() => losses({ ...data(), labels: new Proxy(classes(), {}) }), /labels is an? \w+: give a list/);
  await refused(() => losses({ ...data(), inputs: Object.create(Float32Array.prototype) }), /inputs must be/);
});

Deno.test("labels are a copy, and inputs that were given away are missed, whenever that is", async () => {
  const expected = await losses(data());
  const labels = classes(), shared = new Int32Array(new SharedArrayBuffer(4 * SAMPLES));
  shared.set(labels);
  for (const own of [labels, shared]) {
    const change = { onStart: () => void own.fill(2 ** 30), onEpoch: () => void own.fill(-1) };
    assert.deepEqual(await losses({ ...data(), labels: own }, change), expected);
  }
  // negative control: before it is read, it counts
  await refused(() => losses({ ...data(), labels }), /has label -1/);
  const taken = /^arrays in memory: the memory of its inputs was transferred or made shorter/;
  const inputs = numbers();
  await refused(() => losses({ ...data(), inputs }, { onStart: () => void inputs.buffer.transfer() }), taken);
  await refused(() => losses({ ...data(), inputs }), /inputs must be a Uint8Array or Float32Array of 240 numbers/);
  const buffer = new ArrayBuffer(4 * SAMPLES * 6, { maxByteLength: 4096 }), tracking = new Float32Array(buffer);
  tracking.set(numbers());
  assert.deepEqual(await losses({ ...data(), inputs: tracking }, { onStart: () => buffer.resize(4096) }), expected);
  await refused(() =>
    losses({ ...data(), inputs: new Float32Array(buffer, 0, SAMPLES * 6) }, {
      onStart: () => buffer.resize(8),
    }), taken);
  // shared memory that is written to while the net trains: a copy was made
  const common = new Float32Array(new SharedArrayBuffer(4 * SAMPLES * 6));
  common.set(numbers());
  const set = { train: { ...data(), inputs: common }, test: data() };
  const { report } = await train(SPEC, set, { threads: 1, onEpoch: () => void common.fill(NaN) });
  assert.deepEqual(report.epochs.map(({ loss }) => loss), expected.slice(0, 2));
});

Deno.test("a data set is copied no more than it has to be: inputs stay where they are", () => {
  const set = data(), own = readDataset(set);
  assert.equal(own.inputs.buffer, set.inputs.buffer);
  assert(own.labels!.buffer !== set.labels.buffer && Object.isFrozen(own) && Object.isFrozen(own.shape));
  assert.equal(readDataset(own), own);
});

Deno.test("inputs that are not finite are named by sample and position, in data made by hand too", async () => {
  const inputs = numbers();
  inputs[6 * 17 + 4] = NaN;
  const message = /inputs\[106\], at \[4\] of sample 17, is NaN: replace values that are not finite\.$/;
  await refused(() => losses({ ...data(), inputs }), message);
  const { parameters } = await train(SPEC, { train: data(), test: data() }, { threads: 1, epochs: 1 });
  await refused(() => evaluate({ spec: SPEC, parameters }, { ...data(), inputs }), message);
  const predictor = await loadPredictor({ spec: SPEC, parameters });
  await refused(() => predictor.predict(inputs), message);
});

/** Whether nothing in a value can be changed. */
function isFrozen(value: unknown): boolean {
  const prototype = value === null || typeof value !== "object" ? null : Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return true;
  return Object.isFrozen(value) && Object.values(value as object).every(isFrozen);
}

Deno.test("what compile hands out, targets and registry cannot be changed, and a run does not miss it", async () => {
  const expected = await losses(data());
  for (const { name } of processorTargets) {
    const net = compile(SPEC, { target: name, data: "f32" });
    assert(isFrozen({ ...net.plan }) === false && isFrozen(net.plan) && isFrozen(net.files) && isFrozen(net.fusions));
    assert.deepEqual(Object.keys(net), ["plan", "fusions", "files", "graphText", "planText"]);
    const plan = net.plan as { arenaBytes: number; tensors: Record<string, { offset: number }> };
    assert.throws(() => plan.arenaBytes = 0, TypeError);
    assert.throws(() => plan.tensors.data.offset = 2 ** 30, TypeError);
    assert.throws(() => (net.files as Record<string, string>)["module.wat"] = "", TypeError);
    // the same net again: nothing is made anew
    assert.equal(compile(SPEC, { target: name, data: "f32" }).plan, net.plan);
  }
  assert(isFrozen(targets) && isFrozen(processorTargets) && isFrozen(registry.layers) && isFrozen(registry.optimizers));
  assert.throws(() => (targets[0] as { files: unknown }).files = () => ({}), TypeError);
  assert.deepEqual(await losses(data()), expected);
});

Deno.test("listeners may change what they are handed: it is theirs", async () => {
  const wreck = (value: unknown): void => {
    if (value instanceof Map) [...value.values()].forEach(wreck);
    else if (ArrayBuffer.isView(value)) (value as Float32Array).fill(NaN);
    else if (value instanceof Object) {
      Object.values(value).forEach(wreck);
      for (const key of Object.keys(value)) Reflect.set(value, key, -1);
    }
  };
  const run = async (options: TrainOptions) => {
    const { report, checkpoint } = await train(SPEC, { train: data(), test: data() }, { threads: 1, ...options });
    return [report.epochs.map((epoch) => ({ ...epoch, seconds: 0 })), report.test, report.data, checkpoint.spec];
  };
  const expected = await run({});
  let called = 0;
  const wrecked = await run({
    onEpoch: (epoch) => {
      wreck(epoch);
      called++;
    },
    onCheckpoint: (checkpoint) => {
      // the last one is the result, too
      if (checkpoint.training!.history.length < 2) wreck(checkpoint);
      called++;
    },
  });
  assert.deepEqual([wrecked, called], [expected, 4]);
});

Deno.test("a checkpoint is read once, and into memory of the run's own", async () => {
  const split = { train: data(), test: data() };
  const { checkpoint } = await train(SPEC, split, { threads: 1, epochs: 1 });
  const go = async (resume: Checkpoint, options: TrainOptions = {}) =>
    (await train(SPEC, split, { threads: 1, resume, epochs: 2, ...options })).report.epochs.at(-1)!.loss;
  const expected = await go(checkpoint);
  class Liar extends Map<string, Checkpoint["parameters"] extends ReadonlyMap<string, infer Value> ? Value : never> {
    readonly asked = new Map<string, number>();
    override get(name: string) {
      const values = super.get(name)!, asked = (this.asked.get(name) ?? 0) + 1;
      this.asked.set(name, asked);
      return asked > 1 ? { ...values, values: new Float32Array(2 ** 20) } : values;
    }
  }
  const parameters = new Liar(checkpoint.parameters), optimizer = new Liar(checkpoint.training!.optimizer);
  const lying = { ...checkpoint, parameters, training: { ...checkpoint.training!, optimizer } };
  assert.equal(await go(lying), expected);
  assert.deepEqual([...new Set([...parameters.asked.values(), ...optimizer.asked.values()])], [1]);
  await refused(() => go(lying), /the checkpoint does not fit net doors: linear1\.weight must be 30 numbers/);
  // changed, or given away, when the run has begun
  const own = structuredClone(checkpoint);
  const values = [...own.parameters.values(), ...own.training!.optimizer.values()].map(({ values }) => values);
  assert.equal(await go(own, { onStart: () => values.forEach((array) => array.buffer.transfer()) }), expected);
  const training = checkpoint.training!;
  for (
    const [resume, message] of [
      ["net.safetensors", /^resume is the text "net\.safetensors"; expected a checkpoint, as loadCheckpoint reads it$/],
      [{ ...checkpoint, parameters: {} }, /^the checkpoint's tensors are an Object; expected a Map of tensors by name/],
      [{ ...checkpoint, training: { ...training, history: { length: 1 } } }, /^the checkpoint's history is an Object/],
      [
        { ...checkpoint, training: { ...training, history: [{ epoch: 1 }] } },
        /^the checkpoint's epoch 1: loss is undefined; expected a number$/,
      ],
      [{ ...checkpoint, training: { ...training, without: undefined } }, /not as loadCheckpoint reads it/],
    ] as const
  ) await refused(() => go(resume as unknown as Checkpoint), message);
});

Deno.test("weights are whole and finite", async () => {
  const { parameters } = await train(SPEC, { train: data(), test: data() }, { threads: 1, epochs: 1 });
  const broken = structuredClone(parameters) as Map<string, { shape: number[]; values: Float32Array<ArrayBuffer> }>;
  broken.get("linear2.weight")!.values[3] = NaN;
  const ask = (given: unknown) => () => evaluate(given as { spec: typeof SPEC; parameters: typeof parameters }, data());
  await refused(
    ask({ spec: SPEC, parameters: broken }),
    /^the weights: element 3 of linear2\.weight is NaN; it must be/,
  );
  await refused(
    ask({ spec: SPEC, parameters: Object.fromEntries(parameters) }),
    /^the weights are an Object; expected a/,
  );
  await refused(ask(undefined), /^weights are missing; expected \{ spec, parameters \}/);
  const turned = new Map(parameters).set("linear2.weight", { ...parameters.get("linear2.weight")!, shape: [5, 3] });
  await refused(
    ask({ spec: SPEC, parameters: turned }),
    /takes linear2\.weight \[3, 5\], but the weights have \[5, 3\]/,
  );
  await refused(
    () => evaluate({ spec: SPEC, parameters }, undefined as unknown as Dataset),
    /^data is missing; expected a data set such as fromArrays makes it$/,
  );
  assert((await evaluate({ spec: SPEC, parameters }, data(), { threads: 1 })).total === SAMPLES);
});

Deno.test("a spec is read once, and a tuned schedule that is none is refused", async () => {
  let asked = 0;
  const lying = Object.defineProperty({ ...SPEC }, "batchSize", {
    enumerable: true,
    // parseSpec, and whether it is what parseSpec returns
    get: () => ++asked > 3 ? 65_536 : 16,
  });
  const { report } = await train(lying, { train: data(), test: data() }, {
    threads: 1,
    onStart: () => void (asked = 100),
  });
  assert.equal(report.batchSize, 16);
  assert.deepEqual(report.epochs.map(({ loss }) => loss), (await losses(data())).slice(0, 2));
  const tuning = (schedule: unknown) =>
    ({ origin: "own", nets: { doors: { wasm: { linear1_forward: { hash: "01234567", schedule } } } } }) as never;
  compile(SPEC, { target: "wasm", tuning: tuning({}) });
  await refused(
    () => compile(SPEC, { target: "wasm", tuning: tuning({ tile: { n: 1e9 } }) }),
    /^own: doors: wasm: linear1_forward: schedule: tile: n: expected a whole number from 1 to 4096; give what loadTuning/,
  );
});
