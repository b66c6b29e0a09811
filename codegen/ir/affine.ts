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
  const sum = new OffsetSum();
  for (const [offset, factor] of summands) sum.add(offset, factor);
  return sum.offset();
}

/** A sum of offsets on its way: what has few variables is merged without a table. */
export class OffsetSum {
  #constant = 0;
  readonly #terms: { readonly variable: string; coefficient: number }[] = [];

  /** Adds an offset, `factor` times. */
  add({ constant, terms }: Offset, factor: number): void {
    this.#constant += constant * factor;
    for (let i = 0; i < terms.length; i++) {
      const { variable, coefficient } = terms[i], known = this.#find(variable);
      if (known) known.coefficient += coefficient * factor;
      else this.#terms.push({ variable, coefficient: coefficient * factor });
    }
  }

  /** Adds a number. */
  addConstant(constant: number): void {
    this.#constant += constant;
  }

  /** The sum, to which nothing is added any more. */
  offset(): Offset {
    const terms = this.#terms, all = terms.every(({ coefficient }) => coefficient !== 0);
    return { constant: this.#constant, terms: all ? terms : terms.filter(({ coefficient }) => coefficient !== 0) };
  }

  #find(variable: string): { coefficient: number } | undefined {
    for (let i = 0; i < this.#terms.length; i++) if (this.#terms[i].variable === variable) return this.#terms[i];
    return undefined;
  }
}

/** A text that is the same for equal offsets. */
export function offsetKey({ constant, terms }: Offset): string {
  if (terms.length === 0) return String(constant);
  if (terms.length === 1) return `${constant}+${terms[0].variable}*${terms[0].coefficient}`;
  return [constant, ...terms.map(({ variable, coefficient }) => `${variable}*${coefficient}`).sort()].join("+");
}
