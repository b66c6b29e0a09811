import { z } from "../../codegen/zod.ts";
import { elementsIn, type LayerKind } from "../../codegen/language/layer.ts";
import { argmax, eq, max, part, plus, position, select, times } from "../../codegen/language/notation.ts";
import { imageAxes, innerImages, onePosition, pooledShape, renamed } from "../global_pool.ts";

const schema = z.strictObject({ type: z.literal("globalMaxPool") });

/** Largest element of each channel: [c, h, w] or [c, l] to [c]; `code` is its place, the first one where several are equal. */
export const globalMaxPool: LayerKind<z.infer<typeof schema>> = {
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

  shape: (_options, { x }) => pooledShape(x),

  inner(_options, { x }) {
    const [, ...positions] = x, below = elementsIn(positions);
    return [...innerImages(x), { symbol: "code", shape: onePosition(x), dtype: below <= 256 ? "u8" : "i32", below }];
  },

  forward(n, { x, s, y, code }) {
    const { c, positions, only } = imageAxes(x), all = x.at(n, c, ...positions), at = [n, c, ...only];
    return [
      { parts: [part([n, c], s.set(at, max(positions, all)), code.set(at, argmax(positions, all)))] },
      renamed(n, s, y, "flat"),
    ];
  },

  backward(n, { dx, ds, dy, code }) {
    const { c, positions, only } = imageAxes(dx), at = [n, c, ...positions];
    const place = positions.reduce((place, axis) => plus(times(place, axis.extent), axis), plus(0));
    const won = eq(code.at(n, c, ...only), position(place));
    return [
      renamed(n, dy, ds, "image"),
      { name: "input", parts: [part(at, dx.set(at, select(won, ds.at(n, c, ...only), 0)))] },
    ];
  },
};
