import { STEP } from "../../codegen/ir/ir.ts";
import type { MetricKind } from "../../codegen/language/loss.ts";
import {
  axis,
  eq,
  float,
  isSample,
  le,
  lt,
  named,
  part,
  position,
  select,
  sum,
} from "../../codegen/language/notation.ts";

/** Outputs among which the right one is to be. */
const MOST = 5;

/** 1 where at least all but five of the outputs are behind that of the label: smaller, or as large and of a later class. */
export const topFiveAccuracy: MetricKind = {
  type: "topFiveAccuracy",
  source: "kernels/metrics/top_five_accuracy.ts",
  summary:
    "share of the samples whose right class is among the five of the largest outputs, where there are more than five",
  symbol: "top5",

  fits: (output, { symbol, shape }) =>
    output.length === 1 && output[0] > MOST && symbol === "label" && shape.length === 0,

  forward(n, { x, label, top5 }) {
    const classes = x.shape[1], j = axis("j", classes), k = axis("k", classes);
    const own = named("own", sum([j], select(eq(position(j), label.at(n)), x.at(n, j), 0)));
    const later = select(lt(float(label.at(n)), float(position(k))), 1, 0);
    // of NaN, none is behind it
    const behind = sum([k], select(lt(x.at(n, k), own), 1, select(le(x.at(n, k), own), later, 0)));
    const isAmong = select(lt(behind, classes - MOST), 0, 1);
    return [part([n], top5.set([STEP, n], select(isSample(n), isAmong, 0)))];
  },
};
