/**
 * The WebGPU adapter of a machine.
 *
 * @module
 */
import { adapterName, isSoftware } from "../../backends/webgpu/adapter.ts";
import { findAdapter } from "../../backends/webgpu/find_adapter.ts";
import type { Gpu } from "./facts.ts";

/** Limits of an adapter that a net may meet. */
const GPU_LIMITS = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/** Asks for the adapter; null when there is none. */
export async function findGpu(): Promise<Gpu | null> {
  const adapter = await findAdapter();
  if (!adapter) return null;
  const { info, features, limits } = adapter;
  return {
    name: adapterName(info),
    fallback: isSoftware(info),
    timestamps: features.has("timestamp-query"),
    limits: Object.fromEntries(GPU_LIMITS.map((limit) => [limit, limits[limit]])),
  };
}
