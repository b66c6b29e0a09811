/**
 * How a tensor's elements go from the usual order to that of their storage, and back.
 *
 * @module
 */
import type { Layout } from "../plan.ts";

/** The elements of a tensor from the usual order to that of its storage. */
export function toStored<T extends Float32Array | Float64Array>(values: T, layout: Layout | undefined): T {
  return layout ? permuted(values, layout, (from, to) => [from, to]) : values.slice() as T;
}

/** The elements of a tensor from its storage in the usual order. */
export function fromStored<T extends Float32Array | Float64Array>(stored: T, layout: Layout | undefined): T {
  return layout ? permuted(stored, layout, (from, to) => [to, from]) : stored.slice() as T;
}

function permuted<T extends Float32Array | Float64Array>(
  source: T,
  { shape, dimensions }: Layout,
  way: (usual: number, stored: number) => readonly [from: number, to: number],
): T {
  const result = new (source.constructor as new (length: number) => T)(source.length);
  // how far each index of each usual dimension is into the storage
  const places = shape.map((extent) => new Int32Array(extent));
  let stride = 1;
  for (const { of, every, extent } of dimensions.toReversed()) {
    for (let i = 0; i < shape[of]; i++) places[of][i] += Math.floor(i / every) % extent * stride;
    stride *= extent;
  }
  let usual = 0;
  const visit = (d: number, stored: number) => {
    for (const place of places[d]) {
      if (d < shape.length - 1) visit(d + 1, stored + place);
      else {
        const [from, to] = way(usual++, stored + place);
        result[to] = source[from];
      }
    }
  };
  visit(0, 0);
  return result;
}

/** One dimension in blocks: the blocks outermost, the place in the block innermost. */
export function blocked(shape: readonly number[], dimension: number, by: number): Layout {
  const whole = shape.map((extent, of) => ({ of, every: 1, extent })).filter(({ of }) => of !== dimension);
  const blocks = shape[dimension] / by;
  return {
    shape,
    dimensions: [
      ...blocks > 1 ? [{ of: dimension, every: by, extent: blocks }] : [],
      ...whole,
      { of: dimension, every: 1, extent: by },
    ],
  };
}
