/**
 * What target a net is trained on where nobody says.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { webgpu } from "../codegen/targets/webgpu/target.ts";
import { adapterName, findAdapter, gpuCode, isSoftware, openGpu } from "../runtime/backends/webgpu/gpu.ts";
import { gpuNeeds } from "../runtime/backends/webgpu/session.ts";
import type { DataSplit } from "../runtime/data/data.ts";
import { FLAG, readOptions } from "../runtime/run/options.ts";
import type { RunOptions } from "../runtime/run/train.ts";
import { COMPILE, compileNet, type CompileOptions } from "./compile.ts";
import { kindOf, readSplit } from "./data.ts";
import { findTarget } from "./targets.ts";

/** A target that was chosen, and why. */
export interface TargetChoice {
  /** Its name. */
  readonly target: string;
  /** Why this one, in words. */
  readonly reason: string;
}

/**
 * What "auto" is when a net is trained: webgpu where there is a GPU that can hold the net and the data, else the fastest
 * target that workers can run.
 *
 * @param data is waited for only where there is a GPU.
 * @param given how the net is going to be compiled, and whether its kernels are to be timed.
 * @throws {InputError} when there is a GPU, and the data does not fit the net, or layers do not fit each other.
 */
export async function chooseTarget(
  spec: Spec,
  data: DataSplit | Promise<DataSplit>,
  given: Omit<CompileOptions, "target" | "data"> & Partial<Pick<RunOptions, "profile">> = {},
): Promise<TargetChoice> {
  const { target: _, data: __, ...kinds } = COMPILE;
  const { profile, ...options } = readOptions(given, { ...kinds, profile: FLAG });
  const workers = (reason: string) => ({ target: findTarget("auto").name, reason });
  const adapter = await findAdapter();
  if (!adapter) {
    return workers("no GPU, or no driver for it: navigator.gpu.requestAdapter() gives none; see deno task doctor");
  }
  const name = adapterName(adapter.info);
  if (isSoftware(adapter.info)) return workers(`${name} is software, no GPU`);
  const { train, test } = readSplit(await data);
  const net = compileNet(spec, webgpu, { ...options, data: kindOf(train) });
  const needs = gpuNeeds(net.plan, gpuCode(net, bindingsOf(adapter)), [train, test]);
  try {
    await openGpu({ ...needs, timestamps: profile });
  } catch (error) {
    if (error instanceof InputError) return workers(error.message);
    throw error;
  }
  return { target: webgpu.name, reason: `${name} is a GPU` };
}

/** How many storage buffers a kernel may have. */
export const bindingsOf = ({ limits }: GPUAdapter) => limits.maxStorageBuffersPerShaderStage;
