import { z } from "../../codegen/zod.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import { mul, part, sum } from "../../codegen/language/notation.ts";
import { imageAxes, innerImages, pooledShape, renamed } from "../global_pool.ts";
import type { Axis } from "../../codegen/ir/ir.ts";

const schema = z.strictObject({ type: z.literal("globalAvgPool") });

const shareOf = (positions: readonly Axis[]) => 1 / positions.reduce((product, { extent }) => product * extent, 1);

/** Mean of each channel: [c, h, w] or [c, l] to [c]. */
export const globalAvgPool: LayerKind<z.infer<typeof schema>> = {
  type: "globalAvgPool",
  stem: "pool",
  source: "kernels/layers/global_avg_pool.ts",
  schema,
  summary: "mean of each channel; [c, h, w] or [c, l] to [c]",

  onnx: () => [
    { op: "GlobalAveragePool", inputs: ["x"] },
    { op: "Flatten", inputs: ["y"], attributes: { axis: 1 } },
  ],

  shape: (_options, { x }) => pooledShape(x),
  inner: (_options, { x }) => innerImages(x),

  forward(n, { x, s, y }) {
    const { c, positions, only } = imageAxes(x),
      mean = mul(sum(positions, x.at(n, c, ...positions)), shareOf(positions));
    return [{ parts: [part([n, c], s.set([n, c, ...only], mean))] }, renamed(n, s, y, "flat")];
  },

  backward(n, { dx, ds, dy }) {
    const { c, positions, only } = imageAxes(dx), at = [n, c, ...positions];
    const share = mul(ds.at(n, c, ...only), shareOf(positions));
    return [renamed(n, dy, ds, "image"), { name: "input", parts: [part(at, dx.set(at, share))] }];
  },
};
