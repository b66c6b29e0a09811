import { z } from "../../codegen/zod.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { requireChannels } from "../../codegen/language/window.ts";
import { argmax, eq, featureAxes, max, part, plus, position, select, times } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("globalMaxPool") });

/** Largest element of each channel: [c, h, w] or [c, l] to [c]; `code` is its place, the first one where several are equal. */
export const globalMaxPool: LayerKind<z.infer<typeof schema>> = layer({
  type: "globalMaxPool",
  stem: "pool",
  source: "kernels/layers/global_max_pool.ts",
  schema,
  summary: "largest element of each channel, [c, h, w] or [c, l] to [c]; of equal ones the first gets the gradient",

  maximum: true,

  onnx: () => [
    { op: "GlobalMaxPool", inputs: ["x"] },
    { op: "Flatten", inputs: ["y"], attributes: { axis: 1 } },
  ],

  shape(_options, input) {
    requireChannels(input);
    return [input[0]];
  },

  saved(_options, [, ...positions], output) {
    const below = positions.reduce((product, extent) => product * extent, 1);
    return [{ symbol: "code", shape: output, dtype: below <= 256 ? "u8" : "i32", below }];
  },

  forward(n, { x, y, code }) {
    const [c, ...positions] = featureAxes(x.shape.slice(1)), all = x.at(n, c, ...positions);
    return [part([n, c], y.set([n, c], max(positions, all)), code.set([n, c], argmax(positions, all)))];
  },

  backward(n, { dx, dy, code }) {
    const [c, ...positions] = featureAxes(dx.shape.slice(1)), at = [n, c, ...positions];
    const place = positions.reduce((place, axis) => plus(times(place, axis.extent), axis), plus(0));
    return { input: [part(at, dx.set(at, select(eq(code.at(n, c), position(place)), dy.at(n, c), 0)))] };
  },
});
