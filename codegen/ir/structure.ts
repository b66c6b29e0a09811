/**
 * When two kernels are the same but for their names.
 *
 * @module
 */
import type { Kernel } from "./ir.ts";

/**
 * A text that two kernels have in common only if they differ in nothing but name and source: what is computed of what,
 * over which axes, which parts of formulas are one object, and where tensors have halos. So schedules of one are
 * schedules of the other, and so are loop nests and their proofs.
 */
export function structureOf({ parts, tensors }: Kernel): string {
  const seen = new Map<object, number>();
  return JSON.stringify([parts, tensors], (_key, value) => {
    // JSON has no Infinity, NaN or -0
    if (typeof value === "number") return Object.is(value, -0) ? "number -0" : `number ${value}`;
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    // no formula and no type has such a key
    if (known !== undefined) return { same: known };
    seen.set(value, seen.size);
    return value;
  });
}
