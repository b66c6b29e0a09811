/**
 * What the self-test of a net compares with, as this engine has it.
 *
 * @module
 */
import { hashOf, outcomeOf, placesOf } from "./check.ts";
import { inside, type PredictNet } from "./predict_net.ts";
import type { Check } from "./program.ts";

/**
 * What a step from a seed gives, for {@linkcode Check}; what the net has learned stays as it is.
 *
 * @param tolerance of numbers where this target's may differ from one processor to another, relative to the largest of
 * their tensor; 0 where every bit must be the same.
 */
export async function makeCheck(net: PredictNet, tolerance = 0, seed = 1): Promise<Check> {
  const { core, batch } = inside.get(net)!, { loss, tensors } = await outcomeOf(core, batch, seed);
  const entries = await Promise.all([...tensors].map(async ([name, values]) => {
    const samples = Object.fromEntries(placesOf(values).map((i) => [i, values[i]]));
    return [name, { hash: await hashOf(core, values), samples }] as const;
  }));
  return { seed, tolerance, loss, tensors: Object.fromEntries(entries) };
}
