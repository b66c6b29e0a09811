/**
 * SHA-256, so that the compiler needs nothing of where it runs: what platforms have is asynchronous, or not everywhere.
 *
 * @module
 */
import { sha256 as hash } from "npm:@noble/hashes@2.4.0/sha2.js";
import { bytesToHex } from "npm:@noble/hashes@2.4.0/utils.js";

const UTF8 = new TextEncoder();

/** The hash of a text in UTF-8, in 64 hexadecimal digits. */
export function sha256(text: string): string {
  return bytesToHex(hash(UTF8.encode(text)));
}

/** The hash of bytes, given in pieces, in 64 hexadecimal digits. */
export function sha256OfBytes(pieces: Iterable<Uint8Array>): string {
  const state = hash.create();
  for (const piece of pieces) state.update(piece);
  return bytesToHex(state.digest());
}
