/**
 * Pixels as a PNG file.
 *
 * @module
 */
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** PNG's numbers for grey and for red, green and blue, by channels. */
const COLOR_TYPES: Readonly<Record<number, number>> = { 1: 0, 3: 2 };

/** Whether an image of so many channels can be one. */
export function isPicture(channels: number): boolean {
  return COLOR_TYPES[channels] !== undefined;
}

/** @param pixels bytes, channels x height x width, of one or three channels. */
export function encodePng(pixels: Uint8Array, [channels, height, width]: readonly number[]): Uint8Array {
  // each row begins with the number of its filter, 0: none
  const rows = new Uint8Array(height * (1 + width * channels));
  for (let y = 0, at = 0; y < height; y++) {
    at++;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) rows[at++] = pixels[(c * height + y) * width + x];
    }
  }
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOR_TYPES[channels]], 8);
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", header),
    ...chunk("IDAT", deflateSync(rows)),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

/** Length, name, bytes, and the checksum of name and bytes. */
function chunk(name: string, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(12 + bytes.length), view = new DataView(all.buffer);
  view.setUint32(0, bytes.length);
  all.set(new TextEncoder().encode(name), 4);
  all.set(bytes, 8);
  view.setUint32(8 + bytes.length, crc32(all.subarray(4, 8 + bytes.length)));
  return all;
}
