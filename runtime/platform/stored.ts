/**
 * zlib's format without compression: browsers have no packing that does not make one wait.
 *
 * @module
 */

/** Most bytes of a block. */
const LONGEST_BLOCK = 65_535;
/** Sums of {@linkcode adler32} are below this. */
const MODULUS = 65_521;
/** So many bytes are added up before a sum of doubles must be reduced. */
const SAFE = 5552;

/** Bytes in zlib's format (RFC 1950), not packed: in stored blocks. */
export function store(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.max(1, Math.ceil(bytes.length / LONGEST_BLOCK));
  const all = new Uint8Array(2 + 5 * blocks + bytes.length + 4), view = new DataView(all.buffer);
  // a window of 32 KiB, the fastest kind of packing
  view.setUint16(0, 0x7801);
  let to = 2;
  for (let block = 0; block < blocks; block++) {
    const piece = bytes.subarray(block * LONGEST_BLOCK, (block + 1) * LONGEST_BLOCK), { length } = piece;
    view.setUint8(to, block === blocks - 1 ? 1 : 0);
    view.setUint16(to + 1, length, true);
    view.setUint16(to + 3, ~length & 0xffff, true);
    all.set(piece, to + 5);
    to += 5 + length;
  }
  view.setUint32(to, adler32(bytes));
  return all;
}

/** The checksum at the end of zlib's format. */
function adler32(bytes: Uint8Array): number {
  let a = 1, b = 0;
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(bytes.length, at + SAFE); at < end; at++) b += a += bytes[at];
    a %= MODULUS;
    b %= MODULUS;
  }
  return (b << 16 | a) >>> 0;
}
