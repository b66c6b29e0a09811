/**
 * Index notation as TypeScript: the words the files in `kernels/` are written in.
 *
 * @example A dense layer
 * ```ts
 * import { add, axis, mul, part, sum, type Tensor } from "./notation.ts";
 *
 * function linear(x: Tensor, w: Tensor, b: Tensor, y: Tensor) {
 *   const n = axis("n", 64), o = axis("o", 10), i = axis("i", 128);
 *   return part([n, o], y.set([n, o], add(b.at(o), sum([i], mul(x.at(n, i), w.at(o, i))))));
 * }
 * ```
 *
 * @module
 */
import type { Affine, Assignment, Axis, Expr, Index, Load, Op, Part } from "../ir/ir.ts";

/** What can stand as an index: an axis, a number, a combination of them, or a loaded integer. */
export type IndexLike = Axis | number | Affine | Load;
/** What can stand as a value; a number is an f32 constant. */
export type ExprLike = Expr | number;

/** An axis of `extent` iterations. */
export function axis(name: string, extent: number): Axis {
  return { name, extent };
}

/** `index` as an affine form. */
export function affine(index: Exclude<IndexLike, Load>): Affine {
  if (typeof index === "number") return { kind: "affine", constant: index, terms: [] };
  if ("kind" in index) return index;
  return { kind: "affine", constant: 0, terms: [{ axis: index, coefficient: 1 }] };
}

/** The sum of indices; terms of the same axis are merged. */
export function plus(...indices: Exclude<IndexLike, Load>[]): Affine {
  const coefficients = new Map<Axis, number>();
  let constant = 0;
  for (const index of indices.map(affine)) {
    constant += index.constant;
    for (const { axis, coefficient } of index.terms) {
      coefficients.set(axis, (coefficients.get(axis) ?? 0) + coefficient);
    }
  }
  const terms = [...coefficients].filter(([, c]) => c !== 0).map(([axis, coefficient]) => ({ axis, coefficient }));
  return { kind: "affine", constant, terms };
}

/** An index times a whole number. */
export function times(index: Exclude<IndexLike, Load>, factor: number): Affine {
  const { constant, terms } = affine(index);
  if (factor === 0) return affine(0);
  return {
    kind: "affine",
    constant: constant * factor,
    terms: terms.map(({ axis, coefficient }) => ({ axis, coefficient: coefficient * factor })),
  };
}

function index(like: IndexLike): Index {
  return typeof like === "object" && "kind" in like && like.kind === "load" ? like : affine(like);
}

function expr(like: ExprLike): Expr {
  return typeof like === "number" ? { kind: "constant", value: like, type: "f32" } : like;
}

function op(name: Op, ...operands: ExprLike[]): Expr {
  return { kind: "op", op: name, operands: operands.map(expr) };
}

/** An integer constant. */
export const integer = (value: number): Expr => ({ kind: "constant", value, type: "i32" });
/** An unsigned constant. */
export const unsigned = (value: number): Expr => ({ kind: "constant", value: value >>> 0, type: "u32" });
/** The value of an index, as an integer. */
export const position = (at: Exclude<IndexLike, Load>): Expr => ({ kind: "position", index: affine(at) });
/** A number given when the step runs. */
export const param = (name: string): Expr => ({ kind: "param", name, type: "f32" });
/** A key of the random generator, given when the step runs. */
export const key = (name: string): Expr => ({ kind: "param", name, type: "u32" });

/** `a + b + ...`, from the left. */
export const add = (a: ExprLike, ...rest: ExprLike[]): Expr =>
  rest.reduce<Expr>((sum, term) => op("add", sum, term), expr(a));
/** `a * b * ...`, from the left. */
export const mul = (a: ExprLike, ...rest: ExprLike[]): Expr =>
  rest.reduce<Expr>((product, factor) => op("mul", product, factor), expr(a));
/** `a - b`. */
export const sub = (a: ExprLike, b: ExprLike): Expr => op("sub", a, b);
/** `a / b`. */
export const div = (a: ExprLike, b: ExprLike): Expr => op("div", a, b);
/** The larger of two numbers, NaN where either is NaN. */
export const larger = (a: ExprLike, b: ExprLike): Expr => op("max", a, b);
/** `|a|`. */
export const abs = (a: ExprLike): Expr => op("abs", a);
/** `-a`. */
export const neg = (a: ExprLike): Expr => op("neg", a);
/** Square root. */
export const sqrt = (a: ExprLike): Expr => op("sqrt", a);
/** e to the power of `a`. */
export const exp = (a: ExprLike): Expr => op("exp", a);
/** The whole number next to `a`, which is less than 2^22. */
export const nearest = (a: ExprLike): Expr => op("nearest", a);
/** 2 to the power of a whole number from -127 to 127. */
export const pow2 = (a: ExprLike): Expr => op("pow2", a);
/** Natural logarithm. */
export const log = (a: ExprLike): Expr => op("log", a);
/** Hyperbolic tangent. */
export const tanh = (a: ExprLike): Expr => op("tanh", a);
/** `a < b`. */
export const lt = (a: ExprLike, b: ExprLike): Expr => op("lt", a, b);
/** `a <= b`. */
export const le = (a: ExprLike, b: ExprLike): Expr => op("le", a, b);
/** Whether two integers are equal. */
export const eq = (a: Expr, b: Expr): Expr => op("eq", a, b);
/** `condition ? a : b`. */
export const select = (condition: Expr, a: ExprLike, b: ExprLike): Expr => op("select", condition, a, b);
/** An integer as a float. */
export const float = (a: Expr): Expr => op("float", a);

/**
 * Whether the row at `n` of the batch holds a sample: rows from the param `count` on hold none, and no sum over the batch
 * may take them in.
 */
export const isSample = (n: Axis): Expr => lt(float(position(n)), param("count"));

/**
 * 0 in place of what is smaller than `limit` on either side. Numbers that decay step by step otherwise end below the
 * smallest normal f32, where processors take many times as long and WebAssembly cannot round to 0.
 */
export const flush = (a: ExprLike, limit: number): Expr => select(lt(abs(a), limit), 0, a);

/** Sum of `body` over `axes`; over no axes, `body`. */
export const sum = (axes: readonly Axis[], body: ExprLike): Expr =>
  axes.length === 0 ? expr(body) : { kind: "reduce", reduction: "sum", axes, body: expr(body) };
/** Largest `body` over `axes`. */
export const max = (axes: readonly Axis[], body: ExprLike): Expr => ({
  kind: "reduce",
  reduction: "max",
  axes,
  body: expr(body),
});
/** Where `body` is largest first, counted over `axes` in row-major order. */
export const argmax = (axes: readonly Axis[], body: ExprLike): Expr => ({
  kind: "reduce",
  reduction: "argmax",
  axes,
  body: expr(body),
});

/** Gives a value the name that generated code calls it by; it is then computed once and kept. */
export function named(name: string, value: Expr): Expr {
  return value.kind === "op" || value.kind === "reduce" ? { ...value, name } : value;
}

/**
 * A number in [0, 1), a multiple of 2^-24, from a key and a counter: the low-bias integer hash of
 * Ellis and Wellons (lowbias32) over `counter * 0x9e3779b9 xor key`. `runtime/run/random.ts` is the same function on numbers.
 */
export function uniform(key: Expr, counter: Exclude<IndexLike, Load>): Expr {
  let h = op("uxor", op("umul", op("unsigned", position(counter)), unsigned(0x9e3779b9)), key);
  h = op("uxor", h, op("ushr", h, unsigned(16)));
  h = op("umul", h, unsigned(0x7feb352d));
  h = op("uxor", h, op("ushr", h, unsigned(15)));
  h = op("umul", h, unsigned(0x846ca68b));
  h = op("uxor", h, op("ushr", h, unsigned(16)));
  return mul(op("ufloat", op("ushr", h, unsigned(8))), 2 ** -24);
}

/** A tensor, as the formulas name it. */
export class Tensor {
  /** Its name in formulas and in generated code. */
  readonly symbol: string;
  readonly shape: readonly number[];

  constructor(symbol: string, shape: readonly number[]) {
    this.symbol = symbol;
    this.shape = shape;
  }

  /** The element at an index that must lie inside. */
  at(...indices: IndexLike[]): Load {
    return { kind: "load", tensor: this.symbol, index: indices.map(index), padded: false };
  }

  /** The element at an index, 0 outside the tensor. */
  padded(...indices: Exclude<IndexLike, Load>[]): Load {
    return { kind: "load", tensor: this.symbol, index: indices.map(affine), padded: true };
  }

  /** What is written to one element. */
  set(indices: readonly Exclude<IndexLike, Load>[], value: ExprLike): Assignment {
    return { tensor: this.symbol, index: indices.map(affine), value: expr(value) };
  }
}

/** Assignments for every point of the space of `axes`. */
export function part(axes: readonly Axis[], ...assignments: Assignment[]): Part {
  return { axes, assignments };
}

/** Names of the dimensions of a shape after the batch, by how many there are. */
const FEATURES: Readonly<Record<number, readonly string[]>> = { 1: ["i"], 2: ["c", "l"], 3: ["c", "h", "w"] };

/** Axes for the dimensions of a shape after the batch: `c`, `h`, `w` for images, `c`, `l` for series, `i` for vectors. */
export function featureAxes(shape: readonly number[]): Axis[] {
  const names = FEATURES[shape.length];
  return shape.map((extent, d) => axis(names?.[d] ?? `d${d}`, extent));
}
