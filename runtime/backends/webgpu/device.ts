/**
 * A device of the adapter, with as much as a net needs of it.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { megabytes } from "../../../codegen/amounts.ts";
import { adapterName, isSoftware } from "./adapter.ts";
import { oneLine, watch } from "./errors.ts";

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
  /** Whether data sets come later, of any size: buffers may then be as large as the adapter allows. */
  readonly more?: boolean;
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
const REMEDY = "merge less (--without loss,cases,elementwise,window), give layers fewer inputs, or use another target";
/** Where a buffer is too large. */
const SMALLER = "use fewer samples, a smaller batch or smaller layers, or another target";
/** Devices by adapter and what they were asked for. One is never ended by hand: Deno may crash at exit when it is. */
const devices = new Map<string, Promise<GPUDevice>>();

/**
 * A device with the limits that a net needs; nothing is allocated.
 *
 * @throws {InputError} when the adapter gives none, or has less than is needed: naming limit, need and what for.
 */
export async function openGpu(needs: GpuNeeds, adapter: GPUAdapter): Promise<Gpu> {
  const { info } = adapter, name = adapterName(info);
  const descriptor = descriptorFor(needs, adapter), key = JSON.stringify([name, descriptor]);
  const device = devices.get(key) ??
    adapter.requestDevice(descriptor).then((device) => {
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

/** What a device has of each limit if it is not asked for more. */
const DEFAULTS = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxStorageBuffersPerShaderStage: 8,
} as const;
type Limit = keyof typeof DEFAULTS;
type Limits = Pick<GPUSupportedLimits, Limit>;

/** What a device is asked for: no more than is needed or every device has, and never more than the adapter has. */
function descriptorFor(needs: GpuNeeds, { limits, features }: GPUAdapter): GPUDeviceDescriptor {
  const { buffers, numbers = 0, bindings, timestamps = false, more = false } = needs;
  checkSizes(needs, limits);
  const [, bytes] = largest(buffers), [kernel, count] = largest(bindings);
  const { maxStorageBuffersPerShaderStage: most } = limits;
  if (count > most) {
    throw new InputError(
      `this GPU's maxStorageBuffersPerShaderStage is ${most}, and kernel ${kernel} needs ${count}; ${REMEDY}`,
    );
  }
  if (timestamps && !features.has("timestamp-query")) {
    throw new InputError(
      "this GPU has no timestamp queries (the WebGPU feature timestamp-query), so its kernels cannot be timed; " +
        "train without a profile, or use another target",
    );
  }
  const wanted: Readonly<Record<Limit, number>> = {
    maxStorageBufferBindingSize: more ? Infinity : bytes,
    maxBufferSize: more ? Infinity : Math.max(bytes, numbers),
    maxStorageBuffersPerShaderStage: count,
  };
  const asked = (Object.keys(DEFAULTS) as Limit[]).map((limit) =>
    [limit, Math.min(limits[limit], Math.max(wanted[limit], DEFAULTS[limit]))] as const
  );
  return { requiredFeatures: timestamps ? ["timestamp-query"] : [], requiredLimits: Object.fromEntries(asked) };
}

/** @throws {InputError} when a buffer is larger than an adapter, or a device, allows. */
export function checkSizes({ buffers, numbers = 0 }: Pick<GpuNeeds, "buffers" | "numbers">, limits: Limits): void {
  const [tensor, bytes] = largest(buffers);
  const check = (limit: "maxStorageBufferBindingSize" | "maxBufferSize", need: number, what: string) => {
    if (need <= limits[limit]) return;
    throw new InputError(
      `this GPU's ${limit} is ${megabytes(limits[limit])}, and ${what} ${megabytes(need)}; ${SMALLER}`,
    );
  };
  check("maxStorageBufferBindingSize", bytes, `tensor ${tensor} needs`);
  check("maxBufferSize", bytes, `tensor ${tensor} needs`);
  check("maxBufferSize", numbers, "the numbers of all steps of an epoch need");
}

/** The largest of some numbers, and its name. */
function largest(of: Readonly<Record<string, number>>): [name: string, value: number] {
  return Object.entries(of).reduce((a, b) => a[1] >= b[1] ? a : b, ["", 0] as [string, number]);
}

/** Hands over work. */
export function submit({ device, asked }: Pick<Gpu, "device" | "asked">, ...commands: GPUCommandBuffer[]): void {
  asked.submits++;
  device.queue.submit(commands);
}
