import { z } from "../../codegen/zod.ts";
import { STEP } from "../../codegen/ir/ir.ts";
import { type LossKind, numbersLike } from "../../codegen/language/loss.ts";
import { axis, div, isSample, mul, named, param, part, select, sub, sum } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("mse") });

/** Mean squared error over samples and outputs; class labels become one-hot targets. */
export const mse: LossKind<z.infer<typeof schema>> = {
  type: "mse",
  source: "kernels/losses/mse.ts",
  schema,
  summary: "mean of (x - target)^2 over samples and outputs; labels become one-hot targets",
  target: numbersLike,

  forward(n, { x, target, loss }) {
    const j = axis("j", x.shape[1]);
    const error = named("error", sub(x.at(n, j), target.at(n, j)));
    return [part([n], loss.set([STEP, n], select(isSample(n), div(sum([j], mul(error, error)), x.shape[1]), 0)))];
  },

  backward(n, { x, target, dx }) {
    const o = axis("o", x.shape[1]);
    const slope = mul(sub(x.at(n, o), target.at(n, o)), 2 / x.shape[1]);
    return [part([n, o], dx.set([n, o], select(isSample(n), div(slope, param("count")), 0)))];
  },
};
