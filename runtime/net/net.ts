/**
 * A net in memory that trains, tests and predicts.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { BEGINNING, fillEvaluation, meansOf } from "../backends/epoch.ts";
import { sharingFault } from "../backends/threads/sharing.ts";
import type { Samples } from "../data/arrays.ts";
import { DivergedError } from "../run/errors.ts";
import type { Metrics } from "../run/metrics.ts";
import type { EpochReport } from "../run/training_report.ts";
import { BATCH, Core, MEANWHILE, WHOLE } from "./core.ts";
import type { Host } from "./host.ts";
import { LocalHost } from "./local_host.ts";
import {
  expectFunction,
  expectSignal,
  expectWhole,
  MOST_EPOCHS,
  MOST_THREADS,
  type OpenNetOptions,
} from "./options.ts";
import { checkOpen, PredictNet } from "./predict_net.ts";
import type { NetProgram } from "./program.ts";
import { RemoteHost } from "./remote_host.ts";
import { type Labelled, readSet } from "./samples.ts";
import { beginOn, begun, save, type State } from "./state.ts";
import { readTraining } from "./stored_state.ts";
import { TeamHost } from "./team_host.ts";
import { type NetTrainOptions, trainNet } from "./training.ts";
import { unshared } from "./unshared.ts";

/** What a step of training found, before the update. */
export interface NetStepResult extends Metrics {
  /** Mean over the samples. */
  readonly loss: number;
  /** Samples that were right, of nets that tell that; of one with several outputs that are right or wrong, their shares. */
  readonly correct?: number;
}

/** The result of a test. */
export interface NetEvaluation extends NetStepResult {
  /** Samples. */
  readonly total: number;
}

/** What training gave. */
export interface NetTraining {
  /** The epochs of this call, one after the other. */
  readonly epochs: readonly EpochReport[];
}

/**
 * A net in memory. What is asked of it is done one after the other; while it trains, a prediction, a test and a checkpoint
 * are made between two steps, and training goes on with the bits that it has without. Close it: it may hold threads.
 *
 * Every update counts, be it one of `train` or of `step`: what the optimizer counts and what dropout drops follow from the
 * number of updates, the order of samples and the learning rate from the number of epochs that `train` has done.
 */
export class Net extends PredictNet {
  readonly #core: Core;
  #state: State;
  #training = false;

  /**
   * In a core that has begun.
   *
   * @ignore made by `open`
   */
  constructor(core: Core, seed: number) {
    super(core);
    this.#core = core;
    this.#state = begun(seed);
  }

  /**
   * Trains some more epochs. A second call goes on where the first has ended, as one of all epochs
   * would; one that was stopped inside an epoch is gone on with there, on the same data.
   *
   * @param data samples and their classes, or numbers for their outputs: x samples x shape, row-major, or a list with an
   * entry for each sample; bytes of x are scaled by 1/255.
   * @returns the epochs of this call.
   * @throws {InputError} when data do not fit each other or the net, an option is none, or the net is training already.
   * @throws {DivergedError} when the loss or a weight is infinite or NaN: restore a checkpoint.
   * @throws the signal's reason when it stops it: what is done stays.
   */
  async train(data: Labelled, options: NetTrainOptions = {}): Promise<NetTraining> {
    this.#notTraining();
    const { onStep, onEpoch, signal } = options, epochs = options.epochs ?? this.#core.program.spec.training.epochs;
    expectWhole("epochs", epochs, 1, MOST_EPOCHS);
    expectFunction("onStep", onStep);
    expectFunction("onEpoch", onEpoch);
    expectSignal(signal);
    const read = readSet(this.#core.program, data);
    signal?.throwIfAborted();
    this.#core.checkOpen();
    this.#training = true;
    try {
      await beginOn(this.#state, read);
      return { epochs: await trainNet(this.#core, this.#state, read, { epochs, onStep, onEpoch, signal }) };
    } finally {
      this.#training = false;
    }
  }

  /**
   * One update by up to a batch of samples, at the learning rate of the epoch that would come next. The calling thread
   * computes its share.
   *
   * @param x up to batchSize samples, as `train` takes them.
   * @param y the class of each, or numbers for its outputs, as `train` takes them.
   * @param options weights, where the loss takes them.
   * @throws {InputError} when they do not fit each other or the net, or the net is training.
   * @throws {DivergedError} when the loss is infinite or NaN: restore a checkpoint.
   */
  async step(x: Samples, y?: Labelled["y"], options?: Pick<Labelled, "weights">): Promise<NetStepResult> {
    this.#notTraining();
    const core = this.#core, { plan, program } = core;
    const read = readSet(program, { ...options, x, y }), { samples } = read;
    if (samples > plan.batchSize) {
      throw new InputError(`x has ${samples} samples; a step of net ${plan.name} takes up to ${plan.batchSize}`);
    }
    return await core.alone(async () => {
      const state = this.#state;
      const later = core.once(read, state);
      if (later) await later;
      state.steps++;
      state.whole = false;
      state.partial = undefined;
      const result = await figuresAt(core, BATCH, 1, samples), { loss } = result;
      if (Number.isFinite(loss)) return result;
      throw new DivergedError(state.epochs + 1, state.steps, `the loss has become ${loss}`);
    });
  }

  /**
   * Tests the net on samples, which changes nothing in it.
   *
   * @param data as `train` takes them.
   * @throws {InputError} when data do not fit each other or the net.
   */
  async evaluate(data: Labelled): Promise<NetEvaluation> {
    const core = this.#core, { plan, program } = core, read = readSet(program, data), { samples: total } = read;
    return await core.alone(async () => {
      // what is trained on stays where it is
      const set = this.#training ? MEANWHILE : WHOLE;
      if (set === MEANWHILE && !core.set(WHOLE)) await core.place(WHOLE, 1);
      await core.place(set, total);
      const { counts: { steps } } = core.set(set);
      core.putSamples(set, read);
      core.putTables(set, (tables) => fillEvaluation(plan, tables));
      const done = await core.host.run({ set, mode: "evaluate", from: 0, to: steps });
      return { ...await figuresAt(core, set, done, total), total };
    });
  }

  /**
   * A checkpoint, in the format safetensors: weights, the optimizer's state, and how far training has come. Of a GPU that
   * was lost while it trained, it is that of the last whole epoch.
   *
   * @throws {DivergedError} when a weight is infinite or NaN.
   */
  async save(): Promise<Uint8Array<ArrayBuffer>> {
    return await save(this.#core, this.#state);
  }

  /**
   * Takes weights, the optimizer's state and how far training has come of a checkpoint: one that `save` made, or the
   * command line. Of one whose net is trained in another way, it takes the weights, and training begins anew.
   *
   * @throws {InputError} when it is damaged, no checkpoint, or of a net of other layers, or the net is training.
   */
  override async restore(bytes: Uint8Array): Promise<void> {
    this.#notTraining();
    const core = this.#core, { weights, found } = await readTraining(core, bytes);
    await core.alone(() => {
      this.#notTraining();
      core.writeAll(weights);
      for (const [name] of core.shapes(["state"])) {
        const values = found?.optimizer.get(name)?.values;
        core.write(name, values ?? new Float32Array(core.elements(name)));
      }
      this.#state = found?.state ?? begun(this.#state.seed);
    });
  }

  /**
   * Takes the weights of another net that was made of the same layers, and nothing else of it.
   *
   * @throws {InputError} when it is no net, or of other layers, or this one is training.
   */
  override async copyFrom(other: PredictNet): Promise<void> {
    this.#notTraining();
    await super.copyFrom(other);
  }

  #notTraining(): void {
    if (!this.#training) return;
    throw new InputError(`net ${this.name} is training; wait for that, or stop it with a signal`);
  }
}

/**
 * Opens a net: takes memory, starts threads, and draws its weights or takes those that are given.
 *
 * @param shared whether threads can share memory. Default: as it is here.
 * @throws {InputError} when an option is none, or the weights are another net's.
 */
export async function openNet(
  program: NetProgram,
  options: OpenNetOptions = {},
  shared: boolean = sharingFault() === undefined,
): Promise<Net> {
  const { weights, signal } = checkOpen(options), threads = options.threads ?? cores(), seed = options.seed ?? 0;
  const open = program.host ?? hostFor(program, await program.bytes(), threads, shared);
  signal?.throwIfAborted();
  const core = new Core(program, await open());
  try {
    signal?.throwIfAborted();
    await core.begin(seed);
    const net = new Net(core, seed);
    if (weights) await net.restore(weights);
    core.closeOn(signal);
    return net;
  } catch (error) {
    core.close();
    throw error;
  }
}

/** What opens who runs a net's module. */
function hostFor(
  { plan, worker }: NetProgram,
  bytes: Uint8Array<ArrayBuffer>,
  threads: number,
  shared: boolean,
): () => Promise<Host> {
  const warm = plan.train.kernels.map(({ kernel: { name } }) => name);
  return async () => {
    if (threads > 0 && worker && shared) return new TeamHost(worker, threads, await WebAssembly.compile(bytes), warm);
    const module = await WebAssembly.compile(unshared(bytes));
    return threads > 0 && worker ? new RemoteHost(worker(), module, warm) : new LocalHost(module);
  };
}

/** What was found of so many samples in the first steps over a data set. */
async function figuresAt(core: Core, set: number, steps: number, samples: number): Promise<NetStepResult> {
  const { sums } = await core.sums(set, BEGINNING, steps), { hit: correct } = sums;
  return { ...meansOf(core.plan, sums, samples), ...correct >= 0 && { correct } };
}

/** How many threads train where nobody says. */
function cores(): number {
  return Math.min(globalThis.navigator?.hardwareConcurrency ?? 1, MOST_THREADS);
}
