/**
 * The training of a net: epoch by epoch, each in one go, or in parts where others ask for the net meanwhile.
 *
 * @module
 */
import { BEGINNING, fillTraining, meansOf } from "../backends/epoch.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import type { EpochSums, NotFinite } from "../backends/session.ts";
import { notFinite } from "../backends/tensors.ts";
import { checkDiverged } from "../run/errors.ts";
import type { EpochReport } from "../run/training_report.ts";
import { type Core, WHOLE } from "./core.ts";
import type { Read } from "./samples.ts";
import { snapshot, type State } from "./state.ts";

/** A step of training that is done. */
export interface NetStep {
  /** From 1: over all epochs of the net. */
  readonly epoch: number;
  /** From 1. */
  readonly step: number;
  /** Steps of the epoch. */
  readonly steps: number;
  /** Mean over the samples of the step. */
  readonly loss: number;
}

/** How a net is trained. */
export interface NetTrainOptions {
  /** Passes over the samples, beside those that are done. Default: those of the spec. */
  readonly epochs?: number;
  /** Called for each step, in order, while training goes on; at the end of an epoch, promises are waited for. */
  readonly onStep?: (step: NetStep) => unknown;
  /** Called after each epoch; a promise is waited for. */
  readonly onEpoch?: (epoch: EpochReport) => unknown;
  /** Stops training after a step; what is done stays, and the next `train` goes on from there. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two looks at how far an epoch is. */
const LOOK = 15;

/**
 * Trains some epochs on samples that were checked.
 *
 * @throws the signal's reason when it stops it.
 * @throws {DivergedError} when the loss or a weight is infinite or NaN.
 */
export async function trainNet(
  core: Core,
  state: State,
  read: Read,
  { epochs, onStep, onEpoch, signal }: NetTrainOptions & { readonly epochs: number },
): Promise<EpochReport[]> {
  const reports: EpochReport[] = [], stop = () => core.halt();
  signal?.addEventListener("abort", stop);
  try {
    await core.alone(async () => {
      await core.place(WHOLE, read.samples);
      core.putSamples(WHOLE, read);
    });
    while (reports.length < epochs) {
      const report = await trainEpoch(core, state, read, onStep, signal);
      reports.push(report);
      await onEpoch?.({ ...report });
    }
    return reports;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** An epoch that is being trained. */
interface Epoch {
  /** From 0. */
  readonly number: number;
  readonly read: Read;
  readonly steps: number;
  readonly learningRate: number;
  /** Seconds that it has taken up to now. */
  seconds(): number;
  readonly signal: AbortSignal | undefined;
}

/** How far an epoch is: its report at its end, or what is not finite. */
interface Part {
  readonly sums: EpochSums;
  readonly report?: EpochReport;
  readonly wrong?: NotFinite;
}

/** Trains what is left of an epoch. */
async function trainEpoch(
  core: Core,
  state: State,
  read: Read,
  onStep: NetTrainOptions["onStep"],
  signal: AbortSignal | undefined,
): Promise<EpochReport> {
  const { plan, program: { rules } } = core, { samples } = read, steps = stepsInEpoch(plan, samples);
  const { epochs: number, partial } = state, start = performance.now(), sums = partial ?? BEGINNING;
  // updates before the epoch
  const first = state.steps - sums.steps, learningRate = rules.rate(number, first, steps);
  const seconds = () => (partial?.seconds ?? 0) + (performance.now() - start) / 1000;
  const epoch: Epoch = { number, read, steps, learningRate, seconds, signal };
  await core.alone(() => {
    const params = (step: number) => rules.params(number, first + step, steps);
    core.putTables(WHOLE, (tables) => fillTraining(plan, tables, { seed: state.seed, epoch: number, first, params }));
  });
  const tell = onStep &&
    teller(core, samples, sums.steps, (step, loss) => onStep({ epoch: number + 1, step, steps, loss }));
  let part: Part = { sums };
  while (!part.report) {
    signal?.throwIfAborted();
    const before = part.sums, running = core.alone(() => trainPart(core, state, epoch, before));
    if (tell) await watch(core, running, tell);
    part = await running;
    checkDiverged(part.wrong, number + 1, part.sums.steps);
  }
  if (core.host.orLast) await snapshot(core, state);
  return part.report;
}

/** Runs steps until the epoch ends or others ask for the net, and notes them before anybody else sees the weights. */
async function trainPart(core: Core, state: State, epoch: Epoch, before: EpochSums): Promise<Part> {
  const { number, read, steps, learningRate, seconds } = epoch, { plan } = core;
  const sums = before.steps < steps ? await trainSteps(core, before, steps, epoch.signal) : before;
  state.steps += sums.steps - before.steps;
  state.partial = { ...sums, seconds: seconds() };
  const means = meansOf(plan, sums.sums, read.samples), { loss } = means, ends = sums.steps === steps;
  const weights = async () =>
    [...await core.readAll(["parameter"])].map(([name, { values }]) => [name, values] as const);
  const wrong = Number.isFinite(loss)
    ? ends ? notFinite(await weights()) : undefined
    : { name: "the loss", index: 0, value: loss };
  if (wrong || !ends) return { sums, wrong };
  const report = { epoch: number + 1, ...means, learningRate, seconds: seconds() };
  state.partial = undefined;
  state.epochs = report.epoch;
  state.history.push(report);
  return { sums, report };
}

/** Runs steps until the epoch ends, or others ask for the net. */
async function trainSteps(
  core: Core,
  before: EpochSums,
  to: number,
  signal: AbortSignal | undefined,
): Promise<EpochSums> {
  const from = before.steps;
  core.halts = true;
  try {
    // the loss of the batch's first row: where weights are NaN, all rows are
    const watched = { address: core.set(WHOLE).rows.loss[0], row: core.plan.batchRows };
    const running = core.host.run({ set: WHOLE, mode: "train", from, to, watched });
    // who asked while it could not be halted
    if (core.waiting.length || signal?.aborted) core.halt();
    return await core.sums(WHOLE, before, await running);
  } finally {
    core.halts = false;
  }
}

/** Tells of the steps up to one, each once. */
function teller(
  core: Core,
  samples: number,
  from: number,
  tell: (step: number, loss: number) => unknown,
): (done: number) => Promise<void> {
  const { batchRows, batchSize } = core.plan;
  let told = from;
  return async (done) => {
    const first = told;
    if (done <= first) return;
    told = done;
    const loss = await core.rows(WHOLE, "loss", first, done);
    for (let step = first; step < done; step++) {
      const begin = (step - first) * batchRows;
      const sum = loss.subarray(begin, begin + batchRows).reduce((a, b) => a + b);
      await tell(step + 1, sum / Math.min(batchSize, samples - step * batchSize));
    }
  };
}

/** Tells of what is done while a part of an epoch is running, and of all of it in the end. */
async function watch(
  core: Core,
  running: Promise<Part>,
  tell: (done: number) => Promise<void>,
): Promise<void> {
  let runs = true;
  const end = running.finally(() => runs = false);
  try {
    while (runs) {
      let timer: ReturnType<typeof setTimeout>;
      await Promise.race([end, new Promise<void>((resolve) => timer = setTimeout(resolve, LOOK))]);
      clearTimeout(timer!);
      // another one's work may be running before this
      if (runs && core.halts) await tell(core.host.progress);
    }
  } catch (error) {
    core.halt();
    await running.catch(() => {});
    throw error;
  }
  await tell((await end).sums.steps);
}
