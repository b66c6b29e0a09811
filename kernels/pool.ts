/**
 * What pools in one and in two dimensions have in common: their options, and the windows that these make.
 *
 * @module
 */
import { z } from "../codegen/zod.ts";
import { InputError } from "../codegen/error.ts";
import type { Axis } from "../codegen/ir/ir.ts";
import type { Shape } from "../codegen/language/layer.ts";
import { axis } from "../codegen/language/notation.ts";
import { extents, margin, paddings, side } from "../codegen/language/schema.ts";
import { requireImage, requireSeries, type Slide, slideOf } from "../codegen/language/window.ts";

/** Dimensions in which windows slide: those of [channels, length], or of [channels, height, width]. */
export type Dimensions = 1 | 2;

type Extents = number | readonly number[];

/** Options of a pool: numbers, or in two dimensions [height, width], too. */
export interface PoolOptions {
  readonly type: string;
  readonly kernel: Extents;
  readonly stride?: Extents;
  readonly padding?: Extents;
  readonly ceilMode?: boolean;
}

/** Schemas of the options of a pool, but for its type. `padding`: what it says of itself. */
export function poolSchema(dimensions: Dimensions, padding: string): Record<string, z.ZodType> {
  return {
    kernel: (dimensions === 1 ? side : extents).describe("Size of the window."),
    stride: (dimensions === 1 ? side : extents).optional()
      .describe("Step from one window to the next; the kernel's size when left out."),
    padding: (dimensions === 1 ? margin : paddings).optional()
      .describe(`${padding}, at most half of the kernel; none when left out.`),
    ceilMode: z.boolean().optional().describe(
      "Whether a last window may reach over the end, if it begins in the input or in the padding before it.",
    ),
  };
}

const DIRECTIONS = { 1: ["elements"], 2: ["rows", "columns"] } as const;

/** An option in each dimension. */
const each = (value: Extents, dimensions: Dimensions) =>
  DIRECTIONS[dimensions].map((_, d) => typeof value === "number" ? value : value[d]);

/** Padding on each side, in each dimension. */
export function marginsOf({ padding = 0 }: PoolOptions, dimensions: Dimensions): number[] {
  return each(padding, dimensions);
}

/**
 * The windows over each dimension of [channels, ...positions].
 *
 * @throws {InputError} when the input has other dimensions, a window is larger than it, or the padding too large.
 */
export function poolSlides(options: PoolOptions, input: Shape, dimensions: Dimensions): Slide[] {
  (dimensions === 1 ? requireSeries : requireImage)(input);
  const { kernel, stride = kernel, ceilMode = false } = options, margins = marginsOf(options, dimensions);
  const sizes = each(kernel, dimensions), strides = each(stride, dimensions);
  return DIRECTIONS[dimensions].map((what, d) => {
    const padding = margins[d];
    if (2 * padding > sizes[d]) {
      throw new InputError(
        `its padding is ${padding} ${what}, more than half of its kernel, which is ${
          sizes[d]
        }; make the padding smaller`,
      );
    }
    return slideOf({
      ...{ input: input[d + 1], kernel: sizes[d], stride: strides[d], padding: [padding, padding], partial: ceilMode },
    }, what);
  });
}

/** How far the last window reaches over the end of the input. */
function overhangOf({ input, kernel, stride, before, windows }: Slide): number {
  return Math.max(0, (windows - 1) * stride + kernel - before - input);
}

/**
 * The attributes of a pool of ONNX. Padding behind the input is what the windows reach, so that the operation has as many
 * of them whatever it takes `ceil_mode` to mean.
 */
export function poolAttributes(slides: readonly Slide[]): Record<string, readonly number[]> {
  return {
    kernel_shape: slides.map(({ kernel }) => kernel),
    strides: slides.map(({ stride }) => stride),
    pads: [...slides.map(({ before }) => before), ...slides.map(overhangOf)],
  };
}

/** Axes over the windows of each dimension. */
export function windowAxes(slides: readonly Pick<Slide, "windows">[]): Axis[] {
  return slides.map(({ windows }, d) => axis("pq"[d], windows));
}

/** Axes over the elements of a window in each dimension. */
export function elementAxes(slides: readonly Slide[]): Axis[] {
  return slides.map(({ kernel }, d) => axis("uv"[d], kernel));
}
