/**
 * Command lines of benchmarks.
 *
 * @module
 */
import { asStarted } from "../../mod.ts";

/** What a program says of itself: in a line or some, and at length where that is more. */
export interface Usage {
  readonly usage: string;
  readonly help?: string;
}

/**
 * A whole number that an option gives, undefined where it is left out.
 *
 * @throws {Error} when it is none, or out of its range.
 */
export function whole(name: string, given: string | undefined, least: number, most: number): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${given}"; expected a whole number from ${least} to ${most}`);
}

/**
 * Reads a command line. Where help is wanted, it is printed and the program ends; so it does with one line, the usage and
 * exit code 2 where something is wrong.
 *
 * @param parse takes the line apart; an option `help` must be among the values.
 * @param check what follows from it; throws an error that says what is wrong.
 */
export function commandLine<Parsed extends { readonly values: { readonly help?: boolean } }, Result>(
  { usage, help = usage }: Usage,
  parse: () => Parsed,
  check: (parsed: Parsed) => Result,
): Result {
  try {
    const parsed = parse();
    if (!parsed.values.help) return check(parsed);
  } catch (error) {
    console.error(asStarted(`error: ${(error as Error).message.split("\n")[0]}\n${usage}`));
    Deno.exit(2);
  }
  console.log(asStarted(help));
  Deno.exit(0);
}
