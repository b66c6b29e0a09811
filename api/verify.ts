/**
 * Kernels are checked.
 *
 * @module
 */
import { OPTIMIZATIONS } from "../codegen/compile.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { tunedSchedules, type Tuning } from "../codegen/schedule/tuning.ts";
import type { VerifyRow } from "../runtime/check/row.ts";
import { verifyNet as verifyWith, type VerifyOptions } from "../runtime/check/verify.ts";
import { checkChoices, FUNCTION, objectOf, oneOf, readOptions, SEED } from "../runtime/run/options.ts";
import { COMPILE, compileNet, TUNING } from "./compile.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { findTarget, TARGET } from "./targets.ts";

const VERIFY = {
  ...{ target: TARGET, tuning: TUNING, seed: SEED, data: COMPILE.data, tuned: objectOf("schedules by kernel") },
  ...{ without: COMPILE.without, only: oneOf(["kernels", "steps"]), onRow: FUNCTION },
};

/**
 * Checks every kernel of a net on seeded random data against the interpreter, the gradients against central
 * differences, and the fused step against the unfused one.
 *
 * @throws {InputError} when there is no such target, or the seed is none that a run may have.
 */
export async function verifyNet(
  given: Spec,
  settings: VerifyOptions & { target?: string; tuning?: Tuning } = {},
): Promise<readonly VerifyRow[]> {
  const { target: name = "auto", tuning, ...options } = readOptions(settings, VERIFY);
  const spec = checkedSpec(given),
    target = findTarget(name),
    tuned = tuning && tunedSchedules(tuning, spec.name, target);
  checkChoices("without", options.without ?? [], OPTIMIZATIONS);
  // what the tables of several calls have in common is compiled once; schedules that are given are no tuning's
  const { data, without, only } = options, own = options.tuned !== undefined || only === "steps";
  const net = own ? undefined : compileNet(spec, target, { data, without, tuning });
  return await verifyWith(spec, registry, target, { ...options, ...tuned && { tuned } }, net);
}
