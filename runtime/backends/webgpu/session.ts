/**
 * A network on a GPU: every tensor in a buffer, data sets with it, many steps to a submission.
 *
 * @module
 */
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import type { RunPlan } from "../../../codegen/plan/plan.ts";
import type { Dataset } from "../../data/data.ts";
import {
  addUp,
  BEGINNING,
  checkSteps,
  figuresOf,
  fillEvaluation,
  fillTraining,
  lossesOf,
  resultOf,
  type StepTables,
} from "../epoch.ts";
import { rowCounts } from "../rows.ts";
import type {
  Epoch,
  EpochSums,
  GpuReport,
  NetSession,
  Predictions,
  Result,
  Timing,
  TrainingResult,
} from "../session.ts";
import { initialTensors, notFinite, parametersOf, storedValues } from "../tensors.ts";
import { type Place, readBuffers } from "./buffers.ts";
import type { GpuCode } from "./code.ts";
import type { Asked, Gpu } from "./device.ts";
import { checked } from "./errors.ts";
import { type SetMemory, takeMemory, takeSet } from "./memory.ts";
import { keepOutputs, type KeptOutputs } from "./outputs.ts";
import { createPipelines } from "./pipelines.ts";
import { emptyTables, writeSet, writeTables } from "./sets.ts";
import type { GpuNet } from "./steps.ts";
import { Submissions } from "./submissions.ts";
import { timeSteps } from "./time_steps.ts";

/** A data set on the device, and the tables of its epochs. */
interface HeldSet {
  readonly memory: SetMemory;
  readonly tables: StepTables;
}

/** A network that trains and tests on data sets it holds, on a GPU. */
export class GpuSession implements NetSession {
  readonly ready = Promise.resolve();
  readonly threads = 0;
  readonly #net: GpuNet;
  readonly #sets: readonly HeldSet[];
  readonly #submissions: Submissions;
  readonly #seconds: Pick<GpuReport, "compileSeconds" | "uploadSeconds">;
  /** In the last epoch. */
  #asked: Asked = { submits: 0, readBacks: 0 };

  private constructor(
    net: GpuNet,
    sets: readonly HeldSet[],
    submissions: Submissions,
    seconds: Pick<GpuReport, "compileSeconds" | "uploadSeconds">,
  ) {
    this.#net = net;
    this.#sets = sets;
    this.#submissions = submissions;
    this.#seconds = seconds;
  }

  /**
   * Compiles the kernels, makes all buffers and copies the data sets into them.
   *
   * @param sets that were read, and fit the net and the device.
   */
  static async open(plan: RunPlan, gpu: Gpu, code: GpuCode, sets: readonly Dataset[]): Promise<GpuSession> {
    const { device } = gpu, { dispatches } = code, begin = performance.now();
    const pipelines = await createPipelines(device, code), compiled = performance.now();
    const memory = await takeMemory(plan, device, dispatches.together), held: HeldSet[] = [];
    try {
      const net = { plan, gpu, dispatches, pipelines, memory };
      for (const set of sets) held.push(await hold(net, set));
      const uploaded = performance.now(), [{ memory: first, tables: { steps } }] = held;
      // what the first run leaves behind, `initialize` and the next step overwrite
      const submissions = await Submissions.begin(net, first, steps);
      return new GpuSession(net, held, submissions, {
        compileSeconds: (compiled - begin + performance.now() - uploaded) / 1000,
        uploadSeconds: (uploaded - compiled) / 1000,
      });
    } catch (error) {
      for (const { memory } of held) memory.destroy();
      memory.destroy();
      throw error;
    }
  }

  /** What the run asked of the device so far. */
  get gpu(): GpuReport {
    const { gpu: { name, fallback }, dispatches } = this.#net;
    return {
      adapter: name,
      fallback,
      dispatchesPerStep: dispatches.train.length,
      submitsPerEpoch: this.#asked.submits,
      readBacksPerEpoch: this.#asked.readBacks,
      ...this.#seconds,
    };
  }

  /** Steps of the epoch that is running that are known to be done. */
  get progress(): number {
    return this.#submissions.progress;
  }

  /** Draws the initial parameters, and puts the beginnings of buffers and the optimizer's state. */
  initialize(seed: number): void {
    for (const [name, values] of initialTensors(this.#net.plan, seed)) {
      this.#write(name, values ?? new Float32Array(this.#net.plan.tensors[name].bytes / 4));
    }
  }

  /** A tensor's elements in the usual order. It must have no halo. */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const [values] = await this.readAll([name]);
    return values;
  }

  /** The elements of some tensors, as `read` gives them; they are waited for once. */
  async readAll(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
    const { plan, gpu } = this.#net, what = names.length === 1 ? `tensor ${names[0]}` : `${names.length} tensors`;
    const contents = await checked(
      gpu.device,
      `${what} of net ${plan.name}`,
      () => readBuffers(gpu, names.map((name) => this.#whole(name))),
    );
    return contents.map((c, i) => fromStored(this.#elements(names[i], c), plan.tensors[names[i]].layout));
  }

  /** Sets a tensor's elements, given in the usual order. It must have no halo. */
  write(name: string, values: Float32Array): void {
    this.#write(name, storedValues(this.#net.plan, name, values));
  }

  /** Trains one epoch on a data set, in the order that seed and epoch give; `steps` stops early, `before` begins late. */
  async train(
    set: number,
    epoch: Epoch,
    steps = this.#sets[set].tables.steps,
    before = BEGINNING,
  ): Promise<TrainingResult> {
    const { plan, gpu: { asked }, dispatches } = this.#net, parameters = parametersOf(plan);
    const { submits, readBacks } = asked;
    fillTraining(plan, this.#sets[set].tables, epoch);
    // WGSL may turn NaN into 0 on the way to the loss, so that parameters have to be looked at
    const { result, values } = await this.#run(set, dispatches.train, steps, { before, read: parameters });
    this.#asked = { submits: asked.submits - submits, readBacks: asked.readBacks - readBacks };
    return { ...result, notFinite: notFinite(parameters.map((name, i) => [name, values[i]])) };
  }

  /** Ends what is running, and what is begun later, after the steps that are submitted. */
  stop(): void {
    this.#submissions.stop();
  }

  /** Runs the network over a data set in its own order, without training. */
  async evaluate(set: number): Promise<Result> {
    const { tables } = this.#sets[set];
    fillEvaluation(this.#net.plan, tables);
    return (await this.#run(set, this.#net.dispatches.evaluate, tables.steps)).result;
  }

  /** As `evaluate`, and keeps the network's outputs for every sample; all sums have the same bits. */
  async predictions(set: number): Promise<Predictions> {
    const { tables, tables: { samples, steps } } = this.#sets[set];
    const kept = await keepOutputs(this.#net, samples, Math.min(steps, this.#submissions.together));
    try {
      fillEvaluation(this.#net.plan, tables);
      const { result, losses } = await this.#run(set, this.#net.dispatches.evaluate, steps, { kept });
      return { ...result, outputs: kept.outputs, losses: lossesOf(this.#net.plan, samples, losses) };
    } finally {
      kept.to.destroy();
    }
  }

  /** Times each dispatch of some steps of training by the device's own clock, each in a pass of its own. */
  async profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing> {
    const { plan, gpu } = this.#net, { tables, memory } = this.#sets[set];
    fillTraining(plan, tables, epoch);
    writeTables(gpu.device, tables, memory);
    return await timeSteps(this.#net, memory, { set, ofSet: tables.steps, steps, warmUp });
  }

  /** Gives the buffers back; the device stays. */
  close(): void {
    for (const { memory } of this.#sets) memory.destroy();
    this.#net.memory.destroy();
  }

  /**
   * Steps up to `steps`, behind those `before`; gives the elements of the tensors `read` after them, in the order of their
   * storage.
   */
  async #run(
    set: number,
    kernels: readonly string[],
    steps: number,
    { before = BEGINNING, kept, read = [] }: { before?: EpochSums; kept?: KeptOutputs; read?: readonly string[] } = {},
  ): Promise<{ result: Result; losses: Float32Array; values: readonly Float32Array[] }> {
    const { plan, gpu } = this.#net, { tables, memory } = this.#sets[set], first = before.steps;
    checkSteps(tables, steps, first);
    writeTables(gpu.device, tables, memory);
    const symbols = figuresOf(plan).map(({ symbol }) => symbol);
    const { submitted, contents } = await checked(
      gpu.device,
      `net ${plan.name} on the GPU`,
      async () => {
        const submitted = await this.#submissions.submit(memory, kernels, [first, steps], kept);
        const { buffers } = memory, bytes = 4 * plan.batchRows * submitted;
        const judged = symbols.map((symbol) => ({ buffer: buffers[symbol], bytes }));
        return { submitted, contents: await readBuffers(gpu, [...judged, ...read.map((name) => this.#whole(name))]) };
      },
    );
    this.#submissions.done(submitted);
    const told = symbols.map((symbol, i) =>
      [symbol, new Float32Array(contents[i], 4 * plan.batchRows * first)] as const
    );
    const [[, losses]] = told, values = contents.slice(symbols.length);
    return {
      result: resultOf(plan, tables, addUp(before, submitted, told)),
      losses,
      values: values.map((content, i) => this.#elements(read[i], content)),
    };
  }

  /** Sets a tensor's elements, in the order of its storage. */
  #write(name: string, stored: Float32Array): void {
    const { gpu: { device }, memory: { places } } = this.#net, { buffer, offset } = places[name];
    device.queue.writeBuffer(buffer, offset, stored as BufferSource);
  }

  /** All of a tensor. */
  #whole(name: string): Place & { readonly bytes: number } {
    const { plan, memory } = this.#net;
    return { ...memory.places[name], bytes: plan.tensors[name].bytes };
  }

  #elements(name: string, content: ArrayBuffer): Float32Array<ArrayBuffer> {
    return new Float32Array(content, 0, this.#net.plan.tensors[name].bytes / 4);
  }
}

/** Copies a data set to buffers of its own. */
async function hold({ plan, gpu: { device }, pipelines, memory: shared }: GpuNet, set: Dataset): Promise<HeldSet> {
  const counts = rowCounts(plan, set.samples), memory = await takeSet(plan, device, pipelines, shared, counts);
  try {
    await checked(device, `the memory of net ${plan.name}`, () => writeSet(plan, device, set, memory));
    return { memory, tables: emptyTables(plan, counts) };
  } catch (error) {
    memory.destroy();
    throw error;
  }
}
