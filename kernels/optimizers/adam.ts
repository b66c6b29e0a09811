import { z } from "../../codegen/zod.ts";
import { l2, learningRate, positive, share } from "../../codegen/language/schema.ts";
import { NEGLIGIBLE, type OptimizerKind } from "../../codegen/language/optimizer.ts";
import { moments } from "../moments.ts";
import { add, flush, mul, named, param, part, sub } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("adam"),
  learningRate: learningRate.default(0.001),
  beta1: share.default(0.9).describe("Decay of the mean of gradients."),
  beta2: share.default(0.999).describe("Decay of the mean of squared gradients."),
  epsilon: positive.default(1e-8).describe("Added to sqrt(v_hat)."),
  l2,
});

/**
 * Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) with coupled L2. The bias corrections are params of the step:
 * `step_size` = rate / (1 - beta1^t), `v_scale` = 1 / sqrt(1 - beta2^t).
 */
export const adam: OptimizerKind<z.infer<typeof schema>> = {
  type: "adam",
  source: "kernels/optimizers/adam.ts",
  schema,
  summary: "Adam with bias correction; epsilon is added to sqrt(v_hat)",
  decay: "l2",
  momentum: "beta1",
  state: () => ["m", "v"],

  update(at, tensors, decay) {
    const { w, dw, m, v } = tensors;
    const gradient = decay ? named("gradient", add(dw.at(...at), mul(param("l2"), w.at(...at)))) : dw.at(...at);
    const { mean, square, step } = moments(at, tensors, flush(gradient, NEGLIGIBLE));
    return [part(at, m.set(at, mean), v.set(at, square), w.set(at, sub(w.at(...at), step)))];
  },

  params: ({ beta1, beta2, epsilon, l2 }, learningRate, step) => ({
    l2,
    beta1,
    beta1_rest: 1 - beta1,
    beta2,
    beta2_rest: 1 - beta2,
    epsilon,
    step_size: learningRate / (1 - beta1 ** step),
    v_scale: 1 / Math.sqrt(1 - beta2 ** step),
  }),
};
