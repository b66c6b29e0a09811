/**
 * What is wrong with a spec, and where: for those who show it at its place.
 *
 * @module
 */
import { InputError } from "../error.ts";

/** Where something is in a spec: keys and numbers, from the outside in. A key that is missing or unknown is its last one. */
export type SpecPath = readonly (string | number)[];

/** One thing that is wrong with a spec. */
export interface SpecMistake {
  /** Where. */
  readonly path: SpecPath;
  /** One line, which names the path too. */
  readonly message: string;
}

/** A mistake in a spec. Its message is that of the first of its mistakes, behind what the spec is called. */
export class SpecError extends InputError {
  /** All that were found at once; at least one. */
  readonly mistakes: readonly SpecMistake[];

  /** Of what was found in a spec. `origin`: what messages call that. */
  constructor(origin: string, ...mistakes: readonly [SpecMistake, ...SpecMistake[]]) {
    super(`${origin}: ${mistakes[0].message}`);
    this.mistakes = mistakes;
  }
}

/** A mistake with its place before it. */
export function mistakeAt(path: SpecPath, message: string): SpecMistake {
  return { path, message: `${pathText(path)}: ${message}` };
}

/** A path as messages have it: `layers[2].kernel`. */
export function pathText(path: SpecPath): string {
  return path.map((step, i) => typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`).join("");
}
