/**
 * How TypeScript spells a loop nest. Arithmetic is f64, as JavaScript's is; a store to a Float32Array rounds.
 *
 * @module
 */
import type { LoopNest, Offset, TensorType } from "../../ir/ir.ts";
import { COLUMNS, packed } from "../../print/writer.ts";
import type { Piece, Syntax } from "../target.ts";

/** Levels, loosest first: choice, comparison and bits, sums, products, signs, atoms. */
const CHOICE = 0, COMPARISON = 1, SUM = 2, PRODUCT = 3, SIGN = 4, ATOM = 5;

const atom = (text: string): Piece => ({ text, level: ATOM });
const inside = (piece: Piece, level: number) => piece.level < level ? `(${piece.text})` : piece.text;
/** A left-associative operator: its right side needs a tighter level. */
const infix = (sign: string, level: number, commutes = false) => (a: Piece, b: Piece): Piece => ({
  text: `${inside(a, level)} ${sign} ${inside(b, commutes ? level : level + 1)}`,
  level,
});
const call = (name: string) => (...operands: Piece[]): Piece =>
  atom(`${name}(${operands.map(({ text }) => text).join(", ")})`);
const choice = (condition: Piece, a: Piece, b: Piece): Piece => ({
  text: `${inside(condition, COMPARISON)} ? ${inside(a, COMPARISON)} : ${inside(b, CHOICE)}`,
  level: CHOICE,
});

/** Which typed array holds a tensor. */
export const ARRAY: Readonly<Record<TensorType["dtype"], string>> = {
  f32: "Float32Array",
  i32: "Int32Array",
  u32: "Uint32Array",
  u8: "Uint8Array",
};

function offsetText({ constant, terms }: Offset): string {
  const ordered = [...terms].sort((a, b) => Number(a.coefficient < 0) - Number(b.coefficient < 0));
  let text = "";
  for (const { variable, coefficient } of ordered) {
    const size = Math.abs(coefficient), word = size === 1 ? variable : `${variable} * ${size}`;
    text += text === "" ? `${coefficient < 0 ? "-" : ""}${word}` : `${coefficient < 0 ? " - " : " + "}${word}`;
  }
  if (text === "") return String(constant);
  return constant === 0 ? text : `${text} ${constant < 0 ? "-" : "+"} ${Math.abs(constant)}`;
}

const number = (value: number): Piece =>
  value === -Infinity ? { text: "-Infinity", level: SIGN } : { text: String(value), level: value < 0 ? SIGN : ATOM };

const SYNTAX: Omit<Syntax, "kernel"> = {
  constant: (value) => number(value),
  local: (name) => atom(name),
  offset: (offset) => ({ text: offsetText(offset), level: offset.terms.length === 0 ? ATOM : SUM }),
  element: (tensor, offset) => atom(`${tensor}[${offsetText(offset)}]`),
  operations: {
    add: infix("+", SUM),
    sub: infix("-", SUM),
    mul: infix("*", PRODUCT),
    div: infix("/", PRODUCT),
    fma: (a, b, c) => infix("+", SUM, true)(infix("*", PRODUCT)(a, b), c),
    max: call("Math.max"),
    abs: call("Math.abs"),
    neg: (a) => ({ text: `-${inside(a, ATOM)}`, level: SIGN }),
    sqrt: call("Math.sqrt"),
    exp: call("Math.exp"),
    log: call("Math.log"),
    tanh: call("Math.tanh"),
    nearest: call("Math.round"),
    pow2: (a) => call("Math.pow")(atom("2"), a),
    lt: infix("<", COMPARISON),
    le: infix("<=", COMPARISON),
    eq: infix("===", COMPARISON),
    select: choice,
    pick: choice,
    float: (a) => a,
    ufloat: (a) => atom(`(${a.text} >>> 0)`),
    unsigned: (a) => a,
    umul: call("Math.imul"),
    uxor: (a, b) => atom(`(${inside(a, ATOM)} ^ ${inside(b, ATOM)})`),
    ushr: (a, b) => atom(`(${inside(a, ATOM)} >>> ${inside(b, ATOM)})`),
  },
  loop(variable, from, to, step, parallel) {
    const next = step === 1 ? `${variable}++` : `${variable} += ${step}`;
    return [
      `for (let ${variable} = ${parallel ? "from" : from}; ${variable} < ${parallel ? "to" : to}; ${next}) {`,
      "}",
    ];
  },
  block: (last, to) => [last ? `if (to === ${to}) {` : "{", "}"],
  let: (name, _type, { text }) => `const ${name} = ${text};`,
  variable: (name, _type, { text }) => `let ${name} = ${text};`,
  set: (name, _type, { text }) => `${name} = ${text};`,
  accumulate: (name, _type, value) => `${name} += ${value.text};`,
  store: (tensor, offset, _type, { text }) => `${tensor}[${offsetText(offset)}] = ${text};`,
  comment: (text) => `// ${text}`,
};

/** The table that `print.ts` walks with, for one nest. */
export function syntax({ name, tensors, parallel }: LoopNest): Syntax {
  const args = Object.entries(tensors).map(([symbol, { dtype }]) => `${symbol}: ${ARRAY[dtype]}`);
  if (Object.values(tensors).some(({ rows }) => rows === "steps")) args.push("step: number");
  if (parallel) args.push("from: number", "to: number");
  const open = `export function ${name}(${args.join(", ")}): void {`;
  const lines = packed(args, ", ", COLUMNS - 3).map((line) => `  ${line},`);
  const wrapped = [`export function ${name}(`, ...lines, "): void {"].join("\n");
  return { ...SYNTAX, kernel: () => [open.length > COLUMNS ? wrapped : open, "}"] };
}
