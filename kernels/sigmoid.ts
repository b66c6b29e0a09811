import { elementwise } from "../codegen/layer.ts";
import { add, div, exp, mul, neg, sub } from "../codegen/notation.ts";

/** 1 / (1 + e^-x). */
export const sigmoid = elementwise({
  type: "sigmoid",
  source: "kernels/sigmoid.ts",
  summary: "1 / (1 + e^-x)",
  onnx: "Sigmoid",
  forward: (x) => div(1, add(1, exp(neg(x)))),
  backward: (y, dy) => mul(dy, y, sub(1, y)),
});
