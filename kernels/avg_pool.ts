/**
 * Means of windows, in one dimension and in two.
 *
 * @module
 */
import { z } from "../codegen/zod.ts";
import type { LayerKind, OnnxOperation, Shape } from "../codegen/language/layer.ts";
import {
  type Dimensions,
  elementAxes,
  marginsOf,
  poolAttributes,
  type PoolOptions,
  poolSchema,
  poolSlides,
  windowAxes,
} from "./pool.ts";
import { combinations, countIn, coveringWindows, piecesOf, placeOf, type Slide } from "../codegen/language/window.ts";
import { axis, div, mul, part, plus, sum } from "../codegen/language/notation.ts";
import type { Affine, Axis, Expr } from "../codegen/ir/ir.ts";

/** Options of a pool of means. */
export interface AvgPoolOptions extends PoolOptions {
  readonly countIncludePad?: boolean;
}

/** The windows over what is counted: the input, or the padded input. */
function counted(options: AvgPoolOptions, slides: readonly Slide[], dimensions: Dimensions): Slide[] {
  const { countIncludePad = true } = options, margins = marginsOf(options, dimensions);
  return slides.map((slide, d) =>
    countIncludePad ? { ...slide, input: slide.input + 2 * margins[d], before: 0 } : slide
  );
}

const isWhole = (slide: Slide) => piecesOf(slide).every(({ cut }) => !cut);

/** Windows that count alike in each dimension, or reach over an end: axes over them, where these are, and 1 by the counts. */
function shares(counts: readonly Slide[]): { axes: Axis[]; windows: Affine[]; share: Expr | number }[] {
  return combinations(counts.map(piecesOf)).map((pieces) => {
    const axes = windowAxes(pieces), windows = axes.map((axis, d) => plus(axis, pieces[d].from));
    const alike = counts.reduce((product, { kernel }, d) => pieces[d].cut ? product : product * kernel, 1);
    const others = counts.flatMap((slide, d) => pieces[d].cut ? [countIn(slide, windows[d])] : []);
    if (others.length === 0) return { axes, windows, share: 1 / alike };
    const [first, ...rest] = [...others, ...alike > 1 ? [alike] : []];
    return { axes, windows, share: div(1, mul(first, ...rest)) };
  });
}

/** Mean of each window. */
export function avgPool(type: string, dimensions: Dimensions, source: string): LayerKind<AvgPoolOptions> {
  const windowsOf = (options: AvgPoolOptions, input: Shape) => {
    const slides = poolSlides(options, input, dimensions), counts = counted(options, slides, dimensions);
    return { slides, counts, alike: counts.every(isWhole) };
  };
  return {
    type,
    stem: "pool",
    source,
    schema: z.strictObject({
      type: z.literal(type),
      ...poolSchema(dimensions, "Zeros on each side of the input"),
      countIncludePad: z.boolean().optional().describe(
        "Whether means are of the padding, too: true when left out. What lies behind the padding is never counted.",
      ),
    }) as unknown as z.ZodType<AvgPoolOptions>,
    summary: "mean of each window",

    shape: (options, { x }) => [x[0], ...poolSlides(options, x, dimensions).map(({ windows }) => windows)],

    // where windows count differently, the gradient of each is divided before it is spread
    inner: (options, { x, y }) => windowsOf(options, x).alike ? [] : [{ symbol: "ds", shape: y, dtype: "f32" }],

    onnx(options, _inputs, { x }) {
      const { slides, counts, alike } = windowsOf(options, x), { countIncludePad = true } = options;
      const pool = (slides: readonly Slide[], include: boolean, input: string): OnnxOperation => ({
        op: "AveragePool",
        inputs: [input],
        attributes: { ...poolAttributes(slides), count_include_pad: Number(include) },
      });
      if (alike || !countIncludePad) return pool(slides, countIncludePad, "x");
      // a mean of padding, but not of what lies behind it: the padding becomes input
      const margins = marginsOf(options, dimensions), sides = [margins, margins].map((own) => [0, 0, ...own]).flat();
      return [
        { op: "Pad", inputs: ["x", { shape: [sides.length], values: sides, dtype: "i64" }] },
        pool(counts, false, "y"),
      ];
    },

    forward(n, { x, y }, options) {
      const { slides, counts } = windowsOf(options, x.shape.slice(1)), c = axis("c", y.shape[1]);
      const elements = elementAxes(slides), inside = slides.every(isWhole);
      const parts = shares(counts).map(({ axes, windows, share }) => {
        const places = slides.map((slide, d) => placeOf(slide, windows[d], elements[d]));
        const window = inside ? x.at(n, c, ...places) : x.padded(n, c, ...places);
        return part([n, c, ...axes], y.set([n, c, ...windows], mul(sum(elements, window), share)));
      });
      return [{ parts }];
    },

    backward(n, { dx, dy, ds }, options) {
      const { slides, counts, alike } = windowsOf(options, dx.shape.slice(1)), c = axis("c", dx.shape[1]);
      const own = shares(counts), [{ share }] = own;
      const divided = () =>
        own.map(({ axes, windows, share }) => {
          const at = [n, c, ...windows];
          return part([n, c, ...axes], ds.set(at, mul(dy.at(...at), share)));
        });
      const spread = coveringWindows(slides).map(({ axes: spread, positions }) =>
        part(
          [n, c, ...spread],
          ...positions.map(({ at, windows }) => {
            if (!windows) return dx.set([n, c, ...at], 0);
            const { axes, index } = windows, from = alike ? dy : ds, total = sum(axes, from.padded(n, c, ...index));
            return dx.set([n, c, ...at], alike ? mul(total, share) : total);
          }),
        )
      );
      return [...alike ? [] : [{ name: "shares", parts: divided() }], { name: "input", parts: spread }];
    },
  };
}
