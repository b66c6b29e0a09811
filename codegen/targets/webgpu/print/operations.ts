/**
 * How WGSL spells operations, on scalars and on vectors.
 *
 * @module
 */
import type { Op } from "../../../ir/ir.ts";
import { expanded } from "../../../passes/expand.ts";
import type { Piece } from "../../target.ts";
import { ATOM, atom, call, compare, infix, inside, PRODUCT, SIGN, SUM } from "./words.ts";

type Operations = Readonly<Record<Op, (...operands: Piece[]) => Piece>>;

/** `select(b, a, condition)`: WGSL has the condition last. */
const choice = (condition: Piece, a: Piece, b: Piece): Piece => call("select")(b, a, condition);

/** On scalars. */
export const OPERATIONS: Operations = {
  add: infix("+", SUM),
  sub: infix("-", SUM),
  mul: infix("*", PRODUCT),
  div: infix("/", PRODUCT),
  fma: (a, b, c) => infix("+", SUM)(infix("*", PRODUCT)(a, b), c),
  max: call("max"),
  abs: call("abs"),
  neg: (a) => ({ text: `-${inside(a, ATOM)}`, level: SIGN }),
  sqrt: call("sqrt"),
  exp: call("exp"),
  log: call("log"),
  tanh: expanded,
  nearest: call("round"),
  pow2: call("exp2"),
  lt: compare("<"),
  le: compare("<="),
  eq: compare("=="),
  select: choice,
  pick: choice,
  float: call("f32"),
  ufloat: call("f32"),
  unsigned: call("u32"),
  umul: infix("*", PRODUCT),
  uxor: (a, b) => atom(`(${inside(a, ATOM)} ^ ${inside(b, ATOM)})`),
  ushr: (a, b) => atom(`(${inside(a, ATOM)} >> ${inside(b, ATOM)})`),
};

/** On vectors. */
export const VECTOR_OPERATIONS: Operations = {
  ...OPERATIONS,
  float: call("vec4<f32>"),
  ufloat: call("vec4<f32>"),
  unsigned: call("vec4<u32>"),
};
