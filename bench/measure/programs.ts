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

/** How a program is run. */
export interface ProgramOptions {
  readonly cwd?: string;
  /** What it reads from standard input; nothing, if not given. */
  readonly input?: string;
  /** Variables that are set for it, besides those that are set here. */
  readonly env?: Readonly<Record<string, string>>;
  /** After so many seconds it is ended. Default: it may take as long as it does. */
  readonly seconds?: number;
}

/** Runs Deno. */
export const runDeno = (args: readonly string[], options: ProgramOptions = {}): Promise<Ran> =>
  runProgram(Deno.execPath(), args, options);

/** Runs a program. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, input, env, seconds }: ProgramOptions = {},
): Promise<Ran> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      signal: seconds === undefined ? undefined : AbortSignal.timeout(1000 * seconds),
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { reason: `there is no ${program}` };
    throw error;
  }
  if (input !== undefined) await new Response(input).body!.pipeTo(child.stdin);
  const { success, code, signal, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (success) return { output: text(stdout) };
  // drivers write lines of errors too, before the one that ends the program
  const lines = text(stderr).trimEnd().split("\n"),
    last = lines.findLast((line) => line.startsWith("error: ")) ?? lines.at(-1)!;
  const said = last.replace(/^error: (Uncaught (\(in promise\) )?)?/, "");
  if (signal === null) return { reason: said || `it said nothing, exit code ${code}` };
  return { reason: signal === "SIGTERM" && seconds ? `it took more than ${seconds} s` : `it was ended by ${signal}` };
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
