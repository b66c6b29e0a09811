import { z } from "../../codegen/zod.ts";
import { l2, learningRate, positive, share, SMALLEST_NORMAL } from "../../codegen/language/schema.ts";
import { NEGLIGIBLE, type OptimizerKind } from "../../codegen/language/optimizer.ts";
import { add, div, flush, lt, mul, named, param, part, select, sqrt, sub } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("rmsprop"),
  learningRate: learningRate.default(0.01),
  alpha: share.default(0.99).describe("Decay of the mean of squared gradients."),
  epsilon: positive.default(1e-8).describe("Added to sqrt(v)."),
  momentum: share.default(0).describe("Share of the step before that is made again; with 0, none is kept."),
  centered: z.boolean().default(false).describe("Whether v is less the square of the gradients' mean: a variance."),
  l2,
});

/**
 * RMSprop (Hinton, lecture 6 of "Neural networks for machine learning", 2012; centered: Graves, arXiv 1308.0850), as
 * PyTorch has it: epsilon is outside of the root. Params: `alpha_rest` = 1 - alpha.
 */
export const rmsprop: OptimizerKind<z.infer<typeof schema>> = {
  type: "rmsprop",
  source: "kernels/optimizers/rmsprop.ts",
  schema,
  summary: "v = alpha v + (1 - alpha) g²; w -= rate g / (sqrt(v) + epsilon)",
  decay: "l2",
  momentum: "momentum",
  state: ({ momentum, centered }) => ["v", ...centered ? ["m"] : [], ...momentum > 0 ? ["b"] : []],

  update(at, { w, dw, v, m, b }, decay, { momentum, centered }) {
    const gradient = decay ? named("gradient", add(dw.at(...at), mul(param("l2"), w.at(...at)))) : dw.at(...at);
    const g = named("g", flush(gradient, NEGLIGIBLE)), rest = param("alpha_rest");
    const square = named("square", flush(add(mul(param("alpha"), v.at(...at)), mul(rest, g, g)), SMALLEST_NORMAL));
    const mean = named("mean", flush(add(mul(param("alpha"), (m ?? v).at(...at)), mul(rest, g)), NEGLIGIBLE));
    // rounding may leave a little less than 0; NaN stays NaN
    const variance = named("variance", sub(square, mul(mean, mean)));
    const spread = centered ? select(lt(variance, 0), 0, variance) : square;
    const scaled = named("scaled", div(g, add(sqrt(spread), param("epsilon"))));
    const step = momentum > 0
      ? named("velocity", flush(add(mul(param("momentum"), b.at(...at)), scaled), NEGLIGIBLE))
      : scaled;
    return [part(
      at,
      v.set(at, square),
      ...centered ? [m.set(at, mean)] : [],
      ...momentum > 0 ? [b.set(at, step)] : [],
      w.set(at, sub(w.at(...at), mul(param("learning_rate"), step))),
    )];
  },

  params: ({ alpha, epsilon, momentum, l2 }, learningRate) => ({
    ...{ l2, alpha, alpha_rest: 1 - alpha, epsilon, momentum },
    learning_rate: learningRate,
  }),
};
