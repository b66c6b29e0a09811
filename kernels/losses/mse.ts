import { z } from "zod";
import { STEP } from "../../codegen/ir/ir.ts";
import { type LossKind, numbersLike } from "../../codegen/language/loss.ts";
import {
  axis,
  div,
  float,
  lt,
  mul,
  named,
  param,
  part,
  position,
  select,
  sub,
  sum,
} from "../../codegen/language/notation.ts";

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
    const isSample = lt(float(position(n)), param("count"));
    const error = named("error", sub(x.at(n, j), target.at(n, j)));
    return [part([n], loss.set([STEP, n], select(isSample, div(sum([j], mul(error, error)), x.shape[1]), 0)))];
  },

  backward(n, { x, target, dx }) {
    const o = axis("o", x.shape[1]);
    const isSample = lt(float(position(n)), param("count"));
    const slope = mul(sub(x.at(n, o), target.at(n, o)), 2 / x.shape[1]);
    return [part([n, o], dx.set([n, o], select(isSample, div(slope, param("count")), 0)))];
  },
};
