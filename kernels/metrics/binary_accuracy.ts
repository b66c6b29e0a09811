import { STEP } from "../../codegen/ir/ir.ts";
import { type MetricKind, outputAxes, outputsOf } from "../../codegen/language/loss.ts";
import { div, isSample, lt, part, select, sum } from "../../codegen/language/notation.ts";

/** 1 where a logit is above 0 and its target above 0.5, or both are not, the mean over the outputs, whatever they weigh. */
export const binaryAccuracy: MetricKind = {
  type: "binaryAccuracy",
  source: "kernels/metrics/binary_accuracy.ts",
  summary: "share of the outputs that are above 0 where their target is above 0.5, and only there, whatever they weigh",
  symbol: "hit",

  fits: (output, { dtype, shape }) => dtype === "f32" && shape.join() === output.join(),

  forward(n, { x, target, hit }) {
    const axes = outputAxes(x.shape, "j"), at = [n, ...axes];
    const above = lt(0.5, target.at(...at)), logit = x.at(...at);
    const right = select(above, select(lt(0, logit), 1, 0), select(lt(0, logit), 0, 1));
    return [part([n], hit.set([STEP, n], select(isSample(n), div(sum(axes, right), outputsOf(x.shape)), 0)))];
  },
};
