/**
 * Zeros around tensors, so that padded loads need no test; and, where they keep addresses apart, behind some others.
 *
 * @module
 */
import { bounds } from "../../ir/affine.ts";
import { expressions } from "../../ir/expr.ts";
import type { Affine } from "../../ir/ir.ts";
import type { Draft, PlannedKernel } from "../plan.ts";
import { fansIn, spread } from "./fans.ts";

/** For some tensors by name: elements before and after in each dimension. */
export type Halos = Readonly<Record<string, readonly (readonly [before: number, after: number])[]>>;

/** How far padded loads reach over each side of each tensor; and what keeps lines of a cache out of each other's way. */
export function inferHalos(kernels: readonly PlannedKernel[], tensors: Draft["tensors"]): Halos {
  const halos: Record<string, [number, number][]> = {};
  for (const { kernel: { parts }, bindings } of kernels) {
    for (const expr of parts.flatMap(({ assignments }) => expressions(...assignments.map(({ value }) => value)))) {
      if (expr.kind !== "load" || !expr.padded) continue;
      const halo = halos[bindings[expr.tensor]] ??= expr.index.map(() => [0, 0]);
      for (const [d, index] of expr.index.entries()) {
        const [low, high] = bounds(index as Affine);
        const last = tensors[bindings[expr.tensor]].shape[d] - 1;
        halo[d] = [Math.max(halo[d][0], -low), Math.max(halo[d][1], high - last)];
      }
    }
  }
  for (const fan of fansIn(kernels, tensors)) {
    const { shape } = tensors[fan.tensor];
    spread(tensors[fan.tensor], halos[fan.tensor] ??= shape.map(() => [0, 0]), fan);
  }
  return halos;
}

/** Whether a tensor has no halo. */
export function isCompact(name: string, halos: Halos): boolean {
  return (halos[name] ?? []).every(([before, after]) => before === 0 && after === 0);
}
