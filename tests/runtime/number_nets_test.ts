/** Nets that do not classify: what is told of them is right, reports keep it, and a run that was stopped goes on to the same bits. */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../../runtime/files/safetensors.ts";
import { hashDataset } from "../../runtime/data/hash.ts";
import { METRICS, metricText } from "../../runtime/run/metrics.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { takeSnapshot } from "../../runtime/run/snapshot.ts";
import { epochsOf } from "../../runtime/run/start.ts";
import {
  type Checkpoint,
  type Dataset,
  evaluate,
  findTarget,
  fromArrays,
  InputError,
  loadPredictor,
  open,
  parseReport,
  parseSpec,
  registry,
  reportHtml,
  type Spec,
  targets,
  type TestReport,
  train,
} from "../../mod.ts";
import { lacksAdapter } from "../adapter.ts";
import { openSession } from "../open_session.ts";
import { concatenated } from "../random_cases.ts";

const SEED = 3, EPOCHS = 2, BATCH = 16;

const spec = (name: string, input: number[], outputs: number, rest: object): Spec =>
  parseSpec({
    ...{ name, input, batchSize: BATCH },
    layers: [{ type: "linear", outFeatures: 8 }, { type: "tanh" }, { type: "linear", outFeatures: outputs }],
    ...rest,
    training: { epochs: EPOCHS, optimizer: { type: "adam", learningRate: 0.02 } },
  });

/** Numbers from -1 to 1. */
const numbers = (count: number, name: string) => {
  const key = streamKey(SEED, name);
  return Float32Array.from({ length: count }, (_, i) => 2 * uniform(key, i) - 1);
};

/** What a test is to tell, computed plainly from outputs. */
type Expected = Omit<TestReport, "missed" | "total" | "confusion">;

interface Case {
  readonly spec: Spec;
  /** So many samples; the last batch is a short one. */
  readonly set: (samples: number) => Dataset;
  readonly expected: (outputs: Float32Array, set: Dataset) => Expected;
  /** What the page of a run says. */
  readonly words: readonly string[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rowsOf = (values: Float32Array, each: number) =>
  Array.from({ length: values.length / each }, (_, i) => [...values.subarray(i * each, (i + 1) * each)]);

/** The share of pairs of a sample that is sought and one that is not that are in order. */
function pairsInOrder(scores: readonly number[], sought: ArrayLike<number>): number {
  const pairs = scores.flatMap((a, i) =>
    sought[i] !== 1 ? [] : scores.flatMap((b, j) => sought[j] === 1 ? [] : [[a, b]])
  );
  return mean(pairs.map(([a, b]) => a > b ? 1 : a === b ? 0.5 : 0));
}

const CASES: Readonly<Record<string, Case>> = {
  "regression with weights": {
    spec: spec("weighted", [5], 3, { loss: { type: "mae", weighted: true } }),
    set(samples) {
      const x = numbers(5 * samples, `x${samples}`), weights = numbers(3 * samples, "w").map(Math.abs);
      const targets = Float32Array.from({ length: 3 * samples }, (_, i) => x[5 * Math.floor(i / 3) + i % 3] * 2 - 0.5);
      return fromArrays(x, { targets, weights }, [5]);
    },
    expected(outputs, { targets, weights }) {
      const errors = [...outputs].map((output, i) => Math.abs(output - targets![i]));
      return { loss: mean(errors.map((error, i) => error * weights![i])), meanAbsoluteError: mean(errors) };
    },
    words: ["Mean absolute error", "mean absolute error by epoch", "samples a second", "test mean absolute error"],
  },
  "an autoencoder of bytes": {
    spec: spec("itself", [12], 12, { loss: { type: "mse", target: "input" } }),
    set(samples) {
      const x = Uint8Array.from(numbers(12 * samples, `b${samples}`), (value) => Math.floor(127 * (1 + value)));
      // samples that are odd are brighter
      const labels = Array.from({ length: samples }, (_, i) => i % 3 === 0 ? 1 : 0);
      return fromArrays(x.map((byte, i) => labels[Math.floor(i / 12)] ? 255 - (byte >> 2) : byte), { labels }, [12]);
    },
    expected(outputs, { inputs, labels }) {
      const errors = rowsOf(Float32Array.from(outputs, (output, i) => output - inputs[i] / 255), 12);
      const losses = errors.map((row) => mean(row.map((error) => error * error)));
      return {
        loss: mean(losses),
        meanAbsoluteError: mean(errors.flat().map(Math.abs)),
        areaUnderCurve: pairsInOrder(losses, labels!),
      };
    },
    words: ["area under the curve", "test area under the curve"],
  },
  "one output, yes or no": {
    spec: spec("yes", [4], 1, { loss: { type: "binaryCrossEntropy" } }),
    set(samples) {
      const x = numbers(4 * samples, `y${samples}`);
      return fromArrays(x, { targets: Float32Array.from({ length: samples }, (_, i) => x[4 * i] > 0.1 ? 1 : 0) }, [4]);
    },
    expected(outputs, { targets }) {
      const right = [...outputs].map((output, i) => (output > 0) === (targets![i] === 1) ? 1 : 0);
      const losses = [...outputs].map((x, i) => Math.max(x, 0) - x * targets![i] + Math.log1p(Math.exp(-Math.abs(x))));
      return { loss: mean(losses), binaryAccuracy: mean(right), areaUnderCurve: pairsInOrder([...outputs], targets!) };
    },
    words: ["Binary accuracy", "area under the curve"],
  },
  "classes, and whether they are among the first five": {
    spec: spec("five", [6], 9, { loss: { type: "softmaxCrossEntropy" }, metrics: ["topFiveAccuracy"] }),
    set(samples) {
      const labels = Array.from({ length: samples }, (_, i) => i * 7 % 9);
      return fromArrays(numbers(6 * samples, `c${samples}`).map((x, i) => x + labels[Math.floor(i / 6)] / 9), labels, [
        6,
      ]);
    },
    expected(outputs, { labels }) {
      const rows = rowsOf(outputs, 9),
        before = (row: number[], label: number) => row.filter((x) => x > row[label]).length;
      return {
        correct: rows.filter((row, i) => before(row, labels![i]) === 0).length,
        loss: mean(rows.map((row, i) => Math.log(row.reduce((sum, x) => sum + Math.exp(x - row[labels![i]]), 0)))),
        topFiveAccuracy: mean(rows.map((row, i) => before(row, labels![i]) < 5 ? 1 : 0)),
      };
    },
    words: ["Top-5 accuracy", "test accuracy", "Confusion"],
  },
};

/** Through the bytes of a file. */
const again = (checkpoint: Checkpoint) =>
  decodeCheckpoint(
    decodeSafetensors(concatenated(...encodeSafetensors(encodeCheckpoint(checkpoint))), "FILE"),
    registry,
    "FILE",
  );

/** All that a run ends with, but for times. */
const outcome = ({ parameters, training }: Checkpoint) => ({
  parameters,
  optimizer: training!.optimizer,
  history: training!.history.map(({ seconds: _, ...figures }) => figures),
});

/** What a run has when it is stopped after so many steps of its first epoch. */
async function stoppedAfter(
  steps: number,
  spec: Spec,
  set: Dataset,
  name: string,
  data: "u8" | "f32",
): Promise<Checkpoint> {
  const target = findTarget(name), net = compileNet(spec, target, { data });
  const session = await openSession(net, [set, set], { threads: 1 });
  try {
    session.initialize(SEED);
    const { sums } = await session.train(0, epochsOf(spec, registry, net.plan, set.samples, SEED)(0), steps);
    const options = { seed: SEED, epochs: EPOCHS, samples: set.samples, hash: hashDataset(set) };
    const partial = { steps, seconds: 0.5, sums };
    // deno-lint-ignore no-explicit-any -- no more of a run is looked at
    return await takeSnapshot(session, { spec, net, without: [] } as any, options, { history: [], partial });
  } finally {
    session.close();
  }
}

for (const target of targets) {
  for (const [what, { spec, set, expected, words }] of Object.entries(CASES)) {
    Deno.test({
      name: `${target.name}, ${what}: figures are those of the outputs; reports keep them; stopped runs go on`,
      ignore: lacksAdapter(target),
      async fn() {
        const data = { train: set(50), test: set(37) }, options = { target: target.name, seed: SEED, threads: 2 };
        const { report, checkpoint } = await train(spec, data, options);
        const weights = { spec, parameters: checkpoint.parameters };

        // the test, and `evaluate`, tell what the outputs say
        const predictor = await loadPredictor(weights, { target: target.name, batchSize: 8 });
        const outputs = await predictor.outputsAsync(data.test.inputs);
        predictor.close();
        const { missed, total, confusion, ...figures } = report.test, wanted = expected(outputs, data.test);
        assert.deepEqual([total, Object.keys(figures).sort()], [37, Object.keys(wanted).sort()]);
        for (const [name, value] of Object.entries(wanted)) {
          const found = figures[name as keyof Expected]!;
          // f32 sums of up to 12 numbers of up to 1, and their means in f64
          assert(Math.abs(found - value) <= 2e-5 * Math.max(1, Math.abs(value)), `${name} ${found}, not ${value}`);
        }
        const isClasses = figures.correct !== undefined;
        assert.deepEqual([confusion !== undefined, missed.length > 0], [
          isClasses,
          isClasses && figures.correct! < total,
        ]);
        const { classes, target: own, ...tested } = await evaluate(weights, data.test, { target: target.name });
        assert.deepEqual([tested, own, classes.length], [report.test, target.name, isClasses ? 9 : 0]);

        // each epoch has the metrics of the net, and training lowers the loss
        const names = Object.keys(wanted).filter((name) => Object.hasOwn(METRICS, name));
        for (const { epoch: _, loss: _loss, learningRate: _rate, seconds: _seconds, ...metrics } of report.epochs) {
          assert.deepEqual(Object.keys(metrics), names);
        }
        assert(report.epochs.at(-1)!.loss < report.epochs[0].loss);
        assert.deepEqual(parseReport(JSON.stringify(report)), report);
        const html = await reportHtml(report);
        for (const word of words) assert(html.includes(word), word);
        assert.equal(html.includes("classified right"), isClasses);

        // stopped inside an epoch, through a file, on another number of threads
        const kind = data.train.inputs instanceof Uint8Array ? "u8" : "f32";
        const kept = again(await stoppedAfter(2, spec, data.train, target.name, kind));
        assert(Object.keys(kept.training!.partial!.sums).length === 1 + names.length);
        const resumed = await train(spec, data, { resume: kept, threads: 1 });
        assert.deepEqual(outcome(resumed.checkpoint), outcome(checkpoint));
        assert.deepEqual(resumed.report.test, report.test);
      },
    });
  }
}

Deno.test("all metrics of the registry have a title, and are told in reports", () => {
  assert.deepEqual(Object.keys(METRICS).sort(), registry.metrics.map(({ type }) => type).sort());
});

/** A net that gives two planes of 3 x 4. */
const planes = parseSpec({
  ...{ name: "planes", input: [2, 3, 4], batchSize: 2, layers: [{ type: "conv2d", outChannels: 2, kernel: 1 }] },
  ...{ loss: { type: "mae", weighted: true }, training: { epochs: 1, optimizer: { type: "adam" } } },
});
/** Two samples for it. */
const planesSet = (targetShape: readonly number[]) => {
  const values = numbers(48, "y");
  return fromArrays(values, { targets: values, targetShape }, [2, 3, 4]);
};

Deno.test("targets and weights that are flat, or have axes of one number more, are those of the outputs' shape", async () => {
  const weights = numbers(48, "w").map(Math.abs);
  const told = async (shape: readonly number[]) => {
    const set = { ...planesSet(shape), weights, weightShape: shape };
    return (await train(planes, { train: set, test: set }, { target: "wasm", threads: 1 })).report.test.loss;
  };
  const loss = await told([2, 3, 4]);
  for (const shape of [[24], [2, 3, 4, 1], [1, 2, 3, 4]]) assert.equal(await told(shape), loss);
});

Deno.test("data that has not what the loss compares with is refused with one line", async () => {
  const x = numbers(20, "x"),
    weighted = CASES["regression with weights"].spec,
    classes = parseSpec({
      ...spec("classes", [5], 3, { loss: { type: "softmaxCrossEntropy" } }),
    });
  const targets = numbers(12, "t"), y = numbers(48, "y");
  const readWith = (change: Partial<Dataset>) => ({ ...planesSet([2, 3, 4]), weights: y.map(Math.abs), ...change });
  const cases: readonly (readonly [Spec, Dataset, string])[] = [
    [
      weighted,
      fromArrays(x, {}, [5]),
      "its samples have no targets; net weighted compares with numbers, [3] for each sample",
    ],
    [weighted, fromArrays(x, { targets: targets.slice(0, 8) }, [5]), "targets are [2], but net weighted gives [3]"],
    [
      weighted,
      fromArrays(x, { labels: [0, 1, 2, 0] }, [5]),
      "its samples have labels of classes; net weighted compares with numbers, [3] for each sample",
    ],
    [
      planes,
      fromArrays(y, { targets: y, targetShape: [3, 4, 2] }, [2, 3, 4]),
      "targets are [3, 4, 2], but net planes gives [2, 3, 4]; give a number for each output, in the outputs' shape",
    ],
    [planes, fromArrays(y, { targets: y, targetShape: [6, 4] }, [2, 3, 4]), "targets are [6, 4]"],
    [
      planes,
      readWith({ weightShape: [4, 3, 2] }),
      "weights are [4, 3, 2], but net planes takes [2, 3, 4]",
    ],
    [
      weighted,
      fromArrays(x, { targets, weights: [1, 2, 3, 4] }, [5]),
      "weights are [], but net weighted takes [3] for each sample: give one for each output",
    ],
    [
      classes,
      fromArrays(x, { targets }, [5]),
      "its samples have targets, [3] for each, and no labels; a loss on classes takes a whole number for each sample: ",
    ],
    [classes, fromArrays(x, {}, [5]), "its samples have no labels; give each sample a class index, an integer from 0"],
    [classes, fromArrays(x, { labels: [0, 1, 2, 3] }, [5]), "sample 3 has label 3, but the net has 3 classes"],
    [classes, fromArrays(x, { labels: [0, 1, 2, 0], weights: [1, 1, 1, 1] }, [5]), 'set "weighted": true in the loss'],
  ];
  for (const [net, set, message] of cases) {
    await assert.rejects(train(net, { train: set, test: set }, { target: "wasm", threads: 1 }), (error) => {
      assert(
        error instanceof InputError && !error.message.includes("\n") && error.message.includes(message),
        `${error}`,
      );
      return true;
    });
  }
});

Deno.test("targets that are no probabilities are refused where the loss takes these for them", async () => {
  const { spec: yes } = CASES["one output, yes or no"], loss = { type: "binaryCrossEntropy", target: "input" };
  const itself = spec("ranged", [4], 4, { loss }), x = numbers(12, "ranged").map(Math.abs);
  const message = /^.+: (?:target 0|number 3) of sample 1 is -0\.5; net \w+ compares .+ from 0 to 1$/;
  const sets: readonly (readonly [Spec, Dataset, Dataset])[] = [
    [yes, ...[-0.5, 0].map((value) => fromArrays(x, { targets: [1, value, 0.25] }, [4])) as [Dataset, Dataset]],
    [itself, ...[-0.5, 1].map((value) => fromArrays(x.with(7, value), {}, [4])) as [Dataset, Dataset]],
    // negative control: bytes are scaled
    [itself, fromArrays(x.with(7, -0.5), {}, [4]), fromArrays(Uint8Array.from(x, (value) => 255 * value), {}, [4])],
  ];
  for (const [spec, wrong, right] of sets) {
    for (const [a, b] of [[wrong, wrong], [right, wrong]] as const) {
      if (a.inputs.constructor !== b.inputs.constructor) continue;
      await assert.rejects(train(spec, { train: a, test: b }, { target: "wasm", threads: 1 }), {
        name: "InputError",
        message,
      });
    }
    assert((await train(spec, { train: right, test: right }, { target: "wasm", threads: 1 })).report.test.loss > 0);
  }
});

Deno.test("negative control: a run that goes on with other sums, or without some, is noticed", async () => {
  const { spec, set } = CASES["regression with weights"], data = { train: set(50), test: set(37) };
  const { checkpoint } = await train(spec, data, { target: "wasm", seed: SEED, threads: 1 });
  const kept = await stoppedAfter(2, spec, data.train, "wasm", "f32"), { partial } = kept.training!;
  const withSums = (sums: Record<string, number>) => ({
    ...kept,
    training: { ...kept.training!, partial: { ...partial!, sums } },
  });
  const { sums } = partial!, wrong = withSums({ ...sums, error: sums.error + 1 });
  const { checkpoint: other } = await train(spec, data, { resume: wrong, threads: 1 });
  assert.notDeepEqual(outcome(other), outcome(checkpoint));
  await assert.rejects(
    train(spec, data, { resume: withSums({ loss: sums.loss }), threads: 1 }),
    /the sum of error is undefined/,
  );
});

Deno.test("weights change the loss and no metric: shares are from 0 to 1, as reports and checkpoints have them", async () => {
  const { set } = CASES["one output, yes or no"], { targets, inputs } = set(50);
  const weighted = spec("heavy", [4], 1, { loss: { type: "binaryCrossEntropy", weighted: true } });
  const data = fromArrays(inputs, { targets, weights: new Float32Array(50).fill(10) }, [4]);
  const { report, checkpoint } = await train(weighted, { train: data, test: data }, { target: "wasm", threads: 1 });
  const none = fromArrays(inputs, { targets }, [4]);
  const [heavy, light] = await Promise.all(
    [data, none].map((set) =>
      evaluate({ spec: weighted, parameters: checkpoint.parameters }, set, { target: "wasm", threads: 1 })
    ),
  );
  assert(Math.abs(heavy.loss / light.loss - 10) < 1e-4, `${heavy.loss} and ${light.loss}`);
  assert.equal(heavy.binaryAccuracy, light.binaryAccuracy);
  assert(light.binaryAccuracy! > 0.5 && light.binaryAccuracy! <= 1);
  const net = await open(weighted, { target: "wasm", threads: 0 });
  try {
    const found = await net.evaluate({
      x: inputs as Float32Array,
      y: targets as Float32Array,
      weights: new Float32Array(50).fill(3),
    });
    assert.equal(found.correct! / found.total, found.binaryAccuracy);
    assert(Number.isInteger(found.correct));
    assert.equal(metricText("binaryAccuracy", 0.5), "50.00 %");
  } finally {
    net.close();
  }
  assert.deepEqual(parseReport(JSON.stringify(report)), report);
  assert.deepEqual(again(checkpoint), checkpoint);
  const kept = again(await stoppedAfter(3, weighted, data, "wasm", "f32"));
  await train(weighted, { train: data, test: data }, { resume: kept, threads: 1 });
});
