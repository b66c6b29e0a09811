import { elementwise } from "../../codegen/language/layer.ts";
import { mul, sub, tanh as hyperbolicTangent } from "../../codegen/language/notation.ts";

/** Hyperbolic tangent. */
export const tanh = elementwise({
  type: "tanh",
  source: "kernels/layers/tanh.ts",
  summary: "(e^x - e^-x) / (e^x + e^-x)",
  onnx: "Tanh",
  forward: (x) => hyperbolicTangent(x),
  backward: ({ y, dy }) => mul(dy, sub(1, mul(y, y))),
});
