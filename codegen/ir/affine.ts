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
  // most have a variable or none
  const moving = summands.filter(([{ terms }]) => terms.length > 0);
  if (moving.length === 0 || moving.length === 1 && moving[0][0].terms.length === 1) {
    const constant = summands.reduce((sum, [offset, factor]) => sum + offset.constant * factor, 0);
    const terms = moving.flatMap(([{ terms: [{ variable, coefficient }] }, factor]) =>
      coefficient * factor === 0 ? [] : [{ variable, coefficient: coefficient * factor }]
    );
    return { constant, terms };
  }
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
  if (terms.length === 0) return String(constant);
  if (terms.length === 1) return `${constant}+${terms[0].variable}*${terms[0].coefficient}`;
  return [constant, ...terms.map(({ variable, coefficient }) => `${variable}*${coefficient}`).sort()].join("+");
}
