import { z } from "../../codegen/zod.ts";
import { decayOf, learningRate, positive, share } from "../../codegen/language/schema.ts";
import { NEGLIGIBLE, type OptimizerKind } from "../../codegen/language/optimizer.ts";
import { flush, mul, param, part, sub } from "../../codegen/language/notation.ts";
import { moments } from "../moments.ts";

const schema = z.strictObject({
  type: z.literal("adamw"),
  learningRate: learningRate.default(0.001),
  beta1: share.default(0.9).describe("Decay of the mean of gradients."),
  beta2: share.default(0.999).describe("Decay of the mean of squared gradients."),
  epsilon: positive.default(1e-8).describe("Added to sqrt(v_hat)."),
  weightDecay: decayOf(0.01, "Weights (not biases) lose rate * weightDecay of themselves in each step."),
});

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2, as PyTorch has it): weights
 * shrink by `keep` = 1 - rate * weightDecay before the step of Adam, whose moments know nothing of it.
 */
export const adamw: OptimizerKind<z.infer<typeof schema>> = {
  type: "adamw",
  source: "kernels/optimizers/adamw.ts",
  schema,
  summary: "w -= rate weightDecay w, and a step of Adam without l2",
  decay: "weightDecay",
  momentum: "beta1",
  state: () => ["m", "v"],

  update(at, tensors, decay) {
    const { w, dw, m, v } = tensors, { mean, square, step } = moments(at, tensors, flush(dw.at(...at), NEGLIGIBLE));
    const kept = decay ? mul(param("keep"), w.at(...at)) : w.at(...at);
    return [part(at, m.set(at, mean), v.set(at, square), w.set(at, sub(kept, step)))];
  },

  params: ({ beta1, beta2, epsilon, weightDecay }, learningRate, step) => ({
    keep: 1 - learningRate * weightDecay,
    beta1,
    beta1_rest: 1 - beta1,
    beta2,
    beta2_rest: 1 - beta2,
    epsilon,
    step_size: learningRate / (1 - beta1 ** step),
    v_scale: 1 / Math.sqrt(1 - beta2 ** step),
  }),
};
