/**
 * A network in shared memory: its arena, its data sets, and the team that runs it.
 *
 * @module
 */
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import type { Plan } from "../../../codegen/plan/plan.ts";
import { checkPlaces } from "../../../codegen/prove/binary/places.ts";
import { addUp, BEGINNING, checkSteps, fillEvaluation, fillTraining, lossesOf, resultOf } from "../epoch.ts";
import type { Epoch, EpochSums, NetSession, Predictions, Result, Timing, TrainingResult } from "../session.ts";
import { initialTensors, notFinite, outputOf, parametersOf, storedValues } from "../tensors.ts";
import type { Code, TimedCode } from "./load.ts";
import { type FittedMemory, type LoadedSet, loadSet } from "./memory.ts";
import { sharedMemory } from "./pages.ts";
import { type SharedRows, Team } from "./team.ts";
import { timeSteps } from "./time_steps.ts";

/** A network in shared memory, run by a team of workers. */
export class ThreadSession implements NetSession {
  readonly #plan: Plan;
  readonly #memory: SharedRows;
  readonly #sets: readonly LoadedSet[];
  readonly #team: Team;
  readonly #timed?: TimedCode;
  #stopped = false;
  /** Whether no step has run yet, and nothing was written. */
  #fresh = true;

  private constructor(
    plan: Plan,
    memory: SharedRows,
    sets: readonly LoadedSet[],
    team: Team,
    timed?: TimedCode,
  ) {
    this.#plan = plan;
    this.#memory = memory;
    this.#sets = sets;
    this.#team = team;
    this.#timed = timed;
  }

  /**
   * Copies data sets into memory and starts the team; what comes before the first step, its threads do not wait for.
   *
   * @param code the generated `step.ts`, or the assembled module.
   * @param timed for a profile.
   */
  static open(
    plan: Plan,
    code: Code,
    { sets, rows, scratch: from, pages }: FittedMemory,
    threads: number,
    timed?: TimedCode,
  ): ThreadSession {
    const memory = sharedMemory(pages), scratch = { from, bytes: plan.scratchBytes ?? 0 };
    const loaded = sets.map((set, i) => loadSet(plan, memory.buffer, rows[i], set));
    const places = Array.from(
      { length: threads },
      (_, thread) => [from + thread * scratch.bytes, scratch.bytes] as const,
    );
    checkPlaces(plan, memory.buffer.byteLength, loaded.map((set, i) => ({ ...set, rows: rows[i] })), places);
    const warm = typeof code === "string" ? undefined : plan.train.kernels.map(({ kernel: { name } }) => name);
    const team = new Team({ code, memory, rows, scratch, ...warm && { warm } }, threads);
    return new ThreadSession(plan, { memory, rows, scratch }, loaded, team, timed);
  }

  /** Threads of the team. */
  get threads(): number {
    return this.#team.size;
  }

  /** Fulfilled when all threads have loaded the code. */
  get ready(): Promise<void> {
    return this.#team.ready;
  }

  /** Draws the initial parameters, and puts the beginnings of buffers and the optimizer's state. */
  initialize(seed: number): void {
    for (const [name, values] of initialTensors(this.#plan, seed)) {
      if (values) this.#tensor(name).set(values);
      // memory begins as zeros: what is left alone, the threads get from the system side by side
      else if (!this.#fresh) this.#tensor(name).fill(0);
    }
    this.#fresh = false;
  }

  /** A tensor's elements in the usual order: a copy. It must have no halo. */
  read(name: string): Float32Array<ArrayBuffer> {
    const usual = fromStored(this.#tensor(name), this.#plan.tensors[name].layout);
    return usual as Float32Array<ArrayBuffer>;
  }

  /** The elements of some tensors, as `read` gives them. */
  readAll(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
    return Promise.resolve(names.map((name) => this.read(name)));
  }

  /** Sets a tensor's elements, given in the usual order. It must have no halo. */
  write(name: string, values: Float32Array): void {
    this.#fresh = false;
    this.#tensor(name).set(storedValues(this.#plan, name, values));
  }

  /** Steps done of the epoch that is running. */
  get progress(): number {
    return this.#team.progress;
  }

  /** Trains one epoch on a data set, in the order that seed and epoch give; `steps` stops early, `before` begins late. */
  async train(set: number, epoch: Epoch, steps = this.#sets[set].steps, before = BEGINNING): Promise<TrainingResult> {
    this.#fresh = false;
    fillTraining(this.#plan, this.#sets[set], epoch);
    const result = await this.#run(set, "train", steps, { before });
    return { ...result, notFinite: notFinite(parametersOf(this.#plan).map((name) => [name, this.#tensor(name)])) };
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

  /** As `evaluate`, and keeps the network's outputs for every sample; all sums have the same bits. */
  async predictions(set: number): Promise<Predictions> {
    const { name, classes } = outputOf(this.#plan), { samples, steps } = this.#sets[set];
    const { batchSize } = this.#plan;
    fillEvaluation(this.#plan, this.#sets[set]);
    const outputs = new Float32Array(samples * classes);
    const afterStep = (step: number) => {
      const first = step * batchSize, count = Math.min(batchSize, samples - first);
      outputs.set(this.read(name).subarray(0, count * classes), first * classes);
    };
    const result = await this.#run(set, "evaluate", steps, { afterStep });
    return { ...result, outputs, losses: lossesOf(this.#plan, samples, this.#sets[set].figures.loss) };
  }

  /** Times each kernel of some steps of training, in a team of its own that works in the same memory. */
  async profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing> {
    if (!this.#timed) throw new TypeError("opened without code that can be timed");
    const tables = this.#sets[set];
    this.#fresh = false;
    fillTraining(this.#plan, tables, epoch);
    return await timeSteps(this.#plan, this.#timed, { ...this.#memory, threads: this.threads }, {
      ...{ set, ofSet: tables.steps, steps, warmUp },
    });
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
    const tables = this.#sets[set], { batchRows } = this.#plan;
    checkSteps(tables, steps, before.steps);
    // the loss of the batch's first row: where weights are NaN, all rows are
    const watched = mode === "train" ? { address: this.#memory.rows[set].loss[0], row: batchRows } : undefined;
    let done = before.steps;
    while (done < steps) {
      const first = done, to = afterStep ? first + 1 : steps;
      done = await this.#team.run({ set, mode, from: first, to, watched });
      afterStep?.(first);
      if (this.#stopped || done < to) break;
    }
    const told = Object.entries(tables.figures).map(([symbol, rows]) =>
      [symbol, rows.subarray(before.steps * batchRows, done * batchRows)] as const
    );
    return resultOf(this.#plan, tables, addUp(before, done, told));
  }

  /** A tensor's elements as they are stored in the arena, halo and all; not a copy. */
  #tensor(name: string): Float32Array {
    const { offset, bytes, dtype, scratch } = this.#plan.tensors[name];
    if (scratch !== undefined) throw new TypeError(`${name} is scratch, and not kept`);
    if (dtype !== "f32") throw new TypeError(`${name} is ${dtype}`);
    return new Float32Array(this.#memory.memory.buffer, offset, bytes / 4);
  }
}
