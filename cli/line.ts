/**
 * The command line is taken apart and checked.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Command, type Flag, type Line, UsageError } from "./command.ts";
import { choice, meant } from "./spelling.ts";

/**
 * Takes the arguments of a command apart and checks them.
 *
 * @throws {UsageError} naming what is wrong, and what may have been meant.
 */
export function parseLine({ words: expected, least = 0, most, flags }: Command, args: string[]): Line {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [name, { type: value ? "string" as const : "boolean" as const }]),
  );
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const words: string[] = [], found: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue, index } = token;
    // a word behind a single dash is letters to the parser
    const [given] = /^-[^-]/.test(args[index]) ? args[index].split("=") : [rawName];
    if (!Object.hasOwn(flags, name) || !rawName.startsWith("--")) {
      throw new UsageError(
        `there is no flag ${given}${meant(given, Object.keys(flags).map((flag) => `--${flag}`))}`,
      );
    }
    if (Object.hasOwn(found, name)) throw new UsageError(`${rawName} is given twice`);
    found[name] = checkValue(rawName, flags[name], value, inlineValue);
  }
  if (words.length > most) {
    throw new UsageError(`"${words[most]}" is too much: expected ${expected === "" ? "flags only" : expected}`);
  }
  if (words.length < least) throw new UsageError(`${expected.split(" ")[words.length]} is missing`);
  return { args, words, flags: found };
}

/** @throws {UsageError} when a flag may not have the value that it is given. */
function checkValue(
  name: string,
  { value: placeholder, choices, range }: Flag,
  value: string | undefined,
  inline: boolean | undefined,
): string {
  if (placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`${name} takes no value, but it is given "${value}"`);
    return "";
  }
  // after a blank, -1 is a value and --seed is the next flag
  if (value === undefined || value === "" || (!inline && /^-\D/.test(value))) {
    throw new UsageError(`${name} needs a value: ${name} ${placeholder}`);
  }
  if (choices && !choices.includes(value)) throw new UsageError(`${name} cannot be ${choice(value, choices)}`);
  if (range && !(/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1])) {
    throw new UsageError(`${name} is "${value}"; expected a whole number from ${range[0]} to ${range[1]}`);
  }
  return value;
}
