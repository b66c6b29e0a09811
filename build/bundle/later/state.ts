/**
 * In a bundle that trains, in place of `runtime/net/state.ts`: what reads a checkpoint is loaded with that.
 *
 * @module
 */
import type * as original from "../../../runtime/net/state.ts";
import { loaded } from "./later.ts";

export { beginOn, begun, save } from "../../../runtime/net/state.ts";

/** See the original. Before it is asked for, a checkpoint was read. */
export const stateOf: typeof original.stateOf = (...given) => loaded!.stateOf(...given);
