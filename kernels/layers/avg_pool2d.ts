import { z } from "../../codegen/zod.ts";
import { extents } from "../../codegen/language/schema.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { coveringWindows, pair, pooledShape } from "../../codegen/language/window.ts";
import { axis, mul, part, plus, sum, times } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("avgPool2d"),
  kernel: extents.describe("Size of the window."),
  stride: extents.optional().describe("Step from one window to the next; the kernel's size when left out."),
});

/** Mean of each window. */
export const avgPool2d: LayerKind<z.infer<typeof schema>> = layer({
  type: "avgPool2d",
  stem: "pool",
  source: "kernels/layers/avg_pool2d.ts",
  schema,
  summary: "mean of each window",

  shape: ({ kernel, stride = kernel }, input) => pooledShape(kernel, stride, input),

  onnx: ({ kernel, stride = kernel }) => ({
    op: "AveragePool",
    inputs: ["x"],
    attributes: { kernel_shape: pair(kernel), strides: pair(stride) },
  }),

  forward(n, { x, y }, { kernel, stride = kernel }) {
    const [kh, kw] = pair(kernel), [sh, sw] = pair(stride);
    const [c, p, q] = [axis("c", y.shape[1]), axis("p", y.shape[2]), axis("q", y.shape[3])];
    const [u, v] = [axis("u", kh), axis("v", kw)];
    const window = x.at(n, c, plus(times(p, sh), u), plus(times(q, sw), v));
    return [part([n, c, p, q], y.set([n, c, p, q], mul(sum([u, v], window), 1 / (kh * kw))))];
  },

  backward(n, { dx, dy }, { kernel, stride = kernel }) {
    const c = axis("c", dx.shape[1]), [kh, kw] = pair(kernel);
    return {
      input: coveringWindows(dx.shape, [kh, kw], pair(stride)).map(({ axes: spread, positions }) =>
        part(
          [n, c, ...spread],
          ...positions.map(({ at: [row, column], windows }) => {
            if (!windows) return dx.set([n, c, row, column], 0);
            const { axes, index } = windows;
            return dx.set([n, c, row, column], mul(sum(axes, dy.padded(n, c, ...index)), 1 / (kh * kw)));
          }),
        )
      ),
    };
  },
});
