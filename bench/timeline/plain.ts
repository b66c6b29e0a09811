/**
 * The timeline's first configuration: plain loops train as the others do. It runs in pages, too.
 *
 * @module
 */
import { type Dataset, runStart, type Spec } from "../../mod.ts";
import { NaiveNetwork, type NaiveSpec } from "../naive.ts";

/** All configurations begin with the same weights, and see the same images in the same order. */
export const SEED = 0;

/** What one epoch brought. */
export interface Pass {
  /** Mean over its images, each as it was seen before its update. */
  readonly loss: number;
  readonly seconds: number;
}

/** Trains by plain loops what others train by generated kernels: the same images, in the same order. */
export function trainNaive(
  spec: Spec,
  { inputs, labels, samples }: Pick<Dataset, "inputs" | "labels" | "samples">,
  epochs: number,
): Pass[] {
  if (spec.layers.some(({ type }) => type === "dropout")) {
    throw new Error("the naive loops would have to be told what dropout drops");
  }
  const { parameters, learningRate, order } = runStart(spec, SEED), { batchSize } = spec;
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, Float32Array);
  for (const [name, { values }] of network.parameters) values.set(parameters.get(name)!);
  const size = inputs.length / samples, scale = inputs instanceof Uint8Array ? 255 : 1;
  const batch = new Float32Array(batchSize * size), batchLabels = new Int32Array(batchSize);
  return Array.from({ length: epochs }, (_, epoch) => {
    const start = performance.now(), places = order(epoch, samples), rate = learningRate(epoch);
    let sum = 0;
    for (let first = 0; first < samples; first += batchSize) {
      const count = Math.min(batchSize, samples - first);
      for (let n = 0; n < count; n++) {
        const from = places[first + n] * size;
        for (let i = 0; i < size; i++) batch[n * size + i] = inputs[from + i] / scale;
        batchLabels[n] = labels![places[first + n]];
      }
      sum += count * network.trainStep(batch, batchLabels, count, rate).loss;
    }
    return { loss: sum / samples, seconds: (performance.now() - start) / 1000 };
  });
}
