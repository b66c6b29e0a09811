/**
 * Archives of NumPy, as `numpy.savez` and `numpy.savez_compressed` write them: ZIP, with a file of `numpy.save` for each
 * array. The format is PKWARE's APPNOTE 6.3; of it, what NumPy writes is read.
 *
 * Files are untrusted: nothing is allocated because a header asks for it.
 *
 * @module
 */
import { InputError, printable } from "../../../codegen/error.ts";
import type { StoredTensor } from "../../files/safetensors.ts";
import { platform } from "../../platform/here.ts";
import { crc32 } from "../crc32.ts";
import { decodeNpy } from "./npy.ts";

/** What records begin with. */
const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;
/** Bytes of records, without what is as long as they say. */
const LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22, LONGEST_COMMENT = 0xffff;
/** How a file is packed. */
const STORED = 0, DEFLATED = 8;
/** What a size is where it stands elsewhere: 64 bits. */
const ELSEWHERE = 0xffffffff;
/** The kind of an extra field that has sizes of 64 bits. */
const WIDE_SIZES = 1;
/** Most bytes of an unpacked array. */
const LARGEST = 2 ** 31;

/** A file in an archive. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local record begins. */
  readonly at: number;
}

/** Whether bytes begin as such an archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * Arrays of an archive by name; those that are not packed are views of its bytes.
 *
 * @param wanted which of them.
 * @param origin how messages call it.
 * @throws {InputError} saying what is wrong with it.
 */
export async function decodeNpz(
  bytes: Uint8Array<ArrayBuffer>,
  wanted: (name: string) => boolean,
  origin: string,
): Promise<Map<string, StoredTensor>> {
  const arrays = new Map<string, StoredTensor>();
  for (const entry of entriesOf(bytes, origin)) {
    const name = entry.name.replace(/\.npy$/, "");
    if (name === entry.name || !wanted(name)) continue;
    const what = `${origin}, ${printable(name)}`;
    arrays.set(name, decodeNpy(await contentOf(bytes, entry, what), what));
  }
  return arrays;
}

/** The list of files, which is at the end. */
function entriesOf(bytes: Uint8Array<ArrayBuffer>, origin: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), last = bytes.length - END_BYTES;
  let end = last;
  while (end >= Math.max(0, last - LONGEST_COMMENT) && view.getUint32(end, true) !== END) end--;
  if (end < 0 || view.getUint32(end, true) !== END) throw damaged(origin, "its list of arrays is missing");
  const count = view.getUint16(end + 10, true), entries: Entry[] = [];
  for (let at = view.getUint32(end + 16, true); entries.length < count;) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL) {
      throw damaged(origin, `entry ${entries.length} of its list of arrays is none`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes));
    const extra = at + CENTRAL_BYTES + nameBytes, next = extra + extraBytes + commentBytes;
    if (next > bytes.length) throw damaged(origin, "it ends inside its list of arrays");
    const [packed, size, local] = sizes(view, at, extra, extraBytes);
    entries.push({
      ...{ name, packed, size, at: local },
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
    });
    at = next;
  }
  return entries;
}

/** Packed size, size and place of a file; those that do not fit 32 bits stand in an extra field, size first. */
function sizes(view: DataView, at: number, extra: number, extraBytes: number): [number, number, number] {
  const found: [number, number, number] = [
    view.getUint32(at + 20, true),
    view.getUint32(at + 24, true),
    view.getUint32(at + 42, true),
  ];
  for (let field = extra; field + 4 <= extra + extraBytes;) {
    const kind = view.getUint16(field, true), end = field + 4 + view.getUint16(field + 2, true);
    let value = field + 4;
    for (const i of kind === WIDE_SIZES ? [1, 0, 2] : []) {
      if (found[i] !== ELSEWHERE || value + 8 > Math.min(end, extra + extraBytes)) continue;
      found[i] = Number(view.getBigUint64(value, true));
      value += 8;
    }
    field = end;
  }
  return found;
}

/** The bytes of a file, unpacked. */
async function contentOf(bytes: Uint8Array<ArrayBuffer>, entry: Entry, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const { at, packed, size, method, crc } = entry,
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + LOCAL_BYTES > bytes.length || view.getUint32(at, true) !== LOCAL) throw damaged(what, "it is not there");
  const begin = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (begin + packed > bytes.length) throw damaged(what, `it ends behind byte ${bytes.length}, the last one`);
  if (size > LARGEST) throw new InputError(`${what} has ${size} bytes, more than the ${LARGEST} that are read`);
  const stored = bytes.subarray(begin, begin + packed);
  if (method !== STORED && method !== DEFLATED) {
    throw new InputError(`${what}: it is packed by method ${method}; save it by numpy.savez`);
  }
  const content = method === STORED ? stored : await inflated(stored, size, what);
  if (content.length !== size) throw damaged(what, `it has ${content.length} bytes, not ${size} as its list says`);
  if (crc32(content) !== crc) throw damaged(what, "its bytes have another sum (CRC-32)");
  return content;
}

async function inflated(packed: Uint8Array, size: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of platform.inflate(packed, true)) {
      pieces.push(piece);
      length += piece.length;
      // more than it announced: do not read on
      if (length > size) break;
    }
  } catch (error) {
    throw damaged(what, (error as Error).message);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function damaged(what: string, why: string): InputError {
  return new InputError(`${what}: ${printable(why)}; it is damaged, or no archive of numpy.savez`);
}
