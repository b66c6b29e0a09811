/**
 * What is computed with: the types of elements and values, and every operation on them.
 *
 * @module
 */

/** How an element is stored. */
export type DType = "f32" | "i32" | "u32" | "u8";
/** What a scalar in flight is; `u8` elements are widened to `i32` when loaded. */
export type Scalar = "f32" | "i32" | "u32" | "bool";
/** What a value in flight is: a scalar, or four of them side by side. */
export type Type = Scalar | `${Scalar}x4`;

/** Values side by side in a vector. */
export const LANES = 4;

/** The scalar that a type has one or four of. */
export function scalarOf(type: Type): Scalar {
  return type.replace("x4", "") as Scalar;
}

/** Whether a type is of four lanes. */
export function isVector(type: Type): boolean {
  return type.endsWith("x4");
}

/** The type of an element once it has been loaded. */
export const LOADED: Readonly<Record<DType, Scalar>> = { f32: "f32", i32: "i32", u32: "u32", u8: "i32" };
/** Bytes of one stored element. */
export const BYTES: Readonly<Record<DType, number>> = { f32: 4, i32: 4, u32: 4, u8: 1 };

/** Every operation, with the types of its operands and of its result; on vectors it works lane by lane. */
export const OPS = {
  add: { operands: ["f32", "f32"], result: "f32" },
  sub: { operands: ["f32", "f32"], result: "f32" },
  mul: { operands: ["f32", "f32"], result: "f32" },
  div: { operands: ["f32", "f32"], result: "f32" },
  /** `a * b + c`, rounded once or twice as the target has it; only `contract.ts` makes it. */
  fma: { operands: ["f32", "f32", "f32"], result: "f32" },
  /** The larger of two, NaN where either is NaN. */
  max: { operands: ["f32", "f32"], result: "f32" },
  abs: { operands: ["f32"], result: "f32" },
  neg: { operands: ["f32"], result: "f32" },
  sqrt: { operands: ["f32"], result: "f32" },
  exp: { operands: ["f32"], result: "f32" },
  log: { operands: ["f32"], result: "f32" },
  tanh: { operands: ["f32"], result: "f32" },
  /** The whole number next to one of less than 2^22, the even one of two; and 2^n of a whole number from -127 to 127. */
  nearest: { operands: ["f32"], result: "f32" },
  pow2: { operands: ["f32"], result: "f32" },
  /** `a < b`, false where either is NaN; so is `le`. */
  lt: { operands: ["f32", "f32"], result: "bool" },
  le: { operands: ["f32", "f32"], result: "bool" },
  /** Equality of two integers. */
  eq: { operands: ["i32", "i32"], result: "bool" },
  /** `condition ? a : b`. */
  select: { operands: ["bool", "f32", "f32"], result: "f32" },
  /** `select` for integers. */
  pick: { operands: ["bool", "i32", "i32"], result: "i32" },
  /** Integer to float. */
  float: { operands: ["i32"], result: "f32" },
  /** Unsigned integer to float. */
  ufloat: { operands: ["u32"], result: "f32" },
  /** Integer to unsigned integer, same bits. */
  unsigned: { operands: ["i32"], result: "u32" },
  /** Unsigned 32-bit arithmetic, modulo 2^32. */
  umul: { operands: ["u32", "u32"], result: "u32" },
  uxor: { operands: ["u32", "u32"], result: "u32" },
  /** Logical shift right. */
  ushr: { operands: ["u32", "u32"], result: "u32" },
} as const satisfies Record<string, { operands: readonly Scalar[]; result: Scalar }>;

/** The name of a scalar operation. */
export type Op = keyof typeof OPS;
