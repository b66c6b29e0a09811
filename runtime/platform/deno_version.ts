/**
 * Ends the program with one line where Deno is too old for it. This must be imported before all else: what is missing
 * there is then not missed yet.
 *
 * A Deno older than 2.3 does not come this far: it cannot read deno.json or deno.lock, and says so itself.
 *
 * @module
 */
import { CHECKED_DENO } from "./commands.ts";

/** The oldest Deno that has all that is used: `stripTypeScriptTypes` came last. */
const OLDEST = [2, 8];

/** What to say where a version is too old. */
export function tooOld(version: string): string | undefined {
  const [major, minor] = version.split(".").map(Number), [least, leastMinor] = OLDEST;
  if (major > least || (major === least && minor >= leastMinor)) return undefined;
  return `this is Deno ${version}, and Kernelwright needs ${OLDEST.join(".")} or newer; ` +
    `run "deno upgrade", or put "npx --yes deno@${CHECKED_DENO}" in place of "deno"`;
}

const message = tooOld(Deno.version.deno);
if (message !== undefined) {
  console.error(`error: ${message}`);
  Deno.exit(1);
}
