/**
 * Hashes of what a net keeps and is given.
 *
 * @module
 */

/** The hash of bytes: by the platform where it can, as it cannot on pages that are not to be trusted. */
export async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto ?? {};
  // what threads share is not taken
  const own = (bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()) as Uint8Array<ArrayBuffer>;
  if (subtle) return new Uint8Array(await subtle.digest("SHA-256", own));
  return (await import("./sha256.ts")).hashOf(own);
}

/** The hash of bytes that come in pieces, in 64 hexadecimal digits. */
export async function sha256(pieces: readonly Uint8Array[]): Promise<string> {
  const bytes = await digest(joined(pieces));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Pieces one behind the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
