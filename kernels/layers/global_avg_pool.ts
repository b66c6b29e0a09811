import { z } from "../../codegen/zod.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { requireChannels } from "../../codegen/language/window.ts";
import { featureAxes, mul, part, sum } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("globalAvgPool") });

const shareOf = ([, , ...positions]: readonly number[]) =>
  1 / positions.reduce((product, extent) => product * extent, 1);

/** Mean of each channel: [c, h, w] or [c, l] to [c]. */
export const globalAvgPool: LayerKind<z.infer<typeof schema>> = layer({
  type: "globalAvgPool",
  stem: "pool",
  source: "kernels/layers/global_avg_pool.ts",
  schema,
  summary: "mean of each channel; [c, h, w] or [c, l] to [c]",

  onnx: () => [
    { op: "GlobalAveragePool", inputs: ["x"] },
    { op: "Flatten", inputs: ["y"], attributes: { axis: 1 } },
  ],

  shape(_options, input) {
    requireChannels(input);
    return [input[0]];
  },

  forward(n, { x, y }) {
    const [c, ...positions] = featureAxes(x.shape.slice(1));
    return [part([n, c], y.set([n, c], mul(sum(positions, x.at(n, c, ...positions)), shareOf(x.shape))))];
  },

  backward(n, { dx, dy }) {
    const [c, ...positions] = featureAxes(dx.shape.slice(1)), at = [n, c, ...positions];
    return { input: [part(at, dx.set(at, mul(dy.at(n, c), shareOf(dx.shape))))] };
  },
});
