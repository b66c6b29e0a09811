/**
 * What parameters and buffers begin with.
 *
 * @module
 */
import type { RunTensor } from "../../codegen/plan/plan.ts";
import { drawnNumber } from "./drawn.ts";
import { streamKey } from "./random.ts";

/** Initial values of a parameter or buffer, in the usual order. */
export function initialize(
  values: Float32Array,
  { initial, name }: Pick<RunTensor, "initial" | "name">,
  seed: number,
): void {
  if (typeof initial === "number") {
    values.fill(initial);
    return;
  }
  const key = streamKey(seed, `init ${name}`);
  for (let i = 0; i < values.length; i++) values[i] = drawnNumber(initial!, key, i);
}
