/**
 * The command line of what writes pages: `--check` changes nothing.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { asStarted } from "../mod.ts";

/**
 * Runs a command line, and ends the program with its exit code.
 *
 * @param work writes what is stale, or with `check` says what is; whether something was stale.
 */
export async function writePages(usage: string, work: (check: boolean) => Promise<boolean>): Promise<never> {
  const stop = (code: number, said?: string): never => {
    if (said !== undefined) (code === 0 ? console.log : console.error)(asStarted(said));
    Deno.exit(code);
  };
  let check = false;
  try {
    const options = { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    const { values } = parseArgs({ args: Deno.args, options });
    if (values.help) stop(0, usage.trimEnd());
    check = values.check ?? false;
  } catch (error) {
    stop(2, `error: ${(error as Error).message}\n${usage.trimEnd()}`);
  }
  const stale = await work(check);
  return stop(check && stale ? 1 : 0);
}
