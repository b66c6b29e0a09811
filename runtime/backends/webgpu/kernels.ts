/**
 * Single kernels on a GPU, each on buffers of its own: to check what they compute, and how long they take.
 *
 * @module
 */
import { type CompiledNet, kernelSource } from "../../../codegen/compile.ts";
import { type Dispatch, dispatchOf } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { Storage } from "../../../codegen/ir/interpret.ts";
import type { TensorType } from "../../../codegen/ir/ir.ts";
import {
  bufferBytes,
  checked,
  createPipeline,
  entries,
  type Gpu,
  type GpuNeeds,
  inBuffer,
  nanosecondsOfTick,
  needAdapter,
  openGpu,
  readBuffers,
  STEP_STRIDE,
  stepEntry,
  stepLayout,
  stepNumbers,
  submit as handOver,
} from "./gpu.ts";
import type { LoadedKernel } from "../kernel.ts";

/** Kernels that any thread can make callable: it can be sent to a worker. */
export interface PreparedGpuKernels {
  readonly needs: GpuNeeds;
  readonly kernels: Readonly<Record<string, PreparedGpuKernel>>;
}

interface PreparedGpuKernel {
  readonly text: string;
  readonly dispatch: Dispatch;
  /** Of its tensors, in order. */
  readonly types: readonly TensorType[];
}

/** Milliseconds that runs take together at least where a device has no clock: their end is noticed up to 10 too late. */
const UNCLOCKED = 200;
/** Milliseconds between the two moments that tell what a tick of the device's clock is. */
const CALIBRATION = 40;
/** Most runs in one submission. */
const MOST_RUNS = 2 ** 14;

/** The kernels of a net, and what they need. `room`: bytes for the tensors whose rows the run supplies. */
export function prepareGpuKernels({ plan, kernels, target }: CompiledNet, room: number): PreparedGpuKernels {
  const planned = [...plan.train.kernels, ...plan.evaluate.kernels];
  return {
    needs: {
      buffers: Object.fromEntries(Object.values(plan.tensors).map((t) => [t.name, Math.max(room, 4 * t.bytes)])),
      bindings: Object.fromEntries([...kernels].map(([name, { nest }]) => [name, Object.keys(nest.tensors).length])),
    },
    kernels: Object.fromEntries(
      [...kernels].map(([name, compiled]): [string, PreparedGpuKernel] => {
        const { bindings } = planned.find(({ kernel }) => kernel.name === name)!;
        return [name, {
          text: kernelSource(compiled, target, plan),
          dispatch: dispatchOf([name], compiled.nest, bindings, plan),
          types: Object.values(compiled.nest.tensors),
        }];
      }),
    ),
  };
}

/** Kernels by name, on the adapter of this thread. */
export async function bindGpuKernels({ needs, kernels }: PreparedGpuKernels): Promise<(name: string) => LoadedKernel> {
  const timestamps = (await needAdapter()).features.has("timestamp-query");
  const gpu = await openGpu({ ...needs, timestamps });
  const step = stepLayout(gpu.device), clock = timestamps ? {} : undefined;
  return (name) => gpuKernel(gpu, step, name, kernels[name], clock);
}

/** A device's clock; what a tick is is found out when it is first read. */
interface Clock {
  nanoseconds?: number;
}

function gpuKernel(
  gpu: Gpu,
  step: GPUBindGroupLayout,
  name: string,
  { text, dispatch, types }: PreparedGpuKernel,
  clock: Clock | undefined,
): LoadedKernel {
  const { device } = gpu;
  const pipeline = createPipeline(device, name, text, dispatch, step);
  let last: Promise<unknown> = pipeline, buffers: GPUBuffer[] = [], runs = 1;
  /** One after the other; whoever waits for one is told if another one before failed. */
  const queued = <Result>(body: () => Result): Promise<Awaited<Result>> => {
    const own = last.then(() => checked(device, `kernel ${name} on the GPU`, body));
    own.catch(() => {});
    last = own;
    return own;
  };
  pipeline.catch(() => {});
  const clear = () => {
    for (const buffer of buffers) buffer.destroy();
    buffers = [];
  };
  /** Hands over so many runs. */
  const submit = async (row: number, runs: number, writes?: GPUComputePassTimestampWrites) => {
    const { pipeline: own, layout } = await pipeline;
    const size = STEP_STRIDE * (row + 1), usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const numbers = device.createBuffer({ size, usage });
    device.queue.writeBuffer(numbers, 0, stepNumbers(row + 1));
    const encoder = device.createCommandEncoder(),
      pass = encoder.beginComputePass(writes && { timestampWrites: writes });
    pass.setPipeline(own);
    pass.setBindGroup(0, device.createBindGroup({ layout: step, entries: [stepEntry(numbers)] }), [STEP_STRIDE * row]);
    pass.setBindGroup(1, device.createBindGroup({ layout, entries: entries(buffers) }));
    for (let run = 0; run < runs; run++) pass.dispatchWorkgroups(...dispatch.workgroups);
    pass.end();
    handOver(gpu, encoder.finish());
    // what is handed over still has it
    numbers.destroy();
  };
  /** When so many runs began and ended by the device's clock, in ticks, and when they were handed over by ours. */
  const clocked = async (row: number, runs: number) => {
    const querySet = device.createQuerySet({ type: "timestamp", count: 2 });
    const buffer = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    try {
      const submitted = performance.now();
      await submit(row, runs, { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 });
      const encoder = device.createCommandEncoder();
      encoder.resolveQuerySet(querySet, 0, 2, buffer, 0);
      handOver(gpu, encoder.finish());
      const [contents] = await readBuffers(gpu, [{ buffer, bytes: 16 }]);
      const [from, to] = new BigUint64Array(contents);
      return { submitted, from, to };
    } finally {
      querySet.destroy();
      buffer.destroy();
    }
  };
  /** Milliseconds of so many runs by our clock, from before they are handed over. */
  const waited = async (row: number, runs: number): Promise<number> => {
    await device.queue.onSubmittedWorkDone();
    const begin = performance.now();
    await submit(row, runs);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - begin;
  };
  return {
    load(storages) {
      const contents = storages.map((storage, i) => inBuffer(types[i], storage));
      queued(() => {
        clear();
        buffers = contents.map((content, i) => {
          const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
          const buffer = device.createBuffer({ size: bufferBytes(types[i], storages[i].length), usage });
          device.queue.writeBuffer(buffer, 0, content);
          return buffer;
        });
      });
    },
    run(row) {
      queued(() => submit(row, 1));
    },
    repeat: (row, times) =>
      queued(async () => {
        await submit(row, times);
        await device.queue.onSubmittedWorkDone();
      }),
    measure: (row, milliseconds) =>
      queued(async () => {
        if (clock && clock.nanoseconds === undefined) {
          await clocked(row, 1);
          const first = await clocked(row, 1);
          await new Promise((resolve) => setTimeout(resolve, CALIBRATION));
          const last = await clocked(row, 1);
          clock.nanoseconds = nanosecondsOfTick(last.submitted - first.submitted, last.from - first.from);
        }
        const time = async () => {
          if (!clock) return await waited(row, runs);
          const { from, to } = await clocked(row, runs);
          return Number(to - from) * clock.nanoseconds! / 1e6;
        };
        const wanted = clock ? milliseconds : Math.max(milliseconds, UNCLOCKED);
        for (;;) {
          const taken = await time();
          if (taken >= wanted / 2 || runs === MOST_RUNS) return taken / runs;
          // what is short may be measured badly: step by step
          // nor may a clock that went back
          runs = Math.min(MOST_RUNS, Math.ceil(runs * (taken > 0 ? Math.min(10, wanted / taken) : 10)));
        }
      }),
    read(storages) {
      return queued(async () => {
        const written = dispatch.tensors.flatMap((tensor, i) => dispatch.writes.includes(tensor) ? [i] : []);
        const contents = await readBuffers(
          gpu,
          written.map((i) => ({ buffer: buffers[i], bytes: bufferBytes(types[i], storages[i].length) })),
        );
        for (const [k, i] of written.entries()) storages[i].set(fromBuffer(types[i], storages[i], contents[k]));
        clear();
      });
    },
  };
}

/** A tensor's elements out of what a buffer has. */
function fromBuffer({ dtype }: TensorType, storage: Storage, contents: ArrayBuffer): Storage {
  if (dtype === "u8") return Uint8Array.from(new Int32Array(contents, 0, storage.length));
  const View = storage.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Storage;
  return new View(contents, 0, storage.length);
}
