/**
 * Files in the format safetensors: the length of a header in 8 bytes, little-endian; the header, in JSON, with type,
 * shape and place of each tensor; and the data.
 *
 * Files are untrusted: nothing is allocated because a header asks for it, only for bytes that are there.
 *
 * @module
 */
import { InputError, printable } from "../../codegen/error.ts";
import { isObject, JsonError, parseJson } from "../../codegen/json.ts";
import { sizeOf } from "../data/numbers.ts";

/** Element types of the format, and their bytes. */
const BYTES = {
  ...{ F64: 8, I64: 8, U64: 8, C64: 8 },
  ...{ F32: 4, I32: 4, U32: 4 },
  ...{ F16: 2, BF16: 2, I16: 2, U16: 2 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, I8: 1, U8: 1, BOOL: 1 },
} as const;

/** How the format names types, those that came and come later too: F4, F6_E2M3, F8_E4M3FNUZ. */
const LIKE_A_TYPE = /^[A-Z]{1,4}[0-9]{1,3}(_[A-Z0-9]+)*$/;

/** An element type of the format. */
export type StoredType = keyof typeof BYTES;

/** A tensor as a file has it. */
export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Its elements, row-major and little-endian. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a file holds. */
export interface TensorFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Bytes before the header: its length. */
export const PREFIX = 8;
/** Longest header, in bytes: what other readers accept. */
const LONGEST_HEADER = 100_000_000;
/**
 * Longest file that is read, in bytes: more than a checkpoint can have. The tensors of a net take up to 2 GiB, the header
 * comes before them, and the figures of a million epochs and sums of a batch behind.
 */
const LARGEST_FILE = 2 ** 31 + LONGEST_HEADER + 2 ** 26;
/** Where data begins is a multiple of this, for readers that map files into memory. */
const ALIGNMENT = 8;
/** Objects and lists inside each other: header, tensor, shape. */
const DEPTH = 3;
const METADATA = "__metadata__";

/**
 * The tensors of a file's bytes, as views of them.
 *
 * @param origin how messages call the file.
 * @throws {InputError} saying what is wrong with it.
 */
export function decodeSafetensors(bytes: Uint8Array<ArrayBuffer>, origin: string): TensorFile {
  const length = headerLength(bytes, bytes.length, origin);
  const data = bytes.subarray(PREFIX + length);
  const metadata = new Map<string, string>();
  const tensors = new Map<string, StoredTensor>();
  const places: { readonly name: string; readonly begin: number; readonly end: number }[] = [];
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(PREFIX, PREFIX + length), origin))) {
    const what = `${origin}, header, ${shown(name)}`;
    if (!isObject(entry)) throw damaged(what, "it is no object");
    if (name === METADATA) {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== "string") throw damaged(what, `${shown(key)} is no text`);
        metadata.set(key, value);
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets, ...rest } = entry;
    if (typeof dtype === "string" && LIKE_A_TYPE.test(dtype) && !Object.hasOwn(BYTES, dtype)) {
      throw new InputError(
        `${what}: its type is ${shown(dtype)}, which is not known; save it as F32, F64, F16 or BF16`,
      );
    }
    if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype)) {
      throw damaged(what, `its dtype is ${shown(dtype)}; known are ${Object.keys(BYTES).join(", ")}`);
    }
    if (!isCounts(shape)) throw damaged(what, "its shape is no list of whole numbers from 0");
    if (!isCounts(offsets) || offsets.length !== 2) throw damaged(what, "its data_offsets are no two whole numbers");
    const [begin, end] = offsets, type = dtype as StoredType;
    if (Object.keys(rest).length > 0) throw damaged(what, `it has an unknown key ${shown(Object.keys(rest)[0])}`);
    if (begin > end || end > data.length) {
      throw damaged(what, `its data are bytes ${begin} to ${end} of ${data.length} that the file has`);
    }
    if (BYTES[type] * sizeOf(shape) !== end - begin) {
      throw damaged(what, `${type} [${shape.join(", ")}] does not take ${end - begin} bytes`);
    }
    places.push({ name, begin, end });
    tensors.set(name, { dtype: type, shape, bytes: data.subarray(begin, end) });
  }
  let at = 0;
  for (const { name, begin, end } of places.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw damaged(`${origin}, header, ${shown(name)}`, `its data begin at byte ${begin}, not ${at}`);
    at = end;
  }
  if (at !== data.length) throw damaged(origin, `${data.length - at} bytes behind the last tensor belong to none`);
  return { metadata, tensors };
}

/**
 * The bytes of a file, in pieces that are to be written one after the other; those of tensors are not copied.
 *
 * @throws {TypeError} when a tensor has not as many bytes as its type and shape say, or the name of the metadata.
 */
export function encodeSafetensors({ metadata, tensors }: TensorFile): Uint8Array<ArrayBuffer>[] {
  // large elements first: all are aligned then
  const sorted = [...tensors].sort(([, a], [, b]) => BYTES[b.dtype] - BYTES[a.dtype]);
  let at = 0;
  const header = Object.fromEntries<unknown>(sorted.map(([name, { dtype, shape, bytes }]) => {
    if (bytes.length !== BYTES[dtype] * sizeOf(shape) || name === METADATA) throw new TypeError(`tensor "${name}"`);
    return [name, { dtype, shape, data_offsets: [at, at += bytes.length] }];
  }));
  const all = metadata.size > 0 ? { [METADATA]: Object.fromEntries(metadata), ...header } : header;
  const text = new TextEncoder().encode(JSON.stringify(all));
  if (text.length > LONGEST_HEADER) throw new TypeError(`a header of ${text.length} bytes`);
  const begin = new Uint8Array(Math.ceil((PREFIX + text.length) / ALIGNMENT) * ALIGNMENT).fill(0x20);
  new DataView(begin.buffer).setBigUint64(0, BigInt(begin.length - PREFIX), true);
  begin.set(text, PREFIX);
  return [begin, ...sorted.map(([, { bytes }]) => bytes)];
}

/** Numbers as a tensor of the format, not copied. */
export function storedTensor(
  shape: readonly number[],
  values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
): StoredTensor {
  const dtype = values instanceof Float32Array ? "F32" : "F64";
  return { dtype, shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** A tensor's elements as f32, a copy: F64 is rounded, F16 and BF16 stay what they are. Undefined for other types. */
export function toFloat32({ dtype, bytes }: StoredTensor): Float32Array<ArrayBuffer> | undefined {
  // a copy begins where numbers of any size may
  const { buffer } = bytes.slice();
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "F16":
      return Float32Array.from(new Float16Array(buffer));
    case "BF16":
      // the upper half of an f32
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer);
    default:
      return undefined;
  }
}

/** A tensor's elements, F64 only. */
export function toFloat64({ dtype, bytes }: StoredTensor): Float64Array<ArrayBuffer> | undefined {
  return dtype === "F64" ? new Float64Array(bytes.slice().buffer) : undefined;
}

/**
 * The header's length, from the first bytes of a file.
 *
 * @param start up to {@linkcode PREFIX} bytes, or more.
 * @param size bytes that the file has.
 * @throws {InputError} when it can be no such file, or is larger than what is read.
 */
export function headerLength(start: Uint8Array, size: number, origin: string): number {
  if (size > LARGEST_FILE) {
    throw new InputError(
      `${origin} has ${size} bytes, more than the ${LARGEST_FILE} that are read; give a smaller file`,
    );
  }
  if (start.length < PREFIX) throw damaged(origin, `it has ${start.length} bytes, a header's length alone takes 8`);
  const length = new DataView(start.buffer, start.byteOffset, PREFIX).getBigUint64(0, true);
  if (length > LONGEST_HEADER || length > size - PREFIX) {
    throw damaged(
      origin,
      `its first 8 bytes announce a header of ${length} bytes; the file has ${size}, and a header at most ${LONGEST_HEADER}`,
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array, origin: string): Record<string, unknown> {
  let text: string, header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged(origin, "its header is not in UTF-8");
  }
  if (isDeeper(text)) throw damaged(origin, `its header has more than ${DEPTH} lists and objects inside each other`);
  try {
    // elsewhere a mark before the text is no part of it; here the format wants {
    if (text.startsWith("\ufeff")) throw new JsonError("not JSON: it begins with a byte order mark");
    header = parseJson(text);
  } catch (error) {
    const { key, message } = error as JsonError;
    throw damaged(
      origin,
      `its header ${key === undefined ? `is ${printable(message)}` : `has a name twice: ${shown(key)}`}`,
    );
  }
  if (!isObject(header)) throw damaged(origin, "its header is no object");
  return header;
}

/** Whether a text in JSON has more lists and objects inside each other than a header may. */
function isDeeper(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
        break;
      case "{":
      case "[":
        if (++depth > DEPTH) return true;
        break;
      case "}":
      case "]":
        // what closes nothing is no JSON
        depth = Math.max(0, depth - 1);
    }
  }
  return false;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** A value of the header for messages: short, and without what could break the line. */
function shown(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? "missing");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function damaged(what: string, why: string): InputError {
  return new InputError(`${what}: ${why}; it is damaged, or not a safetensors file`);
}
