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
  // nothing but a finite number is 0 when it is subtracted from itself; Number.isFinite may stay a call, 20 times as slow
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i;
  return -1;
}

/** The place of the largest value, the first of equals, as `argmax` of kernels has it. */
export function largest(values: Float32Array): number {
  let place = 0;
  for (let i = 1; i < values.length; i++) if (!(values[i] <= values[place])) place = i;
  return place;
}
