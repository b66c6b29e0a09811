/**
 * Commands in what the program prints. They are written as they are in a clone, with Deno: `deno task train`.
 *
 * @module
 */

/** The version that all is checked with, and that `npx` gets. */
export const CHECKED_DENO = "2.9.6";

/** How the program was started, as far as it matters to who starts another command. */
export interface ProgramStart {
  /** Where Deno is, where it runs the sources of a clone; undefined: it is a package. */
  readonly clone?: string;
  /** What starts the command line of the package. */
  readonly command: string;
  /** What puts another package beside it, up to that one's name. */
  readonly install: string;
}

/** A command of Deno in a text, up to its first word. */
const DENO = /(?<![\w@./-])deno (?=(?:task|run|install)\b)/g;
/** A command of the program in a text, up to its first word. */
const COMMAND = /(?<![\w@./-])deno (?:task|run cli\.ts)(?= )/g;

/**
 * A text whose commands work where this process was started. A package has no tasks. Where `npx` has fetched Deno for a
 * clone, there is none by that name, and `npx` must be told to fetch it without asking, which nobody answers in a script.
 */
export function asStarted(text: string, { clone, command }: ProgramStart = startHere()): string {
  if (clone === undefined) return text.replaceAll(COMMAND, command);
  return isFetched(clone) ? text.replaceAll(DENO, `${FETCHED} `) : text;
}

/** How this process was started. */
export function startHere(): ProgramStart {
  if (!("Deno" in globalThis)) return "Bun" in globalThis ? BUN : NODE;
  const program = Deno.execPath(), deno = isFetched(program) ? FETCHED : "deno";
  return {
    ...isClone() && { clone: program },
    command: `${deno} run ${PERMISSIONS} ${PACKAGE}`,
    install: `${deno} install --node-modules-dir=auto npm:`,
  };
}

/** Whether these are the sources in a clone, in Deno; else it is a package, and what it writes is its user's. */
export function isClone(module: string = import.meta.url): boolean {
  return "Deno" in globalThis && /^file:.*\.ts$/.test(module);
}

const NODE: ProgramStart = { command: "npx kernelwright", install: "npm install " };
/** Its own program, not the one that the first line of the file names. */
const BUN: ProgramStart = { command: "bunx --bun kernelwright", install: "bun add " };

const FETCHED = `npx --yes deno@${CHECKED_DENO}`;
/** The command line in Deno, of the package that these files are of: it imports JSR's from there, npm's from a folder. */
export const PACKAGE = import.meta.url.startsWith("https:") ? "jsr:@kernelwright/kernelwright/cli" : "npm:kernelwright";
/** What it has to be allowed. */
export const PERMISSIONS = "-ERSW";

/** Whether `npx` has fetched a program. */
const isFetched = (program: string) => /[\\/]_npx[\\/]/.test(program);
