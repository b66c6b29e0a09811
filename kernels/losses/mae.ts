import { type LossKind, lossOnNumbers } from "../../codegen/language/loss.ts";
import { abs, lt, named, select, sub } from "../../codegen/language/notation.ts";

/** Mean absolute error over samples and outputs. */
export const mae: LossKind = lossOnNumbers("mae", {}, {
  source: "kernels/losses/mae.ts",
  summary: "mean of |x - target| over samples and outputs",
  metrics: () => ["meanAbsoluteError"],
  loss: (x, target) => abs(sub(x, target)),
  slope(x, target, factor) {
    const error = named("error", sub(x, target));
    // what is neither is 0, or NaN, which must stay
    return select(lt(error, 0), -factor, select(lt(0, error), factor, error));
  },
});
