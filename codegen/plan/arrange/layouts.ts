/**
 * How a tensor's elements go from the usual order to that of their storage, and back.
 *
 * @module
 */
import type { Layout } from "../plan.ts";

/** The elements of a tensor from the usual order to that of its storage; zeros where its blocks are not full. */
export function toStored<T extends Float32Array | Float64Array>(values: T, layout: Layout | undefined): T {
  if (!layout) return values.slice() as T;
  const stored = like(values, layout.dimensions.reduce((product, { extent }) => product * extent, 1));
  const { outer, inner } = placesOf(layout);
  for (let i = 0, usual = 0; i < outer.length; i++) {
    for (let j = 0; j < inner.length; j++) stored[outer[i] + inner[j]] = values[usual++];
  }
  return stored;
}

/** The elements of a tensor from its storage in the usual order. */
export function fromStored<T extends Float32Array | Float64Array>(stored: T, layout: Layout | undefined): T {
  if (!layout) return stored.slice() as T;
  const values = like(stored, elementsOf({ shape: layout.shape }));
  const { outer, inner } = placesOf(layout);
  for (let i = 0, usual = 0; i < outer.length; i++) {
    for (let j = 0; j < inner.length; j++) values[usual++] = stored[outer[i] + inner[j]];
  }
  return values;
}

function like<T extends Float32Array | Float64Array>(source: T, length: number): T {
  return new (source.constructor as new (length: number) => T)(length);
}

/** Elements of a tensor in the usual order: its storage may have more. */
export function elementsOf({ shape, layout }: { readonly shape: readonly number[]; readonly layout?: Layout }): number {
  return (layout?.shape ?? shape).reduce((product, extent) => product * extent, 1);
}

/** Elements that the innermost dimensions have together, at most, where they are gone through as one. */
const INNER = 16_384;

/**
 * Where elements lie in the storage: that at an index of the outermost dimensions, in the usual order, and one of all
 * others lies at the sum of their places.
 */
function placesOf({ shape, dimensions }: Layout): { readonly outer: Int32Array; readonly inner: Int32Array } {
  // how far each index of each usual dimension is into the storage
  const places = shape.map((extent) => new Int32Array(extent));
  let stride = 1;
  for (const { of, every, extent } of dimensions.toReversed()) {
    for (let i = 0; i < shape[of]; i++) places[of][i] += Math.floor(i / every) % extent * stride;
    stride *= extent;
  }
  let d = shape.length - 1, inner: Int32Array = places[d];
  while (d > 0 && places[d - 1].length * inner.length <= INNER) inner = sums(places[--d], inner);
  return { outer: places.slice(0, d).reduce(sums, new Int32Array(1)), inner };
}

/** Each of some places moved by each of others. */
function sums(outer: Int32Array, inner: Int32Array): Int32Array {
  const all = new Int32Array(outer.length * inner.length);
  for (let i = 0, at = 0; i < outer.length; i++) {
    for (let j = 0; j < inner.length; j++) all[at++] = outer[i] + inner[j];
  }
  return all;
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
