/**
 * Shapes in the naive network.
 *
 * @module
 */
import type { NaiveConvolutionSpec, NaiveExtent } from "./spec.ts";

/** A shape as images have it. */
export type Image = { channels: number; height: number; width: number };

/** How a window slides over an image: along height and width. */
export type Window = {
  kernel: number[];
  stride: number[];
  /** Zeros before and behind. */
  padding: [before: number, after: number][];
  /** From one element of the window to the next. */
  dilation: number[];
};

/** Elements of a shape. */
export function product(shape: readonly number[]): number {
  for (const extent of shape) {
    if (!(Number.isInteger(extent) && extent > 0)) {
      throw new RangeError(`bad extent ${extent} in shape [${shape}]`);
    }
  }
  return shape.reduce((a, b) => a * b, 1);
}

/** An extent of height and of width. */
export function pair(value: NaiveExtent, least: number): number[] {
  const both = typeof value === "number" ? [value, value] : [...value];
  if (both.length !== 2 || !both.every((v) => Number.isInteger(v))) {
    throw new Error(`expected an integer or [h, w], not ${value}`);
  }
  if (Math.min(...both) < least) throw new RangeError(`${value} < ${least}`);
  return both;
}

/** A shape as that of an image. */
export function asImage(shape: readonly number[], layer: string): Image {
  if (shape.length !== 3) throw new Error(`${layer} needs [c, h, w]`);
  return { channels: shape[0], height: shape[1], width: shape[2] };
}

/** @throws {Error} when what a spec says is not what is there. */
export function expectEqual(what: string, given: number, actual: number): void {
  if (given !== actual) throw new Error(`${what} ${given} but got ${actual}`);
}

/** What a window that slides over an image leaves. */
export function slide(from: Image, window: Window, channels: number): Image {
  const { kernel, stride, padding, dilation } = window;
  const positions = (extent: number, axis: number): number => {
    const [before, after] = padding[axis];
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    return Math.floor((extent + before + after - reach) / stride[axis]) + 1;
  };
  const height = positions(from.height, 0);
  const width = positions(from.width, 1);
  if (height < 1 || width < 1) throw new Error("the kernel does not fit");
  return { channels, height, width };
}

/** The window of a convolution over dimensions of some extents. */
export function windowOf(
  { kernel, stride = 1, padding = 0, dilation = 1 }: NaiveConvolutionSpec,
  extents: readonly number[],
): Window {
  const each = (value: NaiveExtent): number[] => typeof value === "number" ? extents.map(() => value) : [...value];
  const window = {
    kernel: each(kernel),
    stride: each(stride),
    dilation: each(dilation),
  };
  const sides = extents.map((extent, d): [number, number] => {
    if (padding === "same") {
      // Keras: as many outputs as strides, the odd zero behind
      const outputs = Math.ceil(extent / window.stride[d]);
      const last = (outputs - 1) * window.stride[d];
      const reach = window.dilation[d] * (window.kernel[d] - 1) + 1;
      const zeros = Math.max(0, last + reach - extent);
      return [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
    }
    if (typeof padding === "number") return [padding, padding];
    if (padding.length === 2 * extents.length) {
      return [padding[2 * d], padding[2 * d + 1]];
    }
    return [padding[d], padding[d]];
  });
  return { ...window, padding: sides };
}
