import { z } from "../../codegen/zod.ts";
import { elementsIn, layer, type LayerKind } from "../../codegen/language/layer.ts";
import { featureAxes, part, plus, times } from "../../codegen/language/notation.ts";
import type { Axis } from "../../codegen/ir/ir.ts";

const schema = z.strictObject({ type: z.literal("flatten") });

/** Row-major position in a shape. */
function flat(axes: readonly Axis[]) {
  return axes.reduce((index, axis) => plus(times(index, axis.extent), axis), plus(0));
}

/** [c, h, w] to [c h w], or [c, l] to [c l], the order unchanged. */
export const flatten: LayerKind<z.infer<typeof schema>> = layer({
  type: "flatten",
  stem: "flatten",
  source: "kernels/layers/flatten.ts",
  schema,
  summary: "[c, h, w] or [c, l] to a vector, in the same order",
  reshapes: true,
  onnx: () => ({ op: "Flatten", inputs: ["x"], attributes: { axis: 1 } }),

  shape: (_options, input) => [elementsIn(input)],

  forward(n, { x, y }) {
    const axes = featureAxes(x.shape.slice(1));
    return [part([n, ...axes], y.set([n, flat(axes)], x.at(n, ...axes)))];
  },

  backward(n, { x, dx, dy }) {
    const axes = featureAxes(x.shape.slice(1));
    return { input: [part([n, ...axes], dx.set([n, ...axes], dy.at(n, flat(axes))))] };
  },
});
