/**
 * How a tensor's elements go from the usual order to that of their storage, and back.
 *
 * @module
 */
import type { Layout } from "../plan.ts";

/** The elements of a tensor from the usual order to that of its storage; zeros where its blocks are not full. */
export function toStored<T extends Float32Array | Float64Array>(values: T, layout: Layout | undefined): T {
  if (!layout) return values.slice() as T;
  const length = layout.dimensions.reduce((product, { extent }) => product * extent, 1);
  return permuted(values, length, layout, (from, to) => [from, to]);
}

/** The elements of a tensor from its storage in the usual order. */
export function fromStored<T extends Float32Array | Float64Array>(stored: T, layout: Layout | undefined): T {
  if (!layout) return stored.slice() as T;
  const length = layout.shape.reduce((product, extent) => product * extent, 1);
  return permuted(stored, length, layout, (from, to) => [to, from]);
}

/** Elements of a tensor in the usual order: its storage may have more. */
export function elementsOf({ shape, layout }: { readonly shape: readonly number[]; readonly layout?: Layout }): number {
  return (layout?.shape ?? shape).reduce((product, extent) => product * extent, 1);
}

function permuted<T extends Float32Array | Float64Array>(
  source: T,
  length: number,
  { shape, dimensions }: Layout,
  way: (usual: number, stored: number) => readonly [from: number, to: number],
): T {
  const result = new (source.constructor as new (length: number) => T)(length);
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
