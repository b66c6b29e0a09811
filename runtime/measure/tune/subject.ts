/**
 * A kernel that is tuned, and what its candidates are tried on.
 *
 * @module
 */
import type { Kernel } from "../../../codegen/ir/ir.ts";
import { plannedKernel } from "../../../codegen/plan/kernel.ts";
import type { Plan } from "../../../codegen/plan/plan.ts";
import type { Schedule } from "../../../codegen/schedule/schedule.ts";
import type { Spec } from "../../../codegen/graph/spec.ts";
import type { Target } from "../../../codegen/targets/target.ts";
import { kernelCase } from "../../check/kernel.ts";

/** One kernel of a net on a target. */
export interface Subject {
  readonly kernel: Kernel;
  readonly target: Target;
  /** The net's plan, with just this kernel. */
  readonly plan: Plan;
  /** The target's schedules for it, its first guess first. */
  readonly candidates: readonly Schedule[];
  /** Milliseconds after which a candidate that gives no answer is given up. */
  readonly patience: number;
  /** Random data, and what the interpreter makes of them: the same for all candidates. */
  data(): ReturnType<typeof kernelCase>;
}

/** @param whole the plan of the kernel's net. */
export function subjectOf(kernel: Kernel, whole: Plan, spec: Spec, target: Target, patience: number): Subject {
  const planned = plannedKernel(whole, kernel.name);
  const plan = {
    ...whole,
    train: { kernels: [planned], barriers: [false] },
    evaluate: { kernels: [], barriers: [] },
  };
  let data: ReturnType<typeof kernelCase> | undefined;
  return {
    kernel,
    target,
    plan,
    candidates: [...target.candidates(kernel)],
    patience,
    data: () => data ??= kernelCase(kernel, planned.bindings, plan, spec, 0),
  };
}
