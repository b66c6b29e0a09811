/**
 * Bytes as text, and their hash. Node 24 has none of the methods that newer engines have for this.
 *
 * @module
 */
import { platform } from "../platform/here.ts";

/** Bytes that become characters at once: all are arguments of one call. */
const AT_ONCE = 2 ** 13;

/** Bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE) text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(text);
}

/**
 * The bytes of a text in base64.
 *
 * @throws {DOMException} when it is none.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Two hexadecimal digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256 of bytes: not computed on this thread, but for pages that are not to be trusted, where nothing else can. */
export async function sha256(bytes: BufferSource & ArrayBufferView<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (crypto.subtle) return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint8Array.from(platform.sha256([view]).match(/../g)!, (digits) => parseInt(digits, 16));
}
