import { elementwise } from "../codegen/layer.ts";
import { mul, sub, tanh as hyperbolicTangent } from "../codegen/notation.ts";

/** Hyperbolic tangent. */
export const tanh = elementwise({
  type: "tanh",
  source: "kernels/tanh.ts",
  summary: "(e^x - e^-x) / (e^x + e^-x)",
  onnx: "Tanh",
  forward: (x) => hyperbolicTangent(x),
  backward: (y, dy) => mul(dy, sub(1, mul(y, y))),
});
