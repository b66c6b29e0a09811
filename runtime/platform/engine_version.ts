/**
 * Ends the program with one line where Deno or Node is too old for it. This must be imported before all else, and what
 * follows be loaded later: it may be of a syntax that is not known there.
 *
 * A Deno older than 2.3 does not come this far: it cannot read deno.json or deno.lock, and says so itself.
 *
 * @module
 */
import process from "node:process";
import { CHECKED_DENO } from "./commands.ts";

/** An engine, the oldest version of it that will do, and how to get that. */
interface Engine {
  readonly name: string;
  readonly oldest: readonly [major: number, minor: number];
  readonly remedy: string;
}

const DENO: Engine = {
  name: "Deno",
  // `stripTypeScriptTypes` came last
  oldest: [2, 8],
  remedy: `run "deno upgrade", or put "npx --yes deno@${CHECKED_DENO}" in place of "deno"`,
};

const NODE: Engine = {
  name: "Node",
  // `import.meta.main` came last
  oldest: [24, 2],
  remedy: "install it from nodejs.org, or by your version manager",
};

/** What to say where a version is too old. */
export function tooOld(version: string, { name, oldest, remedy }: Engine = DENO): string | undefined {
  const [major, minor] = version.split(".").map(Number), [least, leastMinor] = oldest;
  if (major > least || (major === least && minor >= leastMinor)) return undefined;
  return `this is ${name} ${version}, and Kernelwright needs ${oldest.join(".")} or newer; ${remedy}`;
}

/** What to say of the engine that this is; each calls itself Node, too. */
function fault(): string | undefined {
  if ("Deno" in globalThis) return tooOld(Deno.version.deno);
  return "Bun" in globalThis ? undefined : tooOld(process.versions.node, NODE);
}

const message = fault();
if (message !== undefined) {
  console.error(`error: ${message}`);
  process.exit(1);
}
