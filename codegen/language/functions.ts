/**
 * Functions that no target has, as arithmetic: right to some units in the last place of f32 wherever that is a normal
 * number, and free of overflow on the way. NaN stays NaN.
 *
 * @module
 */
import type { Expr } from "../ir/ir.ts";
import { abs, add, div, exp, type ExprLike, larger, le, lt, mul, named, neg, select, sub } from "./notation.ts";

/** ((c0 x + c1) x + c2) x + ... */
export function polynomial(coefficients: readonly number[], x: Expr): Expr {
  return coefficients.slice(2).reduce(
    (sum, c) => add(mul(sum, x), c),
    add(mul(coefficients[0], x), coefficients[1]),
  );
}

/** Where both ways to e^x - 1 are right: below, the difference loses less than two bits. */
const NEAR_0 = -0.5;
/** 1/9!, ..., 1/2!, 1: x times the sum of their powers, from x^8 on, is e^x - 1 from {@linkcode NEAR_0} to 0 to 2e-9. */
const TAYLOR = Array.from({ length: 9 }, (_, i) => 1 / factorial(9 - i));

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** e^x - 1 for x <= 0. */
export function expm1(x: Expr): Expr {
  return select(le(x, NEAR_0), sub(exp(x), 1), mul(x, polynomial(TAYLOR, x)));
}

/** 1/15, 1/13, ..., 1/3, 1. */
const AREA_TANGENT = Array.from({ length: 8 }, (_, i) => 1 / (15 - 2 * i));

/** ln(1 + x) for x from 0 to 1: 2 artanh(x / (2 + x)), whose argument is 1/3 at most, so that eight terms do. */
export function log1p(x: Expr): Expr {
  const s = named("ratio", div(x, add(2, x)));
  return mul(2, s, polynomial(AREA_TANGENT, named("ratio_squared", mul(s, s))));
}

/** x within `limit` on both sides, so that 0 times it is 0. */
export function held(x: ExprLike, limit: number): Expr {
  return neg(larger(neg(larger(x, -limit)), -limit));
}

/** 1 / (1 + e^-x) and 1 / (1 + e^x), its complement, both from a power that does not overflow. */
export function logistic(x: Expr): { readonly share: Expr; readonly rest: Expr } {
  const power = named("power", exp(neg(abs(x)))), whole = named("whole", add(1, power)), isNegative = lt(x, 0);
  return { share: div(select(isNegative, power, 1), whole), rest: div(select(isNegative, 1, power), whole) };
}

/** The entry of a list at a whole number, by halves; neighbours that are equal are one. */
export function entryAt(list: readonly number[], at: Expr): Expr | number {
  const starts = list.keys().filter((i) => list[i] !== list[i - 1]).toArray();
  const within = (from: number, to: number): Expr | number => {
    if (to - from === 1) return list[starts[from]];
    const middle = Math.ceil((from + to) / 2);
    return select(lt(at, starts[middle]), within(from, middle), within(middle, to));
  };
  return within(0, starts.length);
}
