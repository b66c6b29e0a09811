import { elementwise } from "../../codegen/language/layer.ts";
import { larger, le, mul, select } from "../../codegen/language/notation.ts";
import { share } from "../../codegen/language/schema.ts";

/** x where it is positive, a small share of it elsewhere; NaN stays NaN. */
export const leakyRelu = elementwise({
  type: "leakyRelu",
  source: "kernels/layers/leaky_relu.ts",
  summary: "x where it is positive, negativeSlope * x elsewhere",
  options: { negativeSlope: share.default(0.01).describe("What numbers below 0 are multiplied by.") },
  monotone: true,
  onnx: ({ negativeSlope }) => ({ op: "LeakyRelu", inputs: ["x"], attributes: { alpha: { float: negativeSlope } } }),
  // 0 times -infinity is no number
  forward: (x, { negativeSlope }) => negativeSlope === 0 ? larger(x, 0) : select(le(x, 0), mul(negativeSlope, x), x),
  backward: ({ y, dy }, { negativeSlope }) => select(le(y, 0), mul(negativeSlope, dy), dy),
});
