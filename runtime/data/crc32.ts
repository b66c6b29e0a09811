/**
 * The checksum of PNG and ZIP.
 *
 * @module
 */

/** Remainders of all bytes, for {@linkcode crc32}. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? remainder >>> 1 ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** The checksum of PNG's chunks and ZIP's files (CRC-32 of ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let remainder = -1;
  for (let i = 0; i < bytes.length; i++) remainder = remainder >>> 8 ^ REMAINDERS[(remainder ^ bytes[i]) & 0xff];
  return (remainder ^ -1) >>> 0;
}
