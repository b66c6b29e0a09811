import { elementwise } from "../../codegen/language/layer.ts";
import { held, logistic } from "../../codegen/language/functions.ts";
import { abs, add, div, exp, larger, lt, mul, named, neg, select } from "../../codegen/language/notation.ts";

/** Beyond it e^-x is 0 in f32. */
const LIMIT = 104;

/** x / (1 + e^-x), also called swish. */
export const silu = elementwise({
  type: "silu",
  source: "kernels/layers/silu.ts",
  summary: "x / (1 + e^-x)",
  onnx: () => [{ op: "Sigmoid", inputs: ["x"] }, { op: "Mul", inputs: ["x", "y"] }],
  forward: (x) => {
    const power = named("power", exp(neg(abs(x))));
    return div(mul(larger(x, -LIMIT), select(lt(x, 0), power, 1)), add(1, power));
  },
  backward: ({ x: input, dy }) => {
    const x = named("inside", held(input, LIMIT)), { share, rest } = logistic(x);
    return mul(dy, share, add(1, mul(x, rest)));
  },
});
