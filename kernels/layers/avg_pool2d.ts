import { z } from "../../codegen/zod.ts";
import { extents } from "../../codegen/language/schema.ts";
import { layer, type LayerKind, type Shape } from "../../codegen/language/layer.ts";
import { coveringWindows, imageSlides, pair, placeOf, requireImage } from "../../codegen/language/window.ts";
import { axis, mul, part, sum } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("avgPool2d"),
  kernel: extents.describe("Size of the window."),
  stride: extents.optional().describe("Step from one window to the next; the kernel's size when left out."),
});

type Options = z.infer<typeof schema>;

/** The windows over rows and columns of an input. */
const slidesOf = ({ kernel, stride = kernel }: Options, input: Shape) => imageSlides(input, { kernel, stride });

/** Mean of each window. */
export const avgPool2d: LayerKind<Options> = layer({
  type: "avgPool2d",
  stem: "pool",
  source: "kernels/layers/avg_pool2d.ts",
  schema,
  summary: "mean of each window",

  shape(options, input) {
    requireImage(input);
    return [input[0], ...slidesOf(options, input).map(({ windows }) => windows)];
  },

  onnx: ({ kernel, stride = kernel }) => ({
    op: "AveragePool",
    inputs: ["x"],
    attributes: { kernel_shape: pair(kernel), strides: pair(stride) },
  }),

  forward(n, { x, y }, options) {
    const [kh, kw] = pair(options.kernel), [rows, columns] = slidesOf(options, x.shape.slice(1));
    const [c, p, q] = [axis("c", y.shape[1]), axis("p", y.shape[2]), axis("q", y.shape[3])];
    const [u, v] = [axis("u", kh), axis("v", kw)];
    const window = x.at(n, c, placeOf(rows, p, u), placeOf(columns, q, v));
    return [part([n, c, p, q], y.set([n, c, p, q], mul(sum([u, v], window), 1 / (kh * kw))))];
  },

  backward(n, { dx, dy }, options) {
    const c = axis("c", dx.shape[1]), [kh, kw] = pair(options.kernel);
    return {
      input: coveringWindows(slidesOf(options, dx.shape.slice(1))).map(({ axes: spread, positions }) =>
        part(
          [n, c, ...spread],
          ...positions.map(({ at, windows }) => {
            if (!windows) return dx.set([n, c, ...at], 0);
            const { axes, index } = windows;
            return dx.set([n, c, ...at], mul(sum(axes, dy.padded(n, c, ...index)), 1 / (kh * kw)));
          }),
        )
      ),
    };
  },
});
