import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import { extent, extents, init, paddings } from "../../codegen/language/schema.ts";
import { biasInit } from "../../codegen/language/init.ts";
import { layer, type LayerKind, type Shape } from "../../codegen/language/layer.ts";
import { coveringWindows, imageSlides, pair, placeOf, requireImage } from "../../codegen/language/window.ts";
import { add, axis, mul, part, sum } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("conv2d"),
  inChannels: extent.optional().describe("Channels of the input; checked against the layer before."),
  outChannels: extent.describe("Channels of the output."),
  kernel: extents.describe("Size of the kernel."),
  stride: extents.default(1).describe("Step from one window to the next."),
  padding: paddings.default(0).describe("Rows and columns of zeros on each side."),
  init,
});

type Options = z.infer<typeof schema>;

/** The windows over rows and columns of an input. */
function slidesOf({ kernel, stride, padding }: Options, input: Shape) {
  const [rows, columns] = pair(padding);
  return imageSlides(input, { kernel, stride, padding: [[rows, rows], [columns, columns]] });
}

/** 2-D cross-correlation with bias: weights [o, c, r, s]. */
export const conv2d: LayerKind<Options> = layer({
  type: "conv2d",
  stem: "conv",
  source: "kernels/layers/conv2d.ts",
  schema,
  summary: "2-D cross-correlation with bias; weight [out, in, kernel h, kernel w]",

  shape(options, input) {
    const { inChannels, outChannels } = options;
    requireImage(input);
    if (inChannels !== undefined && inChannels !== input[0]) {
      throw new InputError(
        `inChannels is ${inChannels}, but its input is [${input.join(", ")}]; write ${input[0]} or leave it out`,
      );
    }
    return [outChannels, ...slidesOf(options, input).map(({ windows }) => windows)];
  },

  parameters({ outChannels: o, kernel, init }, [c]) {
    const [kh, kw] = pair(kernel);
    const fans = { fanIn: c * kh * kw, fanOut: o * kh * kw };
    return [
      { name: "weight", symbol: "w", shape: [o, c, kh, kw], ...fans, init, decay: true },
      { name: "bias", symbol: "b", shape: [o], ...fans, init: biasInit(init), decay: false },
    ];
  },

  onnx({ kernel, stride, padding }) {
    const margins = pair(padding);
    const attributes = { kernel_shape: pair(kernel), strides: pair(stride), pads: [...margins, ...margins] };
    return { op: "Conv", inputs: ["x", "w", "b"], attributes };
  },

  forward(n, { x, w, b, y }, options) {
    const [rows, columns] = slidesOf(options, x.shape.slice(1));
    const [o, p, q] = [axis("o", y.shape[1]), axis("p", y.shape[2]), axis("q", y.shape[3])];
    const [c, r, s] = [axis("c", w.shape[1]), axis("r", w.shape[2]), axis("s", w.shape[3])];
    const window = x.padded(n, c, placeOf(rows, p, r), placeOf(columns, q, s));
    return [part([n, o, p, q], y.set([n, o, p, q], add(b.at(o), sum([c, r, s], mul(window, w.at(o, c, r, s))))))];
  },

  backward(n, { x, w, dx, dy, dw, db }, options) {
    const slides = slidesOf(options, x.shape.slice(1)), [rows, columns] = slides;
    const [o, p, q] = [axis("o", dy.shape[1]), axis("p", dy.shape[2]), axis("q", dy.shape[3])];
    const [c, r, s] = [axis("c", w.shape[1]), axis("r", w.shape[2]), axis("s", w.shape[3])];
    const window = x.padded(n, c, placeOf(rows, p, r), placeOf(columns, q, s));
    return {
      input: coveringWindows(slides).map(({ axes: spread, positions }) =>
        part(
          [n, c, ...spread],
          ...positions.map(({ at, windows }) => {
            if (!windows) return dx.set([n, c, ...at], 0);
            const { axes, index, tap } = windows;
            return dx.set([n, c, ...at], sum([o, ...axes], mul(dy.padded(n, o, ...index), w.at(o, c, ...tap))));
          }),
        )
      ),
      weight: [part([o, c, r, s], dw.set([o, c, r, s], sum([n, p, q], mul(dy.at(n, o, p, q), window))))],
      bias: [part([o], db.set([o], sum([n, p, q], dy.at(n, o, p, q))))],
    };
  },
});
