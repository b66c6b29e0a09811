/**
 * IDX files: MNIST and the many sets in its format.
 *
 * An IDX file is a big-endian u32 magic number, one big-endian u32 per
 * dimension, then the elements, big-endian too. Files are untrusted: nothing is
 * allocated because a header asks for it, only for bytes that have been read.
 *
 * @module
 */

import { InputError } from "../../codegen/error.ts";
import { platform } from "../platform/here.ts";
import type { FileInfo } from "../platform/platform.ts";
import { sizeOf } from "./arrays.ts";
import { sha256, toHex } from "./bytes.ts";

/** What a file is taken for: the meaning of its dimensions, by how many there are. */
interface IdxKind {
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
interface IdxType {
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
const UNSIGNED_BYTES = TYPES[0x08], FLOATS = [TYPES[0x0d], TYPES[0x0e]];

interface IdxHeader {
  readonly type: IdxType;
  readonly dimensions: readonly number[];
  /** What the dimensions mean. */
  readonly meanings: readonly string[];
  readonly headerBytes: number;
  /** Size of the whole file in bytes, header included, as the header implies it. */
  readonly byteLength: number;
}

/** A file that has been read. */
export interface IdxFile extends IdxHeader {
  /** How messages name the file; byte offsets count from the start of the unpacked file. */
  readonly displayName: string;
  readonly path: string;
  /** The bytes after the header. */
  readonly elements: Uint8Array<ArrayBuffer>;
}

/** A file that is there. */
export interface IdxPlace {
  readonly path: string;
  readonly gzipped: boolean;
  /** Its size as it is stored. */
  readonly fileBytes: number;
}

const MAX_FILE_BYTES = 2 ** 31, MAX_HEADER_BYTES = 20;

const GZIP_MAGIC = 0x1f8b;

/** Images of an IDX file. */
export interface IdxImages {
  /** How many, at least 1. */
  readonly samples: number;
  /** [channels, rows, columns], with one channel where the file has none; or [elements]. */
  readonly shape: readonly number[];
  /** samples x shape, row-major: bytes, to be scaled by 1/255, or floats, to be taken as they are. */
  readonly inputs: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** Whether bytes begin as an IDX file does. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && TYPES[bytes[2]] !== undefined && bytes[3] >= 1 && bytes[3] <= 4;
}

/**
 * Loads the images of one IDX file, unpacked or, if its name ends in .gz, packed by gzip.
 *
 * @param wanted shape of a sample, see {@linkcode imagesOf}.
 * @throws {InputError} If it is missing, unreadable, damaged, larger than 2 GiB unpacked, or has something else than
 * images.
 */
export async function loadIdxImages(path: string, wanted?: readonly number[]): Promise<IdxImages> {
  const info = await statIfPresent(path);
  if (!info?.isFile) {
    throw new InputError(
      `"${path}" ${info === undefined ? "does not exist" : "is not a regular file"}. Give an IDX file.`,
    );
  }
  return imagesOf(await readIdx({ path, gzipped: path.endsWith(".gz"), fileBytes: info.size }, IMAGES), wanted);
}

/**
 * The images of a file. Unsigned bytes stay bytes; numbers of all other types become f32, as they are.
 *
 * @param wanted [channels, height, width]: it tells whether channels come first in the file or last. Where both would
 * fit, and without it, they come first.
 * @throws {InputError} at the first number that is not finite as f32.
 */
export function imagesOf(file: IdxFile, wanted?: readonly number[]): IdxImages {
  const [samples, ...size] = file.dimensions, shape = size.length === 2 ? [1, ...size] : size;
  const inputs = file.type === UNSIGNED_BYTES ? file.elements : floatsOf(file);
  const [height, width, channels] = shape;
  const last = size.length === 3 && shape.join() !== wanted?.join() &&
    [channels, height, width].join() === wanted?.join();
  return last
    ? { samples, shape: [channels, height, width], inputs: channelsFirst(inputs, channels, height * width) }
    : { samples, shape, inputs };
}

function floatsOf({ type, elements, dimensions: [samples], displayName, headerBytes }: IdxFile) {
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  const values = new Float32Array(elements.length / type.bytes);
  for (let i = 0; i < values.length; i++) {
    values[i] = type.read(view, i * type.bytes);
    if (Number.isFinite(values[i])) continue;
    const image = Math.floor(i * samples / values.length), found = type.read(view, i * type.bytes);
    throw new InputError(
      `${displayName}, byte ${headerBytes + i * type.bytes}: image ${image} has the value ${found}. ` +
        "Replace values that are not finite, or too large for floats of 32 bits.",
    );
  }
  return values;
}

/** Of each image, [pixels, channels] to [channels, pixels]. */
function channelsFirst<Values extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  from: Values,
  channels: number,
  pixels: number,
): Values {
  const to = from.slice() as Values, size = channels * pixels;
  for (let image = 0; image < from.length; image += size) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) to[image + c * pixels + p] = from[image + p * channels + c];
    }
  }
  return to;
}

/** Labels of an IDX file. */
export interface IdxLabels {
  readonly labels: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** Byte of the first label in the file, and bytes from each to the next. */
  readonly labelBytes: readonly [first: number, each: number];
}

/**
 * The labels of a file of integers. Where each has several numbers, as in QMNIST, the first one is the class.
 *
 * @param rows whether a label may have them.
 * @throws {InputError} when the file has other numbers.
 */
export function labelsOf({ type, dimensions, elements, displayName, headerBytes }: IdxFile, rows: boolean): IdxLabels {
  const [samples, numbers = 1] = dimensions;
  if (FLOATS.includes(type)) {
    throw new InputError(
      `${displayName}, byte 2 (type): labels are ${type.words}. Give class indices, integers from 0.`,
    );
  }
  if (numbers > 1 && !rows) {
    throw new InputError(
      `${displayName}, bytes 8-11 (numbers of a label): expected 1, a class index, found ${numbers}. ` +
        "Give one class index for each image; several numbers are read of QMNIST's files only.",
    );
  }
  const each = numbers * type.bytes, labelBytes = [headerBytes, each] as const;
  if (type === UNSIGNED_BYTES && numbers === 1) return { labels: elements, labelBytes };
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  return { labels: Int32Array.from({ length: samples }, (_, i) => type.read(view, i * each)), labelBytes };
}

/** Bytes that a plain file says it has; undefined when its header is not whole. */
async function announced(path: string, kind: IdxKind, displayName: string): Promise<number | undefined> {
  const start = new Uint8Array(MAX_HEADER_BYTES);
  await using file = await platform.files.open(path, "read");
  const bytes = start.subarray(0, await file.read(start) ?? 0);
  return bytes.length >= headerBytesOf(bytes, kind) ? parseHeader(bytes, kind, displayName).byteLength : undefined;
}

/**
 * Reads a file.
 *
 * @param hash SHA-256 that it must have, unpacked.
 * @throws {InputError} If it is unreadable, damaged, larger than 2 GiB unpacked, or no file of this kind.
 */
export async function readIdx(
  { path, gzipped, fileBytes }: IdxPlace,
  kind: IdxKind,
  hash?: string,
): Promise<IdxFile> {
  const displayName = gzipped ? `"${path}" (unpacked)` : `"${path}"`;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let header: IdxHeader | undefined;
  try {
    // a plain file that is as long as it says is read in one go, which goes on while other work is done
    if (!gzipped && await announced(path, kind, displayName) === fileBytes) {
      chunks.push(await platform.files.readFile(path));
      length = chunks[0].length;
      header = parseHeader(chunks[0], kind, displayName);
    } else {
      for await (const chunk of await platform.files.stream(path, gzipped)) {
        chunks.push(chunk);
        length += chunk.length;
        if (header === undefined && length >= MAX_HEADER_BYTES) {
          header = parseHeader(concatenate(chunks), kind, displayName);
        }
        // A file, or a gzip bomb, with more than it announced: do not read on.
        if (header !== undefined && length > header.byteLength) break;
      }
    }
  } catch (error) {
    throw readError(error, path, fileBytes);
  }

  const bytes = concatenate(chunks);
  // A file that ended before its header did gets its error here.
  header ??= parseHeader(bytes, kind, displayName);
  if (length !== header.byteLength) {
    const size = header.dimensions.join(" x ");
    const found = length < header.byteLength ? length : gzipped ? "more" : fileBytes;
    throw new InputError(
      `${displayName}, ${dimensionsField(header)}: ${size} needs a file of ` +
        `${header.byteLength} bytes, found ${found}. Download the file again.`,
    );
  }
  if (hash !== undefined) {
    // beside other work: it is not computed on this thread
    const found = toHex(await sha256(bytes));
    if (found !== hash) {
      throw new InputError(
        `${displayName}: expected SHA-256 ${hash}, found ${found}. ` +
          'Delete the folder node_modules and run "deno install".',
      );
    }
  }
  return {
    ...header,
    displayName,
    path,
    elements: bytes.subarray(header.headerBytes),
  };
}

/** `bytes`: the start of the file; less than a header only if the file ends there. */
function parseHeader(
  bytes: Uint8Array,
  kind: IdxKind,
  displayName: string,
): IdxHeader {
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
  const dimensions = meanings.map((meaning, axis) => {
    const first = 4 + 4 * axis;
    const size = view.getUint32(first);
    if (size === 0) {
      throw new InputError(
        `${displayName}, bytes ${first}-${first + 3} (${meaning}): ` +
          "expected at least 1, found 0. Take a file that is not empty.",
      );
    }
    return size;
  });
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

/** Bytes of a header, from the start of a file; where that does not tell, those of most files of its kind. */
function headerBytesOf(bytes: Uint8Array, kind: IdxKind): number {
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

/** What there is at a path, if anything. */
export async function statIfPresent(path: string): Promise<FileInfo | undefined> {
  try {
    return await platform.files.stat(path);
  } catch (error) {
    if (error instanceof Error && platform.files.faultOf(error) === "NotFound") return undefined;
    throw readError(error, path, 0);
  }
}

/**
 * Turns what stat, open, read or gunzip threw into a message; `fileBytes` is the
 * size of the stored file, not of what it unpacks to.
 */
export function readError(error: unknown, path: string, fileBytes: number): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") {
    return new InputError(
      `"${path}": the file ends at byte ${fileBytes}, in the middle of its gzip data. ` +
        "Download the file again.",
    );
  }
  if (code === "Z_DATA_ERROR") {
    return new InputError(
      `"${path}": damaged gzip data (${error.message}). ` +
        "Download the file again, or take .gz off its name if it is not compressed.",
    );
  }
  const fault = platform.files.faultOf(error);
  if (fault === "NotCapable") {
    return new InputError(
      `Cannot read "${path}": Deno may not. Add its folder to --allow-read.`,
    );
  }
  if (fault === "PermissionDenied") {
    return new InputError(
      `Cannot read "${path}": permission denied. Give your user the right to read it.`,
    );
  }
  return new InputError(
    `Cannot read "${path}": ${error.message}. Check the path and the disk.`,
  );
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  // what unpacks gives buffers of Node, whose slice() is no copy
  if (chunks.length === 1 && chunks[0].constructor === Uint8Array) return chunks[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(
    chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  );
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
