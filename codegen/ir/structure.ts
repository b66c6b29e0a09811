/**
 * When two kernels are the same but for their names.
 *
 * @module
 */
import type { Kernel } from "./ir.ts";

const structures = new WeakMap<Kernel, string>();

/**
 * A text that two kernels have in common only if they differ in nothing but name and source: what is computed of what,
 * over which axes, which parts of formulas are one object, and where tensors have halos. So schedules of one are
 * schedules of the other, and so are loop nests and their proofs.
 */
export function structureOf(kernel: Kernel): string {
  const known = structures.get(kernel) ?? write(kernel);
  structures.set(kernel, known);
  return known;
}

function write({ parts, tensors }: Kernel): string {
  const seen = new Map<object, number>();
  let text = "";
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) {
      // what JSON has no text for, too: Infinity, NaN, -0; a text is in quotes
      text += typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
      return;
    }
    const known = seen.get(value);
    if (known !== undefined) {
      text += `same ${known}`;
      return;
    }
    seen.set(value, seen.size);
    const isList = Array.isArray(value);
    text += isList ? "[" : "{";
    for (const [key, inner] of Object.entries(value)) {
      if (!isList) text += `${JSON.stringify(key)}:`;
      visit(inner);
      text += ",";
    }
    text += isList ? "]" : "}";
  };
  visit([parts, tensors]);
  return text;
}
