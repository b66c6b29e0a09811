/**
 * The header of IDX files: MNIST's format, and that of the many sets like it.
 *
 * An IDX file is a big-endian u32 magic number, one big-endian u32 per
 * dimension, then the elements, big-endian too. Files are untrusted: nothing is
 * allocated because a header asks for it, only for bytes that have been read.
 *
 * @module
 */

import { InputError } from "../../../codegen/error.ts";
import { sizeOf } from "../arrays.ts";

/** What a file is taken for: the meaning of its dimensions, by how many there are. */
export interface IdxKind {
  readonly content: string;
  /** The magic number of most files of this kind, for messages. */
  readonly magic: number;
  readonly dimensions: Readonly<Record<number, readonly string[]>>;
}

/** Images: vectors, grey, or with channels, which come first or last. */
export const IMAGES: IdxKind = {
  content: "images",
  magic: 0x00000803,
  dimensions: {
    2: ["number of images", "elements"],
    3: ["number of images", "rows", "columns"],
    4: ["number of images", "channels or rows", "rows or columns", "columns or channels"],
  },
};
/** Class indices, or QMNIST's rows of numbers that begin with one. */
export const LABELS: IdxKind = {
  content: "labels",
  magic: 0x00000801,
  dimensions: { 1: ["number of labels"], 2: ["number of labels", "numbers of a label"] },
};

/** An element type. */
export interface IdxType {
  readonly bytes: number;
  readonly words: string;
  /** Reads the element at a byte. */
  read(view: DataView, at: number): number;
}

/** The magic number's third byte is the element type, its fourth the number of dimensions. */
const TYPES: Readonly<Record<number, IdxType>> = {
  0x08: { bytes: 1, words: "unsigned bytes", read: (view, at) => view.getUint8(at) },
  0x09: { bytes: 1, words: "signed bytes", read: (view, at) => view.getInt8(at) },
  0x0b: { bytes: 2, words: "integers of 16 bits", read: (view, at) => view.getInt16(at) },
  0x0c: { bytes: 4, words: "integers of 32 bits", read: (view, at) => view.getInt32(at) },
  0x0d: { bytes: 4, words: "floats of 32 bits", read: (view, at) => view.getFloat32(at) },
  0x0e: { bytes: 8, words: "floats of 64 bits", read: (view, at) => view.getFloat64(at) },
};
/** The types that are told apart: bytes are scaled when they are images, floats are no labels. */
export const UNSIGNED_BYTES = TYPES[0x08], FLOATS = [TYPES[0x0d], TYPES[0x0e]];

/** Most bytes of a file, and of its header. */
const MAX_FILE_BYTES = 2 ** 31;
export const MAX_HEADER_BYTES = 20;

const GZIP_MAGIC = 0x1f8b;

/** What a header says. */
export interface IdxHeader {
  readonly type: IdxType;
  readonly dimensions: readonly number[];
  /** What the dimensions mean. */
  readonly meanings: readonly string[];
  readonly headerBytes: number;
  /** Size of the whole file in bytes, header included, as the header implies it. */
  readonly byteLength: number;
}

/** Whether bytes begin as an IDX file does. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && TYPES[bytes[2]] !== undefined && bytes[3] >= 1 && bytes[3] <= 4;
}

/**
 * Reads a header.
 *
 * @param bytes the start of the file; less than a header only if the file ends there.
 * @throws {InputError} naming the bytes that are wrong.
 */
export function parseHeader(bytes: Uint8Array, kind: IdxKind, displayName: string): IdxHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength >= 2 && view.getUint16(0) === GZIP_MAGIC) {
    throw new InputError(
      `${displayName}, bytes 0-1: found 0x1f8b, the start of gzip data. ` +
        "Unpack it, or add .gz to the file's name if it has none.",
    );
  }
  const headerBytes = headerBytesOf(bytes, kind);
  if (view.byteLength >= 4) checkMagic(view.getUint32(0), kind, displayName);
  if (view.byteLength < headerBytes) {
    throw new InputError(
      `${displayName}: the header takes ${headerBytes} bytes, ` +
        `but the file ends at byte ${view.byteLength}. Download the file again.`,
    );
  }
  const type = TYPES[bytes[2]], meanings = kind.dimensions[bytes[3]];
  const dimensions = meanings.map((meaning, axis) => readSize(view, 4 + 4 * axis, meaning, displayName));
  const elements = sizeOf(dimensions);
  const header = { type, dimensions, meanings, headerBytes, byteLength: headerBytes + elements * type.bytes };
  if (header.byteLength > MAX_FILE_BYTES) {
    throw new InputError(
      `${displayName}, ${dimensionsField(header)}: ${dimensions.join(" x ")} ` +
        `is more than the limit of ${MAX_FILE_BYTES} bytes (2 GiB). ` +
        "Download the file again, or split the data if they are so large.",
    );
  }
  return header;
}

/** One dimension, at a byte. */
function readSize(view: DataView, first: number, meaning: string, displayName: string): number {
  const size = view.getUint32(first);
  if (size > 0) return size;
  throw new InputError(
    `${displayName}, bytes ${first}-${first + 3} (${meaning}): ` +
      "expected at least 1, found 0. Take a file that is not empty.",
  );
}

/** Bytes of a header, from the start of a file; where that does not tell, those of most files of its kind. */
export function headerBytesOf(bytes: Uint8Array, kind: IdxKind): number {
  const dimensions = bytes.length >= 4 && kind.dimensions[bytes[3]] ? bytes[3] : kind.magic & 0xff;
  return 4 + 4 * dimensions;
}

/** @throws {InputError} when a magic number is not one of this kind. */
function checkMagic(magic: number, kind: IdxKind, displayName: string): void {
  const type = TYPES[magic >>> 8], dimensions = magic & 0xff;
  if (type && kind.dimensions[dimensions]) return;
  const other = kind === IMAGES ? LABELS : IMAGES;
  const found = type && other.dimensions[dimensions]
    ? `${hex(magic)} (${other.content}). Check whether two files were swapped.`
    : type
    ? `${hex(magic)} (${type.words}, ${dimensions} dimensions). Give ${kind.content} in ${
      Object.keys(kind.dimensions).join(" or ")
    } dimensions.`
    : `${hex(magic)}. Take an IDX file.`;
  throw new InputError(
    `${displayName}, bytes 0-3 (magic number): expected ${hex(kind.magic)} (${kind.content}), found ${found}`,
  );
}

/** Where a header has its dimensions, from one on, and what they are. */
export function dimensionsField({ headerBytes, meanings }: IdxHeader, from = 0): string {
  return `bytes ${4 + 4 * from}-${headerBytes - 1} (${meanings.slice(from).join(", ")})`;
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}
