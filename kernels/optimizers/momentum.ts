import { z } from "../../codegen/zod.ts";
import { l2, learningRate, share } from "../../codegen/language/schema.ts";
import { NEGLIGIBLE, type OptimizerKind } from "../../codegen/language/optimizer.ts";
import { add, flush, mul, named, param, part, sub } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("momentum"),
  learningRate: learningRate.optional(),
  momentum: share.default(0.9).describe("Share of the velocity that is kept."),
  nesterov: z.boolean().optional().describe("Whether the next step's velocity is looked ahead to."),
  l2,
});

/**
 * v = momentum * v + g, g = dw + l2 * w; w -= rate * v (as in PyTorch: no dampening). With `nesterov`,
 * w -= rate * (g + momentum * v).
 */
export const momentum: OptimizerKind<z.infer<typeof schema>> = {
  type: "momentum",
  source: "kernels/optimizers/momentum.ts",
  schema,
  summary: "v = momentum v + g; w -= rate v, or rate (g + momentum v) with nesterov",
  decay: "l2",
  momentum: "momentum",
  state: () => ["v"],

  update(at, { w, dw, v }, decay, { nesterov }) {
    const whole = flush(decay ? add(dw.at(...at), mul(param("l2"), w.at(...at))) : dw.at(...at), NEGLIGIBLE);
    const gradient = nesterov ? named("g", whole) : whole;
    const velocity = named("velocity", flush(add(mul(param("momentum"), v.at(...at)), gradient), NEGLIGIBLE));
    const step = nesterov ? add(gradient, mul(param("momentum"), velocity)) : velocity;
    return [part(at, v.set(at, velocity), w.set(at, sub(w.at(...at), mul(param("learning_rate"), step))))];
  },

  params: ({ momentum, l2 }, learningRate) => ({ learning_rate: learningRate, momentum, l2 }),
};
