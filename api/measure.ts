/**
 * Kernels are timed, and machines measured.
 *
 * @module
 */
import { MERGING, plan } from "../codegen/compile.ts";
import { InputError } from "../codegen/error.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { multiplyAdds } from "../codegen/ir/cost.ts";
import { tunedSchedules, type Tuning } from "../codegen/schedule/tuning.ts";
import type { Target } from "../codegen/targets/target.ts";
import { typescript } from "../codegen/targets/typescript/target.ts";
import { wasm, wasmRelaxed } from "../codegen/targets/wasm/target.ts";
import { groupedKernels, type KernelGroup } from "../runtime/measure/kernel_groups.ts";
import type { Machine, MachineOptions } from "../runtime/measure/machine/facts.ts";
import { measureMachine as measureWith } from "../runtime/measure/machine/machine.ts";
import { type KernelTime, timeKernels as timeWith } from "../runtime/measure/time_kernels.ts";
import {
  type ScheduleTime,
  type Spread,
  timeSchedules as timeSchedulesWith,
} from "../runtime/measure/time_schedules.ts";
import { readOptions } from "../runtime/run/options.ts";
import { TUNING } from "./compile.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { findTarget, processorTargets, runsHere, TARGET, targets } from "./targets.ts";

/**
 * Multiplications and additions of a net in one training step: those of the sums of products in its layers, two for each
 * term, whatever a target saves of them or does besides.
 */
export function trainingWork(spec: Spec): number {
  return plan(checkedSpec(spec), registry, { without: MERGING }).plan.train.kernels.reduce(
    (sum, { kernel }) => sum + multiplyAdds(kernel),
    0,
  );
}

/** Times every kernel of a training step on one thread, or on a GPU, checked against the interpreter first. */
export async function timeKernels(
  given: Spec,
  options: { target?: string; tuning?: Tuning } = {},
): Promise<readonly KernelTime[]> {
  const { target: name = "auto", tuning } = readOptions(options, { target: TARGET, tuning: TUNING });
  const spec = checkedSpec(given), target = findTarget(name);
  return await timeWith(spec, registry, target, tuning && tunedSchedules(tuning, spec.name, target));
}

/**
 * Times several schedules of each kernel of a training step that takes a noticeable part of it, on one thread, checked
 * against the interpreter first, beside what the target estimates.
 *
 * @param options.spread how many schedules of a kernel.
 * @param options.least kernels below this part of a step's time are left out. Default 0.02.
 * @param options.kernel the only kernel.
 * @throws {InputError} for a target that estimates nothing.
 */
export async function timeSchedules(
  given: Spec,
  options: { target: string; spread: Spread; least?: number; kernel?: string },
): Promise<readonly ScheduleTime[]> {
  const { target: name, least = 0.02, kernel, spread } = options, target = findTarget(name);
  if (!target.estimate) throw new InputError(`target ${name} has no estimate of a schedule's cycles`);
  return await timeSchedulesWith(checkedSpec(given), registry, target, spread, least, kernel);
}

/**
 * The kernels of a training step as loops over run-time shapes, in plain TypeScript, and as each target has them, in
 * groups that make the same tensors: to be timed beside each other. All are checked against the interpreter first.
 */
export async function kernelGroups(
  given: Spec,
  options: { tuning?: Tuning } = {},
): Promise<readonly KernelGroup[]> {
  const { tuning } = readOptions(options, { tuning: TUNING });
  const spec = checkedSpec(given);
  const form = (target: Target) => ({
    name: target.name,
    target,
    ...tuning && { tuned: tunedSchedules(tuning, spec.name, target) },
  });
  return await groupedKernels(spec, registry, [
    form(typescript),
    { name: `${typescript.name}, plain loops`, target: typescript, without: ["tiles"] },
    ...processorTargets.toReversed().filter((target) => target !== typescript && runsHere(target)).map(form),
    ...targets.filter((target) => !processorTargets.includes(target)).map(form),
  ]);
}

/**
 * Measures what this machine gives WebAssembly as Deno was started: packing, bounds checks, arithmetic, bandwidth, and
 * whether there is a GPU. With several threads, reading `runtime/` must be allowed.
 */
export async function measureMachine(options: MachineOptions = {}): Promise<Machine> {
  return await measureWith({ simd: runsHere(wasm), relaxedSimd: runsHere(wasmRelaxed) }, options);
}
