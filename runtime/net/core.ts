/**
 * A net in the memory of whoever runs it: where all lies, and who may use it when.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { elementsOf, fromStored } from "../../codegen/plan/arrange/layouts.ts";
import { lineFrom } from "../../codegen/plan/layout/lines.ts";
import { type Role, type RunPlan, WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import { checkPlaces } from "../../codegen/prove/binary/places.ts";
import { addUp, figuresOf, fillEvaluation, fillKeys, type StepTables } from "../backends/epoch.ts";
import type { EpochSums } from "../backends/session.ts";
import { placeRows, type RowCounts, rowCounts, type RowPlaces } from "../backends/rows.ts";
import { initialTensors, outputOf, storedValues } from "../backends/tensors.ts";
import { PAGE, pagesFor } from "../backends/threads/pages.ts";
import type { TensorValues } from "../files/checkpoint_format.ts";
import { sha256 } from "./hash.ts";
import type { Host, Numbers, Soon } from "./host.ts";
import type { NetProgram } from "./program.ts";
import { putInputs, type Read } from "./samples.ts";

/** Data sets by their numbers: one batch, for single steps; one that is trained on, or tested; one that is tested meanwhile. */
export const BATCH = 0, WHOLE = 1, MEANWHILE = 2;

/** A net in memory. */
export class Core {
  readonly program: NetProgram;
  readonly plan: RunPlan;
  readonly host: Host;
  /** Whether what runs may be stopped for others, and is gone on with. */
  halts = false;
  /** Who waits for the net. */
  readonly waiting: (() => void)[] = [];
  readonly #scratch: { readonly from: number; readonly bytes: number };
  /** Where the rows of each data set lie, how many it has, and where the last one ends. */
  #sets: readonly { readonly rows: RowPlaces; readonly counts: RowCounts; readonly end: number }[] = [];
  #used = false;
  #closed: Error | undefined;
  #forget: (() => void) | undefined;

  /** Nothing is in memory yet. */
  constructor(program: NetProgram, host: Host) {
    const { plan } = this.program = program;
    this.plan = plan;
    this.host = host;
    this.#scratch = { from: lineFrom(plan.arenaBytes), bytes: lineFrom(plan.scratchBytes ?? 0) };
  }

  /** Takes memory for single steps, and draws the initial weights. */
  async begin(seed: number): Promise<void> {
    await this.place(BATCH, this.plan.batchSize);
    this.initialize(seed);
  }

  /** Draws the initial weights. `anew`: what else begins as zeros is not 0 any more. */
  initialize(seed: number, anew = false): void {
    for (const [name, values] of initialTensors(this.plan, seed)) {
      const { offset, bytes } = this.plan.tensors[name];
      if (values || anew) this.host.put(offset, values ?? new Float32Array(bytes / 4));
    }
  }

  /** See {@linkcode sha256}. */
  sha256(pieces: readonly Uint8Array[]): Promise<string> {
    return sha256(pieces);
  }

  /** The tensor that the loss is taken of, and how many outputs it has for a sample. */
  get output(): { readonly name: string; readonly classes: number } {
    return outputOf(this.plan);
  }

  /** Whether the net was compiled to train. */
  get trains(): boolean {
    return "loss" in this.#sets[BATCH].rows;
  }

  /**
   * Does something with the net that nothing else may interrupt: at once, or when what runs has ended, or could be stopped.
   *
   * @throws {InputError} when the net is closed.
   */
  async alone<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    this.checkOpen();
    if (this.#used) {
      this.halt();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.#used = true;
    try {
      this.checkOpen();
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.#used = false;
    }
  }

  /** Lets what runs end, if it may be stopped. */
  halt(): void {
    if (this.halts) this.host.halt();
  }

  /** @throws {InputError} when the net is closed. */
  checkOpen(): void {
    if (this.#closed) throw this.#closed;
  }

  /** Closes the net when a signal is given. @throws the signal's reason where it was. */
  closeOn(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    const close = () => this.close();
    signal?.addEventListener("abort", close);
    this.#forget = () => signal?.removeEventListener("abort", close);
  }

  /** Ends all that is running, and all that is asked later, with an error. */
  close(error: Error = new InputError(`net ${this.plan.name} is closed; open another one`)): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#forget?.();
    this.host.close(error);
  }

  /** Makes room for a data set of so many samples behind those of smaller numbers; what lay there is gone. */
  async place(set: number, samples: number): Promise<void> {
    const { plan } = this, sets = this.#sets, threads = Math.max(1, this.host.threads);
    const before = sets[set - 1]?.end, from = before ?? this.#scratch.from + threads * this.#scratch.bytes;
    if (sets[set]?.counts.samples === samples) return;
    const counts = rowCounts(plan, samples), { rows, end } = placeRows(plan, counts, lineFrom(from));
    const pages = pagesFor(end), all = [...sets.slice(0, set), { rows, counts, end }];
    const places = Array.from(
      { length: this.#scratch.bytes > 0 ? threads : 0 },
      (_, thread) => [this.#scratch.from + thread * this.#scratch.bytes, this.#scratch.bytes] as const,
    );
    checkPlaces(plan, pages * PAGE, all.map(({ rows, counts }) => ({ rows, ...counts })), places);
    await this.host.place({ pages, kept: before ?? 0, scratch: this.#scratch, rows: all.map(({ rows }) => rows) });
    this.#sets = all;
  }

  /** The rows of a data set, and how many there are. */
  set(set: number): { readonly rows: RowPlaces; readonly counts: RowCounts } {
    return this.#sets[set];
  }

  /** Puts numbers where a data set has rows of a tensor, if the net has it. */
  put(set: number, name: string, values: Numbers | undefined): void {
    const place = this.#sets[set].rows[name];
    if (place && values) this.host.put(place[0], values);
  }

  /** Puts samples, and what was given beside them, where a data set has them. */
  putSamples(set: number, read: Read): void {
    const { rows } = this.#sets[set];
    putInputs(this.plan, read.inputs, rows.data[0], (address, values) => this.host.put(address, values));
    // what is no tensor's name finds no place
    for (const [name, values] of Object.entries(read)) this.put(set, name, values);
  }

  /** Puts what changes from step to step over a data set. `samples`: of a batch that has fewer. */
  putTables(set: number, fill: (tables: StepTables) => void, samples: number = this.#sets[set].counts.samples): void {
    const { batchRows, params, keys } = this.plan, { counts: { steps } } = this.#sets[set];
    const tables = {
      ...{ samples, steps },
      order: new Int32Array(steps * batchRows),
      params: new Float32Array(steps * params.length),
      ...keys.length > 0 && { keys: new Uint32Array(steps * keys.length) },
    };
    fill(tables);
    for (const name of ["order", "params", "keys"] as const) this.put(set, name, tables[name]);
  }

  /** Numbers of 32 bits of a data set's rows of a tensor. */
  async rows(set: number, name: string, from: number, to: number): Promise<Float32Array<ArrayBuffer>> {
    const [address] = this.#sets[set].rows[name], { batchRows } = this.plan;
    return new Float32Array(await this.host.get(address + 4 * from * batchRows, 4 * (to - from) * batchRows));
  }

  /** Sums over a data set, when its steps are done up to one, and those before were added up. */
  async sums(set: number, before: EpochSums, done: number): Promise<EpochSums> {
    const told = await Promise.all(
      figuresOf(this.plan).map(async ({ symbol }) =>
        [symbol, await this.rows(set, symbol, before.steps, done)] as const
      ),
    );
    return addUp(before, done, told);
  }

  /** Runs a single step over up to a batch: what a test does, or what an update does that is so many behind the first. */
  once(read: Read, train?: { readonly seed: number; readonly epochs: number; readonly steps: number }): Soon<void> {
    const { plan, program: { rules } } = this;
    // between two batches, say
    this.checkOpen();
    this.putSamples(BATCH, read);
    this.putTables(BATCH, (tables) => {
      fillEvaluation(plan, tables, train && (() => rules.params(train.epochs, train.steps, Infinity)));
      if (train) fillKeys(plan, tables, train.seed, train.steps);
    }, read.samples);
    return this.host.once(BATCH, train ? "train" : "evaluate");
  }

  /** A tensor's elements in the usual order: a copy. */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const { offset, bytes, layout } = this.plan.tensors[name];
    const stored = new Float32Array(await this.host.get(offset, bytes));
    return layout ? fromStored(stored, layout) : stored;
  }

  /** Sets a tensor's elements, given in the usual order. */
  write(name: string, values: Float32Array): void {
    this.host.put(this.plan.tensors[name].offset, storedValues(this.plan, name, values));
  }

  /** Sets tensors' elements. */
  writeAll(tensors: ReadonlyMap<string, TensorValues>): void {
    for (const [name, { values }] of tensors) this.write(name, values);
  }

  /** Names and shapes of the tensors of some roles, in the usual order. */
  shapes(roles: readonly Role[] = WEIGHT_ROLES): [name: string, shape: readonly number[]][] {
    return Object.values(this.plan.tensors).filter(({ role }) => roles.includes(role))
      .map(({ name, shape, layout }) => [name, layout?.shape ?? shape]);
  }

  /** Elements of a tensor in the usual order. */
  elements(name: string): number {
    return elementsOf(this.plan.tensors[name]);
  }

  /** The tensors of some roles, read back. */
  async readAll(roles?: readonly Role[]): Promise<Map<string, TensorValues>> {
    return new Map(
      await Promise.all(
        this.shapes(roles).map(async ([name, shape]) => [name, { shape, values: await this.read(name) }] as const),
      ),
    );
  }
}
