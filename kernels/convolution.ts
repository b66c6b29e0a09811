/**
 * Convolutions over any number of dimensions: what `conv1d` and `conv2d` in `kernels/layers/` share.
 *
 * Channels are in groups: each output sees the channels of its own group only. With as many groups as there are channels
 * the convolution is depthwise. Formulas have an axis for groups only where there are several.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import type { Affine, Axis } from "../codegen/ir/ir.ts";
import { biasInit, type Init } from "../codegen/language/init.ts";
import { elementsIn, layer, type LayerKind, type Shape } from "../codegen/language/layer.ts";
import { add, axis, mul, part, plus, sum, times } from "../codegen/language/notation.ts";
import { coveringWindows, placeOf, samePadding, type Slide, slideOf } from "../codegen/language/window.ts";
import type { z } from "../codegen/zod.ts";

/** What a spec says of a convolution; sizes are a number for all dimensions, or one for each. */
export interface ConvolutionOptions {
  readonly type: string;
  readonly inChannels?: number | undefined;
  readonly outChannels: number;
  readonly kernel: number | readonly number[];
  readonly stride: number | readonly number[];
  readonly dilation: number | readonly number[];
  /** One number for all dimensions, one for each, two for each (before and behind), or `"same"`. */
  readonly padding: number | readonly number[] | "same";
  readonly groups: number;
  readonly bias: boolean;
  readonly init: Init;
}

/** A kind of convolution. */
export interface ConvolutionKind<Options> {
  readonly type: string;
  readonly stem: string;
  readonly source: string;
  readonly summary: string;
  readonly schema: z.ZodType<Options>;
  /** Of each dimension: what is counted along it, and the axes over windows and over the elements of one. */
  readonly dimensions: readonly { readonly what: string; readonly window: string; readonly element: string }[];
  /** @throws {InputError} when the input has other dimensions. */
  requireInput(input: Shape): void;
}

/** Cross-correlation: weight [out, in / groups, ...kernel]. */
export function convolution<Options extends ConvolutionOptions>(
  { type, stem, source, summary, schema, dimensions, requireInput }: ConvolutionKind<Options>,
): LayerKind<Options> {
  /** A size for each dimension. */
  const along = (size: number | readonly number[]) => typeof size === "number" ? dimensions.map(() => size) : size;

  /** Positions before and behind the input, in each dimension. */
  function margins({ padding, kernel, stride, dilation }: Options, input: Shape): (readonly [number, number])[] {
    return dimensions.map((_, d) => {
      if (padding === "same") {
        const size = { kernel: along(kernel)[d], stride: along(stride)[d], dilation: along(dilation)[d] };
        return samePadding({ input: input[1 + d], ...size });
      }
      if (typeof padding === "number") return [padding, padding];
      return padding.length > dimensions.length ? [padding[2 * d], padding[2 * d + 1]] : [padding[d], padding[d]];
    });
  }

  /** The windows over each dimension of an input. */
  function slidesOf(options: Options, input: Shape): Slide[] {
    const padding = margins(options, input), { kernel, stride, dilation } = options;
    return dimensions.map(({ what }, d) =>
      slideOf({
        ...{ input: input[1 + d], kernel: along(kernel)[d], stride: along(stride)[d], dilation: along(dilation)[d] },
        padding: padding[d],
      }, what)
    );
  }

  const windows = (y: Shape) => dimensions.map(({ window }, d) => axis(window, y[2 + d]));
  const elements = (w: Shape) => dimensions.map(({ element }, d) => axis(element, w[2 + d]));

  return layer({
    type,
    stem,
    source,
    schema,
    summary,

    shape(options, input) {
      requireInput(input);
      checkChannels(options, input);
      return [options.outChannels, ...slidesOf(options, input).map(({ windows }) => windows)];
    },

    parameters({ outChannels, kernel, groups, bias, init }, [channels]) {
      const taps = along(kernel), area = elementsIn(taps);
      // as PyTorch counts them: what goes out is not divided by groups
      const fans = { fanIn: channels / groups * area, fanOut: outChannels * area };
      const shape = [outChannels, channels / groups, ...taps];
      return [
        { name: "weight", symbol: "w", shape, ...fans, init, decay: true },
        ...bias
          ? [{ name: "bias", symbol: "b", shape: [outChannels], ...fans, init: biasInit(init), decay: false }]
          : [],
      ];
    },

    onnx(options, _inputs, { x }) {
      const { kernel, stride, dilation, groups, bias } = options, sides = margins(options, x);
      const attributes = {
        kernel_shape: along(kernel),
        strides: along(stride),
        pads: [...sides.map(([before]) => before), ...sides.map(([, after]) => after)],
        ...along(dilation).some((step) => step > 1) && { dilations: along(dilation) },
        ...groups > 1 && { group: groups },
      };
      return { op: "Conv", inputs: bias ? ["x", "w", "b"] : ["x", "w"], attributes };
    },

    forward(n, { x, w, b, y }, options) {
      const slides = slidesOf(options, x.shape.slice(1)), [at, taps] = [windows(y.shape), elements(w.shape)];
      const { outer, summed, out, own, into } = channelsOf(options, x.shape[1], ["o", "c"]);
      const window = x.padded(n, into, ...slides.map((slide, d) => placeOf(slide, at[d], taps[d])));
      const products = sum([...summed, ...taps], mul(window, w.at(out, own, ...taps)));
      return [
        part([n, ...outer, ...at], y.set([n, out, ...at], options.bias ? add(b.at(out), products) : products)),
      ];
    },

    backward(n, { x, w, dx, dy, dw, db }, options) {
      const slides = slidesOf(options, x.shape.slice(1)), [at, taps] = [windows(dy.shape), elements(w.shape)];
      const channels = channelsOf(options, x.shape[1], ["o", "c"]), { outer, out, own, into } = channels;
      const window = x.padded(n, into, ...slides.map((slide, d) => placeOf(slide, at[d], taps[d])));
      return {
        input: coveringWindows(slides).map(({ axes: spread, positions }) =>
          part(
            [n, ...channels.group, ...channels.summed, ...spread],
            ...positions.map(({ at, windows }) => {
              if (!windows) return dx.set([n, into, ...at], 0);
              const { axes, index, tap } = windows;
              const products = mul(dy.padded(n, out, ...index), w.at(out, own, ...tap));
              return dx.set([n, into, ...at], sum([...channels.outputs, ...axes], products));
            }),
          )
        ),
        weight: [
          part(
            [...outer, ...channels.summed, ...taps],
            dw.set([out, own, ...taps], sum([n, ...at], mul(dy.at(n, out, ...at), window))),
          ),
        ],
        ...options.bias && { bias: [part(outer, db.set([out], sum([n, ...at], dy.at(n, out, ...at))))] },
      };
    },
  });
}

/** @throws {InputError} when the channels are others than the options say, or make no such groups. */
function checkChannels({ inChannels, outChannels, groups }: ConvolutionOptions, input: Shape): void {
  if (inChannels !== undefined && inChannels !== input[0]) {
    throw new InputError(
      `inChannels is ${inChannels}, but its input is [${input.join(", ")}]; write ${input[0]} or leave it out`,
    );
  }
  for (const [what, channels] of [["its input", input[0]], ["its output", outChannels]] as const) {
    if (channels % groups === 0) continue;
    throw new InputError(
      `groups is ${groups}, but ${what} has ${channels} channel${channels === 1 ? "" : "s"}; ` +
        "take a number that divides the channels of its input and of its output",
    );
  }
}

/** The channels of a convolution as axes, and indices over them. */
interface Channels {
  /** Over groups, where there are several. */
  readonly group: readonly Axis[];
  /** Over the outputs of a group, and over its inputs; in groups of one channel there is no axis. */
  readonly outputs: readonly Axis[];
  readonly summed: readonly Axis[];
  /** Over all outputs. */
  readonly outer: readonly Axis[];
  /** Of an output, of an input in its group, and of the same among all inputs. */
  readonly out: Affine;
  readonly own: Affine;
  readonly into: Affine;
}

function channelsOf(
  { outChannels, groups }: ConvolutionOptions,
  inChannels: number,
  [o, c]: readonly [string, string],
): Channels {
  const extents = [outChannels / groups, inChannels / groups];
  const group = groups > 1 ? [axis("g", groups)] : [];
  const [outputs, summed] = [o, c].map((name, i) => groups > 1 && extents[i] === 1 ? [] : [axis(name, extents[i])]);
  const among = (own: readonly Axis[], extent: number) => plus(...group.map((g) => times(g, extent)), ...own);
  return {
    ...{ group, outputs, summed, outer: [...group, ...outputs] },
    ...{ out: among(outputs, extents[0]), own: plus(...summed), into: among(summed, extents[1]) },
  };
}
