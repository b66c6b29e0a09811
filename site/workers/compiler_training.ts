/// <reference lib="dom" />
/**
 * Trains a net on the page: on digits, or on data that is made for it.
 *
 * @module
 */
import { compile, InputError, type Labelled, type Net, open, type Spec, stepsInEpoch } from "../../mod.ts";
import type { CompileChoice, TrainChoice, TrainProgress, TrainResult } from "./compiler_methods.ts";
import { type DigitSet, IMAGES, loadTest, loadTraining, PIXELS } from "./digits.ts";
import { runnable } from "./here.ts";
import { learnableData, type Taken } from "./learnable_data.ts";

/** Samples that are made to train on, at most, and the part of them that it is tested on. */
const SAMPLES = 4096, TESTED = 1 / 8;
/** Numbers of all samples that are made, at most. */
const NUMBERS = 2 ** 24;
/** Memory that a net may take here. */
const MOST_BYTES = 2 ** 30;
/** Milliseconds between two times that steps are told of. */
const TOLD_EVERY = 100;

/** A set to train on, one to test by, and what they are. */
export interface Sets {
  readonly train: Labelled;
  readonly test: Labelled;
  readonly samples: number;
  readonly data: "u8" | "f32";
  readonly said: string;
}

/**
 * Data for a net: what is given, or else as many samples as are made at most.
 *
 * @throws {InputError} when the net is too large for a page.
 */
export function setsFor(spec: Spec, choice: CompileChoice, digits?: Digits, made = SAMPLES): Sets {
  const data = digits ? "u8" : "f32", { plan } = compile(spec, { ...wanted(choice), data });
  const size = spec.input.reduce((a, b) => a * b, 1);
  if (plan.arenaBytes > MOST_BYTES) {
    throw new InputError(
      `a step of this net takes ${gigabytes(plan.arenaBytes)} of memory; here it may take ${gigabytes(MOST_BYTES)}: ` +
        "make the batch or the layers smaller",
    );
  }
  if (digits) {
    const labelled = ({ images, labels }: DigitSet) => ({ x: images, y: labels });
    const samples = digits.train.labels.length;
    return {
      ...{ train: labelled(digits.train), test: labelled(digits.test), samples, data },
      said: `${samples.toLocaleString("en")} digits of MNIST`,
    };
  }
  const most = Math.max(Math.floor(NUMBERS / size), spec.batchSize), samples = Math.min(made, most);
  const taken = takenBy(spec, plan), tested = Math.max(1, Math.floor(samples * TESTED));
  return {
    ...{ train: learnableData(taken, samples, 1), test: learnableData(taken, tested, 2), samples, data },
    said: `${samples.toLocaleString("en")} samples made at random in its shape, which mean nothing but can be learned`,
  };
}

/** Images to learn from, and images to be tested on. */
interface Digits {
  readonly train: DigitSet;
  readonly test: DigitSet;
}

/** The digits of MNIST. */
async function loadDigits(tell: (progress: TrainProgress) => void): Promise<Digits> {
  const train = { images: new Uint8Array(IMAGES * PIXELS), labels: new Uint8Array(IMAGES) };
  const loaded = (images: number) => tell({ kind: "loading", images, of: IMAGES });
  const [test] = await Promise.all([loadTest(), loadTraining(train, loaded)]);
  return { train, test };
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Options of the package; the target "auto" stays: it may be a GPU. */
const wanted = ({ target, without = [] }: CompileChoice) => ({
  target: target === "auto" ? target : runnable(target),
  without,
});

/** What a compiled net takes. */
function takenBy({ input }: Spec, { tensors, graph }: ReturnType<typeof compile>["plan"]): Taken {
  const { data, labels, targets } = tensors;
  return {
    shape: input,
    ...data.range && { range: data.range },
    ...labels && { classes: graph.shapes[graph.output][0] },
    // rows for each sample: their first dimension is no number of theirs
    ...targets && { targets: targets.shape.slice(1).reduce((a, b) => a * b, 1), targetRange: targets.range },
  };
}

let running: AbortController | undefined;

/** Stops training after a step. */
export function stopTraining(): void {
  running?.abort();
}

/** Trains a net, and tests it after each epoch. */
export async function trainNet(
  spec: Spec,
  choice: TrainChoice,
  tell: (progress: TrainProgress) => void,
): Promise<TrainResult> {
  stopTraining();
  running = new AbortController();
  const { signal } = running;
  const { threads, seed = 0, epochs = spec.training.epochs, digits } = choice;
  const sets = setsFor(spec, choice, digits ? await loadDigits(tell) : undefined);
  const own = { data: sets.data, seed, ...threads !== undefined && { threads } };
  const net = await open(spec, { ...wanted(choice), ...own });
  try {
    const { plan } = compile(spec, { target: net.target, data: sets.data }), steps = stepsInEpoch(plan, sets.samples);
    tell({
      ...{ kind: "began", target: net.target, threads: net.threads, data: sets.said },
      ...{ samples: sets.samples, epochs, stepsInEpoch: steps },
    });
    const told = teller(spec, steps, tell), begin = performance.now();
    let done = 0, seconds = 0;
    try {
      await net.train(sets.train, {
        ...{ epochs, signal, onStep: told.step },
        onEpoch: async ({ epoch, loss, seconds: own }) => {
          told.flush();
          done = epoch;
          seconds += own;
          await tellEpoch(net, sets, { epoch, loss, samplesPerSecond: sets.samples / own }, tell);
          told.restart();
        },
      });
    } catch (error) {
      // one that was stopped may fail, too
      if (error !== signal.reason) throw error;
    } finally {
      told.flush();
    }
    const spent = seconds || (performance.now() - begin) / 1000;
    return {
      ...{ epochs: done, seconds: spent, stopped: signal.aborted },
      samplesPerSecond: seconds > 0 ? done * sets.samples / seconds : 0,
    };
  } finally {
    net.close();
  }
}

/** Tells of steps, some at once: where one worker does all, those of an epoch come together. */
function teller({ batchSize }: Spec, stepsInEpoch: number, tell: (progress: TrainProgress) => void) {
  let since = performance.now(), sum = 0, count = 0, last = { epoch: 1, step: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (count === 0) return;
    const now = performance.now(), samplesPerSecond = 1000 * count * batchSize / Math.max(now - since, 1);
    const { epoch, step } = last;
    tell({ kind: "steps", epoch, step: (epoch - 1) * stepsInEpoch + step, loss: sum / count, samplesPerSecond });
    [since, sum, count] = [now, 0, 0];
  };
  return {
    flush,
    /** Time that passes meanwhile is none of training's. */
    restart: () => since = performance.now(),
    step({ epoch, step, loss }: { readonly epoch: number; readonly step: number; readonly loss: number }) {
      last = { epoch, step };
      sum += loss;
      count++;
      timer ??= setTimeout(flush, TOLD_EVERY);
    },
  };
}

async function tellEpoch(
  net: Net,
  { test }: Sets,
  epoch: { readonly epoch: number; readonly loss: number; readonly samplesPerSecond: number },
  tell: (progress: TrainProgress) => void,
): Promise<void> {
  const { loss: testLoss, accuracy } = await net.evaluate(test);
  tell({ kind: "epoch", ...epoch, testLoss, ...accuracy !== undefined && { accuracy: accuracy as number } });
}
