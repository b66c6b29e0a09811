/**
 * What layers are called, and which of them each one reads.
 *
 * @module
 */
import type { LayerKind } from "../language/layer.ts";
import { didYouMean } from "./messages.ts";
import { mistakeAt, SpecError } from "./mistakes.ts";
import type { LayerOptions } from "./spec.ts";

/** Names that tensors and kernels of the net itself have. */
const TAKEN = ["input", "loss", "batch"];

/** The input of the net, by name. */
export const INPUT = "input";

/**
 * The name of each layer: its own, or that of its kind, counted.
 *
 * @throws {InputError} when a name is there twice, or is none that a layer may have.
 */
export function layerNames(layers: readonly LayerOptions[], kinds: readonly LayerKind[], origin: string): string[] {
  const counts = new Map<string, number>();
  const names = layers.map(({ name }, i) => {
    const { stem } = kinds[i], count = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, count);
    return name ?? `${stem}${count}`;
  });
  for (const [i, name] of names.entries()) {
    const first = names.indexOf(name);
    if (TAKEN.includes(name)) {
      throw new SpecError(
        origin,
        mistakeAt(["layers", i], `no layer may be called "${name}"; give it another name`),
      );
    }
    if (first < i) {
      const [other, one] = layers[i].name === undefined ? [first, i] : [i, first];
      const message = `layers[${one}] ${kinds[one].type} is called "${name}", too; give it another name`;
      throw new SpecError(origin, mistakeAt(["layers", other], message));
    }
  }
  return names;
}

/**
 * The names of what each layer reads: where a layer names nothing, the one before it.
 *
 * @throws {InputError} when there is no layer of a name before the one that reads it.
 */
export function layerInputs(layers: readonly LayerOptions[], names: readonly string[], origin: string): string[][] {
  return layers.map(({ input }, i) => {
    const given = input === undefined ? [names[i - 1] ?? INPUT] : typeof input === "string" ? [input] : [...input];
    const known = [INPUT, ...names.slice(0, i)];
    const wrong = given.find((name) => !known.includes(name));
    if (wrong === undefined) return given;
    const later = names.indexOf(wrong);
    const message = later >= 0
      ? `"${wrong}" is layers[${later}], which does not come before it; a layer reads what is made before`
      : `no layer before it is called "${wrong}"${didYouMean(wrong, known)}`;
    throw new SpecError(origin, mistakeAt(["layers", i, "input"], message));
  });
}
