/**
 * What a step must give: `check.json`, by which a bundle tests the engine that it runs in.
 *
 * @module
 */
import { rulesOf } from "../../api/open.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { makeCheck } from "../../runtime/net/make_check.ts";
import { openNet } from "../../runtime/net/net.ts";
import { openPredictNet } from "../../runtime/net/predict_net.ts";
import type { Check } from "../../runtime/net/program.ts";
import type { BundledModule } from "./modules.ts";

/**
 * How far numbers may be off, relative to the largest of their tensor, where products and sums may be rounded in two ways: a
 * gradient that is nearly 0 may have another sign then, and Adam's first step goes by signs.
 */
const RELAXED = 0.02;

/** The file: a check by the name of each module's target, made by this engine. */
export async function checkFile(
  spec: Spec,
  modules: readonly BundledModule[],
  predict: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const checks: Record<string, Check> = {}, rules = rulesOf(spec);
  for (const { target, plan, file, exact } of modules) {
    const program = { spec, target, plan, rules, bytes: () => Promise.resolve(file) };
    const net = await (predict ? openPredictNet(program) : openNet(program, { threads: 0 }));
    try {
      checks[target] = await makeCheck(net, exact ? 0 : RELAXED);
    } finally {
      net.close();
    }
  }
  return new TextEncoder().encode(JSON.stringify(checks) + "\n");
}
