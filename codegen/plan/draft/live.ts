/**
 * What of some kernels is needed.
 *
 * @module
 */
import { expressions } from "../../ir/expr.ts";
import type { Part } from "../../ir/ir.ts";
import type { PlannedKernel } from "../plan.ts";

/**
 * Kernels without the assignments to tensors that nobody needs: neither those who want some tensors afterwards, nor a
 * later kernel that is needed. One without any is left out; one that is needed whole stays the same.
 */
export function needed(kernels: readonly PlannedKernel[], wanted: Iterable<string>): PlannedKernel[] {
  const live = new Set(wanted), kept: PlannedKernel[] = [];
  for (const planned of kernels.toReversed()) {
    const { kernel, bindings } = planned;
    // what one part reads of another may be its own element only, but that is needed, too
    const liveHere = new Set([...live, ...readBy(kernel.parts, bindings)]);
    const parts = kernel.parts.map((part) => ({
      ...part,
      assignments: part.assignments.filter(({ tensor }) => liveHere.has(bindings[tensor])),
    })).filter(({ assignments }) => assignments.length > 0);
    if (!parts.some(({ assignments }) => assignments.some(({ tensor }) => live.has(bindings[tensor])))) continue;
    for (const name of readBy(parts, bindings)) live.add(name);
    const whole = parts.length === kernel.parts.length &&
      parts.every(({ assignments }, i) => assignments.length === kernel.parts[i].assignments.length);
    kept.push(whole ? planned : { ...planned, kernel: { ...kernel, parts } });
  }
  return kept.reverse();
}

function readBy(parts: readonly Part[], bindings: PlannedKernel["bindings"]): string[] {
  const all = parts.flatMap(({ assignments }) => expressions(...assignments.map(({ value }) => value)));
  return all.flatMap((expr) => expr.kind === "load" ? [bindings[expr.tensor]] : []);
}
