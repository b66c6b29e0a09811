/**
 * Samples made at random for a net, and labels that are classes of it.
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
  { input, layers }: Spec,
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
  return fromArrays(inputs, Array.from({ length: samples }, (_, i) => i % classes), input);
}
