/**
 * What a net asks of a device: a buffer for each tensor, and storage buffers for each kernel.
 *
 * @module
 */
import type { Plan, PlannedTensor } from "../../../codegen/plan/plan.ts";
import { elementsOf, type RowCounts } from "../rows.ts";
import { bufferBytes } from "./buffers.ts";
import type { GpuNeeds } from "./device.ts";
import { STEP_STRIDE } from "./pipelines.ts";

/** The tensors of a net, each storage once: those that all data sets share, and those that each has its own of. */
export function tensorsOf({ tensors }: Plan): { shared: PlannedTensor[]; runs: PlannedTensor[] } {
  const all = Object.values(tensors).filter(({ alias }) => alias === undefined);
  return { shared: all.filter(({ role }) => role !== "run"), runs: all.filter(({ role }) => role === "run") };
}

/** Bytes of the buffer of a tensor that all data sets share. */
export function tensorBytes(tensor: PlannedTensor): number {
  return bufferBytes(tensor, tensor.bytes / (tensor.dtype === "u8" ? 1 : 4));
}

/** Bytes of the buffer of a tensor with so many rows. */
export function rowBytes(tensor: PlannedTensor, counts: RowCounts): number {
  return bufferBytes(tensor, elementsOf(tensor, counts));
}

/** Steps of the longest of some data sets. */
export function mostSteps(counts: readonly RowCounts[]): number {
  return Math.max(1, ...counts.map(({ steps }) => steps));
}

/** What a net and data sets of so many rows need. `bindings`: storage buffers of each kernel. */
export function needsOf(plan: Plan, bindings: GpuNeeds["bindings"], counts: readonly RowCounts[]): GpuNeeds {
  const { shared, runs } = tensorsOf(plan);
  return {
    buffers: {
      ...Object.fromEntries(shared.map((tensor) => [tensor.name, tensorBytes(tensor)])),
      ...Object.fromEntries(runs.map((t) => [t.name, Math.max(...counts.map((count) => rowBytes(t, count)))])),
    },
    numbers: STEP_STRIDE * mostSteps(counts),
    bindings,
  };
}
