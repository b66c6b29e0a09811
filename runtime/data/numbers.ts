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
  // a sum is finite where all are, of f32 in f64 also the other way round; four sums, none of which waits for another one
  const whole = values.length - values.length % 4;
  let a = 0, b = 0, c = 0, d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (let i = Number.isFinite(a + b + c + d) ? whole : 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return i;
  }
  return -1;
}

/** The place of the largest value, the first of equals, as `argmax` of kernels has it. */
export function largest(values: Float32Array): number {
  let place = 0;
  for (let i = 1; i < values.length; i++) if (!(values[i] <= values[place])) place = i;
  return place;
}
