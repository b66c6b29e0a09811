/**
 * In a bundle, in place of `runtime/net/sha256.ts`: what a page needs that has no safe origin is loaded there only.
 *
 * @module
 */
import { later } from "./later.ts";

import { joined } from "../../../runtime/net/sha256.ts";

/** Where the platform has none. It is on its way from the beginning: who saves may be offline by then. */
const own = globalThis.crypto?.subtle ? undefined : later();

/** See the original. */
export async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  // what threads share is not taken
  const given = (bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()) as Uint8Array<ArrayBuffer>;
  return own ? (await own).hashOf(given) : new Uint8Array(await crypto.subtle.digest("SHA-256", given));
}

/** See the original. */
export async function sha256(pieces: readonly Uint8Array[]): Promise<string> {
  const bytes = await digest(joined(pieces));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export { joined };
