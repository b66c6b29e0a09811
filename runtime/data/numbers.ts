/**
 * Numbers in arrays: how many, which is the largest, whether all are finite.
 *
 * @module
 */

/** Elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Where the first number is that is infinite or NaN; -1 if there is none. */
export function firstNotFinite(values: Float32Array | Float64Array): number {
  // nothing but a finite number is 0 when it is multiplied by 0; four sums, none of which waits for another one
  const whole = values.length - values.length % 4;
  let a = 0, b = 0, c = 0, d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = a + b + c + d === 0 ? whole : 0; i < values.length; i++) if (values[i] * 0 !== 0) return i;
  return -1;
}

/** The place of the largest value, the first of equals, as `argmax` of kernels has it. */
export function largest(values: Float32Array): number {
  let place = 0;
  for (let i = 1; i < values.length; i++) if (!(values[i] <= values[place])) place = i;
  return place;
}
