import { elementwise } from "../../codegen/language/layer.ts";
import { abs, add, div, exp, lt, mul, named, neg, select, sub } from "../../codegen/language/notation.ts";

/** 1 / (1 + e^-x), of powers that do not overflow: e^x / (1 + e^x) where x is negative. */
export const sigmoid = elementwise({
  type: "sigmoid",
  source: "kernels/layers/sigmoid.ts",
  summary: "1 / (1 + e^-x)",
  onnx: "Sigmoid",
  forward: (x) => {
    const power = named("power", exp(neg(abs(x))));
    return div(select(lt(x, 0), power, 1), add(1, power));
  },
  backward: ({ y, dy }) => mul(dy, y, sub(1, y)),
});
