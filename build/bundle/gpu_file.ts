/**
 * `NET.webgpu.json`: what a bundle has of target webgpu. The plan, the dispatches of a step, and the text of each.
 *
 * @module
 */
import { compileNet } from "../../api/compile.ts";
import { isWorthGpu } from "../../api/open.ts";
import { findTarget } from "../../api/targets.ts";
import { withBindings } from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { fittedCode, type GpuCode } from "../../runtime/net/gpu_host.ts";
import { bundledPlan } from "./entry.ts";
import type { BundledPlan } from "./load.ts";
import { type ModuleOptions, runPlanOf } from "./modules.ts";

/** Storage buffers that every device lets a kernel have: there is no compiler that could print for others. */
const EVERY_DEVICE = 8;

/** What the file says. */
export interface GpuFile {
  readonly plan: BundledPlan;
  readonly code: GpuCode;
}

/** The file, and whether a step has enough work for a GPU. */
export interface BundledGpuFile {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly worth: boolean;
}

/**
 * The net for any GPU.
 *
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 */
export function gpuFile(spec: Spec, { data, tuning }: Omit<ModuleOptions, "predict">): BundledGpuFile {
  const net = withBindings(compileNet(spec, findTarget("webgpu"), { data, tuning }), EVERY_DEVICE), { plan } = net;
  const { dispatches, texts } = fittedCode(net.files, EVERY_DEVICE, () => net.files);
  const names = plan.train.kernels.map(({ kernel: { name } }) => name);
  const content: GpuFile = {
    plan: bundledPlan(runPlanOf(plan, Object.values(plan.tensors), names)),
    code: {
      dispatches,
      texts: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, bare(text)])),
    },
  };
  return { file: new TextEncoder().encode(JSON.stringify(content) + "\n"), worth: isWorthGpu(plan) };
}

/** A text without comments of whole lines, and without what its lines begin with. */
function bare(text: string): string {
  return text.replaceAll(/^\s*(?:\/\/.*)?\n|^\s+/gm, "");
}
