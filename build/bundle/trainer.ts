/**
 * In a bundle that trains: what its script opens a net with.
 *
 * @module
 */
import type { Spec } from "../../codegen/graph/spec.ts";
import { type Net, openNet } from "../../runtime/net/net.ts";
import type { OpenNetOptions } from "../../runtime/net/options.ts";
import type { NetRules } from "../../runtime/net/program.ts";
import type { ReadGiven } from "../../runtime/net/samples.ts";
import { type BundledNet, loadModule, weightsOf } from "./load.ts";
import { workerStarter } from "./workers.ts";

/** What a script has of its net. */
export interface BundledTrainer extends BundledNet {
  readonly rules: NetRules;
  /** Reads what is given beside samples, where that is not classes alone. */
  readonly given?: ReadGiven;
}

/** Opens the net. */
export async function openTrainer(bundled: BundledTrainer, options: OpenNetOptions = {}): Promise<Net> {
  const { spec, rules, given } = bundled, { target, plan, module } = await loadModule(bundled);
  const program = { spec: spec as Spec, rules, given, target, plan, bytes: () => Promise.resolve(module) };
  return await openNet(
    { ...program, worker: await workerStarter(), check: async () => (await bundled.check())[target] },
    { ...options, ...await weightsOf(bundled, options) },
  );
}
