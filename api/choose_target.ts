/**
 * What target a net is trained on where nobody says.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import type { Target } from "../codegen/targets/target.ts";
import type { FittedNet } from "../runtime/backends/backend.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import { checkFit } from "../runtime/backends/samples.ts";
import type { DataSplit } from "../runtime/data/data.ts";
import { FLAG, readOptions } from "../runtime/run/options.ts";
import type { RunOptions } from "../runtime/run/run_options.ts";
import { COMPILE, compileNet, type CompileOptions } from "./compile.ts";
import { kindOf, readSplit } from "./data.ts";
import { allCores, findTarget, processorTargets, targets } from "./targets.ts";

/** A target that was chosen, and why. */
export interface TargetChoice {
  /** Its name. */
  readonly target: string;
  /** Why this one, in words. */
  readonly reason: string;
}

/**
 * What "auto" is when a net is trained: webgpu where there is a GPU that can hold the net and the data, else the fastest
 * target that threads can run.
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
  const options = readOptions(given, { ...kinds, profile: FLAG });
  const { target, reason } = await fastestTarget(spec, data, options);
  return { target: target.name, reason };
}

/** A target that was chosen, and where what was compiled for it is going to run, if that was asked. */
interface FastestTarget {
  readonly target: Target;
  readonly reason: string;
  readonly fitted?: FittedNet;
}

/** The same with what was found out on the way. */
export async function fastestTarget(
  spec: Spec,
  data: DataSplit | Promise<DataSplit>,
  { profile, ...options }: Omit<CompileOptions, "target" | "data"> & Partial<Pick<RunOptions, "profile">>,
): Promise<FastestTarget> {
  const reasons: string[] = [];
  for (const target of targets.filter((target) => !processorTargets.includes(target))) {
    const backend = backendOf(target), { preferred, reason } = await backend.available();
    reasons.push(reason);
    if (!preferred) continue;
    const { train, test } = readSplit(await data), sets = [train, test];
    const net = compileNet(spec, target, { ...options, data: kindOf(train) });
    // what would be wrong on any target is an error
    for (const set of sets) checkFit(net.plan, set);
    try {
      return { target, reason, fitted: await backend.fit(net, sets, { threads: allCores(), profile }) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reasons.push(error.message);
    }
  }
  return { target: findTarget("auto"), reason: reasons.at(-1)! };
}
