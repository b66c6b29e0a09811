import { elementwise, onnxNumber } from "../../codegen/language/layer.ts";
import { larger, le, lt, select } from "../../codegen/language/notation.ts";

/** x from 0 to 6, the nearer of these beyond; NaN stays NaN. */
export const relu6 = elementwise({
  type: "relu6",
  // `relu61` would be taken for one of 61
  stem: "relu6_",
  source: "kernels/layers/relu6.ts",
  summary: "max(0, x), 6 at most",
  monotone: true,
  onnx: () => ({ op: "Clip", inputs: ["x", onnxNumber(0), onnxNumber(6)] }),
  forward: (x) => select(lt(6, x), 6, larger(x, 0)),
  backward: ({ y, dy }) => select(le(y, 0), 0, select(le(6, y), 0, dy)),
});
