import { STEP } from "../../codegen/ir/ir.ts";
import { type MetricKind, outputAxes, outputsOf } from "../../codegen/language/loss.ts";
import { div, isSample, lt, mul, part, select, sum } from "../../codegen/language/notation.ts";

/** 1 where a logit is above 0 and its target above 0.5, or both are not, the mean over the outputs; weighted as the loss is. */
export const binaryAccuracy: MetricKind = {
  type: "binaryAccuracy",
  source: "kernels/metrics/binary_accuracy.ts",
  summary: "share of the outputs that are above 0 where their target is above 0.5, and only there, " +
    "times the weights where the loss has them",
  symbol: "hit",

  fits: (output, { dtype, shape }) => dtype === "f32" && shape.join() === output.join(),

  forward(n, { x, target, weight, hit }) {
    const axes = outputAxes(x.shape, "j"), at = [n, ...axes];
    const above = lt(0.5, target.at(...at)), logit = x.at(...at);
    const right = select(above, select(lt(0, logit), 1, 0), select(lt(0, logit), 0, 1));
    const total = sum(axes, weight ? mul(weight.at(...at), right) : right);
    return [part([n], hit.set([STEP, n], select(isSample(n), div(total, outputsOf(x.shape)), 0)))];
  },
};
