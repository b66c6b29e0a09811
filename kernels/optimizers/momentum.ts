import { z } from "../../codegen/zod.ts";
import { l2, learningRate, share } from "../../codegen/language/schema.ts";
import { NEGLIGIBLE, type OptimizerKind } from "../../codegen/language/optimizer.ts";
import { add, flush, mul, named, param, part, sub } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("momentum"),
  learningRate: learningRate.optional(),
  momentum: share.default(0.9).describe("Share of the velocity that is kept."),
  l2,
});

/** v = momentum * v + dw + l2 * w; w -= rate * v (as in PyTorch: no dampening). */
export const momentum: OptimizerKind<z.infer<typeof schema>> = {
  type: "momentum",
  source: "kernels/optimizers/momentum.ts",
  schema,
  summary: "v = momentum v + g; w -= rate v",
  state: ["v"],

  update(at, { w, dw, v }, decay) {
    const gradient = flush(decay ? add(dw.at(...at), mul(param("l2"), w.at(...at))) : dw.at(...at), NEGLIGIBLE);
    const velocity = named("velocity", flush(add(mul(param("momentum"), v.at(...at)), gradient), NEGLIGIBLE));
    return [part(at, v.set(at, velocity), w.set(at, sub(w.at(...at), mul(param("learning_rate"), velocity))))];
  },

  params: ({ momentum, l2 }, learningRate) => ({ learning_rate: learningRate, momentum, l2 }),
};
