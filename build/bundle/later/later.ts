/**
 * In a bundle: the script with what most who train or predict never ask for. It is loaded once, when it is needed.
 *
 * @module
 */
import type * as check from "../../../runtime/net/check.ts";
import type * as restore from "../../../runtime/net/restore.ts";
import type * as sha256 from "../../../runtime/net/sha256.ts";
import type * as state from "../../../runtime/net/state.ts";
import type * as node from "../../../runtime/platform/node_shared.ts";
import type * as files from "./files.ts";

/** What is in it, if the bundle needs it. */
export type Later =
  & Pick<typeof check, "compare">
  & Pick<typeof sha256, "hashOf">
  & Pick<typeof restore, "readCheckpoint">
  & Pick<typeof state, "stateOf">
  & Pick<typeof node, "NodeWorker">
  & Pick<typeof files, "bytesOfFile">;

/** What it is, once it was loaded. */
export let loaded: Later | undefined;

/** Loads it. */
export async function later(): Promise<Later> {
  // @ts-ignore the file is made with the bundle, see `scripts.ts`
  return loaded = await import("./later.js");
}
