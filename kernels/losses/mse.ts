import { type LossKind, lossOnNumbers } from "../../codegen/language/loss.ts";
import { mul, named, sub } from "../../codegen/language/notation.ts";

/** Mean squared error over samples and outputs; class labels become one-hot targets. */
export const mse: LossKind = lossOnNumbers("mse", {}, {
  source: "kernels/losses/mse.ts",
  summary: "mean of (x - target)^2 over samples and outputs; labels become one-hot targets",
  // of a vector, as of classes
  metrics: (output, { target }) =>
    output.length === 1 && output[0] > 1 && target !== "input" ? ["accuracy"] : ["meanAbsoluteError"],
  loss(x, target) {
    const error = named("error", sub(x, target));
    return mul(error, error);
  },
  slope: (x, target, factor) => mul(sub(x, target), 2 * factor),
});
