/**
 * Tensors of files as what data sets are made of: inputs, class labels, numbers. What lies where numbers of its size may, and
 * is of the right type, is not copied.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { type StoredTensor, type StoredType, toFloat32 } from "../../files/safetensors.ts";
import { classesOf, finiteOf, type Integers } from "../arrays.ts";

/** How the elements of integers lie. */
const INTEGERS = {
  ...{ U8: Uint8Array, I8: Int8Array, U16: Uint16Array, I16: Int16Array, U32: Uint32Array, I32: Int32Array },
  ...{ U64: BigUint64Array, I64: BigInt64Array, BOOL: Uint8Array },
} as const;

/** Types as NumPy and PyTorch call them, without their bits. */
const TYPES: Readonly<Record<string, string>> = { F: "float", BF: "bfloat", I: "int", U: "uint" };

/** Type and shape as NumPy tells them: `float32 [500]`. */
export function typeText({ dtype, shape }: StoredTensor): string {
  const type = dtype.replace(/^(\w+?)(\d+)$/, (_, kind, bits) => `${TYPES[kind] ?? kind}${bits}`);
  return `${type.toLowerCase()} [${shape.join(", ")}]`;
}

const isInteger = (dtype: StoredType): dtype is keyof typeof INTEGERS => Object.hasOwn(INTEGERS, dtype);

/** Whether a tensor is of whole numbers. */
export function hasIntegers({ dtype }: StoredTensor): boolean {
  return isInteger(dtype);
}

/** The elements of integers. */
function integersOf(tensor: StoredTensor, dtype: keyof typeof INTEGERS): Integers {
  const View = INTEGERS[dtype], { bytes } = tensor, size = View.BYTES_PER_ELEMENT;
  const { buffer, byteOffset, length } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new View(buffer, byteOffset, length / size);
}

/**
 * Samples: unsigned bytes stay bytes, all other numbers become f32.
 *
 * @param what how messages call the tensor.
 * @throws {InputError} at the first number that is not finite as f32, and for types that are no numbers.
 */
export function inputsIn(tensor: StoredTensor, what: string): Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  return tensor.dtype === "U8" ? tensor.bytes : floatsIn(tensor, what);
}

/**
 * Numbers as f32, bytes too as they are.
 *
 * @throws {InputError} as {@linkcode inputsIn} does.
 */
export function floatsIn(tensor: StoredTensor, what: string): Float32Array<ArrayBuffer> {
  const { dtype, bytes, shape: [, ...shape] } = tensor;
  if (isInteger(dtype)) return Float32Array.from(integersOf(tensor, dtype) as ArrayLike<number | bigint>, Number);
  const values = dtype === "F32" && bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    : toFloat32(tensor);
  if (!values) throw new InputError(`${what}: its elements are ${dtype}; save floats or integers, such as F32`);
  return finiteOf(values, shape, what) as Float32Array<ArrayBuffer>;
}

/**
 * Class labels.
 *
 * @param tensor one of integers.
 * @throws {InputError} at the first one that is none.
 */
export function labelsIn(tensor: StoredTensor, what: string): Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const { dtype } = tensor;
  if (!isInteger(dtype)) throw new InputError(`${what}: labels are ${dtype}; save integers, class indices from 0`);
  return classesOf(
    integersOf(tensor, dtype),
    (sample, label) => new InputError(`${what}[${sample}] is ${label}: give a class index, an integer from 0.`),
  );
}
