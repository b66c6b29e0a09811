/**
 * What Deno says when it is started with the project's settings.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const PROJECT: string = fileURLToPath(new URL("../", import.meta.url));

/**
 * Runs Deno in the project's folder.
 *
 * @param input what it reads.
 * @returns what it prints.
 * @throws {Error} with what it complains of, when it fails.
 */
export async function deno(args: readonly string[], input = ""): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = process.output();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`deno ${args.join(" ")}\n${text(stderr)}`);
  return text(stdout);
}
