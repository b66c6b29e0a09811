import { z } from "../../codegen/zod.ts";
import { extents } from "../../codegen/language/schema.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { coveringWindows, pair, pooledShape } from "../../codegen/language/window.ts";
import { argmax, axis, eq, max, part, plus, position, select, sum, times } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("maxPool2d"),
  kernel: extents.describe("Size of the window."),
  stride: extents.optional().describe("Step from one window to the next; the kernel's size when left out."),
});

/** Largest element of each window; `code` is its place in the window, the first one where several are equal. */
export const maxPool2d: LayerKind<z.infer<typeof schema>> = layer({
  type: "maxPool2d",
  stem: "pool",
  source: "kernels/layers/max_pool2d.ts",
  schema,
  summary: "largest element of each window; of equal ones the first gets the gradient",

  maximum: true,

  shape: ({ kernel, stride = kernel }, input) => pooledShape(kernel, stride, input),

  saved({ kernel }, _input, output) {
    const [kh, kw] = pair(kernel);
    return [{ symbol: "code", shape: output, dtype: kh * kw <= 256 ? "u8" : "i32", below: kh * kw }];
  },

  onnx: ({ kernel, stride = kernel }) => ({
    op: "MaxPool",
    inputs: ["x"],
    attributes: { kernel_shape: pair(kernel), strides: pair(stride) },
  }),

  forward(n, { x, y, code }, { kernel, stride = kernel }) {
    const [kh, kw] = pair(kernel), [sh, sw] = pair(stride);
    const [c, p, q] = [axis("c", y.shape[1]), axis("p", y.shape[2]), axis("q", y.shape[3])];
    const [u, v] = [axis("u", kh), axis("v", kw)];
    const window = x.at(n, c, plus(times(p, sh), u), plus(times(q, sw), v));
    const at = [n, c, p, q];
    return [part(at, y.set(at, max([u, v], window)), code.set(at, argmax([u, v], window)))];
  },

  backward(n, { dx, dy, code }, { kernel, stride = kernel }) {
    const c = axis("c", dx.shape[1]), [, kw] = pair(kernel);
    return {
      input: coveringWindows(dx.shape, pair(kernel), pair(stride)).map(({ axes: spread, positions }) =>
        part(
          [n, c, ...spread],
          ...positions.map(({ at: [row, column], windows }) => {
            if (!windows) return dx.set([n, c, row, column], 0);
            const { axes, index, tap } = windows;
            const won = eq(code.padded(n, c, ...index), position(plus(times(tap[0], kw), tap[1])));
            return dx.set([n, c, row, column], sum(axes, select(won, dy.padded(n, c, ...index), 0)));
          }),
        )
      ),
    };
  },
});
