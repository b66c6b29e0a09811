/**
 * Random numbers of which parameters are drawn. A bundle whose net draws no normal ones has another file in place of this.
 *
 * @module
 */
import type { Drawn } from "../../codegen/language/init.ts";
import { hash, uniform } from "./random.ts";

/** One number of a stream: uniform, or normal (Box and Muller, 1958) and then within 6.7 deviations. */
export function drawnNumber(drawn: Drawn, key: number, counter: number): number {
  if ("uniform" in drawn) return (2 * uniform(key, counter) - 1) * drawn.uniform;
  const radius = Math.sqrt(-2 * Math.log((hash(key, 2 * counter) + 1) / 2 ** 32));
  return drawn.normal * radius * Math.cos(2 * Math.PI * uniform(key, 2 * counter + 1));
}
