/**
 * Faster schedules are looked for.
 *
 * @module
 */
import { kernelsOf, plan } from "../codegen/compile.ts";
import { InputError } from "../codegen/error.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import type { Kernel } from "../codegen/ir/ir.ts";
import { formulaHash, misfit, storedSchedule, type Tuning, tuningOf, withKernels } from "../codegen/schedule/tuning.ts";
import type { TunedKernel } from "../codegen/schedule/tuning_schema.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import type { TunedRow } from "../runtime/measure/tune/results.ts";
import { tuneNet, type TuneSettings } from "../runtime/measure/tune/tune.ts";
import { FUNCTION, type Kind, readOptions, TEXT } from "../runtime/run/options.ts";
import { TUNING } from "./compile.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { TARGET, targetHere } from "./targets.ts";

const SECONDS: Kind = { fits: (value) => typeof value === "number" && value >= 0, expected: "seconds, at least 0" };

/** How a net is tuned. */
export interface TuneOptions extends Omit<TuneSettings, "onKernel"> {
  /** Default "auto": the fastest. */
  readonly target?: string;
  /** What is known already: it is to be beaten, and kept where it is not. */
  readonly tuning?: Tuning;
  /** Called with each kernel as it is done, and with all that is known then. */
  readonly onKernel?: (row: TunedRow, tuning: Tuning) => void | Promise<void>;
}

/**
 * Looks for the fastest schedule of each kernel of a net on this machine: those of noticeable cost, one after the other.
 *
 * @returns all that is known then; what no longer fits, or is of kernels that the net has no more, is left out.
 * @throws {InputError} when the engine cannot run the target, there is no GPU for it, or the net has no kernel of the name.
 */
export async function tune(
  given: Spec,
  settings: TuneOptions = {},
): Promise<Tuning> {
  const { target: name = "auto", tuning = { origin: "tuning", nets: {} }, onKernel, ...options } = readOptions(
    settings,
    {
      ...{ target: TARGET, tuning: TUNING, onKernel: FUNCTION, kernel: TEXT, budget: SECONDS, patience: SECONDS },
    },
  );
  const spec = checkedSpec(given), target = targetHere(name);
  await backendOf(target).requireDevice();
  const all = kernelsOf(plan(spec, registry, { layout: target.layout }).plan);
  if (options.kernel !== undefined && !all.some(({ name }) => name === options.kernel)) {
    throw new InputError(`net ${spec.name} has no kernel "${options.kernel}"`);
  }
  const entries = tuningOf(tuning, spec.name, target.name);
  const stored = (kernel: Kernel) => storedSchedule(entries, spec.name, target.name, kernel);
  const known = new Map(all.flatMap((kernel): [string, TunedKernel][] => {
    const schedule = stored(kernel);
    return schedule && misfit(kernel, schedule, target) === undefined
      ? [[kernel.name, { hash: formulaHash(kernel), schedule }]]
      : [];
  }));
  const current = (): Tuning => ({
    ...tuning,
    nets: withKernels(tuning.nets, spec.name, target.name, Object.fromEntries(known)),
  });
  await tuneNet(spec, registry, target, stored, {
    ...options,
    onKernel: async (row) => {
      if (row.entry) known.set(row.kernel, row.entry);
      else known.delete(row.kernel);
      await onKernel?.(row, current());
    },
  });
  return current();
}
