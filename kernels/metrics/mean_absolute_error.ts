import { STEP } from "../../codegen/ir/ir.ts";
import { type MetricKind, outputAxes, outputsOf } from "../../codegen/language/loss.ts";
import { abs, div, isSample, mul, part, select, sub, sum } from "../../codegen/language/notation.ts";

/** |x - target|, the mean over the outputs; weighted as the loss is. */
export const meanAbsoluteError: MetricKind = {
  type: "meanAbsoluteError",
  source: "kernels/metrics/mean_absolute_error.ts",
  summary: "mean of |x - target| over samples and outputs, times the weights where the loss has them",
  symbol: "error",

  fits: (output, { dtype, shape }) => dtype === "f32" && shape.join() === output.join(),

  forward(n, { x, target, weight, error }) {
    const axes = outputAxes(x.shape, "j"), at = [n, ...axes], away = abs(sub(x.at(...at), target.at(...at)));
    const total = sum(axes, weight ? mul(weight.at(...at), away) : away);
    return [part([n], error.set([STEP, n], select(isSample(n), div(total, outputsOf(x.shape)), 0)))];
  },
};
