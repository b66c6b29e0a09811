import { elementwise, onnxNumber } from "../../codegen/language/layer.ts";
import { expm1, log1p } from "../../codegen/language/functions.ts";
import { abs, add, exp, larger, mul, named, neg } from "../../codegen/language/notation.ts";
import { positive } from "../../codegen/language/schema.ts";

/** ln(1 + e^(beta x)) / beta: a rounded relu, x itself where that is large. */
export const softplus = elementwise({
  type: "softplus",
  source: "kernels/layers/softplus.ts",
  summary: "ln(1 + e^(beta * x)) / beta",
  options: { beta: positive.default(1).describe("How sharp it bends: relu for large ones.") },
  monotone: true,
  onnx: ({ beta }) => [
    { op: "Mul", inputs: ["x", onnxNumber(beta)] },
    { op: "Softplus", inputs: ["y"] },
    { op: "Div", inputs: ["y", onnxNumber(beta)] },
  ],
  forward: (x, { beta }) => {
    const bent = log1p(named("power", exp(neg(abs(beta === 1 ? x : mul(beta, x))))));
    return add(larger(x, 0), beta === 1 ? bent : mul(bent, 1 / beta));
  },
  // the slope 1 / (1 + e^(-beta x)) is 1 - e^(-beta y)
  backward: ({ y, dy }, { beta }) => mul(dy, neg(expm1(named("below", mul(-beta, y))))),
});
