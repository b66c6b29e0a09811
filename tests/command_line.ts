/** Commands as their tasks start them, and files of data sets for them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { esbuildPath } from "../build/bundle/esbuild.ts";
import { CHECKED_DENO } from "../runtime/platform/commands.ts";
import { v8Flags } from "../runtime/v8_flags.ts";

/** The folder that tasks run in. */
export const PROJECT = join(import.meta.dirname!, "..");

/** What deno.json says of tasks, and the version in it. */
export const { tasks, version }: { tasks: Record<string, { command: string }>; version: string } = JSON.parse(
  await Deno.readTextFile(join(PROJECT, "deno.json")),
);

/** The arguments after `deno` that a task of this name begins with. */
export function taskArguments(task: string): string[] {
  // the shell of deno task puts in what this prints
  const flags = (_: string, checked?: string) => v8Flags(Deno.build.arch, checked !== undefined);
  const command = tasks[task].command.replace(/\$\(deno run runtime\/v8_flags\.ts( checked)?\)/, flags)
    .replace("$(deno run --no-prompt --allow-read build/bundle/esbuild.ts)", () => esbuildPath());
  const [program, subcommand, ...args] = command.split(" ");
  assert.equal(program, "deno");
  // what is installed is left as it is: processes that look at it at the same time would wait for each other, and say so;
  // "deno bench" checks types, and looks for those of Node
  return [subcommand, ...subcommand === "run" ? ["--node-modules-dir=manual"] : [], ...args];
}

/** What a command has said, as where Deno is installed: from `npx`, other commands are named. */
export const asInstalled = (text: string): string => text.replaceAll(`npx --yes deno@${CHECKED_DENO} `, "deno ");

/** A file in the format IDX. */
export function idx(magic: number, dimensions: readonly number[], bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(4 + 4 * dimensions.length + bytes.length), view = new DataView(file.buffer);
  [magic, ...dimensions].forEach((word, i) => view.setUint32(4 * i, word));
  file.set(bytes, 4 + 4 * dimensions.length);
  return file;
}
