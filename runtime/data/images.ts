/**
 * Images in memory, and how they become samples of a net: in its size and its channels.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { Shape } from "../../codegen/language/layer.ts";
import { sizeOf } from "./arrays.ts";

/** An image in memory. */
export interface Image {
  /** 1: grey; 3: red, green and blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** channels x height x width, 0 (dark) to 1 (light). */
  readonly values: Float32Array;
}

/** Most pixels of an image. */
const MOST_PIXELS = 2 ** 25;
/** Share of each colour in the lightness of a pixel (ITU-R BT.601). */
const LIGHTNESS = [0.299, 0.587, 0.114];

/** @throws {InputError} when an image has no pixels, or more than are read. */
export function checkSize(width: number, height: number, origin: string): void {
  if (width < 1 || height < 1) {
    throw new InputError(`${origin}: it says that it is ${width} x ${height}; it has no pixels`);
  }
  if (width * height > MOST_PIXELS) {
    throw new InputError(
      `${origin}: it says that it is ${width} x ${height}, more than the ${MOST_PIXELS} pixels that are read; make it smaller`,
    );
  }
}

/**
 * An image as a sample of a net.
 *
 * @throws {InputError} when the net takes no images of one or three channels.
 */
export function fitted(image: Image, shape: Shape, origin: string): Float32Array {
  if (shape.length !== 3 && sizeOf(shape) !== image.height * image.width) {
    throw new InputError(
      `${origin} is an image of ${image.width} x ${image.height}, but ${takesShape(shape)}; give numbers, in a file ` +
        "named .npy or .f32, or an image of as many pixels",
    );
  }
  const [channels, height, width] = shape.length === 3 ? shape : [1, image.height, image.width];
  if (channels !== 1 && channels !== 3) {
    throw new InputError(
      `${origin}: ${takesShape(shape)}, but images have 1 channel or 3; give numbers in a file named .f32`,
    );
  }
  const colored = inChannels(image, channels), values = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const plane = colored.subarray(c * image.height * image.width, (c + 1) * image.height * image.width);
    values.set(resized(plane, [image.height, image.width], [height, width]), c * height * width);
  }
  return values;
}

function inChannels({ channels: given, values }: Image, channels: number): Float32Array {
  if (given === channels) return values;
  const pixels = values.length / given;
  return given === 1
    ? Float32Array.from({ length: channels * pixels }, (_, i) => values[i % pixels])
    : Float32Array.from(
      { length: pixels },
      (_, i) => LIGHTNESS.reduce((sum, share, c) => sum + share * values[c * pixels + i], 0),
    );
}

/**
 * Each pixel becomes the mean of the area that it covers.
 *
 * @param plane height x width, row-major.
 */
export function resized(
  plane: Float32Array,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Float32Array {
  if (height === rows && width === columns) return plane;
  const across = areas(width, columns), down = areas(height, rows);
  const narrow = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, shares }] of across.entries()) {
      let sum = 0;
      for (let i = 0; i < shares.length; i++) sum += shares[i] * plane[y * width + first + i];
      narrow[y * columns + x] = sum;
    }
  }
  const small = new Float32Array(rows * columns);
  for (const [y, { first, shares }] of down.entries()) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let i = 0; i < shares.length; i++) sum += shares[i] * narrow[(first + i) * columns + x];
      small[y * columns + x] = sum;
    }
  }
  return small;
}

/** Which of `from` pixels each of `to` covers, the first and the share of each, where both make the same length. */
function areas(from: number, to: number): { first: number; shares: Float64Array }[] {
  return Array.from({ length: to }, (_, i) => {
    // in units of 1 / to of a pixel: whole numbers
    const begin = i * from, end = (i + 1) * from;
    const first = Math.floor(begin / to), last = Math.ceil(end / to);
    const shares = Float64Array.from({ length: last - first }, (_, k) => {
      const pixel = (first + k) * to;
      return (Math.min(end, pixel + to) - Math.max(begin, pixel)) / from;
    });
    return { first, shares };
  });
}

/** What a net takes, for messages. */
export const takesShape = (shape: Shape): string => `the net takes [${shape.join(", ")}]`;
