/**
 * In a bundle, in place of `runtime/net/check.ts`: that is loaded when it is asked for.
 *
 * @module
 */
import type * as original from "../../../runtime/net/check.ts";
import { later } from "./later.ts";

/** See the original. */
export const compare: typeof original.compare = async (...given) => (await later()).compare(...given);
