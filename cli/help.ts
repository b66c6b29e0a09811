/**
 * What `--help` prints.
 *
 * @module
 */
import { VERSION } from "../mod.ts";
import { isClone } from "../runtime/platform/commands.ts";
import type { Command } from "./command.ts";
import { table } from "./text.ts";

/** What there is: commands and flags. */
export function help(commands: Readonly<Record<string, Command>>): string {
  return [
    `Kernelwright ${VERSION}: compiles a network's spec to shape-specialised kernels and trains with them`,
    "",
    `Usage: deno task COMMAND${isClone() ? " (or deno run cli.ts COMMAND)" : ""}`,
    "",
    "Commands:",
    ...table(Object.entries(commands).map(([name, { text }]) => [name, text])),
    "",
    "Flags:",
    ...table([["-h, --help", "this text, or with a COMMAND its flags"], ["--version", "the version"]]),
    "",
    "Example: deno task train --epochs 1",
    "",
  ].join("\n");
}

/** What a command does and takes. */
export function commandHelp(name: string, command: Command): string {
  const { text, words, notes = [], flags, example } = command;
  return [
    `${name}: ${text}`,
    "",
    `Usage: deno task ${name} ${words === "" ? "" : `${words} `}[flags]`,
    "",
    ...notes.length > 0 ? [...notes, ""] : [],
    "Flags:",
    ...table([
      ...Object.entries(flags).map(([flag, { value, text }]) => [`--${flag}${value ? ` ${value}` : ""}`, text]),
      ["-h, --help", "this text"],
    ]),
    "",
    `Example: ${example}`,
    "",
  ].join("\n");
}
