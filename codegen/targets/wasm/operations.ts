/**
 * How WebAssembly spells operations, on scalars and on vectors.
 *
 * @module
 */
import { type Op, scalarOf } from "../../ir/ir.ts";
import { expanded } from "../../passes/expand.ts";
import type { Piece, Syntax } from "../target.ts";
import { call, offset, piece } from "./words.ts";

type Operations = Readonly<Record<Op, (...operands: Piece[]) => Piece>>;

/** A known number in every lane. */
const isNumber = ({ number }: Piece) => number !== undefined;
/** 0 in every lane, and not -0, whose bits are others. */
const isZero = ({ number }: Piece) => Object.is(number, 0);

const lanewise = (name: string) => call(`f32x4.${name}`);

/** A float's bits. */
const bits = (value: Piece) => isZero(value) ? "(i32.const 0)" : `(i32.reinterpret_f32 ${value.text})`;

/** On scalars. */
export const SCALAR: Operations = {
  add: call("f32.add"),
  sub: call("f32.sub"),
  mul: call("f32.mul"),
  div: call("f32.div"),
  fma: (a, b, c) => piece(`(f32.add ${c.text} (f32.mul ${a.text} ${b.text}))`),
  max: call("f32.max"),
  abs: call("f32.abs"),
  neg: call("f32.neg"),
  // in a vector: V8 takes an instruction of SSE for the root of a scalar, which is slow on Intel's processors where
  // vectors of 256 bits have left something in the upper halves of registers
  sqrt: ({ text }) => piece(`(f32x4.extract_lane 0 (f32x4.sqrt (f32x4.splat ${text})))`),
  exp: call("call $exp"),
  log: call("call $log"),
  tanh: expanded,
  nearest: call("f32.nearest"),
  pow2: ({ text }) =>
    piece(`(f32.reinterpret_i32 (i32.shl (i32.add (i32.trunc_sat_f32_s ${text}) (i32.const 127)) (i32.const 23)))`),
  lt: call("f32.lt"),
  le: call("f32.le"),
  eq: call("i32.eq"),
  // chosen as integers: V8 branches for floats, and which way is seldom foreseen
  select: (condition, a, b) => piece(`(f32.reinterpret_i32 (select ${bits(a)} ${bits(b)} ${condition.text}))`),
  pick: (condition, a, b) => call("select")(a, b, condition),
  float: call("f32.convert_i32_s"),
  ufloat: call("f32.convert_i32_u"),
  unsigned: (a) => a,
  umul: call("i32.mul"),
  uxor: call("i32.xor"),
  ushr: call("i32.shr_u"),
};

/** 1.5 times 2^23, from which on f32 holds whole numbers only, in every lane; and 127 more. */
const [ALL_WHOLE, ALL_WHOLE_127] = [1.5 * 2 ** 23, 1.5 * 2 ** 23 + 127].map((number) =>
  `(v128.const f32x4 ${Array(4).fill(number).join(" ")})`
);

/** Lanes are chosen whole, which relaxed instructions take as given. */
const choose = (relaxed: boolean) => call(relaxed ? "i32x4.relaxed_laneselect" : "v128.bitselect");

const vectorOperations = (relaxed: boolean): Operations => ({
  add: lanewise("add"),
  sub: lanewise("sub"),
  mul: lanewise("mul"),
  div: lanewise("div"),
  fma: relaxed ? lanewise("relaxed_madd") : (a, b, c) => piece(`(f32x4.add ${c.text} (f32x4.mul ${a.text} ${b.text}))`),
  // one instruction, which gives its first operand where that is NaN; of two 0 it may give -0
  max: (a, b) =>
    isNumber(b) ? call("f32x4.pmax")(a, b) : isNumber(a) ? call("f32x4.pmax")(b, a) : lanewise("max")(a, b),
  abs: lanewise("abs"),
  neg: lanewise("neg"),
  sqrt: lanewise("sqrt"),
  exp: call("call $exp.4"),
  log: call("call $log.4"),
  tanh: expanded,
  // a sum this large has no room for a fraction; V8 packs it, as it does not `f32x4.nearest`
  nearest: ({ text }) => piece(`(f32x4.sub (f32x4.add ${text} ${ALL_WHOLE}) ${ALL_WHOLE})`),
  // the number and the exponent's 127 stand in the last places of such a sum, from where they go into the exponent
  pow2: ({ text }) => piece(`(i32x4.shl (f32x4.add ${text} ${ALL_WHOLE_127}) (i32.const 23))`),
  lt: lanewise("lt"),
  le: lanewise("le"),
  eq: call("i32x4.eq"),
  // with 0 on one side, a mask will do
  select: (condition, a, b) =>
    isZero(b)
      ? call("v128.and")(a, condition)
      : isZero(a)
      ? call("v128.andnot")(b, condition)
      : choose(relaxed)(a, b, condition),
  pick: (condition, a, b) => choose(relaxed)(a, b, condition),
  float: lanewise("convert_i32x4_s"),
  ufloat: lanewise("convert_i32x4_u"),
  unsigned: (a) => a,
  umul: call("i32x4.mul"),
  uxor: call("v128.xor"),
  // every lane is shifted by the same number, which WebAssembly wants as a scalar
  ushr: (a, b) => piece(`(i32x4.shr_u ${a.text} (i32x4.extract_lane 0 ${b.text}))`),
});

/** Vectors. `relaxed`: one rounding in a fused multiply-add. */
export const vectors = (relaxed: boolean): NonNullable<Syntax["vectors"]> => ({
  operations: vectorOperations(relaxed),
  ramp: (at, step) =>
    piece(
      `(i32x4.add (i32x4.splat ${offset(at).text}) (v128.const i32x4 ${
        [0, 1, 2, 3].map((lane) => lane * step).join(" ")
      }))`,
    ),
  splat({ text, number }, type) {
    const scalar = scalarOf(type);
    // a condition in lanes is all ones or all zeros
    if (scalar === "bool") return piece(`(i32x4.splat (i32.sub (i32.const 0) ${text}))`);
    return {
      ...piece(`(${scalar === "f32" ? "f32x4" : "i32x4"}.splat ${text})`),
      ...number !== undefined && { number },
    };
  },
  total: ({ text }) => piece(`(call $total ${text})`),
});
