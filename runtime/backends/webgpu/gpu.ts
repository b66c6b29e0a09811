/**
 * A GPU as WebGPU gives it: adapter, device, pipelines of generated kernels, and what the device says to them.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { type CompiledNet, withBindings } from "../../../codegen/compile.ts";
import type { Dispatch, Dispatches } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { Storage } from "../../../codegen/ir/interpret.ts";
import { BYTES, type TensorType } from "../../../codegen/ir/ir.ts";
import { megabytes } from "../../../codegen/amounts.ts";

/** A generated step with the text of its kernels. */
export interface GpuCode {
  readonly dispatches: Dispatches;
  readonly texts: Readonly<Record<string, string>>;
}

/** What a net and its data need of a device. */
export interface GpuNeeds {
  /** Bytes of the buffer of each tensor, all of which a kernel binds. */
  readonly buffers: Readonly<Record<string, number>>;
  /** Bytes of the buffer of step numbers, of which a kernel binds one. */
  readonly numbers?: number;
  /** Storage buffers of each kernel. */
  readonly bindings: Readonly<Record<string, number>>;
  /** Whether kernels are to be timed. */
  readonly timestamps?: boolean;
}

/** What a device was asked for. */
export interface Asked {
  /** How often work was handed over. */
  submits: number;
  /** How often a buffer was waited for. */
  readBacks: number;
}

/** A device and what it is. */
export interface Gpu {
  readonly device: GPUDevice;
  /** Counts since it was opened. */
  readonly asked: Asked;
  readonly name: string;
  /** Whether it is the processor, not a GPU. */
  readonly fallback: boolean;
}

/** Where a kernel needs too many buffers. */
const REMEDY = "merge less (--without cases,elementwise,window), or use another target";
/** Where a buffer is too large. */
const SMALLER = "use fewer samples, a smaller batch or smaller layers, or another target";
/** Bytes between the numbers of two steps in their buffer. */
export const STEP_STRIDE = 256;
/** Most bytes that are read back at once. */
export const STAGED_BYTES = 2 ** 26;

const NO_ADAPTER = "target webgpu needs a WebGPU adapter, and navigator.gpu.requestAdapter() gives none here; " +
  "on Linux the package mesa-vulkan-drivers brings one, in software; or use target auto";

/**
 * The files of target webgpu, as they were printed from proven kernels.
 *
 * @param mostBindings storage buffers that the device lets a kernel have: where a dispatch of several kernels needs more,
 * there are more dispatches.
 */
export function gpuCode(net: CompiledNet, mostBindings = Infinity): GpuCode {
  const dispatchesOf = ({ files }: CompiledNet) => JSON.parse(files["step.json"]) as Dispatches;
  const { kernels } = dispatchesOf(net);
  const tooWide = Object.values(kernels).some(({ kernels, tensors }) =>
    kernels.length > 1 && tensors.length > mostBindings
  );
  const fitted = tooWide ? withBindings(net, mostBindings) : net, dispatches = dispatchesOf(fitted);
  return {
    dispatches,
    texts: Object.fromEntries(Object.keys(dispatches.kernels).map((name) => [name, fitted.files[`${name}.wgsl`]])),
  };
}

/** Where no desktop has said where its sockets are, Mesa looks for them all the same, and calls that an error. */
function quietMesa(): void {
  const variable = "XDG_RUNTIME_DIR", { state } = Deno.permissions.querySync({ name: "env", variable });
  if (Deno.build.os === "linux" && state === "granted" && !Deno.env.has(variable)) Deno.env.set(variable, "/tmp");
}

/** The adapter, or nothing: a driver that fails is of no more use than none. */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  quietMesa();
  try {
    return await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @throws {InputError} when there is none. */
export async function needAdapter(): Promise<GPUAdapter> {
  const adapter = await findAdapter();
  if (!adapter) throw new InputError(NO_ADAPTER);
  return adapter;
}

/** What the driver calls an adapter. */
export function adapterName({ description, vendor }: GPUAdapterInfo): string {
  return description || vendor || "an adapter without a name";
}

/** Names of adapters that are the processor: Mesa's, Google's, Microsoft's and Apple's. */
const SOFTWARE_NAMES = /llvmpipe|lavapipe|softpipe|swiftshader|basic render|software renderer/i;
/** Vendor and device, as PCI numbers them, of SwiftShader and WARP. */
const SOFTWARE_DEVICES = [[0x1ae0, 0xc0de], [0x1414, 0x8c]];

/** Whether an adapter is the processor, not a GPU. */
export function isSoftware({ isFallbackAdapter, vendor, device, description }: GPUAdapterInfo): boolean {
  return isFallbackAdapter || SOFTWARE_NAMES.test(`${vendor} ${device} ${description}`) ||
    SOFTWARE_DEVICES.some(([v, d]) => v === Number(vendor) && d === Number(device));
}

/** Devices by adapter and what they were asked for. One is never ended by hand: Deno may crash at exit when it is. */
const devices = new Map<string, Promise<GPUDevice>>();
/** How a device failed, if it did, and who is to be told. */
interface Watch {
  failure?: Error;
  readonly waiting: Set<(failure: Error) => void>;
}
const watches = new WeakMap<GPUDevice, Watch>();

/**
 * A device with the limits that a net needs; nothing is allocated.
 *
 * @throws {InputError} when there is no adapter, or it has less than is needed: naming limit, need and what for.
 */
export async function openGpu({ buffers, numbers = 0, bindings, timestamps = false }: GpuNeeds): Promise<Gpu> {
  const adapter = await needAdapter(), { limits, info } = adapter, name = adapterName(info);
  const largest = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).reduce((a, b) => a[1] >= b[1] ? a : b, ["", 0] as [string, number]);
  const [tensor, largestTensor] = largest(buffers), [kernel, count] = largest(bindings);
  const refuse = (limit: keyof GPUSupportedLimits, need: string, has: string, remedy: string) =>
    new InputError(`this GPU's ${limit} is ${has}, and ${need}; ${remedy}`);
  for (
    const [limit, what, bytes] of [
      ["maxStorageBufferBindingSize", `tensor ${tensor} needs`, largestTensor],
      ["maxBufferSize", `tensor ${tensor} needs`, largestTensor],
      ["maxBufferSize", "the numbers of all steps of an epoch need", numbers],
    ] as const
  ) {
    if (bytes > limits[limit]) throw refuse(limit, `${what} ${megabytes(bytes)}`, megabytes(limits[limit]), SMALLER);
  }
  if (count > limits.maxStorageBuffersPerShaderStage) {
    const limit = "maxStorageBuffersPerShaderStage";
    throw refuse(limit, `kernel ${kernel} needs ${count}`, String(limits[limit]), REMEDY);
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
    maxStorageBufferBindingSize: Math.max(largestTensor, 2 ** 27),
    maxBufferSize: Math.max(largestTensor, numbers, 2 ** 28),
    maxStorageBuffersPerShaderStage: Math.max(count, 8),
  };
  const key = JSON.stringify([name, requiredLimits, requiredFeatures]);
  const device = devices.get(key) ??
    adapter.requestDevice({ requiredLimits, requiredFeatures }).then((device) => {
      watch(device, name, () => devices.delete(key));
      return device;
    });
  devices.set(key, device);
  try {
    return { device: await device, asked: { submits: 0, readBacks: 0 }, name, fallback: isSoftware(info) };
  } catch (error) {
    devices.delete(key);
    throw new InputError(`${name} gives no device (${oneLine(error)}); use another target`);
  }
}

/** Notes when a device is lost, or finds an error that nobody waits for: it is of no use then, and no other net gets it. */
function watch(device: GPUDevice, name: string, forget: () => void): void {
  const own: Watch = { waiting: new Set() };
  watches.set(device, own);
  const fail = (what: string) => {
    forget();
    own.failure ??= new Error(what);
    for (const tell of own.waiting) tell(own.failure);
  };
  device.lost.then(({ message, reason }) =>
    fail(`${name} was lost (${message || reason}); start again, or use another target`)
  );
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    fail((event as GPUUncapturedErrorEvent).error.message);
  });
}

/** What an error says; several lines of a driver's become one. */
function oneLine(error: unknown): string {
  const { message = String(error) } = error as Partial<Error>;
  return message.replaceAll(/\s+/g, " ").trim();
}

/**
 * Does something with a device, and waits for what the device says to it.
 *
 * @throws {Error} what the device finds wrong, or that it was lost meanwhile, in one line that begins with `what`.
 */
export async function checked<Result>(device: GPUDevice, what: string, body: () => Result): Promise<Awaited<Result>> {
  const own = watches.get(device) ?? { waiting: new Set() }, failed = Promise.withResolvers<never>();
  own.waiting.add(failed.reject);
  if (own.failure) failed.reject(own.failure);
  try {
    // what waits for a lost device may get no answer
    return await Promise.race([scoped(device, body), failed.promise]);
  } catch (error) {
    // that it was lost is nearer to the cause than what failed for it, and may be told a moment later
    if (!own.failure) await new Promise((resolve) => setTimeout(resolve, 0));
    throw new Error(`${what}: ${oneLine(own.failure ?? error)}`);
  } finally {
    own.waiting.delete(failed.reject);
  }
}

/** What `body` gives. Throws what the device says of it, or else what it throws. */
async function scoped<Result>(device: GPUDevice, body: () => Result): Promise<Awaited<Result>> {
  const scopes = ["out-of-memory", "internal", "validation"] as const;
  for (const scope of scopes) device.pushErrorScope(scope);
  const [outcome] = await Promise.allSettled([(async () => await body())()]);
  const errors: (GPUError | null)[] = [];
  for (const _ of scopes) errors.push(await device.popErrorScope());
  // what the device says is nearer to the cause than what was thrown after it
  const error = errors.find((error) => error !== null);
  if (error) throw error;
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
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

/**
 * Nanoseconds of a tick of a device's clock, from the time between two moments by our clock and by the device's. It
 * should be one, but some drivers count in 10, 52 or 83, and Deno does not say so.
 */
export function nanosecondsOfTick(milliseconds: number, ticks: bigint): number {
  const measured = 1e6 * milliseconds / Number(ticks);
  if (!(measured > 0 && measured < Infinity)) throw new Error("the clock of the GPU stands still or goes back");
  return measured > 0.5 && measured < 2 ? 1 : measured;
}

/** Hands over work. */
export function submit({ device, asked }: Pick<Gpu, "device" | "asked">, ...commands: GPUCommandBuffer[]): void {
  asked.submits++;
  device.queue.submit(commands);
}

/**
 * The contents of some buffers: `bytes` of each are copied. They are waited for together, or in pieces where they are
 * more than a buffer of every device may have.
 */
export async function readBuffers(
  gpu: Pick<Gpu, "device" | "asked">,
  buffers: readonly { readonly buffer: GPUBuffer; readonly bytes: number }[],
): Promise<ArrayBuffer[]> {
  const { device, asked } = gpu, contents = buffers.map(({ bytes }) => new Uint8Array(bytes));
  const all = contents.reduce((sum, { length }) => sum + length, 0), size = Math.min(all, STAGED_BYTES);
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    for (let from = 0; from < all; from += size) {
      const encoder = device.createCommandEncoder(), pieces: { into: Uint8Array; at: number }[] = [];
      let begin = 0;
      for (const [i, { buffer, bytes }] of buffers.entries()) {
        // what of it lies in this piece of all
        const first = Math.max(from, begin), end = Math.min(from + size, begin + bytes);
        if (first < end) {
          encoder.copyBufferToBuffer(buffer, first - begin, staging, first - from, end - first);
          pieces.push({ into: contents[i].subarray(first - begin, end - begin), at: first - from });
        }
        begin += bytes;
      }
      submit(gpu, encoder.finish());
      asked.readBacks++;
      await staging.mapAsync(GPUMapMode.READ);
      const staged = new Uint8Array(staging.getMappedRange());
      for (const { into, at } of pieces) into.set(staged.subarray(at, at + into.length));
      staging.unmap();
    }
    return contents.map(({ buffer }) => buffer);
  } finally {
    staging.destroy();
  }
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
