/**
 * Samples made at random for a net, and labels that are classes of it, or for one output of mse a target of 1.
 *
 * @module
 */
import { type Dataset, fromArrays, type Spec } from "../mod.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";

/**
 * The same for the same seed and stream.
 *
 * @param kind bytes, or floats from -1 to 1.
 */
export function randomData(
  { input, layers, loss }: Spec,
  samples: number,
  seed: number,
  stream: string,
  kind: "bytes" | "floats" = "bytes",
): Dataset {
  const length = samples * input.reduce((a, b) => a * b, 1), key = streamKey(seed, stream);
  const classes = Number(layers.findLast(({ type }) => type === "linear")!.outFeatures);
  const inputs = kind === "bytes"
    ? Uint8Array.from({ length }, (_, i) => 256 * uniform(key, i))
    : Float32Array.from({ length }, (_, i) => 2 * uniform(key, i) - 1);
  const labels = Array.from({ length: samples }, (_, i) => i % classes);
  // one output of mse is a number, no class
  if (classes > 1 || loss.type !== "mse") return fromArrays(inputs, labels, input);
  return fromArrays(inputs, { labels, targets: Array(samples).fill(1) }, input);
}
