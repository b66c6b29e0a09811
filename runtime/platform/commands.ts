/**
 * Commands of Deno in what the program prints.
 *
 * @module
 */

/** The version that all is checked with, and that `npx` gets. */
export const CHECKED_DENO = "2.9.6";

/** A command of Deno in a text, up to its first word. */
const COMMAND = /(?<![\w@./-])deno (?=(?:task|run|install)\b)/g;

/**
 * A text whose commands work where this process was started: where `npx` has fetched Deno for it, there is none by that
 * name, and `npx` must be told to fetch it without asking, which nobody answers in a script.
 *
 * @param program where Deno is.
 */
export function asStarted(text: string, program: string = Deno.execPath()): string {
  return /[\\/]_npx[\\/]/.test(program) ? text.replaceAll(COMMAND, `npx --yes deno@${CHECKED_DENO} `) : text;
}
