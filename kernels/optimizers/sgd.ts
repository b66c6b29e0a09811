import { z } from "../../codegen/zod.ts";
import { l2, learningRate } from "../../codegen/language/schema.ts";
import { NEGLIGIBLE, type OptimizerKind } from "../../codegen/language/optimizer.ts";
import { add, flush, mul, param, part, sub } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("sgd"), learningRate: learningRate.optional(), l2 });

/** w -= rate * (dw + l2 * w). */
export const sgd: OptimizerKind<z.infer<typeof schema>> = {
  type: "sgd",
  source: "kernels/optimizers/sgd.ts",
  schema,
  summary: "w -= rate g",
  decay: "l2",
  state: () => [],

  update(at, { w, dw }, decay) {
    const gradient = flush(decay ? add(dw.at(...at), mul(param("l2"), w.at(...at))) : dw.at(...at), NEGLIGIBLE);
    return [part(at, w.set(at, sub(w.at(...at), mul(param("learning_rate"), gradient))))];
  },

  params: ({ l2 }, learningRate) => ({ learning_rate: learningRate, l2 }),
};
