import { type LossKind, lossOnNumbers } from "../../codegen/language/loss.ts";
import { abs, lt, mul, named, select, sub } from "../../codegen/language/notation.ts";
import { positive } from "../../codegen/language/schema.ts";

const delta = positive.default(1).describe("The error up to which the loss is a square.");

/** Half the squared error up to `delta`, and a line beyond, as PyTorch's HuberLoss: SmoothL1Loss is this divided by delta. */
export const huber: LossKind = lossOnNumbers("huber", { delta }, {
  source: "kernels/losses/huber.ts",
  summary: "mean over samples and outputs of e^2 / 2 where |e| is up to delta, and delta (|e| - delta / 2) beyond; " +
    "e = x - target",
  metrics: () => ["meanAbsoluteError"],
  loss(x, target, { delta }) {
    const error = named("error", sub(x, target)), size = named("size", abs(error));
    return select(lt(delta, size), mul(delta, sub(size, delta / 2)), mul(error, error, 0.5));
  },
  slope(x, target, factor, { delta }) {
    const error = named("error", sub(x, target)), most = delta * factor;
    return select(lt(delta, abs(error)), select(lt(error, 0), -most, most), mul(error, factor));
  },
});
