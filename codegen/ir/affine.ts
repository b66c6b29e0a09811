/**
 * Arithmetic on indices.
 *
 * @module
 */
import type { Affine, Axis, Index, Offset } from "./ir.ts";

/** Smallest and largest value over the axes' extents. */
export function bounds({ constant, terms }: Affine): [number, number] {
  let low = constant, high = constant;
  for (const { axis: { extent }, coefficient } of terms) {
    if (coefficient > 0) high += coefficient * (extent - 1);
    else low += coefficient * (extent - 1);
  }
  return [low, high];
}

/** The axis that an index is, if it is nothing else. */
export function plainAxis(index: Index): Axis | undefined {
  if (index.kind !== "affine" || index.constant !== 0 || index.terms.length !== 1) return undefined;
  const [{ axis, coefficient }] = index.terms;
  return coefficient === 1 ? axis : undefined;
}

/** The offset that is always `constant`. */
export function constantOffset(constant: number): Offset {
  return { constant, terms: [] };
}

/** The sum of offsets times factors; terms of the same variable are merged, those of factor 0 dropped. */
export function sumOffsets(...summands: (readonly [Offset, number])[]): Offset {
  const coefficients = new Map<string, number>();
  let constant = 0;
  for (const [offset, factor] of summands) {
    constant += offset.constant * factor;
    for (const { variable, coefficient } of offset.terms) {
      coefficients.set(variable, (coefficients.get(variable) ?? 0) + coefficient * factor);
    }
  }
  const terms = [...coefficients].filter(([, c]) => c !== 0).map(([variable, coefficient]) => ({
    variable,
    coefficient,
  }));
  return { constant, terms };
}

/** A text that is the same for equal offsets. */
export function offsetKey({ constant, terms }: Offset): string {
  return [constant, ...terms.map(({ variable, coefficient }) => `${variable}*${coefficient}`).sort()].join("+");
}
