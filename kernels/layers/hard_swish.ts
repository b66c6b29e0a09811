import { elementwise } from "../../codegen/language/layer.ts";
import { add, le, mul, select } from "../../codegen/language/notation.ts";

/** x times a share that goes from 0 at -3 to 1 at 3 in a line: https://arxiv.org/abs/1905.02244. */
export const hardSwish = elementwise({
  type: "hardSwish",
  source: "kernels/layers/hard_swish.ts",
  summary: "x * relu6(x + 3) / 6",
  onnx: "HardSwish",
  forward: (x) => select(le(3, x), x, select(le(x, -3), 0, mul(x, add(x, 3), 1 / 6))),
  backward: ({ x, dy }) => select(le(3, x), dy, select(le(x, -3), 0, mul(dy, add(mul(x, 1 / 3), 0.5)))),
});
