/**
 * In a bundle, loaded when a GPU is wanted: what runs the net there.
 *
 * @module
 */
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { GpuHost } from "../../runtime/net/gpu_host.ts";
import type { Host } from "../../runtime/net/host.ts";
import type { GpuFile } from "./gpu_file.ts";
import { json, planOf, type Source } from "./load.ts";

export { noModule, openEither } from "../../runtime/net/gpu_host.ts";

/** The net's plan, and what opens its host. */
export interface LoadedGpu {
  readonly plan: RunPlan;
  host(): Promise<Host>;
}

/** Loads what the bundle has for a GPU. */
export async function loadGpu(source: Source): Promise<LoadedGpu> {
  const { plan: bundled, code }: GpuFile = json(await source()), plan = planOf(bundled);
  return { plan, host: () => GpuHost.open(plan, () => code) };
}
