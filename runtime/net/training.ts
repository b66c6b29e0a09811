/**
 * The training of a net: epoch by epoch, each in one go, or in parts where others ask for the net meanwhile.
 *
 * @module
 */
import { addUp, BEGINNING, fillTraining, resultOf } from "../backends/epoch.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import type { EpochSums } from "../backends/session.ts";
import { notFinite, parametersOf } from "../backends/tensors.ts";
import { checkDiverged, DivergedError } from "../run/errors.ts";
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

/** Trains what is left of an epoch. */
async function trainEpoch(
  core: Core,
  state: State,
  read: Read,
  onStep: NetTrainOptions["onStep"],
  signal: AbortSignal | undefined,
): Promise<EpochReport> {
  const { plan, program: { rules } } = core, { samples } = read, steps = stepsInEpoch(plan, samples);
  const { epochs: done, partial } = state, learningRate = rules.rate(done), epoch = done + 1, start = performance.now();
  let sums: EpochSums = partial ? { steps: partial.steps, loss: partial.lossSum, hits: partial.hitSum } : BEGINNING;
  const seconds = () => (partial?.seconds ?? 0) + (performance.now() - start) / 1000;
  await core.alone(() => {
    // updates before the epoch
    const first = state.steps - sums.steps, params = (step: number) => rules.params(learningRate, first + step + 1);
    core.putTables(WHOLE, (tables) => fillTraining(plan, tables, { seed: state.seed, epoch: done, first, params }));
  });
  const tell = onStep && teller(core, samples, sums.steps, (step, loss) => onStep({ epoch, step, steps, loss }));
  while (sums.steps < steps) {
    signal?.throwIfAborted();
    const before = sums, running = core.alone(() => trainSteps(core, before, steps));
    if (tell) await watch(core, running, tell);
    sums = await running;
    state.steps += sums.steps - before.steps;
    state.partial = { steps: sums.steps, lossSum: sums.loss, hitSum: sums.hits, seconds: seconds() };
    const { loss } = resultOf(plan, read, sums);
    if (!Number.isFinite(loss)) throw new DivergedError(epoch, sums.steps, `the loss has become ${loss}`);
  }
  const weights = await core.alone(() =>
    Promise.all(parametersOf(plan).map(async (name) => [name, await core.read(name)] as const))
  );
  checkDiverged(notFinite(weights), epoch, steps);
  const { loss, correct } = resultOf(plan, read, sums);
  const report = { epoch, loss, accuracy: correct / samples, learningRate, seconds: seconds() };
  state.partial = undefined;
  state.epochs = epoch;
  state.history.push(report);
  if (core.host.orLast) await snapshot(core, state);
  return report;
}

/** Runs steps until the epoch ends, or others ask for the net. */
async function trainSteps(core: Core, before: EpochSums, to: number): Promise<EpochSums> {
  const from = before.steps;
  core.halts = true;
  try {
    // the loss of the batch's first row: where weights are NaN, all rows are
    const watched = { address: core.set(WHOLE).rows.loss[0], row: core.plan.batchRows };
    const done = await core.host.run({ set: WHOLE, mode: "train", from, to, watched });
    return await core.sums(WHOLE, before, done);
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
      const begin = (step - first) * batchRows,
        { loss: sum } = addUp(BEGINNING, 1, loss.subarray(begin, begin + batchRows));
      await tell(step + 1, sum / Math.min(batchSize, samples - step * batchSize));
    }
  };
}

/** Tells of what is done while a part of an epoch is running, and of all of it in the end. */
async function watch(
  core: Core,
  running: Promise<EpochSums>,
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
  await tell((await end).steps);
}
