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
import type { State } from "./state.ts";

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

/** One call of `train`. */
export class Training {
  readonly #core: Core;
  readonly #state: State;
  readonly #read: Read;
  readonly #options: NetTrainOptions;
  readonly #steps: number;

  /** On samples that were checked. */
  constructor(core: Core, state: State, read: Read, options: NetTrainOptions) {
    this.#core = core;
    this.#state = state;
    this.#read = read;
    this.#options = options;
    this.#steps = stepsInEpoch(core.plan, read.samples);
  }

  /**
   * Trains some epochs.
   *
   * @throws the signal's reason when it stops it.
   * @throws {DivergedError} when the loss or a weight is infinite or NaN.
   */
  async run(epochs: number): Promise<EpochReport[]> {
    const core = this.#core, { signal, onEpoch } = this.#options, reports: EpochReport[] = [];
    const stop = () => core.halts && core.host.halt();
    signal?.addEventListener("abort", stop);
    try {
      await core.alone(async () => {
        await core.place(WHOLE, this.#read.samples);
        core.putSamples(WHOLE, this.#read);
      });
      while (reports.length < epochs) {
        const report = await this.#epoch();
        reports.push(report);
        await onEpoch?.({ ...report });
      }
      return reports;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Trains what is left of an epoch. */
  async #epoch(): Promise<EpochReport> {
    const core = this.#core, state = this.#state, { signal } = this.#options, steps = this.#steps;
    const { epochs: epoch, partial } = state, learningRate = core.program.rules.rate(epoch), number = epoch + 1;
    let sums: EpochSums = partial ? { steps: partial.steps, loss: partial.lossSum, hits: partial.hitSum } : BEGINNING;
    await core.alone(() => this.#putTables(epoch, learningRate, state.steps - sums.steps));
    const teller = new Teller(this, number, sums.steps), start = performance.now(), before = partial?.seconds ?? 0;
    const seconds = () => before + (performance.now() - start) / 1000;
    while (sums.steps < steps) {
      signal?.throwIfAborted();
      const running = core.alone(() => this.#part(sums));
      await teller.watch(running);
      sums = await running;
      state.steps += sums.steps - (state.partial?.steps ?? 0);
      state.partial = { steps: sums.steps, lossSum: sums.loss, hitSum: sums.hits, seconds: seconds() };
      const { loss } = resultOf(core.plan, this.#read, sums);
      if (!Number.isFinite(loss)) throw new DivergedError(number, sums.steps, `the loss has become ${loss}`);
    }
    const weights = await core.alone(async () =>
      await Promise.all(parametersOf(core.plan).map(async (name) => [name, await core.read(name)] as const))
    );
    checkDiverged(notFinite(weights), number, steps);
    const { loss, correct } = resultOf(core.plan, this.#read, sums);
    const report = { epoch: number, loss, accuracy: correct / this.#read.samples, learningRate, seconds: seconds() };
    state.partial = undefined;
    state.epochs++;
    state.history.push(report);
    return report;
  }

  /** Puts what changes from step to step in an epoch before which there were so many updates. */
  #putTables(epoch: number, learningRate: number, updates: number): void {
    const core = this.#core, { plan, program: { rules } } = core, { samples } = this.#read, steps = this.#steps;
    const tables = {
      ...{ samples, steps },
      order: new Int32Array(steps * plan.batchRows),
      params: new Float32Array(steps * plan.params.length),
      ...plan.keys.length > 0 && { keys: new Uint32Array(steps * plan.keys.length) },
    };
    const params = (step: number) => rules.params(learningRate, updates + step + 1);
    fillTraining(plan, tables, { seed: this.#state.seed, epoch, first: updates, params });
    core.put(WHOLE, "order", tables.order);
    core.put(WHOLE, "params", tables.params);
    core.put(WHOLE, "keys", tables.keys);
  }

  /** Runs steps until the epoch ends, or others ask for the net. */
  async #part(sums: EpochSums): Promise<EpochSums> {
    const core = this.#core, [address] = core.set(WHOLE).rows.loss, from = sums.steps;
    // the loss of the batch's first row: where weights are NaN, all rows are
    const watched = { address, row: core.plan.batchRows };
    core.halts = true;
    try {
      const done = await core.host.run({ set: WHOLE, mode: "train", from, to: this.#steps, watched });
      const [loss, hit] = await Promise.all(["loss", "hit"].map((name) => core.rows(WHOLE, name, from, done)));
      return addUp(sums, done, loss, hit);
    } finally {
      core.halts = false;
    }
  }

  /** See {@linkcode Teller}: tells of the steps from one to another. */
  async tell(epoch: number, from: number, to: number): Promise<void> {
    const { batchRows, batchSize } = this.#core.plan, steps = this.#steps;
    const loss = await this.#core.rows(WHOLE, "loss", from, to);
    for (let step = from; step < to; step++) {
      const samples = Math.min(batchSize, this.#read.samples - step * batchSize);
      let sum = 0;
      for (let row = 0; row < batchRows; row++) sum += loss[(step - from) * batchRows + row];
      await this.#options.onStep!({ epoch, step: step + 1, steps, loss: sum / samples });
    }
  }

  /** Whether somebody wants to know of each step. */
  get listens(): boolean {
    return this.#options.onStep !== undefined;
  }

  /** Steps done of the epoch, while it is running. */
  get progress(): number {
    return this.#core.halts ? this.#core.host.progress : 0;
  }

  /** Lets the part that is running end. */
  halt(): void {
    if (this.#core.halts) this.#core.host.halt();
  }
}

/** Tells who listens of each step of an epoch, once. */
class Teller {
  readonly #training: Training;
  readonly #epoch: number;
  #told: number;

  constructor(training: Training, epoch: number, from: number) {
    this.#training = training;
    this.#epoch = epoch;
    this.#told = from;
  }

  /** Tells of what is done while a part of the epoch is running, and of all of it in the end. */
  async watch(running: Promise<EpochSums>): Promise<void> {
    if (!this.#training.listens) return;
    let runs = true;
    const end = running.then(({ steps }) => steps).finally(() => runs = false);
    try {
      while (runs) {
        let timer: ReturnType<typeof setTimeout>;
        const look = new Promise<void>((resolve) => timer = setTimeout(resolve, LOOK));
        await Promise.race([end, look]).finally(() => clearTimeout(timer));
        if (runs) await this.#tell(this.#training.progress);
      }
    } catch (error) {
      this.#training.halt();
      await running.catch(() => {});
      throw error;
    }
    await this.#tell(await end);
  }

  async #tell(done: number): Promise<void> {
    const from = this.#told;
    if (done <= from) return;
    this.#told = done;
    await this.#training.tell(this.#epoch, from, done);
  }
}
