/** A small net with all that changes from step to step, samples for it, and what its epochs are given. */
import { type CompiledNet, compileTarget, plan } from "../codegen/compile.ts";
import type { Plan } from "../codegen/plan/plan.ts";
import type { Target } from "../codegen/targets/target.ts";
import { fromArrays, type LabelledDataset, parseSpec, registry } from "../mod.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";
import type { Epoch } from "../runtime/backends/session.ts";

/** A convolution, dropout, Adam with L2, a rate that changes: most kinds of kernels, and all that could lose its place. */
export const SPEC = parseSpec({
  name: "kept",
  input: [1, 8, 8],
  batchSize: 16,
  layers: [
    { type: "conv2d", outChannels: 4, kernel: 3, padding: 1 },
    { type: "relu" },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "dropout", rate: 0.3 },
    { type: "linear", outFeatures: 16 },
    { type: "tanh" },
    { type: "linear", outFeatures: 3 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: {
    epochs: 3,
    optimizer: { type: "adam", learningRate: 0.01, l2: 0.001 },
    scheduler: { type: "step", every: 1, factor: 0.5 },
  },
});

/** Its learning rate, written once more. */
export const learningRate = (epoch: number) => 0.01 * 0.5 ** epoch;

/** Samples that it can learn: a class has its own row of bright pixels. */
export function samples(count: number, seed = 1): LabelledDataset {
  const key = streamKey(seed, "samples");
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const inputs = Uint8Array.from(
    { length: 64 * count },
    (_, i) => 120 * uniform(key, i) + (Math.floor(i % 64 / 8) === 2 * labels[Math.floor(i / 64)] + 1 ? 120 : 0),
  );
  return fromArrays(inputs, labels, [1, 8, 8]);
}

/** The net for a target. */
export const compiled = (target: Target): CompiledNet =>
  compileTarget(plan(SPEC, registry, { layout: target.layout, data: "u8" }), target);

/** What an epoch over so many samples is given. */
export function epochOf({ graph, batchSize }: Plan, seed: number, epoch: number, samples: number): Epoch {
  const before = epoch * Math.ceil(samples / batchSize);
  return {
    seed,
    epoch,
    params: (step) => graph.optimizer.params(SPEC.training.optimizer, learningRate(epoch), before + step + 1),
  };
}
