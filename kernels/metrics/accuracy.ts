import { STEP } from "../../codegen/ir/ir.ts";
import type { MetricKind } from "../../codegen/language/loss.ts";
import { argmax, axis, eq, isSample, part, select } from "../../codegen/language/notation.ts";

/** 1 where the largest output is at the label, or where the largest target is; of equal ones the first counts. */
export const accuracy: MetricKind = {
  type: "accuracy",
  source: "kernels/metrics/accuracy.ts",
  summary: "share of the samples whose largest output is the right one",
  symbol: "hit",

  fits: (output, { symbol, shape }) =>
    output.length === 1 && (symbol === "label" ? shape.length === 0 : shape.join() === output.join()),

  forward(n, { x, label, target, hit }) {
    const j = axis("j", x.shape[1]);
    const right = eq(argmax([j], x.at(n, j)), label ? label.at(n) : argmax([j], target.at(n, j)));
    return [part([n], hit.set([STEP, n], select(isSample(n), select(right, 1, 0), 0)))];
  },
};
