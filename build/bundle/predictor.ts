/**
 * In a bundle that only predicts: what its script opens a net with.
 *
 * @module
 */
import type { Spec } from "../../codegen/graph/spec.ts";
import type { OpenNetOptions } from "../../runtime/net/options.ts";
import { openPredictNet, type PredictNet } from "../../runtime/net/predict_net.ts";
import type { NetRules } from "../../runtime/net/program.ts";
import { type BundledNet, loadModule, weightsOf } from "./load.ts";

/** What a script has of its net. */
export interface BundledPredictor extends BundledNet {
  /** No others are asked for. */
  readonly rules: Pick<NetRules, "probabilities">;
}

/** Opens the net. */
export async function openPredictor(bundled: BundledPredictor, options: OpenNetOptions = {}): Promise<PredictNet> {
  const { target, plan, module } = await loadModule(bundled);
  return await openPredictNet(
    {
      spec: bundled.spec as Spec,
      rules: { params: () => ({}), rate: () => 0, ...bundled.rules },
      ...{ target, plan, bytes: () => Promise.resolve(module), check: async () => (await bundled.check())[target] },
    },
    { ...options, ...await weightsOf(bundled, options) },
  );
}
