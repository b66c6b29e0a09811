/**
 * A network on a GPU: every tensor in a buffer, data sets with it, many steps to a submission.
 *
 * @module
 */
import { fromStored, toStored } from "../../../codegen/plan/arrange/layouts.ts";
import { InputError } from "../../../codegen/error.ts";
import { megabytes } from "../../../codegen/amounts.ts";
import type { Plan, PlannedTensor } from "../../../codegen/plan/plan.ts";
import { sizeOf } from "../../data/arrays.ts";
import { type Dataset, inputsOf, readDataset } from "../../data/data.ts";
import {
  type Asked,
  bufferBytes,
  checked,
  createPipeline,
  entries,
  type Gpu,
  type GpuCode,
  type GpuNeeds,
  inBuffer,
  nanosecondsOfTick,
  openGpu,
  type Pipeline,
  readBuffers,
  STEP_STRIDE,
  stepEntry,
  stepLayout,
  stepNumbers,
  submit,
} from "./gpu.ts";
import { initialize } from "../../run/random.ts";
import {
  addUp,
  BEGINNING,
  checkFit,
  checkSteps,
  type Epoch,
  type EpochSums,
  fillEvaluation,
  fillTargets,
  fillTraining,
  type NetSession,
  notFinite,
  outputOf,
  parametersOf,
  type Predictions,
  type Result,
  resultOf,
  type Span,
  type StepTables,
  storedValues,
  type Timing,
  type TrainingResult,
} from "../threads/session.ts";

/** Steps that are submitted together: waiting for a submission costs 10 ms, so there must be many in it. */
const SUBMITTED_STEPS = 128;
/** Seconds that a submission may take on a GPU, about: systems take one that does not answer for 2 s for dead. */
const LONGEST_SUBMISSION = 0.5;
/** Steps that tell how long one takes, and what waiting for them adds, in seconds. */
const TRIED_STEPS = 8, WAIT = 0.01;
/** Most timestamps of a set, on every device. */
const MOST_TIMESTAMPS = 4096;
/** Most bytes of outputs that are kept on the device until they are read. */
const KEPT_BYTES = 2 ** 26;

/** What a run asks of a GPU. */
export interface GpuReport {
  /** The adapter. */
  readonly adapter: string;
  /** Whether it is the processor, not a GPU. */
  readonly fallback: boolean;
  /** Kernels started in a training step. */
  readonly dispatchesPerStep: number;
  /** How often work was handed over in the last epoch of training; counted, without what saving asked for after it. */
  readonly submitsPerEpoch: number;
  /** How often results were read back in it; counted, too. */
  readonly readBacksPerEpoch: number;
  /** Compiling all kernels for the device, in seconds. */
  readonly compileSeconds: number;
  /** Making buffers and copying the data sets into them, in seconds; parts of it may be done later. */
  readonly uploadSeconds: number;
}

/** A data set on the device. */
interface Loaded {
  readonly tables: StepTables;
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  /** The tensors of each kernel. */
  readonly groups: Readonly<Record<string, GPUBindGroup>>;
}

/** A tensor that is copied after every step of a submission, one copy behind the other, and read after it. */
interface Keep {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  /** Of one copy. */
  readonly bytes: number;
  /** Steps of a submission, at most. */
  readonly steps: number;
  /** Reads the copies of steps `first` to `end`. */
  read(first: number, end: number): Promise<void>;
}

/** How many steps to submit together, when so many took so long with the wait for them. */
export function stepsTogether(seconds: number, steps: number): number {
  const each = Math.max(0, seconds - WAIT) / steps;
  return Math.max(1, Math.min(SUBMITTED_STEPS, Math.floor(LONGEST_SUBMISSION / each)));
}

/** A network that trains and tests on data sets it holds, on a GPU. */
export class GpuSession implements NetSession {
  readonly #plan: Plan;
  readonly #gpu: Gpu;
  readonly #code: GpuCode;
  readonly #pipelines: Readonly<Record<string, Pipeline>>;
  readonly #buffers: Readonly<Record<string, GPUBuffer>>;
  readonly #numbers: GPUBuffer;
  #together = SUBMITTED_STEPS;
  readonly #stepGroup: GPUBindGroup;
  readonly #sets: readonly Loaded[];
  #seconds: Pick<GpuReport, "compileSeconds" | "uploadSeconds"> = { compileSeconds: 0, uploadSeconds: 0 };
  /** In the last epoch. */
  #asked: Asked = { submits: 0, readBacks: 0 };
  #progress = 0;
  #stopped = false;

  private constructor(
    plan: Plan,
    gpu: Gpu,
    code: GpuCode,
    pipelines: Readonly<Record<string, Pipeline>>,
    memory: {
      buffers: Readonly<Record<string, GPUBuffer>>;
      numbers: GPUBuffer;
      stepGroup: GPUBindGroup;
      sets: readonly Loaded[];
    },
  ) {
    this.#plan = plan;
    this.#gpu = gpu;
    this.#code = code;
    this.#pipelines = pipelines;
    this.#buffers = memory.buffers;
    this.#numbers = memory.numbers;
    this.#stepGroup = memory.stepGroup;
    this.#sets = memory.sets;
  }

  /**
   * Compiles the kernels, makes all buffers and copies the data sets into them.
   *
   * @param timestamps for a profile.
   * @throws {InputError} when a data set does not fit the network, there is no adapter, or a limit of it is too low.
   */
  static async open(plan: Plan, code: GpuCode, sets: readonly Dataset[], timestamps = false): Promise<GpuSession> {
    const made: GPUBuffer[] = [];
    try {
      return await GpuSession.#open(plan, code, sets.map((set) => readDataset(set)), timestamps, made);
    } catch (error) {
      for (const buffer of made) buffer.destroy();
      throw error;
    }
  }

  /** `made`: where each large buffer goes once there is one. */
  static async #open(
    plan: Plan,
    code: GpuCode,
    sets: readonly Dataset[],
    timestamps: boolean,
    made: GPUBuffer[],
  ): Promise<GpuSession> {
    const { dispatches: { kernels, train }, texts } = code, { own, runs } = tensorsOf(plan);
    if (timestamps && 2 * train.length > MOST_TIMESTAMPS) {
      throw new InputError(
        `a step of net ${plan.name} has ${train.length} dispatches; a profile can time ${MOST_TIMESTAMPS / 2}`,
      );
    }
    const gpu = await openGpu({ ...gpuNeeds(plan, code, sets), timestamps });
    const { device } = gpu, step = stepLayout(device);

    const begin = performance.now();
    const pipelines: Record<string, Pipeline> = {};
    for (const [name, dispatch] of Object.entries(kernels)) {
      pipelines[name] = await createPipeline(device, name, texts[name], dispatch, step);
    }
    const compiled = performance.now();

    // one after the other, so that what does not fit into memory has a name
    const allocate = async (tensors: readonly PlannedTensor[], bytes: (tensor: PlannedTensor) => number) => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
      const buffers: Record<string, GPUBuffer> = {};
      for (const tensor of tensors) {
        const { name } = tensor, size = bytes(tensor);
        const what = `tensor ${name} of net ${plan.name}, ${megabytes(size)}, is refused by WebGPU`;
        buffers[name] = await checked(device, what, () => device.createBuffer({ label: name, size, usage }));
        made.push(buffers[name]);
      }
      return buffers;
    };
    const buffers = await allocate(own, ownBytes), rowBuffers: Record<string, GPUBuffer>[] = [];
    for (const set of sets) rowBuffers.push(await allocate(runs, (tensor) => bytesIn(plan, tensor, set)));
    const memory = await checked(device, `the memory of net ${plan.name}`, () => {
      const most = stepsOf(plan, sets);
      const numbers = device.createBuffer({
        size: STEP_STRIDE * most,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      });
      made.push(numbers);
      device.queue.writeBuffer(numbers, 0, stepNumbers(most));
      const loaded = sets.map((set, i): Loaded => {
        const rows = rowBuffers[i];
        device.queue.writeBuffer(rows.data, 0, inBuffer(plan.tensors.data, inputsOf(set)));
        if (rows.labels) device.queue.writeBuffer(rows.labels, 0, Int32Array.from(set.labels));
        if (rows.targets) {
          const targets = new Float32Array(elementsIn(plan, plan.tensors.targets, set));
          fillTargets(plan, targets, set);
          device.queue.writeBuffer(rows.targets, 0, targets);
        }
        const length = (name: string) => elementsIn(plan, plan.tensors[name], set);
        const all = { ...buffers, ...rows };
        return {
          tables: {
            samples: set.samples,
            steps: Math.ceil(set.samples / plan.batchSize),
            order: new Int32Array(length("order")),
            params: new Float32Array(length("params")),
            ...rows.keys && { keys: new Uint32Array(length("keys")) },
          },
          buffers: rows,
          groups: Object.fromEntries(
            Object.entries(pipelines).map(([name, { layout, dispatch: { tensors } }]) => [
              name,
              device.createBindGroup({ layout, entries: entries(tensors.map((tensor) => all[tensor])) }),
            ]),
          ),
        };
      });
      const stepGroup = device.createBindGroup({ layout: step, entries: [stepEntry(numbers)] });
      return { buffers, numbers, stepGroup, sets: loaded };
    });
    const uploaded = performance.now();
    const session = new GpuSession(plan, gpu, code, pipelines, memory);
    // drivers compile a kernel when it first runs; what that leaves behind, `initialize` and the next step overwrite
    await session.#warmUp();
    session.#seconds = {
      compileSeconds: (compiled - begin + performance.now() - uploaded) / 1000,
      uploadSeconds: (uploaded - compiled) / 1000,
    };
    return session;
  }

  /** What the run asked of the device so far. */
  get report(): GpuReport {
    return {
      adapter: this.#gpu.name,
      fallback: this.#gpu.fallback,
      dispatchesPerStep: this.#code.dispatches.train.length,
      submitsPerEpoch: this.#asked.submits,
      readBacksPerEpoch: this.#asked.readBacks,
      ...this.#seconds,
    };
  }

  /** Steps of the epoch that is running that are known to be done. */
  get progress(): number {
    return this.#progress;
  }

  /** Draws the initial parameters and clears the optimizer's state. */
  initialize(seed: number): void {
    for (const tensor of Object.values(this.#plan.tensors)) {
      if (tensor.role !== "parameter" && tensor.role !== "state") continue;
      const values = new Float32Array(tensor.bytes / 4);
      if (tensor.role === "parameter") {
        initialize(values, tensor, seed);
        values.set(toStored(values, tensor.layout));
      }
      this.#gpu.device.queue.writeBuffer(this.#buffers[tensor.name], 0, values);
    }
  }

  /** A tensor's elements in the usual order. It must have no halo. */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const [values] = await this.readAll([name]);
    return values;
  }

  /** The elements of some tensors, as `read` gives them; they are waited for once. */
  async readAll(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
    const what = `tensor ${names.join(", ")} of net ${this.#plan.name}`;
    const values = await checked(this.#gpu.device, what, () => this.#read(names));
    return values.map((stored, i) => fromStored(stored, this.#plan.tensors[names[i]].layout));
  }

  /** Sets a tensor's elements, given in the usual order. It must have no halo. */
  write(name: string, values: Float32Array): void {
    const stored = storedValues(this.#plan, name, values);
    this.#gpu.device.queue.writeBuffer(this.#buffers[name], 0, stored as BufferSource);
  }

  /** Trains one epoch on a data set, in the order that seed and epoch give; `steps` stops early, `before` begins late. */
  async train(
    set: number,
    epoch: Epoch,
    steps = this.#sets[set].tables.steps,
    before = BEGINNING,
  ): Promise<TrainingResult> {
    const { asked } = this.#gpu, { submits, readBacks } = asked, parameters = parametersOf(this.#plan);
    fillTraining(this.#plan, this.#sets[set].tables, epoch);
    // WGSL may turn NaN into 0 on the way to the loss, so that parameters have to be looked at
    const { result, values } = await this.#run(set, this.#code.dispatches.train, steps, { before, read: parameters });
    this.#asked = { submits: asked.submits - submits, readBacks: asked.readBacks - readBacks };
    return { ...result, notFinite: notFinite(parameters.map((name, i) => [name, values[i]])) };
  }

  /** Ends what is running, and what is begun later, after the steps that are submitted. */
  stop(): void {
    this.#stopped = true;
  }

  /** Runs the network over a data set in its own order, without training. */
  async evaluate(set: number): Promise<Result> {
    fillEvaluation(this.#plan, this.#sets[set].tables);
    return (await this.#run(set, this.#code.dispatches.evaluate, this.#sets[set].tables.steps)).result;
  }

  /** As `evaluate`, and keeps the network's outputs for every sample; loss and hits have the same bits. */
  async predictions(set: number): Promise<Predictions> {
    const { name, classes } = outputOf(this.#plan), { samples, steps } = this.#sets[set].tables;
    const { alias = name, bytes, layout } = this.#plan.tensors[name];
    const gpu = this.#gpu, { device } = gpu, { batchSize } = this.#plan;
    const most = Math.max(1, Math.min(steps, this.#together, Math.floor(KEPT_BYTES / bytes)));
    const to = await checked(
      device,
      `the outputs of net ${this.#plan.name}`,
      () => device.createBuffer({ size: bytes * most, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC }),
    );
    const outputs = new Float32Array(samples * classes);
    try {
      fillEvaluation(this.#plan, this.#sets[set].tables);
      const keep: Keep = {
        from: this.#buffers[alias],
        to,
        bytes,
        steps: most,
        async read(first, end) {
          const [contents] = await readBuffers(gpu, [{ buffer: to, bytes: bytes * (end - first) }]);
          for (let step = first; step < end; step++) {
            const values = fromStored(new Float32Array(contents, bytes * (step - first), bytes / 4), layout);
            const sample = step * batchSize;
            outputs.set(values.subarray(0, (samples - sample) * classes), sample * classes);
          }
        },
      };
      const { result } = await this.#run(set, this.#code.dispatches.evaluate, steps, { keep });
      return { ...result, outputs };
    } finally {
      to.destroy();
    }
  }

  /** Times each dispatch of some steps of training by the device's own clock, each in a pass of its own. */
  async profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing> {
    const { device } = this.#gpu, { train, kernels } = this.#code.dispatches, { tables } = this.#sets[set];
    const all = warmUp + steps, most = Math.floor(MOST_TIMESTAMPS / 2 / train.length);
    fillTraining(this.#plan, tables, epoch);
    this.#writeTables(set);
    const submissions = await checked(device, `the profile of net ${this.#plan.name} on the GPU`, async () => {
      // the tables are on their way: the first step that is timed must not wait for them
      submit(this.#gpu);
      await device.queue.onSubmittedWorkDone();
      const querySet = device.createQuerySet({ type: "timestamp", count: 2 * train.length * Math.min(most, all) });
      const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
      const buffer = device.createBuffer({ size: 8 * querySet.count, usage });
      try {
        const done: { readonly from: number; readonly submitted: number; readonly ticks: BigUint64Array }[] = [];
        for (let from = 0, to = 0; from < all; from = to) {
          // what warms up is a submission of its own, so that there are at least two
          to = Math.min(from + most, from < warmUp ? warmUp : all);
          const encoder = device.createCommandEncoder();
          let query = 0;
          for (let step = from; step < to; step++) {
            for (const name of train) {
              const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [query++, query++];
              const pass = encoder.beginComputePass({
                timestampWrites: { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex },
              });
              pass.setBindGroup(0, this.#stepGroup, [STEP_STRIDE * (step % tables.steps)]);
              this.#dispatch(pass, set, name);
              pass.end();
            }
          }
          encoder.resolveQuerySet(querySet, 0, query, buffer, 0);
          const commands = encoder.finish(), submitted = performance.now();
          submit(this.#gpu, commands);
          const [contents] = await readBuffers(this.#gpu, [{ buffer, bytes: 8 * query }]);
          done.push({ from, submitted, ticks: new BigUint64Array(contents) });
        }
        return done;
      } finally {
        querySet.destroy();
        buffer.destroy();
      }
    });
    const first = submissions[0], last = submissions.at(-1)!;
    const passed = (ticks: bigint) => Number(ticks - first.ticks[0]);
    const nanoseconds = nanosecondsOfTick(last.submitted - first.submitted, last.ticks[0] - first.ticks[0]);
    const seconds = (ticks: bigint) => passed(ticks) * nanoseconds / 1e9;
    return {
      clock: `timestamps of the GPU${nanoseconds === 1 ? "" : `, a tick measured as ${nanoseconds.toPrecision(3)} ns`}`,
      tracks: [this.#gpu.name],
      started: train.map((name) => ({ name, kernels: kernels[name].kernels })),
      spans: submissions.filter(({ from }) => from >= warmUp).flatMap(({ from, ticks }) =>
        Array.from({ length: ticks.length / 2 }, (_, i): Span => ({
          step: from - warmUp + Math.floor(i / train.length),
          track: 0,
          started: i % train.length,
          begin: seconds(ticks[2 * i]),
          end: seconds(ticks[2 * i + 1]),
        }))
      ),
    };
  }

  /** Gives the buffers back; the device stays. */
  close(): void {
    const all = [
      this.#numbers,
      ...Object.values(this.#buffers),
      ...this.#sets.flatMap((s) => Object.values(s.buffers)),
    ];
    for (const buffer of all) buffer.destroy();
  }

  /**
   * Steps up to `steps`, behind those `before`; gives the elements of the tensors `read` after them, in the order of their
   * storage.
   */
  async #run(
    set: number,
    kernels: readonly string[],
    steps: number,
    { before = BEGINNING, keep, read = [] }: { before?: EpochSums; keep?: Keep; read?: readonly string[] } = {},
  ): Promise<{ result: Result; values: readonly Float32Array[] }> {
    const { device, fallback } = this.#gpu, { queue } = device, { tables, buffers } = this.#sets[set];
    const { batchSize } = this.#plan, first = before.steps, stride = keep?.steps ?? this.#together;
    checkSteps(tables, steps, first);
    this.#writeTables(set);
    this.#progress = first;
    let submitted = first;
    const [loss, hit, ...contents] = await checked(device, `net ${this.#plan.name} on the GPU`, async () => {
      // one submission waits while another one runs; in software each takes seconds, and a stop should not take two
      let last: Promise<unknown> = Promise.resolve();
      for (let from = first; from < steps; from += stride) {
        submitted = Math.min(from + stride, steps);
        submit(this.#gpu, this.#encode(set, kernels, from, submitted, keep));
        // before the next submission overwrites it
        await keep?.read(from, submitted);
        if (submitted === steps) break;
        const done = queue.onSubmittedWorkDone();
        await (fallback ? done : last);
        this.#progress = fallback ? submitted : from;
        last = done;
        if (this.#stopped) break;
      }
      const judged = [buffers.loss, buffers.hit].map((buffer) => ({ buffer, bytes: 4 * batchSize * submitted }));
      return await readBuffers(this.#gpu, [...judged, ...read.map((name) => this.#whole(name))]);
    });
    this.#progress = submitted;
    const [losses, hits] = [loss, hit].map((content) => new Float32Array(content, 4 * batchSize * first));
    const sums = addUp(before, submitted, losses, hits);
    return { result: resultOf(this.#plan, tables, sums), values: contents.map((c, i) => this.#elements(read[i], c)) };
  }

  /** Brings an epoch's tables to the device. */
  #writeTables(set: number): void {
    const { tables, buffers } = this.#sets[set];
    for (const name of ["order", "params", "keys"] as const) {
      const table = tables[name];
      if (table && buffers[name]) this.#gpu.device.queue.writeBuffer(buffers[name], 0, table as BufferSource);
    }
  }

  /** Runs every kernel once; on a GPU some more, to see how many steps may be submitted together. */
  async #warmUp(): Promise<void> {
    const { device, fallback } = this.#gpu, { train, evaluate } = this.#code.dispatches;
    await checked(device, `net ${this.#plan.name} on the GPU`, async () => {
      submit(this.#gpu, this.#encode(0, [...train, ...evaluate], 0, 1));
      await device.queue.onSubmittedWorkDone();
      if (fallback) return;
      const steps = Math.min(TRIED_STEPS, this.#sets[0].tables.steps), begin = performance.now();
      submit(this.#gpu, this.#encode(0, train, 0, steps));
      await device.queue.onSubmittedWorkDone();
      this.#together = stepsTogether((performance.now() - begin) / 1000, steps);
    });
  }

  /** The dispatches of some steps, each followed by the copy of what is to be kept. */
  #encode(set: number, kernels: readonly string[], from: number, to: number, keep?: Keep): GPUCommandBuffer {
    const encoder = this.#gpu.device.createCommandEncoder();
    let pass = encoder.beginComputePass();
    for (let step = from; step < to; step++) {
      pass.setBindGroup(0, this.#stepGroup, [STEP_STRIDE * step]);
      for (const name of kernels) this.#dispatch(pass, set, name);
      if (!keep) continue;
      // a copy is no part of a pass
      pass.end();
      encoder.copyBufferToBuffer(keep.from, 0, keep.to, keep.bytes * (step - from), keep.bytes);
      pass = encoder.beginComputePass();
    }
    pass.end();
    return encoder.finish();
  }

  #dispatch(pass: GPUComputePassEncoder, set: number, name: string): void {
    const { pipeline, dispatch } = this.#pipelines[name];
    pass.setPipeline(pipeline);
    pass.setBindGroup(1, this.#sets[set].groups[name]);
    pass.dispatchWorkgroups(...dispatch.workgroups);
  }

  async #read(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
    const contents = await readBuffers(this.#gpu, names.map((name) => this.#whole(name)));
    return names.map((name, i) => this.#elements(name, contents[i]));
  }

  /** All of a tensor's buffer, which may be longer than the tensor. */
  #whole(name: string): { buffer: GPUBuffer; bytes: number } {
    return { buffer: this.#buffers[name], bytes: ownBytes(this.#plan.tensors[name]) };
  }

  #elements(name: string, content: ArrayBuffer): Float32Array<ArrayBuffer> {
    return new Float32Array(content, 0, this.#plan.tensors[name].bytes / 4);
  }
}

/** The tensors of the net, each storage once, and those that each data set has its own of. */
function tensorsOf({ tensors }: Plan): { own: PlannedTensor[]; runs: PlannedTensor[] } {
  const all = Object.values(tensors).filter(({ alias }) => alias === undefined);
  return { own: all.filter(({ role }) => role !== "run"), runs: all.filter(({ role }) => role === "run") };
}

/** Steps of the longest data set. */
function stepsOf({ batchSize }: Plan, sets: readonly Dataset[]): number {
  return Math.max(1, ...sets.map(({ samples }) => Math.ceil(samples / batchSize)));
}

/** Elements of a tensor whose rows a data set supplies. */
function elementsIn({ batchSize }: Plan, { shape, rows }: PlannedTensor, { samples }: Dataset): number {
  const count = rows === "samples" ? samples : Math.ceil(samples / batchSize);
  return count * sizeOf(shape.slice(1));
}

function bytesIn(plan: Plan, tensor: PlannedTensor, set: Dataset): number {
  return bufferBytes(tensor, elementsIn(plan, tensor, set));
}

/**
 * What a net and data sets for it need of a device.
 *
 * @throws {InputError} when a data set does not fit the network.
 */
export function gpuNeeds(plan: Plan, { dispatches: { kernels } }: GpuCode, sets: readonly Dataset[]): GpuNeeds {
  for (const set of sets) checkFit(plan, set);
  const { own, runs } = tensorsOf(plan);
  return {
    buffers: {
      ...Object.fromEntries(own.map((tensor) => [tensor.name, ownBytes(tensor)])),
      ...Object.fromEntries(runs.map((t) => [t.name, Math.max(...sets.map((set) => bytesIn(plan, t, set)))])),
    },
    numbers: STEP_STRIDE * stepsOf(plan, sets),
    bindings: Object.fromEntries(Object.entries(kernels).map(([name, { tensors }]) => [name, tensors.length])),
  };
}

/** Bytes of the buffer of a tensor whose size is known. */
function ownBytes(tensor: PlannedTensor): number {
  return bufferBytes(tensor, tensor.bytes / (tensor.dtype === "u8" ? 1 : 4));
}
