/**
 * The adapter of this machine: which one WebGPU finds, what it is called, and whether it is a GPU at all.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";

const NO_ADAPTER = "target webgpu needs a WebGPU adapter, and navigator.gpu.requestAdapter() gives none here; " +
  "on Linux the package mesa-vulkan-drivers brings one, in software; or use target auto";

/** The adapter, or nothing: a driver that fails is of no more use than none. */
export async function askAdapter(): Promise<GPUAdapter | undefined> {
  try {
    return await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @throws {InputError} when there is none. */
export async function demandAdapter(): Promise<GPUAdapter> {
  const adapter = await askAdapter();
  if (!adapter) throw new InputError(NO_ADAPTER);
  return adapter;
}

/** How many storage buffers a kernel may have. */
export function mostBindings({ limits }: GPUAdapter): number {
  return limits.maxStorageBuffersPerShaderStage;
}

/** What the driver calls an adapter; browsers tell no more than a kind of GPU. */
export function adapterName({ description, vendor, architecture }: GPUAdapterInfo): string {
  return description || [vendor, architecture].filter((word) => word).join(" ") || "an adapter without a name";
}

/** Names of adapters that are the processor: Mesa's, Google's, Microsoft's and Apple's. */
const SOFTWARE_NAMES = /llvmpipe|lavapipe|softpipe|swiftshader|basic render|software renderer/i;
/** Vendor and device, as PCI numbers them, of SwiftShader and WARP. */
const SOFTWARE_DEVICES = [[0x1ae0, 0xc0de], [0x1414, 0x8c]];

/** Whether an adapter is the processor, not a GPU. */
export function isSoftware({ isFallbackAdapter, vendor, architecture, device, description }: GPUAdapterInfo): boolean {
  return isFallbackAdapter || SOFTWARE_NAMES.test(`${vendor} ${architecture} ${device} ${description}`) ||
    SOFTWARE_DEVICES.some(([v, d]) => v === Number(vendor) && d === Number(device));
}
