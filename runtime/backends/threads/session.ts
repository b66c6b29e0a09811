/**
 * A network in memory: its arena, its data sets, and the team that runs it.
 *
 * @module
 */
import { fromStored, toStored } from "../../../codegen/plan/arrange/layouts.ts";
import { BYTES } from "../../../codegen/ir/ir.ts";
import { InputError } from "../../../codegen/error.ts";
import { megabytes } from "../../../codegen/amounts.ts";
import type { Plan } from "../../../codegen/plan/plan.ts";
import { firstNotFinite, sizeOf } from "../../data/arrays.ts";
import { checkLabels, type Dataset, inputsOf, readDataset } from "../../data/data.ts";
import { initialize, shuffleEpoch, streamKey } from "../../run/random.ts";
import { type Code, PAGE, type TimedCode } from "./load.ts";
import { type Assignment, Team } from "./team.ts";

/** What is given to one epoch. */
export interface Epoch {
  /** The seed of the run, and the number of the epoch from 0: the order of samples and what dropout drops depend on them. */
  readonly seed: number;
  readonly epoch: number;
  /** Values of the optimizer's params for a step of the epoch, from 0. */
  params(step: number): Readonly<Record<string, number>>;
}

/** Sums over the samples of the steps of an epoch that are done, in their order: exact hits, and the loss in f64. */
export interface EpochSums {
  readonly steps: number;
  readonly loss: number;
  readonly hits: number;
}

/** Means over the samples of an epoch, as they were seen. */
export interface Result {
  readonly loss: number;
  readonly correct: number;
  /** Steps of the epoch that are done: fewer than were asked for where it was stopped, or the loss is not finite. */
  readonly steps: number;
  /** What `loss` is the mean of. */
  readonly lossSum: number;
}

/** An element of a tensor that is infinite or NaN. */
export interface NotFinite {
  readonly name: string;
  /** Where it is, in the order of what was looked at. */
  readonly index: number;
  readonly value: number;
}

/** What training gives. */
export interface TrainingResult extends Result {
  /** A parameter that has such an element after the last step: the loss need not show it. */
  readonly notFinite?: NotFinite;
}

/** What a network made of every sample of a data set. */
export interface Predictions extends Result {
  /** What the last layer gave: samples x classes, row-major. */
  readonly outputs: Float32Array;
}

/** A network that trains and tests on data sets it holds: in shared memory, or on a GPU. */
export interface NetSession {
  /** Draws the initial parameters and clears the optimizer's state. */
  initialize(seed: number): void;
  /** A tensor's elements in the usual order: a copy. It must have no halo. */
  read(name: string): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>>;
  /** The elements of some tensors, as `read` gives them. */
  readAll(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]>;
  /** Sets a tensor's elements, given in the usual order. It must have no halo. */
  write(name: string, values: Float32Array): void;
  /** Steps done of the epoch that is running. */
  readonly progress: number;
  /**
   * Trains one epoch on a data set, in the order that seed and epoch give.
   *
   * @param steps stops early: after the first so many steps of the epoch.
   * @param before steps of the epoch that are done, and their sums.
   */
  train(set: number, epoch: Epoch, steps?: number, before?: EpochSums): Promise<TrainingResult>;
  /** Ends what is running soon, after a step; nothing that is begun later goes on for long. */
  stop(): void;
  /** Runs the network over a data set in its own order, without training. */
  evaluate(set: number): Promise<Result>;
  /** As `evaluate`, and keeps the network's outputs for every sample; loss and hits have the same bits. */
  predictions(set: number): Promise<Predictions>;
  /**
   * Times each kernel of some steps of training, the first of an epoch, over and over where it has fewer. It trains on;
   * `steps`: how many are timed, after `warmUp` others.
   */
  profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing>;
  /** Gives back what it holds. */
  close(): void;
}

/** When the kernels of some training steps ran. */
export interface Timing {
  /** What told the time. */
  readonly clock: string;
  /** What kernels ran on, side by side: threads, or the queue of a GPU. */
  readonly tracks: readonly string[];
  /** What is started in a step, in order: kernels, or dispatches of one or several. */
  readonly started: readonly { readonly name: string; readonly kernels: readonly string[] }[];
  /** In the order of steps, tracks, and what is started. */
  readonly spans: readonly Span[];
}

/** One run on one track: numbers of the step, the track and what was started; seconds from the same beginning. */
export interface Span {
  readonly step: number;
  readonly track: number;
  readonly started: number;
  readonly begin: number;
  readonly end: number;
}

/** Of an epoch that begins. */
export const BEGINNING: EpochSums = { steps: 0, loss: 0, hits: 0 };

/** What changes from step to step in one epoch over a data set, a row for each step. */
export interface StepTables {
  readonly samples: number;
  readonly steps: number;
  readonly order: Int32Array;
  readonly params: Float32Array;
  readonly keys?: Uint32Array;
}

const ALIGNMENT = 64;
/** Largest memory of a session, in bytes. */
const LARGEST = 2 ** 32;

/** A network in shared memory, run by a team of workers. */
export class Session implements NetSession {
  readonly #plan: Plan;
  readonly #place: Pick<Assignment, "memory" | "rows">;
  readonly #sets: readonly LoadedSet[];
  readonly #team: Team;
  readonly #timed?: TimedCode;
  #stopped = false;

  private constructor(
    plan: Plan,
    place: Pick<Assignment, "memory" | "rows">,
    sets: readonly LoadedSet[],
    team: Team,
    timed?: TimedCode,
  ) {
    this.#plan = plan;
    this.#place = place;
    this.#sets = sets;
    this.#team = team;
    this.#timed = timed;
  }

  /**
   * Lays out memory, copies the data sets into it and starts the team.
   *
   * @param code the generated `step.ts`, or the assembled module.
   * @param timed for a profile.
   * @throws {InputError} when a data set does not fit the network.
   */
  static async open(
    plan: Plan,
    code: Code,
    sets: readonly Dataset[],
    threads: number,
    timed?: TimedCode,
  ): Promise<Session> {
    const own = sets.map((set) => readDataset(set)), { rows, pages } = memoryFor(plan, own);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const loaded = own.map((set, i) => load(plan, memory.buffer, rows[i], set));
    return new Session(plan, { memory, rows }, loaded, await Team.start({ code, memory, rows }, threads), timed);
  }

  /** Draws the initial parameters and clears the optimizer's state. */
  initialize(seed: number): void {
    for (const tensor of Object.values(this.#plan.tensors)) {
      if (tensor.role === "parameter") {
        const values = this.tensor(tensor.name);
        initialize(values, tensor, seed);
        values.set(toStored(values, tensor.layout));
      }
      if (tensor.role === "state") this.tensor(tensor.name).fill(0);
    }
  }

  /** A tensor's elements in the usual order: a copy. It must have no halo. */
  read(name: string): Float32Array<ArrayBuffer> {
    const usual = fromStored(this.tensor(name), this.#plan.tensors[name].layout);
    return usual as Float32Array<ArrayBuffer>;
  }

  /** The elements of some tensors, as `read` gives them. */
  readAll(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
    return Promise.resolve(names.map((name) => this.read(name)));
  }

  /** Sets a tensor's elements, given in the usual order. It must have no halo. */
  write(name: string, values: Float32Array): void {
    this.tensor(name).set(storedValues(this.#plan, name, values));
  }

  /** A tensor's elements as they are stored in the arena, halo and all; not a copy. */
  tensor(name: string): Float32Array {
    const { offset, bytes, dtype } = this.#plan.tensors[name];
    if (dtype !== "f32") throw new TypeError(`${name} is ${dtype}`);
    return new Float32Array(this.#place.memory.buffer, offset, bytes / 4);
  }

  /** Steps done of the epoch that is running. */
  get progress(): number {
    return this.#team.progress;
  }

  /** Trains one epoch on a data set, in the order that seed and epoch give; `steps` stops early, `before` begins late. */
  async train(set: number, epoch: Epoch, steps = this.#sets[set].steps, before = BEGINNING): Promise<TrainingResult> {
    fillTraining(this.#plan, this.#sets[set], epoch);
    const result = await this.#run(set, "train", steps, { before });
    return { ...result, notFinite: notFinite(parametersOf(this.#plan).map((name) => [name, this.tensor(name)])) };
  }

  /** Ends what is running, and what is begun later, after a step. */
  stop(): void {
    this.#stopped = true;
    this.#team.halt();
  }

  /** Runs the network over a data set in its own order, without training. */
  evaluate(set: number): Promise<Result> {
    fillEvaluation(this.#plan, this.#sets[set]);
    return this.#run(set, "evaluate", this.#sets[set].steps);
  }

  /** As `evaluate`, and keeps the network's outputs for every sample; loss and hits have the same bits. */
  async predictions(set: number): Promise<Predictions> {
    const { name, classes } = outputOf(this.#plan), { samples, steps } = this.#sets[set];
    fillEvaluation(this.#plan, this.#sets[set]);
    const outputs = new Float32Array(samples * classes);
    const afterStep = (step: number) => {
      const first = step * this.#plan.batchSize;
      outputs.set(this.read(name).subarray(0, (samples - first) * classes), first * classes);
    };
    const result = await this.#run(set, "evaluate", steps, { afterStep });
    return { ...result, outputs };
  }

  /** Times each kernel of some steps of training, in a team of its own that works in the same memory. */
  async profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing> {
    if (!this.#timed) throw new TypeError("opened without code that can be timed");
    const { train: { kernels, barriers } } = this.#plan, tables = this.#sets[set], { code, shares } = this.#timed;
    const threads = this.#team.size, all = warmUp + steps, count = kernels.length;
    const times = new Float64Array(new SharedArrayBuffer(threads * all * count * 2 * 8));
    const stopwatch = { times, origin: performance.timeOrigin, barriers: [...barriers.slice(1), true] };
    fillTraining(this.#plan, tables, epoch);
    const team = await Team.start({ code, ...this.#place, stopwatch }, threads);
    try {
      for (let done = 0; done < all; done += tables.steps) {
        await team.run({ rows: set, mode: "train", from: 0, to: Math.min(tables.steps, all - done) });
      }
    } finally {
      team.stop();
    }
    const spans: Span[] = [];
    for (let step = 0; step < steps; step++) {
      for (let track = 0; track < threads; track++) {
        for (const [started, { kernel: { name } }] of kernels.entries()) {
          if (!shares(name, track, threads)) continue;
          const at = 2 * ((track * all + warmUp + step) * count + started);
          spans.push({ step, track, started, begin: times[at] / 1000, end: times[at + 1] / 1000 });
        }
      }
    }
    return {
      clock: threads === 1 ? "the thread's clock" : "the threads' clocks, each kernel in the thread that took longest",
      tracks: Array.from({ length: threads }, (_, thread) => `thread ${thread + 1}`),
      started: kernels.map(({ kernel: { name } }) => ({ name, kernels: [name] })),
      spans,
    };
  }

  /** Ends the team. */
  close(): void {
    this.#team.stop();
  }

  /** Steps up to `steps`, behind those `before`. `afterStep`: the team stops for it after each step. */
  async #run(
    set: number,
    mode: "train" | "evaluate",
    steps: number,
    { before = BEGINNING, afterStep }: { before?: EpochSums; afterStep?: (step: number) => void } = {},
  ): Promise<Result> {
    const tables = this.#sets[set], { batchSize } = this.#plan;
    checkSteps(tables, steps, before.steps);
    // the loss of the batch's first row: where weights are NaN, all rows are
    const watched = mode === "train" ? { address: this.#place.rows[set].loss[0], row: batchSize } : undefined;
    let done = before.steps;
    while (done < steps) {
      const first = done, to = afterStep ? first + 1 : steps;
      done = await this.#team.run({ rows: set, mode, from: first, to, watched });
      afterStep?.(first);
      if (this.#stopped || done < to) break;
    }
    const [loss, hit] = [tables.loss, tables.hit].map((rows) =>
      rows.subarray(before.steps * batchSize, done * batchSize)
    );
    return resultOf(this.#plan, tables, addUp(before, done, loss, hit));
  }
}

/** Names of the tensors that are trained. */
export function parametersOf({ tensors }: Plan): string[] {
  return Object.values(tensors).filter(({ role }) => role === "parameter").map(({ name }) => name);
}

/** The first element of some tensors that is infinite or NaN. */
export function notFinite(tensors: Iterable<readonly [name: string, values: Float32Array]>): NotFinite | undefined {
  for (const [name, values] of tensors) {
    const index = firstNotFinite(values);
    if (index >= 0) return { name, index, value: values[index] };
  }
}

/** The tables of an epoch of training: a shuffled order, the optimizer's numbers, what dropout drops. */
export function fillTraining(plan: Plan, tables: StepTables, { seed, epoch, params }: Epoch): void {
  const { order, samples, keys, steps } = tables;
  shuffleEpoch(order, samples, seed, epoch);
  fillParams(plan, tables, params);
  if (!keys) return;
  for (let step = 0; step < steps; step++) {
    for (const [column, name] of plan.keys.entries()) {
      keys[step * plan.keys.length + column] = streamKey(seed, name, epoch * steps + step);
    }
  }
}

/** The tables of a test: samples in their own order. */
export function fillEvaluation(plan: Plan, tables: StepTables): void {
  for (let i = 0; i < tables.samples; i++) tables.order[i] = i;
  fillParams(plan, tables, () => ({}));
}

/** The tensor that the loss is taken of, and how many outputs it has for a sample. */
export function outputOf({ graph }: Plan): { name: string; classes: number } {
  return { name: `${graph.output}.output`, classes: graph.shapes[graph.output][0] };
}

function fillParams(plan: Plan, { params: table, steps, samples }: StepTables, params: Epoch["params"]): void {
  const { params: names, batchSize } = plan;
  for (let step = 0; step < steps; step++) {
    const values: Record<string, number> = {
      ...params(step),
      count: Math.min(batchSize, samples - step * batchSize),
    };
    for (const [column, name] of names.entries()) table[step * names.length + column] = values[name] ?? 0;
  }
}

/** @throws {RangeError} when the tables have no row for each step: one for each of the data set, and no more. */
export function checkSteps({ steps: all }: StepTables, steps: number, from = 0): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > all) throw new RangeError(`${steps} steps of ${all}`);
  if (!Number.isInteger(from) || from < 0 || from >= steps) throw new RangeError(`from step ${from} of ${steps}`);
}

/** A tensor's elements from the usual order to that of its storage. */
export function storedValues({ tensors }: Plan, name: string, values: Float32Array): Float32Array {
  const { dtype, bytes, layout } = tensors[name];
  if (dtype !== "f32" || values.length * BYTES[dtype] !== bytes) throw new TypeError(`${values.length} for ${name}`);
  return toStored(values, layout);
}

/**
 * The sums of an epoch when it has gone on to `steps`. Hits are exact, and n losses, none of which is negative, right to
 * n 2^-53 of their sum: 1.1e-8 for 10^8 samples.
 *
 * @param loss that of each row of the batch in each step after those `before`, and `hit` 1 where its sample is right;
 *   both are 0 where there is no sample.
 */
export function addUp(before: EpochSums, steps: number, loss: Float32Array, hit: Float32Array): EpochSums {
  let { loss: sum, hits } = before;
  for (let i = 0; i < loss.length; i++) {
    sum += loss[i];
    hits += hit[i];
  }
  return { steps, loss: sum, hits };
}

/** The means of an epoch from its sums. */
export function resultOf({ batchSize }: Plan, { samples }: StepTables, { steps, loss, hits }: EpochSums): Result {
  return { loss: loss / Math.min(samples, steps * batchSize), correct: hits, steps, lossSum: loss };
}

/**
 * Where data sets lie in a memory behind the tensors of a net, and how large it is.
 *
 * @throws {InputError} when a data set does not fit the network, or all of it no memory.
 */
export function memoryFor(
  plan: Plan,
  sets: readonly Dataset[],
): { rows: readonly Record<string, [at: number, elements: number]>[]; pages: number } {
  const rows: Record<string, [number, number]>[] = [];
  let end = plan.arenaBytes;
  for (const set of sets) {
    checkFit(plan, set);
    const counts = { samples: set.samples, steps: Math.ceil(set.samples / plan.batchSize) };
    const own: Record<string, [number, number]> = {};
    for (const { name, dtype, shape, rows: of } of Object.values(plan.tensors)) {
      if (of === undefined) continue;
      const elements = counts[of] * sizeOf(shape.slice(1));
      end = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      own[name] = [end, elements];
      end += elements * BYTES[dtype];
    }
    rows.push(own);
  }
  if (end > LARGEST) {
    throw new InputError(
      `net and data need ${megabytes(end)} of memory, at most ${megabytes(LARGEST)} are possible; use fewer samples`,
    );
  }
  return { rows, pages: Math.ceil(end / PAGE) };
}

/**
 * @param set one that was read: the proof of the kernels stands on its sizes and labels.
 * @throws {InputError} when samples have another shape or kind than the network takes, or labels it has no output for.
 */
export function checkFit(plan: Plan, set: Dataset): void {
  const { shape, inputs, source } = set;
  const [, ...expected] = plan.tensors.data.shape;
  if (expected.length === shape.length ? expected.join() !== shape.join() : sizeOf(expected) !== sizeOf(shape)) {
    throw new InputError(
      `${source}: samples are [${shape.join(", ")}], but net ${plan.name} takes [${
        expected.join(", ")
      }]; use other data or change "input" in the spec`,
    );
  }
  const bytes = inputs instanceof Uint8Array;
  if (bytes !== (plan.tensors.data.dtype === "u8")) {
    throw new InputError(
      `${source}: samples are ${bytes ? "bytes" : "floats"}, but net ${plan.name} was compiled for ${
        bytes ? "floats" : "bytes"
      }`,
    );
  }
  checkLabels(set, outputOf(plan).classes);
}

/** A data set in the memory, and what the kernels say of each of its samples, a row for each step. */
interface LoadedSet extends StepTables {
  readonly loss: Float32Array;
  readonly hit: Float32Array;
}

function load(plan: Plan, memory: ArrayBufferLike, rows: Record<string, [number, number]>, set: Dataset): LoadedSet {
  (set.inputs instanceof Uint8Array ? new Uint8Array(memory, ...rows.data) : new Float32Array(memory, ...rows.data))
    .set(inputsOf(set));
  if (rows.labels) new Int32Array(memory, ...rows.labels).set(set.labels);
  if (rows.targets) fillTargets(plan, new Float32Array(memory, ...rows.targets), set);
  return {
    samples: set.samples,
    steps: Math.ceil(set.samples / plan.batchSize),
    order: new Int32Array(memory, ...rows.order),
    params: new Float32Array(memory, ...rows.params),
    loss: new Float32Array(memory, ...rows.loss),
    hit: new Float32Array(memory, ...rows.hit),
    ...(rows.keys && { keys: new Uint32Array(memory, ...rows.keys) }),
  };
}

/** Rows of zeros with a 1 at the label. */
export function fillTargets({ tensors }: Plan, targets: Float32Array, { labels }: Dataset): void {
  const outputs = tensors.targets.shape[1];
  for (const [i, label] of labels.entries()) targets[i * outputs + label] = 1;
}
