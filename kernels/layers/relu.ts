import { elementwise } from "../../codegen/language/layer.ts";
import { larger, le, select } from "../../codegen/language/notation.ts";

/** max(0, x); NaN stays NaN, so that a run that diverged shows it. */
export const relu = elementwise({
  type: "relu",
  source: "kernels/layers/relu.ts",
  summary: "max(0, x)",
  monotone: true,
  onnx: "Relu",
  forward: (x) => larger(x, 0),
  backward: ({ y, dy }) => select(le(y, 0), 0, dy),
});
