/**
 * Plans with their drafts, faults put into them, and what the proof says to that.
 *
 * @module
 */
import assert from "node:assert/strict";
import { arrange, type LayoutName, layoutOf } from "../codegen/plan/arrange/arrange.ts";
import { fuse } from "../codegen/plan/fuse/fuse.ts";
import type { Draft, Plan, PlannedKernel, PlannedTensor } from "../codegen/plan/plan.ts";
import { draft } from "../codegen/plan/draft/draft.ts";
import { layOut } from "../codegen/plan/layout/layout.ts";
import { reorder } from "../codegen/graph/reorder.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import { VerifyError } from "../codegen/prove/error.ts";
import { registry, type Spec } from "../mod.ts";

/** A plan, and the draft that it lays out. */
export interface Laid {
  readonly plan: Plan;
  readonly drafted: Draft;
}

/** A net laid out, and not proven. */
export function laid(spec: Spec, layout: LayoutName, predict = false): Laid {
  const { graph } = reorder(inferShapes(spec, registry)), whole = draft(graph, registry.batch, { predict });
  const name = layoutOf(whole, layout, true);
  const { draft: drafted } = fuse(name === "row_major" ? whole : arrange(whole, name), new Set());
  return { plan: layOut(drafted), drafted };
}

/** What the proof says, if it refuses. */
export function refusal(prove: () => void): string | undefined {
  try {
    prove();
  } catch (error) {
    assert(error instanceof VerifyError, error instanceof Error ? error.stack : String(error));
    assert.match(error.message, /^unproven, generation stops: net \S+: [^\n]+$/);
    return error.message;
  }
}

/** Fails unless the proof refuses with such a message, which it gives. */
export function assertRefused(prove: () => void, message: RegExp, what: string): string {
  const found = refusal(prove);
  assert(found !== undefined, `${what}: accepted`);
  assert.match(found, message, what);
  return found;
}

/** The plan with a tensor changed, and the same type wherever a kernel has it. */
export function withTensor(plan: Plan, name: string, change: Partial<PlannedTensor>): Plan {
  const { dtype, shape, halo, below, rows, columns } = change;
  const type = Object.fromEntries(
    Object.entries({ dtype, shape, halo, below, rows, columns }).filter(([, v]) => v !== undefined),
  );
  const kernels = (all: readonly PlannedKernel[]) =>
    all.map((planned) => {
      const tensors = Object.entries(planned.kernel.tensors).map(([symbol, own]) =>
        [symbol, planned.bindings[symbol] === name ? { ...own, ...type } : own] as const
      );
      return { ...planned, kernel: { ...planned.kernel, tensors: Object.fromEntries(tensors) } };
    });
  return {
    ...plan,
    tensors: { ...plan.tensors, [name]: { ...plan.tensors[name], ...change } },
    train: { ...plan.train, kernels: kernels(plan.train.kernels) },
    evaluate: { ...plan.evaluate, kernels: kernels(plan.evaluate.kernels) },
  };
}

/** The tensors that have a place of their own. */
export const placed = ({ tensors }: Plan) =>
  Object.values(tensors).filter(({ role, alias }) => role !== "run" && alias === undefined);

/** The plan with a tensor at another place, and with it all that has its storage. */
export function moved(plan: Plan, name: string, offset: number): Plan {
  const tensors = Object.entries(plan.tensors).map(([key, own]) =>
    [key, key === name || own.alias === name ? { ...own, offset } : own] as const
  );
  return { ...plan, tensors: Object.fromEntries(tensors) };
}
