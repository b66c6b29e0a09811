/**
 * What a net asks of a device: a buffer for each tensor, and storage buffers for each kernel.
 *
 * @module
 */
import type { RunPlan, RunTensor } from "../../../codegen/plan/plan.ts";
import { elementsOf, type RowCounts } from "../rows.ts";
import type { Together } from "../../../codegen/targets/webgpu/dispatch.ts";
import { bufferBytes, wholeVectors } from "./buffers.ts";
import { bindingsOf, type GpuCode } from "./code.ts";
import type { GpuNeeds } from "./device.ts";
import { STEP_STRIDE } from "./pipelines.ts";

/** The tensors of a net, each storage once: those that all data sets share, and those that each has its own of. */
export function tensorsOf({ tensors }: RunPlan): { shared: RunTensor[]; runs: RunTensor[] } {
  const all = Object.values(tensors).filter(({ alias }) => alias === undefined);
  return { shared: all.filter(({ role }) => role !== "run"), runs: all.filter(({ role }) => role === "run") };
}

/** Bytes of the buffer of a tensor that all data sets share. */
export function tensorBytes(tensor: RunTensor): number {
  return bufferBytes(tensor, tensor.bytes / (tensor.dtype === "u8" ? 1 : 4));
}

/** Bytes of the buffers of the tensors that all data sets share: of one of several, by the name of the first. */
export function sharedBytes(plan: RunPlan, together: Together): Readonly<Record<string, number>> {
  const parts = new Set(Object.values(together).flatMap((names) => names.slice(1)));
  const alone = tensorsOf(plan).shared.filter(({ name }) => !parts.has(name));
  return Object.fromEntries(alone.map((tensor) => {
    const all = together[tensor.name]?.map((name) => plan.tensors[name].bytes) ?? [];
    return [tensor.name, all.length > 0 ? wholeVectors(all.reduce((sum, bytes) => sum + bytes)) : tensorBytes(tensor)];
  }));
}

/** Bytes of the buffer of a tensor with so many rows. */
export function rowBytes(tensor: RunTensor, counts: RowCounts): number {
  return bufferBytes(tensor, elementsOf(tensor, counts));
}

/** Steps of the longest of some data sets. */
export function mostSteps(counts: readonly RowCounts[]): number {
  return Math.max(1, ...counts.map(({ steps }) => steps));
}

/** What a net and data sets of so many rows need. */
export function needsOf(plan: RunPlan, code: GpuCode, counts: readonly RowCounts[]): GpuNeeds {
  const buffers = { ...sharedBytes(plan, code.dispatches.together), ...rowsBytes(plan, counts) };
  return { buffers, numbers: STEP_STRIDE * mostSteps(counts), bindings: bindingsOf(code) };
}

/** Bytes of the buffers of the tensors that each data set has its own of, of the largest of some sets. */
export function rowsBytes(plan: RunPlan, counts: readonly RowCounts[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    tensorsOf(plan).runs.map((t) => [t.name, Math.max(...counts.map((count) => rowBytes(t, count)))]),
  );
}
