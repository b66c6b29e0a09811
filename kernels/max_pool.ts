/**
 * Maxima of windows, in one dimension and in two.
 *
 * @module
 */
import { z } from "../codegen/zod.ts";
import { layer, type LayerKind } from "../codegen/language/layer.ts";
import {
  type Dimensions,
  elementAxes,
  poolAttributes,
  type PoolOptions,
  poolSchema,
  poolSlides,
  windowAxes,
} from "./pool.ts";
import { combinations, coveringWindows, piecesOf, placeOf, within } from "../codegen/language/window.ts";
import { argmax, axis, eq, max, part, plus, position, select, sum, times } from "../codegen/language/notation.ts";
import type { Expr } from "../codegen/ir/ir.ts";

/** Largest element of each window; `code` is its place in the window, the first one where several are equal. */
export function maxPool(type: string, dimensions: Dimensions, source: string): LayerKind<PoolOptions> {
  return layer({
    type,
    stem: "pool",
    source,
    schema: z.strictObject({
      type: z.literal(type),
      ...poolSchema(dimensions, "Positions on each side of the input, which are never the largest"),
    }) as unknown as z.ZodType<PoolOptions>,
    summary: "largest element of each window; of equal ones the first gets the gradient",

    maximum: true,

    shape: (options, input) => [input[0], ...poolSlides(options, input, dimensions).map(({ windows }) => windows)],

    saved(options, input, output) {
      const elements = poolSlides(options, input, dimensions).reduce((product, { kernel }) => product * kernel, 1);
      return [{ symbol: "code", shape: output, dtype: elements <= 256 ? "u8" : "i32", below: elements }];
    },

    onnx: (options, _inputs, { x }) => ({
      op: "MaxPool",
      inputs: ["x"],
      attributes: poolAttributes(poolSlides(options, x, dimensions)),
    }),

    forward(n, { x, y, code }, options) {
      const c = axis("c", y.shape[1]), slides = poolSlides(options, x.shape.slice(1), dimensions);
      const elements = elementAxes(slides);
      return combinations(slides.map(piecesOf)).map((pieces) => {
        const windows = windowAxes(pieces);
        const own = windows.map((window, d) => plus(window, pieces[d].from));
        const places = slides.map((slide, d) => placeOf(slide, own[d], elements[d]));
        const inside = pieces.every(({ cut }) => !cut);
        // what is no element of the input is less than all that are
        const window = pieces.reduce<Expr>(
          (value, { cut }, d) => cut ? within(places[d], slides[d].input, value, -Infinity) : value,
          inside ? x.at(n, c, ...places) : x.padded(n, c, ...places),
        );
        const at = [n, c, ...own];
        return part(
          [n, c, ...windows],
          y.set(at, max(elements, window)),
          code.set(at, argmax(elements, window)),
        );
      });
    },

    backward(n, { dx, dy, code }, options) {
      const c = axis("c", dx.shape[1]), slides = poolSlides(options, dx.shape.slice(1), dimensions);
      return {
        input: coveringWindows(slides).map(({ axes: spread, positions }) =>
          part(
            [n, c, ...spread],
            ...positions.map(({ at, windows }) => {
              if (!windows) return dx.set([n, c, ...at], 0);
              const { axes, index, tap } = windows;
              const place = tap.reduce((place, element, d) => plus(times(place, slides[d].kernel), element));
              const won = eq(code.padded(n, c, ...index), position(place));
              return dx.set([n, c, ...at], sum(axes, select(won, dy.padded(n, c, ...index), 0)));
            }),
          )
        ),
      };
    },
  });
}
