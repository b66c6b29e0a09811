/**
 * A GPU as WebGPU gives it: adapter, device, pipelines of generated kernels, and single kernels for checking.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import { type CompiledNet, kernelSource } from "../codegen/compile.ts";
import { type Dispatch, type Dispatches, dispatchOf } from "../codegen/dispatch.ts";
import type { Storage } from "../codegen/interpret.ts";
import { BYTES, type TensorType } from "../codegen/ir.ts";
import { megabytes } from "../codegen/plan.ts";
import type { LoadedKernel } from "./load.ts";

/** A generated step with the text of its kernels. */
export interface GpuCode {
  readonly dispatches: Dispatches;
  readonly texts: Readonly<Record<string, string>>;
}

/** What a net and its data need of a device. */
export interface GpuNeeds {
  /** Bytes of each buffer, by what it is for. */
  readonly buffers: Readonly<Record<string, number>>;
  /** Storage buffers of each kernel. */
  readonly bindings: Readonly<Record<string, number>>;
  /** Whether kernels are to be timed. */
  readonly timestamps?: boolean;
}

/** A device and what it is. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly name: string;
  /** Whether it is the processor, not a GPU. */
  readonly fallback: boolean;
}

/** Bytes between the numbers of two steps in their buffer. */
export const STEP_STRIDE = 256;

const NO_ADAPTER = "target webgpu needs a WebGPU adapter, and navigator.gpu.requestAdapter() gives none here; " +
  "on Linux the package mesa-vulkan-drivers brings one, in software; or use target auto";

/** The files of target webgpu, as they were printed from proven kernels. */
export function gpuCode({ files }: Pick<CompiledNet, "files">): GpuCode {
  const dispatches = JSON.parse(files["step.json"]) as Dispatches;
  return {
    dispatches,
    texts: Object.fromEntries(Object.keys(dispatches.kernels).map((name) => [name, files[`${name}.wgsl`]])),
  };
}

/** The adapter, or nothing. */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  return await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? undefined;
}

/** Devices by the limits they were asked for. One is never ended by hand: Deno may crash at exit when it is. */
const devices = new Map<string, Promise<GPUDevice>>();

/**
 * A device with the limits that a net needs; nothing is allocated.
 *
 * @throws {InputError} when there is no adapter, or it has less than is needed: naming limit, need and what for.
 */
export async function openGpu({ buffers, bindings, timestamps = false }: GpuNeeds): Promise<Gpu> {
  const adapter = await findAdapter();
  if (!adapter) throw new InputError(NO_ADAPTER);
  const { limits, info } = adapter;
  const largest = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).reduce((a, b) => a[1] >= b[1] ? a : b, ["", 0] as [string, number]);
  const [tensor, bytes] = largest(buffers), [kernel, count] = largest(bindings);
  const refuse = (limit: keyof GPUSupportedLimits, need: string, has: string, remedy: string) =>
    new InputError(`this GPU's ${limit} is ${has}, and ${need}; ${remedy}`);
  for (const limit of ["maxStorageBufferBindingSize", "maxBufferSize"] as const) {
    if (bytes > limits[limit]) {
      const remedy = "use fewer samples, a smaller batch or smaller layers, or another target";
      throw refuse(limit, `tensor ${tensor} needs ${megabytes(bytes)}`, megabytes(limits[limit]), remedy);
    }
  }
  if (count > limits.maxStorageBuffersPerShaderStage) {
    const limit = "maxStorageBuffersPerShaderStage";
    throw refuse(limit, `kernel ${kernel} needs ${count}`, String(limits[limit]), "use another target");
  }
  if (timestamps && !adapter.features.has("timestamp-query")) {
    throw new InputError(
      "this GPU has no timestamp queries (the WebGPU feature timestamp-query), so its kernels cannot be timed; " +
        "train without a profile, or use another target",
    );
  }
  const requiredFeatures: GPUFeatureName[] = timestamps ? ["timestamp-query"] : [];
  // no more than is needed is asked for, but never less than the default of every device
  const requiredLimits = {
    maxStorageBufferBindingSize: Math.max(bytes, 2 ** 27),
    maxBufferSize: Math.max(bytes, 2 ** 28),
    maxStorageBuffersPerShaderStage: Math.max(count, 8),
  };
  const key = JSON.stringify([requiredLimits, requiredFeatures]);
  const device = devices.get(key) ?? adapter.requestDevice({ requiredLimits, requiredFeatures });
  devices.set(key, device);
  return {
    device: await device,
    name: info.description || info.vendor || "GPU",
    fallback: (info as { isFallbackAdapter?: boolean }).isFallbackAdapter ?? false,
  };
}

/** The error that a device finds in what `body` does; several lines of the driver's become one. */
export async function checked<Result>(device: GPUDevice, what: string, body: () => Result): Promise<Result> {
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const [outcome] = await Promise.allSettled([(async () => await body())()]);
  const errors = [await device.popErrorScope(), await device.popErrorScope()];
  const thrown = outcome.status === "rejected" ? outcome.reason as Error : undefined;
  // what the device says is nearer to the cause than what was thrown after it
  const error = errors.find((error) => error !== null) ?? thrown;
  if (error) throw new Error(`${what}: ${error.message.replaceAll(/\s+/g, " ").trim()}`);
  return (outcome as PromiseFulfilledResult<Result>).value;
}

/** A kernel that can be dispatched. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  /** The layout of its tensors: group 1. */
  readonly layout: GPUBindGroupLayout;
  readonly dispatch: Dispatch;
}

/** The layout of group 0: the number of the step, of which each step takes another. */
export function stepLayout(device: GPUDevice): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: [{
      binding: 0,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: 4 },
    }],
  });
}

/** @throws {Error} naming the kernel that the device refuses, and why. */
export async function createPipeline(
  device: GPUDevice,
  name: string,
  text: string,
  dispatch: Dispatch,
  step: GPUBindGroupLayout,
): Promise<Pipeline> {
  return await checked(device, `kernel ${name} is refused by WebGPU`, async () => {
    const layout = device.createBindGroupLayout({
      entries: dispatch.tensors.map((tensor, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: dispatch.writes.includes(tensor) ? "storage" : "read-only-storage" },
      })),
    });
    const module = device.createShaderModule({ label: name, code: text });
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [step, layout] }),
      compute: { module, entryPoint: name },
    });
    return { pipeline, layout, dispatch };
  });
}

/** Bytes of the buffer of a tensor with so many elements: bytes of the run's samples are packed, others are words. */
export function bufferBytes({ dtype, rows }: Pick<TensorType, "dtype" | "rows">, elements: number): number {
  const bytes = dtype === "u8" && rows === undefined ? 4 * elements : BYTES[dtype] * elements;
  // whole vectors of four
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** The numbers of steps 0 to `steps`, each at its place. */
export function stepNumbers(steps: number): Int32Array<ArrayBuffer> {
  const stride = STEP_STRIDE / 4, numbers = new Int32Array(Math.max(1, steps) * stride);
  for (let step = 0; step < steps; step++) numbers[step * stride] = step;
  return numbers;
}

/** The contents of some buffers, which are waited for once. `bytes` of each are copied. */
export async function readBuffers(
  device: GPUDevice,
  buffers: readonly { readonly buffer: GPUBuffer; readonly bytes: number }[],
): Promise<ArrayBuffer[]> {
  const size = buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const { buffer, bytes } of buffers) {
      encoder.copyBufferToBuffer(buffer, 0, staging, at, bytes);
      at += bytes;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const all = staging.getMappedRange().slice(0);
    staging.unmap();
    at = 0;
    return buffers.map(({ bytes }) => all.slice(at, at += bytes));
  } finally {
    staging.destroy();
  }
}

/** The kernels of a net by name, each on buffers of its own, to check what they compute. */
export async function loadGpuKernels(net: CompiledNet, room: number): Promise<(name: string) => LoadedKernel> {
  const { plan, kernels, target } = net, planned = [...plan.train.kernels, ...plan.evaluate.kernels];
  const { device } = await openGpu({
    buffers: Object.fromEntries(Object.values(plan.tensors).map((t) => [t.name, Math.max(room, 4 * t.bytes)])),
    bindings: Object.fromEntries([...kernels].map(([name, { nest }]) => [name, Object.keys(nest.tensors).length])),
  });
  const step = stepLayout(device);
  return (name) => {
    const compiled = kernels.get(name)!, types = Object.values(compiled.nest.tensors);
    const { bindings } = planned.find(({ kernel }) => kernel.name === name)!;
    const dispatch = dispatchOf([name], compiled.nest, bindings, plan);
    const pipeline = createPipeline(device, name, kernelSource(compiled, target, plan), dispatch, step);
    // it is awaited where results are read
    pipeline.catch(() => {});
    let buffers: GPUBuffer[] = [], running = Promise.resolve();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    return {
      load(storages) {
        for (const buffer of buffers) buffer.destroy();
        buffers = storages.map((storage, i) => {
          const buffer = device.createBuffer({ size: bufferBytes(types[i], storage.length), usage });
          device.queue.writeBuffer(buffer, 0, inBuffer(types[i], storage));
          return buffer;
        });
      },
      run(row) {
        running = running.then(async () => {
          const { pipeline: own, layout } = await pipeline;
          const numbers = device.createBuffer({
            size: STEP_STRIDE * (row + 1),
            usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
          });
          device.queue.writeBuffer(numbers, 0, stepNumbers(row + 1));
          const encoder = device.createCommandEncoder(), pass = encoder.beginComputePass();
          pass.setPipeline(own);
          pass.setBindGroup(0, device.createBindGroup({ layout: step, entries: [stepEntry(numbers)] }), [
            STEP_STRIDE * row,
          ]);
          pass.setBindGroup(1, device.createBindGroup({ layout, entries: entries(buffers) }));
          pass.dispatchWorkgroups(...dispatch.workgroups);
          pass.end();
          device.queue.submit([encoder.finish()]);
        });
      },
      async read(storages) {
        await running;
        const written = dispatch.tensors.flatMap((tensor, i) => dispatch.writes.includes(tensor) ? [i] : []);
        const contents = await readBuffers(
          device,
          written.map((i) => ({ buffer: buffers[i], bytes: bufferBytes(types[i], storages[i].length) })),
        );
        for (const [k, i] of written.entries()) storages[i].set(fromBuffer(types[i], storages[i], contents[k]));
        for (const buffer of buffers) buffer.destroy();
        buffers = [];
      },
    };
  };
}

/** The entry of group 0. */
export function stepEntry(buffer: GPUBuffer): GPUBindGroupEntry {
  return { binding: 0, resource: { buffer, size: 16 } };
}

/** The entries of group 1. */
export function entries(buffers: readonly GPUBuffer[]): GPUBindGroupEntry[] {
  return buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
}

/** A tensor's elements as a buffer has them. */
export function inBuffer({ dtype, rows }: Pick<TensorType, "dtype" | "rows">, storage: Storage): ArrayBuffer {
  if (dtype === "u8" && rows === undefined) return Int32Array.from(storage).buffer;
  const bytes = new Uint8Array(Math.ceil(storage.byteLength / 4) * 4);
  bytes.set(new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength));
  return bytes.buffer;
}

/** A tensor's elements out of what a buffer has. */
function fromBuffer({ dtype }: TensorType, storage: Storage, contents: ArrayBuffer): Storage {
  if (dtype === "u8") return Uint8Array.from(new Int32Array(contents, 0, storage.length));
  const View = storage.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Storage;
  return new View(contents, 0, storage.length);
}
