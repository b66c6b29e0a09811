/** Chromium, for tests that look at what a page shows or does. */
import assert from "node:assert/strict";
import type { Call, PageOptions } from "./browser_module.ts";
import { PROJECT } from "./command_line.ts";
import { findChromium, missing } from "./engines.ts";

/** Where Chromium is, if anywhere: where it is not, that is printed. */
export const chromium: string | undefined = findChromium() ??
  missing("Chromium", "on Debian the package chromium has it");

/** What a program of these tests prints that opens Chromium. It needs permissions that the tests have no use for. */
export async function inChromium<Found>(program: string, args: string[], permissions: string[] = []): Promise<Found> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-run"],
      ...["--allow-sys=homedir,osRelease", ...permissions, program, chromium!, ...args],
    ],
    cwd: PROJECT,
    signal: AbortSignal.timeout(300_000),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/**
 * What a page does in which a function of a module is called.
 *
 * @param folder that is served, with the module in it.
 * @param args as JSON can have them.
 */
export function inPage(
  folder: string,
  [module, name]: readonly [module: string, name: string],
  args: readonly unknown[] = [],
  options: PageOptions = {},
): Promise<Call> {
  const words = [folder, module, name, JSON.stringify(args), JSON.stringify(options)];
  return inChromium<Call>("tests/browser_module.ts", words, ["--allow-net=127.0.0.1"]);
}
