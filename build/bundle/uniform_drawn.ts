/**
 * In a bundle whose net draws no normal numbers: stands in the place of `runtime/run/drawn.ts`.
 *
 * @module
 */
import type { Drawn } from "../../codegen/language/init.ts";
import { uniform } from "../../runtime/run/random.ts";

/** One number of a stream. */
export function drawnNumber(drawn: Drawn, key: number, counter: number): number {
  return (2 * uniform(key, counter) - 1) * (drawn as { uniform: number }).uniform;
}
