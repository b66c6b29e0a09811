/**
 * The instructions of WebAssembly that this compiler prints: their codes, and what stands between a name and its operands.
 *
 * @module
 */

/** What is written behind an instruction's name, before its operands. */
export type Immediate =
  | "none"
  | "local"
  | "global"
  | "function"
  | "label"
  | "i32"
  | "f32"
  | "v128"
  | "lane"
  /** An offset; and `align`, the power of two that the access is expected to be a multiple of. */
  | "memory"
  | "block"
  | "if";

/** An instruction. */
export interface Instruction {
  readonly code: readonly number[];
  readonly takes: Immediate;
  /** Of one that accesses memory. */
  readonly align?: number;
}

/** Instructions whose codes follow each other, by the first one's; a name behind which are codes of others is empty. */
type Row = readonly [first: number, names: string, takes?: Immediate];

/** Names of one type's instructions, each behind the type. */
const of = (type: string, names: string) => names.split(" ").map((name) => `${type}.${name}`).join(" ");

const ROWS: readonly Row[] = [
  [0x00, "unreachable"],
  [0x02, "block loop", "block"],
  [0x04, "if", "if"],
  [0x0c, "br br_if", "label"],
  [0x0f, "return"],
  [0x10, "call", "function"],
  [0x1b, "select"],
  [0x20, "local.get local.set local.tee", "local"],
  [0x23, "global.get", "global"],
  [0x41, "i32.const", "i32"],
  [0x43, "f32.const", "f32"],
  [0x45, of("i32", "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u")],
  [0x5b, of("f32", "eq ne lt gt le ge")],
  [0x67, of("i32", "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr")],
  [0x79, of("i64", "clz ctz popcnt add sub mul div_s div_u rem_s rem_u")],
  [0x8b, of("f32", "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign")],
  [0xa7, "i32.wrap_i64"],
  [0xac, "i64.extend_i32_s i64.extend_i32_u"],
  [0xb2, "f32.convert_i32_s f32.convert_i32_u"],
  [0xbc, "i32.reinterpret_f32"],
  [0xbe, "f32.reinterpret_i32"],
  [0xfc00, "i32.trunc_sat_f32_s i32.trunc_sat_f32_u"],
  [0xfd0c, "v128.const", "v128"],
  [0xfd11, "i32x4.splat"],
  [0xfd13, "f32x4.splat"],
  [0xfd1b, "i32x4.extract_lane i32x4.replace_lane", "lane"],
  [0xfd1f, "f32x4.extract_lane f32x4.replace_lane", "lane"],
  [0xfd37, of("i32x4", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u")],
  [0xfd41, of("f32x4", "eq ne lt gt le ge")],
  [0xfd4d, of("v128", "not and andnot or xor bitselect")],
  [0xfd67, of("f32x4", "ceil floor trunc nearest")],
  [0xfda0, of("i32x4", "abs neg")],
  [0xfdab, of("i32x4", "shl shr_s shr_u add")],
  [0xfdb1, "i32x4.sub"],
  [0xfdb5, of("i32x4", "mul min_s min_u max_s max_u")],
  [0xfde0, of("f32x4", "abs neg")],
  [0xfde3, of("f32x4", "sqrt add sub mul div min max pmin pmax")],
  [0xfdf8, "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u"],
  [0xfd105, "f32x4.relaxed_madd f32x4.relaxed_nmadd"],
  [0xfd10b, "i32x4.relaxed_laneselect"],
];

/** Accesses of memory: code, name, and the power of two of their bytes. */
const ACCESSES: readonly (readonly [code: number, name: string, align: number])[] = [
  [0x28, "i32.load", 2],
  [0x2a, "f32.load", 2],
  [0x2d, "i32.load8_u", 0],
  [0x36, "i32.store", 2],
  [0x38, "f32.store", 2],
  [0x3a, "i32.store8", 0],
  [0xfd00, "v128.load", 4],
  [0xfd09, "v128.load32_splat", 2],
  [0xfd0b, "v128.store", 4],
];

/** The bytes of a code: one, or a prefix and a number, seven bits a byte. */
function bytesOf(code: number): number[] {
  if (code < 256) return [code];
  const [prefix, number] = code > 0xffff ? [code >> 12, code & 0xfff] : [code >> 8, code & 255];
  return number < 128 ? [prefix, number] : [prefix, number & 127 | 128, number >> 7];
}

/** By name. */
export const INSTRUCTIONS: ReadonlyMap<string, Instruction> = new Map([
  ...ROWS.flatMap(([first, names, takes = "none"]) =>
    names.split(" ").map((name, i): [string, Instruction] => [name, { code: bytesOf(first + i), takes }])
  ),
  ...ACCESSES.map(([code, name, align]): [string, Instruction] => [
    name,
    { code: bytesOf(code), takes: "memory", align },
  ]),
]);
