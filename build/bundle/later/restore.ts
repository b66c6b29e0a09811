/**
 * In a bundle that trains, in place of `runtime/net/restore.ts`: that is loaded when it is asked for.
 *
 * @module
 */
import type * as original from "../../../runtime/net/restore.ts";
import { later } from "./later.ts";

/** See the original. */
export const readCheckpoint: typeof original.readCheckpoint = async (...given) => (await later()).readCheckpoint(...given);
