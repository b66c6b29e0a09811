/**
 * Files of NumPy: one array each, as `numpy.save` writes it. A text of Python says type and shape, the elements follow.
 *
 * Files are untrusted: nothing is allocated because a header asks for it, only for bytes that are there.
 *
 * @module
 */
import { InputError, printable } from "../../../codegen/error.ts";
import type { StoredTensor, StoredType } from "../../files/safetensors.ts";
import { sizeOf } from "../numbers.ts";

/** Types of elements: their letters and bytes in a header, and as tensors have them. */
const TYPES: Readonly<Record<string, StoredType>> = {
  ...{ f8: "F64", f4: "F32", f2: "F16" },
  ...{ i8: "I64", i4: "I32", i2: "I16", i1: "I8" },
  ...{ u8: "U64", u4: "U32", u2: "U16", u1: "U8", b1: "BOOL" },
};

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];
/** Bytes before the header's length: the magic number and the version. */
const BEFORE_LENGTH = MAGIC.length + 2;
/** Longest header that is looked at: that of 32 dimensions has a tenth. */
const LONGEST_HEADER = 10_000;
const HEADER =
  /^\{\s*'descr':\s*'([<>|=]?)(\w{1,8})',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/;

/** Whether bytes begin as such a file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * The array of a file's bytes, as a view of them where they are little-endian.
 *
 * @param what how messages call it.
 * @throws {InputError} saying what is wrong with it.
 */
export function decodeNpy(bytes: Uint8Array<ArrayBuffer>, what: string): StoredTensor {
  const { text, end } = headerOf(bytes, what), found = HEADER.exec(text);
  if (!found) {
    throw new InputError(
      `${what}: its header is ${printable(JSON.stringify(text.trim().slice(0, 80)))}; save one plain array of numbers`,
    );
  }
  const [, order, letters, columnsFirst, extents] = found, dtype = TYPES[letters];
  if (!dtype) {
    throw new InputError(`${what}: its elements are of type ${letters}; save floats or integers, such as float32`);
  }
  const shape = extents.split(",").map((extent) => extent.trim()).filter((extent) => extent !== "").map(Number);
  if (columnsFirst === "True" && shape.length > 1) {
    throw new InputError(`${what}: it is stored columns first; save numpy.ascontiguousarray of it`);
  }
  const size = Number(letters.slice(1)), data = bytes.subarray(end), expected = size * sizeOf(shape);
  if (data.length !== expected) {
    throw new InputError(
      `${what}: ${letters} [${
        shape.join(", ")
      }] takes ${expected} bytes behind the header, and there are ${data.length}; ` +
        "save it again",
    );
  }
  return { dtype, shape, bytes: order === ">" && size > 1 ? swapped(data, size) : data };
}

/** The header's text, and the byte behind it. */
function headerOf(bytes: Uint8Array, what: string): { text: string; end: number } {
  const wide = bytes[MAGIC.length] >= 2, begin = BEFORE_LENGTH + (wide ? 4 : 2);
  if (!isNpy(bytes) || bytes.length < begin) throw new InputError(`${what}: it is no file that numpy.save has written`);
  const view = new DataView(bytes.buffer, bytes.byteOffset), at = BEFORE_LENGTH;
  const length = wide ? view.getUint32(at, true) : view.getUint16(at, true), end = begin + length;
  if (length > LONGEST_HEADER || end > bytes.length) {
    throw new InputError(`${what}: it announces a header of ${length} bytes; it is damaged, save it again`);
  }
  return { text: new TextDecoder().decode(bytes.subarray(begin, end)), end };
}

/** Elements with their bytes the other way round: a copy. */
function swapped(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse();
  return copy;
}
