import { elementwise } from "../../codegen/language/layer.ts";
import { expm1 } from "../../codegen/language/functions.ts";
import { add, le, mul, select } from "../../codegen/language/notation.ts";
import { positive } from "../../codegen/language/schema.ts";

/** x where it is positive, alpha (e^x - 1) elsewhere: https://arxiv.org/abs/1511.07289. */
export const elu = elementwise({
  type: "elu",
  source: "kernels/layers/elu.ts",
  summary: "x where it is positive, alpha * (e^x - 1) elsewhere",
  options: { alpha: positive.default(1).describe("What it comes near to, with the other sign, far below 0.") },
  monotone: true,
  onnx: ({ alpha }) => ({ op: "Elu", inputs: ["x"], attributes: { alpha: { float: alpha } } }),
  forward: (x, { alpha }) => select(le(x, 0), mul(alpha, expm1(x)), x),
  // the slope alpha e^x is y + alpha
  backward: ({ y, dy }, { alpha }) => select(le(y, 0), mul(dy, add(y, alpha)), dy),
});
