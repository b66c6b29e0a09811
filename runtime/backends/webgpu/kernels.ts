/**
 * Single kernels on a GPU, each on buffers of its own: to check what they compute, and how long they take.
 *
 * @module
 */
import { type CompiledNet, kernelSource } from "../../../codegen/compile.ts";
import type { Storage } from "../../../codegen/ir/interpret.ts";
import type { TensorType } from "../../../codegen/ir/ir.ts";
import { plannedKernel } from "../../../codegen/plan/kernel.ts";
import { type Dispatch, type Dispatches, dispatchOf } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { LoadedKernel } from "../backend.ts";
import type { RowCounts } from "../rows.ts";
import { bufferBytes, fromBuffer, inBuffer, readBuffers, wholeVectors } from "./buffers.ts";
import { type Gpu, type GpuNeeds, openGpu, submit } from "./device.ts";
import { checked } from "./errors.ts";
import { needAdapter } from "./find_adapter.ts";
import { type Clock, type Launch, meanTime } from "./kernel_time.ts";
import { needsOf } from "./needs.ts";
import {
  createPipeline,
  entries,
  type Pipeline,
  STEP_STRIDE,
  stepEntry,
  stepLayout,
  stepNumbers,
} from "./pipelines.ts";

/** Kernels that any thread can make callable: it can be sent to a worker. */
export interface PreparedKernels {
  readonly needs: GpuNeeds;
  readonly kernels: Readonly<Record<string, PreparedKernel>>;
}

interface PreparedKernel {
  readonly text: string;
  readonly dispatch: Dispatch;
  /** Of its tensors, in order. */
  readonly types: readonly TensorType[];
  /** The numbers of the tensors that lie in each of its buffers, one behind the other. */
  readonly parts: readonly (readonly number[])[];
}

/** The kernels of a net, and what they need, for tensors of so many rows. */
export function prepareKernels({ plan, kernels, target, files }: CompiledNet, counts: RowCounts): PreparedKernels {
  const list: Dispatches = JSON.parse(files[target.entry]);
  const prepared = [...kernels].map(([name, compiled]): [string, PreparedKernel] => {
    const { bindings } = plannedKernel(plan, name), dispatch = dispatchOf([name], compiled.nest, bindings, plan);
    return [name, {
      text: kernelSource(compiled, target, plan),
      dispatch,
      types: Object.values(compiled.nest.tensors),
      parts: partsOf(dispatch, list.together),
    }];
  });
  const dispatches = Object.fromEntries(prepared.map(([name, { dispatch }]) => [name, dispatch]));
  const needs = needsOf(plan, { dispatches: { ...list, kernels: dispatches }, texts: {} }, [counts]);
  return { needs, kernels: Object.fromEntries(prepared) };
}

/** The numbers of the tensors that lie in each buffer of a kernel, in the order in which they do. */
function partsOf({ tensors, bindings }: Dispatch, together: Dispatches["together"]): number[][] {
  const parts: number[][] = [];
  for (const [i, binding] of bindings.entries()) (parts[binding] ??= []).push(i);
  const places = new Map(
    Object.values(together).flatMap((names) => names.map((name, place) => [name, place] as const)),
  );
  const place = (i: number) => places.get(tensors[i]) ?? 0;
  return parts.map((numbers) => numbers.sort((a, b) => place(a) - place(b)));
}

/** Kernels by name, on the adapter of this thread. */
export async function bindKernels({ needs, kernels }: PreparedKernels): Promise<(name: string) => LoadedKernel> {
  const adapter = await needAdapter(), timestamps = adapter.features.has("timestamp-query");
  const gpu = await openGpu({ ...needs, timestamps }, adapter), clock = timestamps ? {} : undefined;
  return (name) => queuedKernel(gpu, name, kernels[name], clock);
}

/** A kernel whose calls stand in a queue: one after the other, and whoever waits is told if one before failed. */
function queuedKernel(gpu: Gpu, name: string, prepared: PreparedKernel, clock: Clock | undefined): LoadedKernel {
  const { device } = gpu, { text, dispatch, types, parts } = prepared;
  const pipeline = createPipeline(device, name, text, dispatch, stepLayout(device));
  pipeline.catch(() => {});
  let last: Promise<unknown> = pipeline, buffers: readonly GPUBuffer[] = [];
  const queued = <Result>(body: () => Result): Promise<Awaited<Result>> => {
    const turn = last.then(() => checked(device, `kernel ${name} on the GPU`, body));
    turn.catch(() => {});
    last = turn;
    return turn;
  };
  const clear = () => {
    for (const buffer of buffers) buffer.destroy();
    buffers = [];
  };
  const launch: Launch = async (...run) => launchOn(gpu, await pipeline, buffers, ...run);
  const measure = meanTime(gpu, launch, clock);
  return {
    load(storages) {
      const contents = storages.map((storage, i) => inBuffer(types[i], storage));
      queued(() => {
        clear();
        buffers = parts.map((numbers) => {
          const sizes = numbers.map((i) => partBytes(prepared, i, storages)),
            all = sizes.reduce((sum, size) => sum + size);
          const whole = new Uint8Array(all);
          let at = 0;
          for (const [k, i] of numbers.entries()) {
            whole.set(new Uint8Array(contents[i]), at);
            at += sizes[k];
          }
          return filledBuffer(device, wholeVectors(all), whole.buffer);
        });
      });
    },
    run(row) {
      queued(() => launch(row, 1));
    },
    repeat: (row, times) =>
      queued(async () => {
        await launch(row, times);
        await device.queue.onSubmittedWorkDone();
      }),
    measure: (row, milliseconds) => queued(() => measure(row, milliseconds)),
    read: (storages) =>
      queued(async () => {
        await readWritten(gpu, prepared, buffers, storages);
        clear();
      }),
  };
}

/** Hands over so many runs on some buffers, with the step's number in a buffer of its own. */
function launchOn(
  gpu: Gpu,
  { pipeline, layout, dispatch: { workgroups } }: Pipeline,
  buffers: readonly GPUBuffer[],
  ...[row, runs, writes]: Parameters<Launch>
): void {
  const { device } = gpu, usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const numbers = device.createBuffer({ size: STEP_STRIDE * (row + 1), usage });
  device.queue.writeBuffer(numbers, 0, stepNumbers(row + 1));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass(writes && { timestampWrites: writes });
  const step = device.createBindGroup({ layout: stepLayout(device), entries: [stepEntry(numbers)] });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, step, [STEP_STRIDE * row]);
  pass.setBindGroup(1, device.createBindGroup({ layout, entries: entries(buffers.map((buffer) => ({ buffer }))) }));
  for (let run = 0; run < runs; run++) pass.dispatchWorkgroups(...workgroups);
  pass.end();
  submit(gpu, encoder.finish());
  // what is handed over still has it
  numbers.destroy();
}

function filledBuffer(device: GPUDevice, size: number, content: ArrayBuffer): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffer = device.createBuffer({ size, usage });
  device.queue.writeBuffer(buffer, 0, content);
  return buffer;
}

/** Bytes of a tensor, in a buffer of its own or as a part of one. */
function partBytes({ dispatch: { bindings }, types }: PreparedKernel, i: number, storages: readonly Storage[]): number {
  const alone = bindings.filter((binding) => binding === bindings[i]).length === 1;
  return alone ? bufferBytes(types[i], storages[i].length) : storages[i].byteLength;
}

/** Copies what the kernel writes into the storages. */
async function readWritten(
  gpu: Gpu,
  prepared: PreparedKernel,
  buffers: readonly GPUBuffer[],
  storages: readonly Storage[],
): Promise<void> {
  const { dispatch: { tensors, writes }, types, parts } = prepared;
  const places = parts.flatMap((numbers, binding) => {
    let offset = 0;
    return numbers.map((i) => {
      const bytes = partBytes(prepared, i, storages), place = { i, buffer: buffers[binding], offset, bytes };
      offset += bytes;
      return place;
    });
  }).filter(({ i }) => writes.includes(tensors[i]));
  const contents = await readBuffers(gpu, places);
  for (const [k, { i }] of places.entries()) storages[i].set(fromBuffer(types[i], storages[i], contents[k]));
}
