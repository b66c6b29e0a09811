/**
 * The words of WGSL: names, types, indices, constants, and how operators are put together.
 *
 * @module
 */
import { isVector, LANES, type Offset, scalarOf, type Type } from "../../../ir/ir.ts";
import type { Piece } from "../../target.ts";

/** Levels, loosest first: comparison, sums, products, signs, atoms. */
export const COMPARISON = 1, SUM = 2, PRODUCT = 3, SIGN = 4, ATOM = 5;

/** A piece that never needs parentheses. */
export const atom = (text: string): Piece => ({ text, level: ATOM });
/** A piece where only one of a level may stand. */
export const inside = (piece: Piece, level: number) => piece.level < level ? `(${piece.text})` : piece.text;
/** A left-associative operator: its right side needs a tighter level. */
export const infix = (sign: string, level: number) => (a: Piece, b: Piece): Piece => ({
  text: `${inside(a, level)} ${sign} ${inside(b, level + 1)}`,
  level,
});
/** A comparison: no other stands in it. */
export const compare = (sign: string) => (a: Piece, b: Piece): Piece => ({
  text: `${inside(a, SUM)} ${sign} ${inside(b, SUM)}`,
  level: COMPARISON,
});
/** A call of a function. */
export const call = (name: string) => (...operands: Piece[]): Piece =>
  atom(`${name}(${operands.map(({ text }) => text).join(", ")})`);
/** How types are called. */
export const TYPE: Readonly<Record<Type, string>> = {
  f32: "f32",
  i32: "i32",
  u32: "u32",
  bool: "bool",
  f32x4: "vec4<f32>",
  i32x4: "vec4<i32>",
  u32x4: "vec4<u32>",
  boolx4: "vec4<bool>",
};

/** Names of kernels' symbols that WGSL has taken, or that this file needs. */
const TAKEN = new Set(
  // what generated code says beside tensors and locals
  ("abs array at bool clamp exp f32 first four global_invocation_id group groups i32 id leads local_invocation_index log " +
    "max member min mine nth invocation point select sqrt " +
    "step_row sums sums_4 tanh team_total u32 tile vec3 vec4 workgroup workgroupBarrier workgroup_id " +
    // keywords and reserved words of WGSL
    "alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let " +
    "loop override requires return struct switch true var while NULL Self abstract active alignas alignof as asm " +
    "asm_fragment async attribute auto await become cast catch class co_await co_return co_yield coherent column_major " +
    "common compile compile_fragment concept const_cast consteval constexpr constinit crate debugger decltype delete " +
    "demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter final " +
    "finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof interface layout " +
    "lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline " +
    "nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset partition pass " +
    "patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register " +
    "reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast " +
    "std subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union " +
    "unless unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield").split(" "),
);
/** A name that WGSL leaves to others. */
export const identifier = (name: string) => TAKEN.has(name) ? `${name}_` : name;

/** An index. */
export function offsetText({ constant, terms }: Offset): string {
  const ordered = [...terms].sort((a, b) => Number(a.coefficient < 0) - Number(b.coefficient < 0));
  let text = "";
  for (const { variable, coefficient } of ordered) {
    const size = Math.abs(coefficient), name = identifier(variable), word = size === 1 ? name : `${name} * ${size}`;
    text += text === "" ? `${coefficient < 0 ? "-" : ""}${word}` : `${coefficient < 0 ? " - " : " + "}${word}`;
  }
  if (text === "") return String(constant);
  return constant === 0 ? text : `${text} ${constant < 0 ? "-" : "+"} ${Math.abs(constant)}`;
}

/** An index as a part of an expression. */
export const offsetPiece = (offset: Offset): Piece => ({
  text: offsetText(offset),
  level: offset.terms.length === 0 || /^\w+$/.test(offsetText(offset)) ? ATOM : SUM,
});
/** The least finite number, where others begin a maximum with -infinity. */
const LEAST = "-3.4028234663852886e38f";

/** A number. */
export function constant(value: number, type: Type): Piece {
  if (type === "u32") return atom(`${value >>> 0}u`);
  if (type !== "f32") return { text: String(value | 0), level: value < 0 ? SIGN : ATOM };
  if (value === -Infinity) return { text: LEAST, level: SIGN };
  return { text: `${Math.fround(value) === 0 ? 0 : value}f`, level: value < 0 ? SIGN : ATOM };
}

/** An array of the workgroup's memory: what one name has of several types is not one array, nor that of `name_4`. */
export function arrayName(name: string, type: Type): string {
  const scalar = scalarOf(type);
  return `${name}${scalar === "f32" ? "" : `_${scalar}`}${isVector(type) ? `_x${LANES}` : ""}`;
}
