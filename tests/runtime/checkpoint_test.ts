/** Checkpoints: a run that stops at any step and goes on ends with the same bits; damaged files are refused. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { decodeCheckpoint, encodeCheckpoint, type TrainingState } from "../../runtime/files/checkpoint.ts";
import type { PartialEpoch } from "../../runtime/run/training_report.ts";
import { hashDataset } from "../../runtime/data/hash.ts";
import { parseReport } from "../../runtime/report/report.ts";
import { decodeSafetensors, encodeSafetensors, storedTensor } from "../../runtime/files/safetensors.ts";
import {
  type Checkpoint,
  DivergedError,
  type EpochReport,
  type FileKind,
  findTarget,
  fromArrays,
  InputError,
  limitSamples,
  loadCheckpoint,
  OPTIMIZATIONS,
  parseSpec,
  prepareCheckpoint,
  prepareFile,
  prepareReport,
  registry,
  saveCheckpoint,
  type Spec,
  StoppedError,
  type TensorValues,
  train,
  type TrainOptions,
} from "../../mod.ts";
import { ignore } from "../adapter.ts";
import { openSession } from "../open_session.ts";
import { compiled, epochOf, learningRate, samples, SPEC } from "../small_net.ts";
import { QUICK } from "../width.ts";

const SEED = 11, EPOCHS = 3;
/** Targets that workers run: each has to go on to the same bits. */
const PROCESSOR = ["typescript", "wasm", "wasm_relaxed"];
const TARGETS = ignore ? PROCESSOR : [...PROCESSOR, "webgpu"];

/** Four steps an epoch, the last one short. */
const DATA = samples(50), STEPS = 4, SPLIT = { train: DATA, test: samples(20, 2) };

/** A hash of names and bits. */
function checksum(...maps: readonly (ReadonlyMap<string, TensorValues>)[]): string {
  const hash = createHash("sha256");
  for (const [name, { values }] of maps.flatMap((map) => [...map].sort(([a], [b]) => a < b ? -1 : 1))) {
    hash.update(name).update(values);
  }
  return hash.digest("hex");
}

/** All that a run ends with, but for times. */
function outcome({ parameters, training }: Checkpoint) {
  const { history, optimizer } = training!;
  return {
    weights: checksum(parameters, optimizer),
    history: history.map(({ epoch, loss, accuracy, learningRate }) => [epoch, loss, accuracy, learningRate]),
  };
}

/** Through the bytes of a file. */
function again(checkpoint: Checkpoint): Checkpoint {
  const pieces = encodeSafetensors(encodeCheckpoint(checkpoint));
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.length), 0);
  return decodeCheckpoint(decodeSafetensors(bytes, "FILE"), registry, "FILE");
}

const run = async (options: TrainOptions) =>
  await train(SPEC, SPLIT, { seed: SEED, epochs: EPOCHS, threads: 1, ...options });

/** What a run has when it stops after so many steps in all. */
async function stopAfter(steps: number, target: string, threads: number): Promise<Checkpoint> {
  const net = compiled(findTarget(target)), { plan } = net, session = await openSession(net, [DATA, DATA], { threads });
  const epochAt = (epoch: number) => epochOf(plan, SEED, epoch, DATA.samples);
  const read = async (role: string) => {
    const tensors = Object.values(plan.tensors).filter((tensor) => tensor.role === role);
    const map = new Map<string, TensorValues>();
    for (const { name, shape, layout } of tensors) {
      map.set(name, { shape: layout?.shape ?? shape, values: await session.read(name) });
    }
    return map;
  };
  try {
    session.initialize(SEED);
    const history = [], done = Math.floor(steps / STEPS), rest = steps % STEPS;
    for (let epoch = 0; epoch < done; epoch++) {
      const { loss, sums } = await session.train(0, epochAt(epoch)), accuracy = sums.hit / DATA.samples;
      history.push({ epoch: epoch + 1, loss, accuracy, learningRate: learningRate(epoch), seconds: 1 });
    }
    const rows = rest > 0 ? await session.train(0, epochAt(done), rest) : undefined;
    return {
      spec: SPEC,
      parameters: await read("parameter"),
      training: {
        seed: SEED,
        epochs: EPOCHS,
        target,
        without: [],
        data: { samples: DATA.samples, hash: await hashDataset(DATA) },
        history,
        optimizer: await read("state"),
        ...rows && { partial: { steps: rest, seconds: 0.5, sums: rows.sums } },
      },
    };
  } finally {
    session.close();
  }
}

for (const target of TARGETS) {
  Deno.test(`${target}: stopped at any step and gone on, a run ends with the bits of one that was never stopped`, async () => {
    const whole = outcome((await run({ target, threads: 2 })).checkpoint);
    assert.equal(whole.history.length, EPOCHS);
    let inside = 0;
    // on a GPU every third step is enough
    const every = target === "webgpu" ? 3 : 1, between = QUICK ? 5 : every;
    for (let steps = 0; steps <= EPOCHS * STEPS; steps += between) {
      const threads = 1 + steps % 2, kept = await stopAfter(steps, target, threads), read = again(kept);
      assert.deepEqual(read, kept);
      if (kept.training!.partial) inside++;
      // the other number of threads; target, seed and epochs are the checkpoint's
      const { checkpoint, report } = await train(SPEC, SPLIT, { resume: read, threads: 3 - threads });
      assert.deepEqual(outcome(checkpoint), whole, `stopped after ${steps} steps`);
      assert.equal(report.target, target);
      assert.deepEqual(report.resumed, { epochs: Math.floor(steps / STEPS), steps: steps % STEPS });
      assert.equal(report.epochs.length, EPOCHS);
    }
    assert.equal(inside, QUICK ? 2 : target === "webgpu" ? 3 : 9);
  });
}

Deno.test("runs that leave an optimization out go on from what they keep, and to the same bits", async () => {
  for (const target of ["typescript", "wasm"]) {
    // WebAssembly's indices have to be hoisted
    const rules = OPTIMIZATIONS.filter((rule) => rule !== "hoist" || target === "typescript");
    // a rule named twice counts once
    for (const without of [...QUICK ? [] : rules.map((rule) => [rule]), [...rules, ...rules]]) {
      const kept: Checkpoint[] = [];
      const options = { target, without, onCheckpoint: (checkpoint: Checkpoint) => void kept.push(again(checkpoint)) };
      const whole = outcome((await run(options)).checkpoint);
      assert.equal(kept.length, EPOCHS);
      assert.deepEqual(kept[0].training!.without, [...new Set(without)]);
      const { checkpoint } = await train(SPEC, SPLIT, { resume: kept[0], threads: 2 });
      assert.deepEqual(outcome(checkpoint), whole, `${target} without ${without}`);
    }
  }
});

Deno.test("sums of an older file, one in f32 for each row of the batch, are read as their totals", async () => {
  const kept = await stopAfter(6, "wasm", 1), { metadata, tensors } = encodeCheckpoint(kept);
  const rows = (first: number) => storedTensor([16], Float32Array.from({ length: 16 }, (_, i) => first + i / 4));
  const older = new Map(tensors).set("epoch.loss_sum", rows(0.5)).set("epoch.hit_sum", rows(0));
  const file = { metadata: new Map(metadata), tensors: older };
  file.metadata.set("kernelwright.sha256", hashOf(file));
  const { training } = decodeCheckpoint(file, registry, "FILE");
  // 16 numbers from 0.5 and from 0 on, in steps of 1/4
  assert.deepEqual(training!.partial, { ...kept.training!.partial, sums: { loss: 38, hit: 30 } });
});

Deno.test("negative control: what is lost at a stop is noticed", async () => {
  const target = "wasm", whole = outcome((await run({ target })).checkpoint), kept = await stopAfter(6, target, 1);
  const { training } = kept, partial = training!.partial!;
  /** One bit of one number that is not 0. */
  const changed = (name: string, map: ReadonlyMap<string, TensorValues>, bit: number) => {
    const { shape, values } = map.get(name)!, wrong = values.slice();
    const at = wrong.findIndex((value) => value !== 0), bits = new Uint32Array(wrong.buffer);
    bits[at] ^= 1 << bit;
    return new Map(map).set(name, { shape, values: wrong });
  };
  const zeros = (map: ReadonlyMap<string, TensorValues>) =>
    new Map([...map].map(([name, { shape, values }]) => [name, { shape, values: new Float32Array(values.length) }]));
  const sums = { ...partial.sums, loss: partial.sums.loss * 1.01 };
  const wrong: Record<string, Checkpoint> = {
    weight: { ...kept, parameters: changed("conv1.weight", kept.parameters, 0) },
    moment: { ...kept, training: { ...training!, optimizer: changed("linear1.weight.m", training!.optimizer, 22) } },
    moments: { ...kept, training: { ...training!, optimizer: zeros(training!.optimizer) } },
    // no more hits than one step has samples: more are refused
    step: {
      ...kept,
      training: { ...training!, partial: { ...partial, steps: 1, sums: { ...partial.sums, hit: 16 } } },
    },
    epoch: { ...kept, training: { ...training!, history: [] } },
    sums: { ...kept, training: { ...training!, partial: { ...partial, sums } } },
  };
  for (const [what, resume] of Object.entries(wrong)) {
    const found = outcome((await run({ target, resume })).checkpoint);
    assert.notDeepEqual(found, whole, what);
    // sums make the loss that is reported, and nothing else
    assert.equal(found.weights === whole.weights, what === "sums", what);
  }
  assert.deepEqual(outcome((await run({ target, resume: kept })).checkpoint), whole);
});

Deno.test("a checkpoint of one target has the same bits on every other, and goes on there", async () => {
  let pairs = 0;
  for (const from of TARGETS) {
    const inside = again(await stopAfter(6, from, 1)), whole = again(await stopAfter(EPOCHS * STEPS, from, 2));
    const own = (await run({ resume: inside })).report.epochs.at(-1)!.loss;
    // in the quick run on the next one
    const next = TARGETS[(TARGETS.indexOf(from) + 1) % TARGETS.length];
    for (const target of QUICK ? [next] : TARGETS.filter((name) => name !== from)) {
      // nothing is left to train: in, out, and through two layouts
      const kept = await run({ target, resume: whole });
      assert.equal(checksum(kept.parameters), checksum(whole.parameters), `${from} to ${target}`);
      assert.deepEqual(outcome(kept.checkpoint), outcome(whole));
      const { checkpoint, report } = await run({ target, resume: inside });
      assert.deepEqual([report.target, checkpoint.training!.target], [target, target]);
      // six steps in other arithmetic: sums of up to 256 terms with errors of 2^-24 each, through Adam
      const { loss } = report.epochs.at(-1)!;
      assert(Math.abs(loss - own) < 1e-3 * own, `${from} to ${target}: ${loss}, not ${own}`);
      pairs++;
    }
  }
  assert.equal(pairs, TARGETS.length * (QUICK ? 1 : TARGETS.length - 1));
});

/** Long enough for a listener to be called inside an epoch, which then stops it. */
const LONG: readonly (readonly [target: string, samples: number, threads: number])[] = [
  ["typescript", 20_000, 1],
  ["typescript", 20_000, 2],
  ...ignore ? [] : [["webgpu", 16 * 128 * 5, 1] as const],
];
for (const [target, count, threads] of LONG) {
  Deno.test(`${target}, ${threads} at once: a signal stops inside an epoch, with the state of that very step`, async () => {
    const many = { train: samples(count), test: SPLIT.test },
      controller = new AbortController(),
      kept: Checkpoint[] = [];
    const whole = await train(SPEC, many, { target, epochs: 1, threads });
    const error = await train(SPEC, many, {
      target,
      epochs: 1,
      threads,
      signal: controller.signal,
      onProgress: ({ samples }) => samples > 0 && controller.abort(),
      onCheckpoint: (checkpoint) => void kept.push(checkpoint),
    }).then(() => assert.fail("not stopped"), (error) => error);
    assert(error instanceof StoppedError, String(error));
    assert.deepEqual(kept, [error.checkpoint]);
    const { partial, history } = error.checkpoint.training!;
    assert(
      partial && partial.steps > 0 && partial.steps < count / 16 && history.length === 0,
      `${partial?.steps} steps`,
    );
    // a GPU does what was submitted
    if (target === "webgpu") assert.equal(partial.steps % 128, 0);
    const seen: number[] = [];
    const { report, parameters } = await train(SPEC, many, {
      resume: again(error.checkpoint),
      onProgress: ({ samples }) => seen.push(samples),
    });
    assert.equal(checksum(parameters), checksum(whole.parameters));
    assert.equal(report.epochs[0].loss, whole.report.epochs[0].loss);
    assert.equal(report.epochs[0].accuracy, whole.report.epochs[0].accuracy);
    assert(seen.every((samples) => samples >= 16 * partial.steps), `${seen}`);
    // the time before counts
    assert(report.epochs[0].seconds > partial.seconds && report.training.seconds === report.epochs[0].seconds);
  });
}

Deno.test("a signal before, between and after: what was reached comes with the error, and no test is run", async () => {
  const target = "wasm", whole = outcome((await run({ target })).checkpoint);
  const stopped = async (options: TrainOptions) => {
    const kept: Checkpoint[] = [];
    const error = await run({ target, ...options, onCheckpoint: (checkpoint) => void kept.push(checkpoint) })
      .then(() => assert.fail("not stopped"), (error) => error);
    assert(error instanceof StoppedError, String(error));
    assert.deepEqual(kept.at(-1), error.checkpoint);
    return { checkpoint: error.checkpoint, kept };
  };
  const before = await stopped({ signal: AbortSignal.abort() });
  assert.deepEqual([before.kept.length, before.checkpoint.training!.history.length], [1, 0]);
  for (const at of [1, 2, 3]) {
    const controller = new AbortController();
    const { checkpoint, kept } = await stopped({
      signal: controller.signal,
      onEpoch: ({ epoch }) => epoch === at && controller.abort(),
    });
    assert.equal(checkpoint.training!.history.length, at);
    assert.equal(checkpoint.training!.partial, undefined);
    assert.deepEqual(kept.map(({ training }) => training!.history.length), Array.from({ length: at }, (_, i) => i + 1));
    assert.deepEqual(outcome((await run({ resume: again(checkpoint) })).checkpoint), whole);
  }
  assert.deepEqual(outcome((await run({ resume: again(before.checkpoint) })).checkpoint), whole);
});

Deno.test("checkpoints come after every so many epochs, and at the end; epochs counts all", async () => {
  const target = "wasm",
    epochsOf = async (options: TrainOptions) => {
      const epochs: number[] = [];
      await run({ target, ...options, onCheckpoint: ({ training }) => void epochs.push(training!.history.length) });
      return epochs;
    };
  assert.deepEqual(await epochsOf({}), [1, 2, 3]);
  assert.deepEqual(await epochsOf({ epochs: 7, checkpointEvery: 3 }), [3, 6, 7]);
  assert.deepEqual(await epochsOf({ epochs: 2, checkpointEvery: 5 }), [2]);
  await assert.rejects(() => run({ checkpointEvery: 0 }), /^InputError: checkpointEvery is 0; expected a whole number/);
  // a listener that fails ends the run with what it throws
  const full = new Error("full");
  await assert.rejects(() => run({ target, onCheckpoint: () => Promise.reject(full) }), full);
  // more epochs than were planned
  const three = again((await run({ target })).checkpoint), five = await run({ target, epochs: 5 });
  const more = await run({ resume: three, epochs: 5 });
  assert.deepEqual(outcome(more.checkpoint), outcome(five.checkpoint));
  assert.deepEqual(await epochsOf({ resume: three }), [3]);
});

Deno.test("weights alone: training begins with them", async () => {
  const { checkpoint: { spec, parameters } } = await run({ target: "wasm" });
  const bare = again({ spec, parameters });
  assert.equal(bare.training, undefined);
  const { report, checkpoint } = await run({ target: "wasm", resume: bare, epochs: 1, seed: 4 });
  assert.deepEqual([report.epochs.length, report.seed, report.resumed], [1, 4, undefined]);
  const fresh = await run({ target: "wasm", epochs: 1, seed: 4 });
  assert.notEqual(checksum(checkpoint.parameters), checksum(fresh.parameters));
  assert(report.epochs[0].loss < fresh.report.epochs[0].loss, "it has forgotten what it learnt");
});

/** Figures that no run has, of the epoch that is done and of the part of the next one: two steps of 16 samples. */
const FORGED: readonly (readonly [message: string, history: Partial<EpochReport>, partial: Partial<PartialEpoch>])[] = [
  ["epoch 1: accuracy is 7; expected a number from 0 to 1", { accuracy: 7 }, {}],
  ["epoch 1: accuracy is -0.1; expected a number from 0 to 1", { accuracy: -0.1 }, {}],
  ["epoch 1: learningRate is -1; expected a number, at least 0", { learningRate: -1 }, {}],
  ["epoch 1: seconds is -1; expected a number from 0 to 1000000000000", { seconds: -1 }, {}],
  ["epoch 1: seconds is 1e+300; expected a number from 0 to 1000000000000", { seconds: 1e300 }, {}],
  ["seconds is 1e+300; expected a number from 0 to 500000000000", {}, { seconds: 1e300 }],
  ["the sum of hit is -1; expected a number from 0 to 32", {}, { sums: { loss: 1, hit: -1 } }],
  ["the sum of hit is -0.5; expected a number from 0 to 32", {}, { sums: { loss: 1, hit: -0.5 } }],
  ["the sum of hit is 33; expected a number from 0 to 32", {}, { sums: { loss: 1, hit: 33 } }],
];

const forged = (
  { history, partial }: Pick<TrainingState, "history" | "partial">,
  figures: Partial<EpochReport>,
  sums: Partial<PartialEpoch>,
) => ({ history: history.map((epoch) => ({ ...epoch, ...figures })), partial: { ...partial!, ...sums } });

Deno.test("a report of a run that went on from the largest and least of figures can be read again", async () => {
  const kept = await stopAfter(6, "wasm", 1), training = kept.training!;
  const most = { accuracy: 1, learningRate: Number.MAX_VALUE, seconds: 1e12 };
  const cases: (readonly [Partial<EpochReport>, Partial<PartialEpoch>])[] = [
    [most, { seconds: 5e11, sums: { loss: 1, hit: 32 } }],
    // a loss that a GPU rounds may be a little below 0
    [{ accuracy: 0, learningRate: 0, seconds: 0, loss: -1e-9 }, { seconds: 0, sums: { loss: -1e-9, hit: 0 } }],
  ];
  for (const [history, partial] of cases) {
    const resume = again({ ...kept, training: { ...training, ...forged(training, history, partial) } });
    const { report } = await train(SPEC, SPLIT, { resume, threads: 1 });
    assert.deepEqual(parseReport(JSON.stringify(report), "FILE").epochs, report.epochs);
  }
  // no clock has measured so little: nothing is left to train, and the speed is not known
  const whole = await stopAfter(EPOCHS * STEPS, "wasm", 1), { history } = whole.training!;
  const instant = history.map((epoch) => ({ ...epoch, seconds: 1e-300 }));
  const resume = again({ ...whole, training: { ...whole.training!, history: instant } });
  const { report } = await train(SPEC, SPLIT, { resume, threads: 1 });
  assert.equal(parseReport(JSON.stringify(report), "FILE").training.imagesPerSecond, 0);
});

Deno.test("a run that cannot go on as asked is refused", async () => {
  const target = "wasm", kept = await stopAfter(6, target, 1), { training } = kept, partial = training!.partial!;
  const other = parseSpec({ ...SPEC, layers: SPEC.layers.with(5, { type: "linear", outFeatures: 32 }) });
  const slower = parseSpec({
    ...SPEC,
    training: { ...SPEC.training, optimizer: { type: "adam", learningRate: 0.02 } },
  });
  const longer = parseSpec({ ...SPEC, training: { ...SPEC.training, epochs: 9 } });
  const attempt = (options: TrainOptions, spec: Spec = SPEC, data = SPLIT) =>
    train(spec, data, { resume: kept, ...options });
  const inTraining = (state: Partial<NonNullable<Checkpoint["training"]>>) => ({
    resume: { ...kept, training: { ...training!, ...state } },
  });
  const short = { ...SPLIT, train: limitSamples(DATA, 49) }, swapped = { ...SPLIT, train: samples(50, 3) };
  const relabelled = { ...SPLIT, train: { ...DATA, labels: Int32Array.from(DATA.labels, (label) => 2 - label) } };
  const cases: [message: string, attempt: () => Promise<unknown>][] = [
    ["seed is 1, but that of the checkpoint is 11; leave it out", () => attempt({ seed: 1 })],
    ["epochs is 1, but the checkpoint is in epoch 2; epochs counts all of them", () => attempt({ epochs: 1 })],
    [
      "epochs is 1, but the checkpoint is at the end of epoch 2",
      async () => await attempt({ resume: await stopAfter(8, target, 1), epochs: 1 }),
    ],
    ["trained in another way: layers.5.outFeatures differs", () => attempt({}, other)],
    ["trained in another way: training.optimizer.learningRate differs", () => attempt({}, slower)],
    ["there are 49 training samples, but the checkpoint was trained on 50", () => attempt({}, SPEC, short)],
    ["the training samples are not those that the checkpoint was trained on", () => attempt({}, SPEC, swapped)],
    ["the training samples are not those that the checkpoint was trained on", () => attempt({}, SPEC, relabelled)],
    ['there is no target "abacus"', () => attempt(inTraining({ target: "abacus" }))],
    ['without: there is no "wheels"', () => attempt(inTraining({ without: ["wheels"] }))],
    ["has 4 of 4 steps of an epoch", () => attempt(inTraining({ partial: { ...partial, steps: 4 } }))],
    ["has 1.5 of 4 steps of an epoch", () => attempt(inTraining({ partial: { ...partial, steps: 1.5 } }))],
    ["or not the sums over them", () => attempt(inTraining({ partial: { ...partial, sums: { loss: 1, hit: NaN } } }))],
    [
      "seconds is -5; expected a number from 0 to 500000000000",
      () => attempt(inTraining({ partial: { ...partial, seconds: -5 } })),
    ],
    ...FORGED.map(([message, history, sums]) =>
      [message, () => attempt(inTraining(forged(training!, history, sums)))] as [string, () => Promise<unknown>]
    ),
    [
      "does not fit net kept: linear2.weight must be 48 numbers in a Float32Array",
      () => attempt({ resume: { ...kept, parameters: new Map([...kept.parameters].slice(0, 4)) } }),
    ],
    [
      "does not fit net kept: conv1.weight.m must be 36 numbers in a Float32Array, [4, 1, 3, 3], and it has none",
      () => attempt(inTraining({ optimizer: new Map() })),
    ],
  ];
  for (const [message, attempt] of cases) {
    await assert.rejects(attempt, (error) => {
      assert(error instanceof InputError && error.message.includes(message), `${error}, not ${message}`);
      return true;
    });
  }
  // negative control: what is the same goes on
  await attempt({ seed: SEED, epochs: 2 }, longer);
});

Deno.test("a run that diverges stops, names the step, and makes no checkpoint of it", async () => {
  const wild = parseSpec({
    ...SPEC,
    layers: SPEC.layers.map((layer) => layer.type === "tanh" ? { type: "relu" } : layer),
    training: { epochs: 50, optimizer: { type: "sgd", learningRate: 1e20 } },
  });
  for (const target of TARGETS) {
    for (const threads of target === "webgpu" ? [1] : [1, 2]) {
      const kept: Checkpoint[] = [];
      const error = await train(wild, { ...SPLIT, train: samples(5000) }, {
        target,
        threads,
        onCheckpoint: (checkpoint) => void kept.push(checkpoint),
      }).then(() => assert.fail("not noticed"), (error) => error);
      assert(error instanceof DivergedError, String(error));
      // 313 steps an epoch: it does not wait for the end, but on a GPU, which is not asked before
      const soon = target === "webgpu" ? error.step === 313 : error.step > 1 && error.step < 100;
      assert(error.epoch === 1 && soon, error.message);
      assert.match(
        error.message,
        /^the loss has become (NaN|Infinity) by step \d+ of epoch 1: .*lower the learning rate/,
      );
      assert.deepEqual(kept, []);
    }
  }
  // the weights are lost in the last step of all, and no loss tells
  const last = { ...wild, training: { ...wild.training, optimizer: { type: "sgd", learningRate: 1e30, l2: 1e30 } } };
  const few = { train: limitSamples(DATA, 16), test: SPLIT.test };
  await assert.rejects(
    () => train(parseSpec(last), few, { target: "wasm", epochs: 1, onCheckpoint: () => assert.fail("kept") }),
    /^DivergedError: \S+ has become \S+ by step 1 of epoch 1/,
  );
});

/** What the loss need not show: relu makes 0 of -Infinity, in WGSL of NaN too, and tanh makes 1 of Infinity. */
const HIDDEN = [["conv1.weight", NaN], ["conv1.bias", -Infinity], ["linear1.bias", Infinity]] as const;

for (const target of TARGETS) {
  Deno.test(`${target}: what diverges is told at the end of its epoch, though the loss may not show it`, async () => {
    const { checkpoint: { parameters } } = await run({ target: "wasm", epochs: 1 }), seen = new Set<string>();
    for (const [name, value] of HIDDEN) {
      const { shape, values } = parameters.get(name)!, broken = { shape, values: values.with(0, value) };
      const error = await train(SPEC, SPLIT, {
        target,
        epochs: EPOCHS,
        resume: { spec: SPEC, parameters: new Map([...parameters, [name, broken]]) },
        onEpoch: () => assert.fail(`${name}: not noticed`),
        onCheckpoint: () => assert.fail(`${name}: kept`),
      }).then(() => assert.fail("not noticed"), (error) => error);
      assert(error instanceof DivergedError && error.epoch === 1 && error.step <= STEPS, `${name}: ${error}`);
      seen.add(/^(the loss|\S+) has become (NaN|-?Infinity) by step \d of epoch 1: /.exec(error.message)![1]);
    }
    assert(seen.has("conv1.bias") && seen.has("linear1.bias"), `the loss showed it: ${[...seen]}`);
  });
}

Deno.test("webgpu: a run that diverges stops at the end of the epoch, and what was kept before is whole", {
  ignore,
}, async () => {
  const target = "webgpu", kept: Checkpoint[] = [];
  // each step makes weights a million times as large: 10^24 after the first epoch, and more than there is in the second
  const optimizer = { type: "sgd", learningRate: 1, l2: 1e6 };
  const wild = parseSpec({ ...SPEC, training: { epochs: 5, optimizer } });
  const error = await train(wild, SPLIT, { target, onCheckpoint: (checkpoint) => void kept.push(checkpoint) })
    .then(() => assert.fail("not noticed"), (error) => error);
  assert(error instanceof DivergedError, String(error));
  assert.deepEqual([error.epoch, error.step], [2, STEPS]);
  assert.match(error.message, /has become (NaN|-?Infinity) by step 4 of epoch 2: .*lower the learning rate$/);
  assert.deepEqual(kept.map(({ training }) => [training!.history.length, training!.partial]), [[1, undefined]]);
  const { checkpoint } = await train(wild, SPLIT, { target, epochs: 1 });
  assert.deepEqual(outcome(kept[0]), outcome(checkpoint));
});

Deno.test("a file that was damaged in any byte, or cut anywhere, is refused; its contents alone count", async () => {
  const folder = await Deno.makeTempDir(), path = join(folder, "kept.safetensors");
  const tiny = parseSpec({
    ...SPEC,
    layers: [{ type: "flatten" }, { type: "linear", outFeatures: 3 }],
    input: [2],
    batchSize: 4,
  });
  const data = fromArrays(Float32Array.from({ length: 20 }, (_, i) => i / 20), Array(10).fill(1), [2]);
  const { checkpoint } = await train(tiny, { train: data, test: data }, { target: "wasm", threads: 1 });
  await saveCheckpoint(path, checkpoint);
  assert.deepEqual(await loadCheckpoint(path), checkpoint);
  const whole = await Deno.readFile(path);
  let refused = 0, read = 0;
  const attempt = (bytes: Uint8Array<ArrayBuffer>) => {
    try {
      assert.deepEqual(decodeCheckpoint(decodeSafetensors(bytes, "FILE"), registry, "FILE"), checkpoint);
      read++;
    } catch (error) {
      assert(error instanceof InputError && !error.message.includes("\n"), String(error));
      refused++;
    }
  };
  for (let i = 0; i < whole.length; i++) {
    attempt(whole.slice(0, i));
    for (const mask of [1 << i % 8, 0xff]) attempt(whole.with(i, whole[i] ^ mask));
  }
  assert.equal(refused + read, 3 * whole.length);
  assert.equal(read, 0);
  attempt(whole);
  assert.equal(read, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a symbolic link stays, and what it points to is written, whether it is there or not", async () => {
  if (Deno.build.os === "windows") {
    console.log("symbolic links are not tried: on Windows making one takes a right that few users have");
    return;
  }
  const folder = await Deno.realPath(await Deno.makeTempDir()), place = (...names: string[]) => join(folder, ...names);
  const names = async (...path: string[]) => (await Array.fromAsync(Deno.readDir(place(...path)))).map((e) => e.name);
  const first = await stopAfter(2, "wasm", 1), second = await stopAfter(3, "wasm", 1);
  try {
    for (const path of ["links", "disk/far"]) await Deno.mkdir(place(path), { recursive: true });
    await Deno.symlink(place("disk"), place("links", "disk"));
    // the longest of names: no temporary file fits beside such a link
    const link = (letter: string) => letter.repeat(255);
    await saveCheckpoint(place("disk", "kept"), first);
    await Deno.symlink("../disk/kept", place("links", link("a")));
    await Deno.symlink("./disk/far/../new", place("links", link("b")));
    await Deno.symlink(link("b"), place("links", link("c")));
    const cases = [["a", "kept", first], ["c", "new", undefined], ["b", "new", second]] as const;
    for (const [letter, file, before] of cases) {
      const path = place("links", link(letter)), old = await Deno.readLink(path);
      if (before) assert.deepEqual(await loadCheckpoint(path), before);
      await Deno.writeTextFile(place("disk", `${file}.1.tmp`), "left by a run that was killed");
      await Deno.utime(place("disk", `${file}.1.tmp`), 1, 1);
      await prepareCheckpoint(path);
      await saveCheckpoint(path, second);
      assert.equal(await Deno.readLink(path), old);
      assert((await Deno.lstat(place("disk", file))).isFile);
      assert.deepEqual(await loadCheckpoint(place("disk", file)), second);
    }
    assert.deepEqual((await names("disk")).toSorted(), ["far", "kept", "new"]);
    assert.deepEqual((await names("links")).toSorted(), [link("a"), link("b"), link("c"), "disk"]);

    // what cannot be written is told by the name of what the link points to
    await Deno.symlink("../none/kept", place("links", "lost"));
    await Deno.symlink("round", place("links", "round"));
    for (
      const [name, end, reason] of [
        [
          "lost",
          `${place("links")}/../none/kept`,
          `there is no folder "${place("links")}/../none"; make it, or choose another path`,
        ],
        [
          "round",
          place("links", "round"),
          "its symbolic links lead in a circle; remove one of them, or choose another path",
        ],
      ] as const
    ) {
      for (const attempt of [prepareCheckpoint, (path: string) => saveCheckpoint(path, first)]) {
        await assert.rejects(
          attempt(place("links", name)),
          (error) => error instanceof InputError && error.message === `cannot write "${end}": ${reason}`,
        );
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a checkpoint of another net is not replaced by one of a net that is trained", async () => {
  const path = await Deno.makeTempFile(), kept = await stopAfter(2, "wasm", 1), net = kept.spec.name;
  try {
    for (const checkpoint of [kept, { spec: kept.spec, parameters: kept.parameters }]) {
      await saveCheckpoint(path, checkpoint);
      await prepareCheckpoint(path, { net });
      await prepareCheckpoint(path);
      await assert.rejects(
        prepareCheckpoint(path, { net: "other" }),
        (error) =>
          error instanceof InputError && error.message ===
            `"${path}" is there, and is a checkpoint of net "${net}", while "other" is trained; ` +
              "give another name, remove it, or go on from it with --resume",
      );
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a file is replaced by one of its kind only, as this version or an older one wrote it, or when it is empty", async () => {
  const page = '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  const files: readonly (readonly [kind: FileKind | "none", text: string])[] = [
    ["report", JSON.stringify({ date: "2026-01-31T12:00:00.000Z", net: "n", target: "wasm", threads: 1 }, null, 2)],
    ["report", JSON.stringify({ net: "n", target: "wasm", threads: 1 })],
    [
      "trace",
      JSON.stringify({ displayTimeUnit: "ns", traceEvents: [{ ph: "M", name: "process_name" }] }, null, 2),
    ],
    ["page", `${page}<meta name="generator" content="Kernelwright">\n`],
    ["page", `${page}<meta name="viewport" content="width=device-width">\n<title>n: training report</title>\n`],
    ["model", "\x08\x08\x12\x0cKernelwright\x1a\x050.1.0"],
    ["figures", JSON.stringify({ net: "n", batchSize: 64, date: "2026-01-31" }, null, 2)],
    ["figures", JSON.stringify({ deno: "2.9.6", microseconds: [] }, null, 2)],
    ["figures", JSON.stringify({ date: "2026-01-31", machine: {} }, null, 2)],
    ["none", JSON.stringify({ name: "n", input: [4], batchSize: 2, layers: [], training: {} })],
    ["none", JSON.stringify({ traceEvents: [{ ph: "M", name: "process_name" }] })],
    ["none", `${page}<title>mine</title>\n`],
    ["none", "\x08\x08\x12\x07pytorch\x1a\x052.0.0"],
    ["none", "\x00\x00\x08\x01\x00\x00\x00\x05\x01\x02\x03\x04\x05"],
    ["none", "# Notes\n"],
    ["none", "x"],
  ];
  const path = await Deno.makeTempFile();
  try {
    for (const kind of ["report", "trace", "page", "model", "figures"] as const) {
      await Deno.writeTextFile(path, "");
      await prepareFile(path, kind);
      for (const [own, text] of files) {
        await Deno.writeTextFile(path, text);
        const refused = await prepareFile(path, kind).then(() => "", (error) => `${error}`);
        if (own === kind) assert.equal(refused, "", text);
        else assert.match(refused, /^InputError: ".*" is there, and is no .*; give another name, or remove it$/, text);
      }
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("what is there and cannot be read is not replaced, and one line says so", async () => {
  const path = await Deno.makeTempFile(), { open } = Deno;
  await Deno.writeTextFile(path, "there");
  Deno.open = () => Promise.reject(new Deno.errors.PermissionDenied("os error 13"));
  try {
    for (
      const prepare of [
        prepareCheckpoint,
        (file: string) => prepareFile(file, "page"),
        (file: string) => prepareReport({ file }),
      ]
    ) {
      await assert.rejects(() => prepare(path), (error) => {
        assert(error instanceof InputError, String(error));
        assert(error.message.includes(path) && error.message.includes("permission denied"), error.message);
        return true;
      });
    }
  } finally {
    Deno.open = open;
    await Deno.remove(path);
  }
});

Deno.test("files that are sound, but no checkpoint", async () => {
  const kept = await stopAfter(6, "wasm", 1), training = kept.training!, { metadata, tensors } = encodeCheckpoint(kept);
  const sealed = (change: (checkpoint: { metadata: Map<string, string>; tensors: Map<string, unknown> }) => void) => {
    // what an attacker would make: changed, with a hash that fits
    const file = { metadata: new Map(metadata), tensors: new Map(tensors) };
    change(file);
    file.metadata.set("kernelwright.sha256", hashOf(file));
    return file;
  };
  const state = (change: Record<string, unknown>) =>
    sealed(({ metadata }) => {
      const text = metadata.get("kernelwright.training")!;
      metadata.set("kernelwright.training", JSON.stringify({ ...JSON.parse(text), ...change }));
    });
  const hash = (text: string) => sealed(({ metadata }) => metadata.set("kernelwright.spec", text));
  const cases: [message: string, file: typeof encodeCheckpoint extends (c: Checkpoint) => infer F ? F : never][] = [
    ["it is no checkpoint of Kernelwright", { metadata: new Map([["format", "pt"]]), tensors }],
    ["its version is 2, this program reads 1", sealed(({ metadata }) => metadata.set("kernelwright.checkpoint", "2"))],
    ["its contents have another hash", { metadata: new Map(metadata).set("note", "x"), tensors }],
    ["FILE, its spec: not JSON", hash("{")],
    ["FILE, its spec: more than 32 lists and objects inside each other", hash("[".repeat(99) + "]".repeat(99))],
    ["FILE, its spec: has 2000001 characters", hash(" ".repeat(2_000_001))],
    ["FILE, its spec: name: expected 1 to 64 characters", hash(JSON.stringify({ ...SPEC, name: "../../etc" }))],
    ["FILE, its spec: layers[0]: conv2d does not fit the input", hash(JSON.stringify({ ...SPEC, input: [64] }))],
    [
      "expected conv1.weight as F32 [4, 2, 3, 3], but it is F32 [4, 1, 3, 3]",
      hash(JSON.stringify({ ...SPEC, input: [2, 8, 8] })),
    ],
    ["expected linear2.bias as F32 [3], but it is missing", sealed(({ tensors }) => tensors.delete("linear2.bias"))],
    [
      "expected optimizer.conv1.bias.v as F32 [4], but it is missing",
      sealed(({ tensors }) => tensors.delete("optimizer.conv1.bias.v")),
    ],
    [
      "expected history.loss as F64 [1], but it is missing",
      sealed(({ tensors }) => tensors.delete("history.loss")),
    ],
    [
      "expected epoch.hit_sum as F64 [1], but it is missing",
      sealed(({ tensors }) => tensors.delete("epoch.hit_sum")),
    ],
    ['net kept has no "more"', sealed(({ tensors }) => tensors.set("more", tensors.get("linear2.bias")))],
    ["the state of the run is not readable: seed: ", state({ seed: -1 })],
    ["the state of the run is not readable: target: ", state({ target: "x".repeat(65) })],
    ["the state of the run is not readable: data.hash: ", state({ data: { samples: 50, hash: "../x" } })],
    ["the state of the run is not readable: : ", state({ more: 1 })],
    ["the state of the run is not readable: : ", state({ without: ["x".repeat(10_000)] })],
    ["it says that 1 of 3 epochs and 4 of 4 steps are done", state({ step: 4 })],
    ["it says that 4 of 3 epochs and 0 of 4 steps are done", state({ epoch: 4, step: 0 })],
    ["it says that 1 of 1 epochs and 2 of 4 steps are done", state({ epochs: 1 })],
    ["the state of the run is not readable: seconds: ", state({ seconds: -5 })],
    ...FORGED.map(([message, history, sums]) =>
      [message, encodeCheckpoint({ ...kept, training: { ...training, ...forged(training, history, sums) } })] as (
        typeof cases
      )[number]
    ),
    // nothing is made of a claim
    ["expected history.loss as F64 [9000000000000000]", state({ epoch: 9e15, epochs: 9e15 + 1 })],
  ];
  for (const [message, file] of cases) {
    assert.throws(() => decodeCheckpoint(file, registry, "FILE"), (error) => {
      assert(error instanceof InputError && error.message.includes(message), `${error}, not ${message}`);
      assert(!error.message.includes("\n") && error.message.length < 400, error.message);
      return true;
    }, message);
  }
  assert.equal(cases.length, 24 + FORGED.length);
  // negative control: the same, unchanged
  assert.deepEqual(decodeCheckpoint(sealed(() => {}), registry, "FILE"), kept);
});

/** The hash of a checkpoint's contents, written once more. */
function hashOf({ metadata, tensors }: { metadata: Map<string, string>; tensors: Map<string, unknown> }): string {
  const sorted = [...tensors].sort(([a], [b]) => a < b ? -1 : 1) as [
    string,
    { dtype: string; shape: number[]; bytes: Uint8Array },
  ][];
  const texts = [...metadata].sort(([a], [b]) => a < b ? -1 : 1).filter(([key]) => key !== "kernelwright.sha256");
  const hash = createHash("sha256");
  hash.update(JSON.stringify([texts, sorted.map(([name, { dtype, shape }]) => [name, dtype, shape])]));
  for (const [, { bytes }] of sorted) hash.update(bytes);
  return hash.digest("hex");
}
