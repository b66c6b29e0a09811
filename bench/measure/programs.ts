/**
 * Programs that are processes of their own: V8's flags, and the memory that was taken, are a process's.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** A file of the project, by its path from the project's folder. */
export const projectFile = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** The file of a spec, by a path or by the name of a net in `specs/`. */
export const specFile = (word: string): string => /[/\\]|\.json$/.test(word) ? word : projectFile(`specs/${word}.json`);

/** Deno's arguments for a program that runs with the project's own packages. */
export const RUN: readonly string[] = ["run", "--no-prompt", `--config=${projectFile("deno.json")}`];

/** What a program printed, or in a line why it failed. */
export type Ran = { readonly output: string } | { readonly reason: string };

/** Runs Deno. */
export async function runDeno(
  args: readonly string[],
  { cwd, input }: { readonly cwd?: string; readonly input?: string } = {},
): Promise<Ran> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) await new Response(input).body!.pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (success) return { output: text(stdout) };
  // drivers write lines of errors too, before the one that ends the program
  const lines = text(stderr).trimEnd().split("\n"),
    last = lines.findLast((line) => line.startsWith("error: ")) ?? lines.at(-1)!;
  return { reason: last.replace(/^error: (Uncaught (\(in promise\) )?)?/, "") };
}

/**
 * What Deno prints.
 *
 * @throws {Error} when it fails.
 */
export async function denoOutput(args: readonly string[], input?: string): Promise<string> {
  const ran = await runDeno(args, { input });
  if ("output" in ran) return ran.output;
  throw new Error(`deno ${args.join(" ")}: ${ran.reason}`);
}

/** The value that a program's last line is, as JSON. */
export const lastLine = (output: string) => JSON.parse(output.trimEnd().split("\n").at(-1)!);

/** V8's flags at full speed, or for the words given, as an argument of Deno. */
export async function v8Flags(...words: readonly string[]): Promise<string> {
  return `--v8-flags=${(await denoOutput(["run", projectFile("runtime/v8_flags.ts"), ...words])).trim()}`;
}
