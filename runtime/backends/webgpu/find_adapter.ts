/**
 * The adapter of this machine, asked for as the platform wants it.
 *
 * @module
 */
import { platform } from "../../platform/here.ts";
import type { Availability } from "../backend.ts";
import { adapterName, askAdapter, demandAdapter, isSoftware } from "./adapter.ts";

/** The adapter, or nothing. */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  platform.prepareGpu();
  return await askAdapter();
}

/** @throws {InputError} when there is none. */
export async function needAdapter(): Promise<GPUAdapter> {
  platform.prepareGpu();
  return await demandAdapter();
}

/** What there is on this machine: no adapter, one in software, or a GPU. */
export async function availability(): Promise<Availability> {
  const adapter = await findAdapter();
  if (!adapter) {
    return {
      preferred: false,
      reason: "no GPU, or no driver for it: navigator.gpu.requestAdapter() gives none; see deno task doctor",
    };
  }
  const name = adapterName(adapter.info), software = isSoftware(adapter.info);
  return {
    device: `${name}${software ? ", in software" : ""}`,
    preferred: !software,
    reason: software ? `no GPU here, ${name} is a software adapter` : `${name} is a GPU`,
  };
}
