import { z } from "../../codegen/zod.ts";
import { extents } from "../../codegen/language/schema.ts";
import { layer, type LayerKind, type Shape } from "../../codegen/language/layer.ts";
import { coveringWindows, imageSlides, pair, placeOf, requireImage } from "../../codegen/language/window.ts";
import { argmax, axis, eq, max, part, plus, position, select, sum, times } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("maxPool2d"),
  kernel: extents.describe("Size of the window."),
  stride: extents.optional().describe("Step from one window to the next; the kernel's size when left out."),
});

type Options = z.infer<typeof schema>;

/** The windows over rows and columns of an input. */
const slidesOf = ({ kernel, stride = kernel }: Options, input: Shape) => imageSlides(input, { kernel, stride });

/** Largest element of each window; `code` is its place in the window, the first one where several are equal. */
export const maxPool2d: LayerKind<Options> = layer({
  type: "maxPool2d",
  stem: "pool",
  source: "kernels/layers/max_pool2d.ts",
  schema,
  summary: "largest element of each window; of equal ones the first gets the gradient",

  maximum: true,

  shape(options, input) {
    requireImage(input);
    return [input[0], ...slidesOf(options, input).map(({ windows }) => windows)];
  },

  saved({ kernel }, _input, output) {
    const [kh, kw] = pair(kernel);
    return [{ symbol: "code", shape: output, dtype: kh * kw <= 256 ? "u8" : "i32", below: kh * kw }];
  },

  onnx: ({ kernel, stride = kernel }) => ({
    op: "MaxPool",
    inputs: ["x"],
    attributes: { kernel_shape: pair(kernel), strides: pair(stride) },
  }),

  forward(n, { x, y, code }, options) {
    const [kh, kw] = pair(options.kernel), [rows, columns] = slidesOf(options, x.shape.slice(1));
    const [c, p, q] = [axis("c", y.shape[1]), axis("p", y.shape[2]), axis("q", y.shape[3])];
    const [u, v] = [axis("u", kh), axis("v", kw)];
    const window = x.at(n, c, placeOf(rows, p, u), placeOf(columns, q, v));
    const at = [n, c, p, q];
    return [part(at, y.set(at, max([u, v], window)), code.set(at, argmax([u, v], window)))];
  },

  backward(n, { dx, dy, code }, options) {
    const c = axis("c", dx.shape[1]), [, kw] = pair(options.kernel);
    return {
      input: coveringWindows(slidesOf(options, dx.shape.slice(1))).map(({ axes: spread, positions }) =>
        part(
          [n, c, ...spread],
          ...positions.map(({ at, windows }) => {
            if (!windows) return dx.set([n, c, ...at], 0);
            const { axes, index, tap } = windows;
            const won = eq(code.padded(n, c, ...index), position(plus(times(tap[0], kw), tap[1])));
            return dx.set([n, c, ...at], sum(axes, select(won, dy.padded(n, c, ...index), 0)));
          }),
        )
      ),
    };
  },
});
