/**
 * Pixels as a PNG file, and a PNG file as pixels.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { platform } from "../platform/here.ts";
import { crc32 } from "./crc32.ts";
import { checkSize, type Image } from "./images.ts";
import { bytesOfRows, largestOf, pixelsOf, type PngLayout } from "./png_pixels.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** PNG's numbers for grey and for red, green and blue, by channels. */
const COLOR_TYPES: Readonly<Record<number, number>> = { 1: 0, 3: 2 };
/** What is read, by PNG's number of the kind of colours: numbers of a pixel, and the bits that one may have. */
const KINDS: Readonly<Record<number, { readonly numbers: number; readonly bits: readonly number[] }>> = {
  0: { numbers: 1, bits: [1, 2, 4, 8, 16] },
  2: { numbers: 3, bits: [8, 16] },
  3: { numbers: 1, bits: [1, 2, 4, 8] },
  4: { numbers: 2, bits: [8, 16] },
  6: { numbers: 4, bits: [8, 16] },
};
const PALETTE = 3;

/** A part of a file. */
interface Chunk {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a header says. */
interface Layout extends PngLayout {
  /** PNG's number of the kind of colours. */
  readonly kind: number;
}

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
    ...chunk("IDAT", platform.deflate(rows)),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

/** Whether bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * The pixels of a PNG file, at the depth that it has. All that makes them is found to be whole before, and to unpack to as
 * many bytes as the size says. More bytes than that mean nothing.
 *
 * @param background what transparent pixels show, 0 to 1.
 * @throws {InputError} when it is damaged, or too large.
 */
export async function decodePng(file: Uint8Array, background: number, origin: string): Promise<Image> {
  const damaged = (why: string) => new InputError(`${origin}: ${why}; the PNG file is damaged, take another copy`);
  const chunks = pixelChunks(file, damaged), layout = layoutOf(chunks, origin, damaged), expected = bytesOfRows(layout);
  const rows = await unpacked(joined(chunksOf(chunks, "IDAT")), expected);
  if (rows === undefined) throw damaged("its pixels cannot be unpacked");
  if (rows.length < expected) throw damaged(`its pixels are ${rows.length} bytes, its size says ${expected}`);
  const [palette] = layout.kind === PALETTE ? chunksOf(chunks, "PLTE") : [], [transparency] = chunksOf(chunks, "tRNS");
  let pixels: ArrayLike<number>;
  try {
    pixels = pixelsOf(rows, layout, { palette, transparency });
  } catch (error) {
    throw damaged(`its pixels cannot be read (${(error as Error).message})`);
  }
  return seenOn(background, pixels, layout);
}

/** What the header says; and that chunks are there as often as they may be. */
function layoutOf(chunks: readonly Chunk[], origin: string, damaged: (why: string) => InputError): Layout {
  const [{ name: first, bytes: header }] = chunks;
  if (first !== "IHDR" || header.length !== 13) throw damaged("it does not begin with its size");
  const view = new DataView(header.buffer, header.byteOffset),
    [bits, kind, packing, filter, interlace] = header.slice(8);
  const width = view.getUint32(0), height = view.getUint32(4);
  checkSize(width, height, origin);
  const { numbers, bits: possible } = KINDS[kind] ?? { numbers: 0, bits: [] };
  if (!possible.includes(bits)) throw damaged(`${bits} bits of kind ${kind} make no pixels`);
  if (packing !== 0 || filter !== 0 || interlace > 1) throw damaged("it is packed in a way that does not exist");
  const [of, palettes, transparencies] = ["IHDR", "PLTE", "tRNS"].map((name) => chunksOf(chunks, name).length);
  if (of > 1 || palettes > 1 || transparencies > 1) throw damaged("it has a chunk twice");
  if (kind === PALETTE && palettes === 0) throw damaged("its palette is missing");
  return { width, height, bits, kind, numbers, interlaced: interlace === 1 };
}

/** Pixels as they look on a ground: in colours, or grey where the file has no colours. */
function seenOn(background: number, pixels: ArrayLike<number>, layout: Layout): Image {
  const { width, height, kind } = layout, most = largestOf(layout);
  const area = width * height, color = kind !== 0 && kind !== 4, channels = color ? 3 : 1;
  const values = new Float32Array(channels * area);
  for (let i = 0; i < area; i++) {
    const alpha = pixels[4 * i + 3] / most;
    for (let c = 0; c < channels; c++) {
      values[c * area + i] = pixels[4 * i + c] / most * alpha + background * (1 - alpha);
    }
  }
  return { channels, height, width, values };
}

/** The first bytes of what packed data holds, at most so many: a little may unpack to a lot. Undefined if it is damaged. */
async function unpacked(data: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of platform.inflate(data)) {
      pieces.push(piece);
      length += piece.length;
      // what follows means nothing
      if (length > most) break;
    }
  } catch {
    return undefined;
  }
  return joined(pieces).subarray(0, most);
}

/** The chunks that make pixels, up to the end of the image; all must be whole. */
function pixelChunks(file: Uint8Array, damaged: (why: string) => InputError): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength), chunks: Chunk[] = [];
  for (let at = SIGNATURE.length;;) {
    if (at + 12 > file.length) throw damaged(`it ends at byte ${file.length}, inside the image`);
    const length = view.getUint32(at), end = at + 12 + length;
    if (end > file.length) throw damaged(`at byte ${at} it announces ${length} bytes, but ends at byte ${file.length}`);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (crc32(file.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw damaged(`the checksum at byte ${end - 4} is wrong`);
    }
    if (name === "IEND") break;
    if (["IHDR", "PLTE", "tRNS", "IDAT"].includes(name)) chunks.push({ name, bytes: file.subarray(at + 8, end - 4) });
    else if (/^[A-Z]/.test(name)) throw damaged(`the chunk at byte ${at} is of no known kind`);
    at = end;
  }
  if (!chunks.some(({ name }) => name === "IDAT")) throw damaged("it has no pixels");
  return chunks;
}

function chunksOf(chunks: readonly Chunk[], name: string): Uint8Array[] {
  return chunks.filter((chunk) => chunk.name === name).map(({ bytes }) => bytes);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
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
