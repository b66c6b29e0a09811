/**
 * In a bundle that trains, in place of `runtime/net/restore.ts` and `stored_state.ts`: they are loaded when a checkpoint is
 * read.
 *
 * @module
 */
import type * as restore from "../../runtime/net/restore.ts";
import type * as stored from "../../runtime/net/stored_state.ts";

/** See the original. */
export const readCheckpoint: typeof restore.readCheckpoint = async (...given) =>
  (await import("../../runtime/net/stored_state.ts")).readCheckpoint(...given);

/** See the original. */
export const readTraining: typeof stored.readTraining = async (...given) =>
  (await import("../../runtime/net/stored_state.ts")).readTraining(...given);
