/**
 * Options as callers give them, those whose code nobody has checked too: each is read once, and what is of the wrong kind
 * is refused before anything starts.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { isObject } from "../../codegen/json.ts";
import { said } from "../data/arrays.ts";
import { MOST_THREADS } from "../net/options.ts";

export { isObject } from "../../codegen/json.ts";
export { MOST_THREADS } from "../net/options.ts";

/** What an option may be: a test of what was given, and what was expected, in words. */
export interface Kind {
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

/** Something to call. */
export const FUNCTION: Kind = { fits: (value) => typeof value === "function", expected: "a function" };
/** A text. */
export const TEXT: Kind = { fits: (value) => typeof value === "string", expected: "a text" };
/** Yes or no. */
export const FLAG: Kind = { fits: (value) => typeof value === "boolean", expected: "true or false" };
/** What stops a run. */
export const SIGNAL: Kind = { fits: (value) => value instanceof AbortSignal, expected: "an AbortSignal" };

/** An object, described by where it comes from. */
export const objectOf = (expected: string): Kind => ({ fits: isObject, expected });
/** One of some texts. */
export const oneOf = (choices: readonly string[]): Kind => ({
  fits: (value) => choices.includes(value as string),
  expected: choices.map((choice) => `"${choice}"`).join(" or "),
});
/** A list; what may be in it, messages tell, and {@linkcode checkChoices} checks. */
export const listOf = (choices: readonly string[]): Kind => ({
  fits: Array.isArray,
  expected: `a list of ${choices.join(", ")}`,
});
/** A whole number from one to another; up to the largest that is exact where there is no other limit. */
export function whole(least: number, most?: number): Kind {
  const limit = most ?? Number.MAX_SAFE_INTEGER;
  return {
    fits: (value) => Number.isSafeInteger(value) && value as number >= least && value as number <= limit,
    expected: most === undefined ? `a whole number, at least ${least}` : `a whole number from ${least} to ${most}`,
  };
}

/** Workers. */
export const THREADS: Kind = whole(1, MOST_THREADS);
/** What random numbers follow from. */
export const SEED: Kind = whole(0, Number.MAX_SAFE_INTEGER);

/**
 * @throws {InputError} naming a value, what it is, and what was expected.
 */
export function check(name: string, value: unknown, { fits, expected }: Kind): void {
  if (!fits(value)) throw new InputError(`${name} is ${said(value)}; expected ${expected}`);
}

/**
 * Options, each read once. Null counts as left out.
 *
 * @param kinds of all options that are known; others are not looked at.
 * @throws {InputError} when one is of another kind.
 */
export function readOptions<Options extends object>(
  given: Options,
  kinds: Readonly<Record<keyof Required<Options>, Kind>>,
): Options {
  check("options", given, objectOf('an object, such as { target: "auto" }, or nothing'));
  const checked: Partial<Record<keyof Options, unknown>> = {};
  for (const [name, kind] of Object.entries<Kind>(kinds)) {
    const value = given[name as keyof Options];
    if (value === undefined || value === null) continue;
    check(name, value, kind);
    checked[name as keyof Options] = value;
  }
  return checked as Options;
}

/** @throws {InputError} naming an entry of an option's list that is none of the choices. */
export function checkChoices(name: string, list: readonly unknown[], choices: readonly string[]): void {
  for (const entry of list) {
    if (choices.includes(entry as string)) continue;
    const found = typeof entry === "string" ? JSON.stringify(entry) : said(entry);
    throw new InputError(`${name}: there is no ${found}; choose from ${choices.join(", ")}`);
  }
}
