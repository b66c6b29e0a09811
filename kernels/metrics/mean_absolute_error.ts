import { STEP } from "../../codegen/ir/ir.ts";
import { type MetricKind, outputAxes, outputsOf } from "../../codegen/language/loss.ts";
import { abs, div, isSample, part, select, sub, sum } from "../../codegen/language/notation.ts";

/** |x - target|, the mean over the outputs, whatever they weigh. */
export const meanAbsoluteError: MetricKind = {
  type: "meanAbsoluteError",
  source: "kernels/metrics/mean_absolute_error.ts",
  summary: "mean of |x - target| over samples and outputs, whatever they weigh",
  symbol: "error",

  fits: (output, { dtype, shape }) => dtype === "f32" && shape.join() === output.join(),

  forward(n, { x, target, error }) {
    const axes = outputAxes(x.shape, "j"), at = [n, ...axes], away = abs(sub(x.at(...at), target.at(...at)));
    return [part([n], error.set([STEP, n], select(isSample(n), div(sum(axes, away), outputsOf(x.shape)), 0)))];
  },
};
