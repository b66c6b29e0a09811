/**
 * A network on a GPU: every tensor in a buffer, data sets with it, many steps to a submission.
 *
 * @module
 */
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import type { Plan } from "../../../codegen/plan/plan.ts";
import type { Dataset } from "../../data/data.ts";
import { addUp, BEGINNING, checkSteps, fillEvaluation, fillTraining, resultOf, type StepTables } from "../epoch.ts";
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
import { readBuffers } from "./buffers.ts";
import type { GpuCode } from "./code.ts";
import type { Asked, Gpu } from "./device.ts";
import { checked } from "./errors.ts";
import { emptyTables, takeMemory, writeSet, writeTables } from "./memory.ts";
import { tensorBytes } from "./needs.ts";
import { keepOutputs, type KeptOutputs } from "./outputs.ts";
import { createPipelines } from "./pipelines.ts";
import type { GpuNet } from "./steps.ts";
import { Submissions } from "./submissions.ts";
import { timeSteps } from "./time_steps.ts";

/** A network that trains and tests on data sets it holds, on a GPU. */
export class GpuSession implements NetSession {
  readonly ready = Promise.resolve();
  readonly threads = 0;
  readonly #net: GpuNet;
  /** Of each data set. */
  readonly #tables: readonly StepTables[];
  readonly #submissions: Submissions;
  readonly #seconds: Pick<GpuReport, "compileSeconds" | "uploadSeconds">;
  /** In the last epoch. */
  #asked: Asked = { submits: 0, readBacks: 0 };

  private constructor(
    net: GpuNet,
    tables: readonly StepTables[],
    submissions: Submissions,
    seconds: Pick<GpuReport, "compileSeconds" | "uploadSeconds">,
  ) {
    this.#net = net;
    this.#tables = tables;
    this.#submissions = submissions;
    this.#seconds = seconds;
  }

  /**
   * Compiles the kernels, makes all buffers and copies the data sets into them.
   *
   * @param sets that were read, and fit the net and the device.
   */
  static async open(plan: Plan, gpu: Gpu, code: GpuCode, sets: readonly Dataset[]): Promise<GpuSession> {
    const { device } = gpu, counts = sets.map(({ samples }) => rowCounts(plan, samples));
    const begin = performance.now();
    const pipelines = await createPipelines(device, code), compiled = performance.now();
    const memory = await takeMemory(plan, device, pipelines, counts);
    try {
      await checked(device, `the memory of net ${plan.name}`, () => {
        for (const [i, set] of sets.entries()) writeSet(plan, device, set, memory.sets[i]);
      });
      const uploaded = performance.now(), { dispatches } = code;
      const tables = counts.map((count) => emptyTables(plan, count));
      const net = { plan, gpu, dispatches, pipelines, memory };
      // what the first run leaves behind, `initialize` and the next step overwrite
      const submissions = await Submissions.begin(net, counts[0].steps);
      return new GpuSession(net, tables, submissions, {
        compileSeconds: (compiled - begin + performance.now() - uploaded) / 1000,
        uploadSeconds: (uploaded - compiled) / 1000,
      });
    } catch (error) {
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
    const { plan, gpu } = this.#net, what = `tensor ${names.join(", ")} of net ${plan.name}`;
    const contents = await checked(gpu.device, what, () => readBuffers(gpu, names.map((name) => this.#whole(name))));
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
    steps = this.#tables[set].steps,
    before = BEGINNING,
  ): Promise<TrainingResult> {
    const { plan, gpu: { asked }, dispatches } = this.#net, parameters = parametersOf(plan);
    const { submits, readBacks } = asked;
    fillTraining(plan, this.#tables[set], epoch);
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
    fillEvaluation(this.#net.plan, this.#tables[set]);
    return (await this.#run(set, this.#net.dispatches.evaluate, this.#tables[set].steps)).result;
  }

  /** As `evaluate`, and keeps the network's outputs for every sample; loss and hits have the same bits. */
  async predictions(set: number): Promise<Predictions> {
    const { samples, steps } = this.#tables[set];
    const kept = await keepOutputs(this.#net, samples, Math.min(steps, this.#submissions.together));
    try {
      fillEvaluation(this.#net.plan, this.#tables[set]);
      const { result } = await this.#run(set, this.#net.dispatches.evaluate, steps, { kept });
      return { ...result, outputs: kept.outputs };
    } finally {
      kept.to.destroy();
    }
  }

  /** Times each dispatch of some steps of training by the device's own clock, each in a pass of its own. */
  async profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing> {
    const { plan, gpu, memory } = this.#net, tables = this.#tables[set];
    fillTraining(plan, tables, epoch);
    writeTables(gpu.device, tables, memory.sets[set]);
    return await timeSteps(this.#net, { set, ofSet: tables.steps, steps, warmUp });
  }

  /** Gives the buffers back; the device stays. */
  close(): void {
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
  ): Promise<{ result: Result; values: readonly Float32Array[] }> {
    const { plan, gpu, memory: { sets } } = this.#net, tables = this.#tables[set], first = before.steps;
    checkSteps(tables, steps, first);
    writeTables(gpu.device, tables, sets[set]);
    const { submitted, contents: [loss, hit, ...contents] } = await checked(
      gpu.device,
      `net ${plan.name} on the GPU`,
      async () => {
        const submitted = await this.#submissions.submit(set, kernels, [first, steps], kept);
        const { buffers } = sets[set], bytes = 4 * plan.batchRows * submitted;
        const judged = [buffers.loss, buffers.hit].map((buffer) => ({ buffer, bytes }));
        return { submitted, contents: await readBuffers(gpu, [...judged, ...read.map((name) => this.#whole(name))]) };
      },
    );
    this.#submissions.done(submitted);
    const [losses, hits] = [loss, hit].map((content) => new Float32Array(content, 4 * plan.batchRows * first));
    const sums = addUp(before, submitted, losses, hits);
    return { result: resultOf(plan, tables, sums), values: contents.map((c, i) => this.#elements(read[i], c)) };
  }

  /** Sets a tensor's elements, in the order of its storage. */
  #write(name: string, stored: Float32Array): void {
    const { gpu: { device }, memory: { buffers } } = this.#net;
    device.queue.writeBuffer(buffers[name], 0, stored as BufferSource);
  }

  /** All of a tensor's buffer, which may be longer than the tensor. */
  #whole(name: string): { buffer: GPUBuffer; bytes: number } {
    const { plan, memory } = this.#net;
    return { buffer: memory.buffers[name], bytes: tensorBytes(plan.tensors[name]) };
  }

  #elements(name: string, content: ArrayBuffer): Float32Array<ArrayBuffer> {
    return new Float32Array(content, 0, this.#net.plan.tensors[name].bytes / 4);
  }
}
