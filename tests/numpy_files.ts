/** Files of NumPy: arrays as `numpy.save` writes them, and archives as `numpy.savez` and `numpy.savez_compressed` do. */
import { deflateRawSync } from "node:zlib";
import { crc32 } from "../runtime/data/crc32.ts";
import { concatenated } from "./random_cases.ts";

/** Types of elements in headers. */
const LETTERS = new Map<unknown, string>([
  ...[[Float64Array, "f8"], [Float32Array, "f4"], [Float16Array, "f2"], [BigInt64Array, "i8"]] as const,
  ...[[Int32Array, "i4"], [Int16Array, "i2"], [Int8Array, "i1"], [Uint8Array, "u1"], [Uint16Array, "u2"]] as const,
  ...[[Uint32Array, "u4"], [BigUint64Array, "u8"]] as const,
]);

/** How a header differs from the usual one. */
interface Header {
  readonly descr?: string;
  readonly columnsFirst?: boolean;
  readonly version?: 1 | 2 | 3;
}

/** An array's file. */
export function npy(
  values: ArrayBufferView<ArrayBuffer>,
  shape: readonly number[],
  { descr, columnsFirst = false, version = 1 }: Header = {},
): Uint8Array<ArrayBuffer> {
  const letters = LETTERS.get(values.constructor)!, order = letters.endsWith("1") ? "|" : "<";
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr ?? order + letters}', 'fortran_order': ${columnsFirst ? "True" : "False"}, ` +
    `'shape': (${extents}), }`;
  const prefix = version === 1 ? 10 : 12, length = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const file = new Uint8Array(length + values.byteLength), view = new DataView(file.buffer);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) view.setUint16(8, length - prefix, true);
  else view.setUint32(8, length - prefix, true);
  file.set(new TextEncoder().encode(`${text.padEnd(length - prefix - 1)}\n`), prefix);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), length);
  return file;
}

/** An archive of files; NumPy gives sizes in 64 bits, which its list repeats in 32. */
export function npz(files: Readonly<Record<string, Uint8Array>>, packed = false): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [], list: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const stored = packed ? new Uint8Array(deflateRawSync(content)) : content;
    const path = new TextEncoder().encode(name), local = new Uint8Array(30 + path.length + 20);
    const fields = [20, 0, packed ? 8 : 0, 0, 0] as const, sum = crc32(content);
    const head = new DataView(local.buffer);
    head.setUint32(0, 0x04034b50, true);
    for (const [i, field] of fields.entries()) head.setUint16(4 + 2 * i, field, true);
    head.setUint32(14, sum, true);
    head.setUint32(18, 0xffffffff, true);
    head.setUint32(22, 0xffffffff, true);
    head.setUint16(26, path.length, true);
    head.setUint16(28, 20, true);
    local.set(path, 30);
    head.setUint16(30 + path.length, 1, true);
    head.setUint16(32 + path.length, 16, true);
    head.setBigUint64(34 + path.length, BigInt(content.length), true);
    head.setBigUint64(42 + path.length, BigInt(stored.length), true);
    const entry = new Uint8Array(46 + path.length), view = new DataView(entry.buffer);
    view.setUint32(0, 0x02014b50, true);
    view.setUint16(4, 20, true);
    for (const [i, field] of fields.entries()) view.setUint16(6 + 2 * i, field, true);
    view.setUint32(16, sum, true);
    view.setUint32(20, stored.length, true);
    view.setUint32(24, content.length, true);
    view.setUint16(28, path.length, true);
    view.setUint32(42, at, true);
    entry.set(path, 46);
    pieces.push(local, stored);
    list.push(entry);
    at += local.length + stored.length;
  }
  const end = new Uint8Array(22), view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, list.length, true);
  view.setUint16(10, list.length, true);
  view.setUint32(12, list.reduce((sum, { length }) => sum + length, 0), true);
  view.setUint32(16, at, true);
  return concatenated(...pieces, ...list, end);
}
