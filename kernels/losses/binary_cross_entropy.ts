import { log1p, logistic } from "../../codegen/language/functions.ts";
import { type LossKind, lossOnNumbers } from "../../codegen/language/loss.ts";
import { abs, add, exp, larger, mul, named, neg, sub } from "../../codegen/language/notation.ts";

/**
 * -target log sigmoid(x) - (1 - target) log(1 - sigmoid(x)), whose outputs are logits, as PyTorch's BCEWithLogitsLoss: in a
 * form that no power makes infinite.
 */
export const binaryCrossEntropy: LossKind = lossOnNumbers("binaryCrossEntropy", {}, {
  source: "kernels/losses/binary_cross_entropy.ts",
  summary: "mean over samples and outputs of max(x, 0) - x target + log(1 + e^-|x|): x are logits, targets from 0 to 1",
  metrics: () => ["binaryAccuracy"],
  range: [0, 1],
  loss: (x, target) => add(sub(larger(x, 0), mul(x, target)), log1p(named("power", exp(neg(abs(x)))))),
  slope(x, target, factor) {
    // share - target, which does not cancel where both are near 1
    const { share, rest } = logistic(x);
    return mul(sub(mul(share, sub(1, target)), mul(rest, target)), factor);
  },
  probabilities: (outputs) => Float64Array.from(outputs, (x) => 1 / (1 + Math.exp(-x))),
});
