/**
 * Hyperbolic tangents and powers of e as arithmetic. WebAssembly has neither, and a call in the middle of a kernel keeps
 * V8 from packing pairs of vectors, and costs more than what it computes; WGSL's tangents may be off by 1e-5, and overflow
 * on the way.
 *
 * @module
 */
import { expressions, rewriter } from "../ir/expr.ts";
import type { Expr, Kernel, Op } from "../ir/ir.ts";
import { abs, add, div, larger, le, lt, mul, named, nearest, neg, pow2, select, sub } from "../language/notation.ts";

/** Beyond it the quotient is held: tanh is 1 there within a few last places of f32, and no rounding brings it above 1. */
const LIMIT = 8;
/** The least f32 whose tanh is nearer to 1 than to the f32 before. */
const SATURATED = 9.010913848876953;
/** Coefficients of x^13, x^11, ... of the numerator; x^6, x^4, ... of the denominator. */
const NUMERATOR = [
  -2.76076847742355e-16,
  2.00018790482477e-13,
  -8.60467152213735e-11,
  5.12229709037114e-8,
  1.48572235717979e-5,
  6.37261928875436e-4,
  4.89352455891786e-3,
];
const DENOMINATOR = [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3];

const constant = (value: number): Expr => ({ kind: "constant", value, type: "f32" });

/**
 * tanh(x) as a quotient of polynomials in x, which is held within the limits: the minimax fit of degree 13 over 6 that
 * Eigen and others use, right to a few units in the last place. How a target rounds decides how near to 1 it comes, so
 * 1 and -1 are put in its place where tanh is that: the slope 1 - y^2 is 0 there. NaN stays NaN.
 */
function hyperbolicTangent(argument: Expr): Expr {
  // of the other sign, so that one bound does for both sides; the quotient of two numbers of other signs is the same
  const x = named("opposite", larger(neg(larger(argument, -LIMIT)), -LIMIT));
  const square = named("squared", mul(x, x));
  const polynomial = (coefficients: readonly number[]) =>
    coefficients.slice(1).reduce<Expr>((sum, c) => add(mul(sum, square), c), constant(coefficients[0]));
  const quotient = div(mul(x, polynomial(NUMERATOR)), polynomial(DENOMINATOR.map((c) => -c)));
  return select(le(SATURATED, abs(argument)), mul(x, -1 / LIMIT), quotient);
}

/** A kernel without hyperbolic tangents. */
export const expand = (kernel: Kernel): Kernel => replaced(kernel, "tanh", hyperbolicTangent);

/** Whether a kernel has an operation. */
function uses({ parts }: Kernel, op: Op): boolean {
  const values = parts.flatMap(({ assignments }) => assignments.map(({ value }) => value));
  return expressions(...values).some((e) => e.kind === "op" && e.op === op);
}

/** Puts arithmetic in place of an operation of one operand. */
function replaced(kernel: Kernel, op: Op, by: (argument: Expr) => Expr): Kernel {
  if (!uses(kernel, op)) return kernel;
  const rewrite = rewriter(
    (node) => node.kind === "op" && node.op === op ? by(rewrite(node.operands[0])) : undefined,
    (index) => index,
  );
  return {
    ...kernel,
    parts: kernel.parts.map(({ axes, assignments }) => ({
      axes,
      assignments: assignments.map((a) => ({ ...a, value: rewrite(a.value) })),
    })),
  };
}

/** How a target spells what this has put arithmetic in place of. */
export function expanded(): never {
  throw new Error("a hyperbolic tangent was not expanded");
}

/** e^r - 1 - r by r^2, for r from -ln(2) / 2 to ln(2) / 2, highest power first: that of Cephes (Moshier, `expf`). */
const POWERS = [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
/** ln(2) in two parts, of which the first has few digits, so that its multiples are exact. */
const LN2 = 0.693359375, LN2_REST = -2.12194440e-4;
/** Below it e^x is no normal number, and 0 is put in its place; 2^n is known as far as these go. */
const LEAST = -87.33, HELD = -88, MOST = 89;

/**
 * e^x as 2^n e^r, infinite where f32 holds none. NaN stays NaN. A power of 2 is put in by two factors, since 2^128 is no
 * f32, but for what is no more than 0.
 */
function exponential(argument: Expr): Expr {
  const isBelow = isNoMoreThan0(argument), least = larger(argument, HELD);
  const x = named("held", isBelow ? least : neg(larger(neg(least), -MOST)));
  const n = named("whole", nearest(mul(x, Math.LOG2E)));
  const r = named("rest", sub(sub(x, mul(n, LN2)), mul(n, LN2_REST)));
  const powers = POWERS.slice(1).reduce<Expr>((sum, c) => add(mul(sum, r), c), constant(POWERS[0]));
  const near = add(add(mul(powers, named("rest_squared", mul(r, r))), r), 1),
    half = named("half", nearest(mul(n, 0.5)));
  const power = isBelow ? mul(near, pow2(n)) : mul(near, pow2(half), pow2(sub(n, half)));
  return select(lt(argument, LEAST), 0, power);
}

/** Whether it is -|x|, or a square times a number below 0. */
function isNoMoreThan0(expr: Expr): boolean {
  if (expr.kind !== "op") return false;
  const [a, b] = expr.operands;
  if (expr.op === "neg") return a.kind === "op" && a.op === "abs";
  if (expr.op !== "mul" || a.kind !== "op" || a.op !== "mul" || a.operands[1] !== b) return false;
  const [factor] = a.operands;
  return factor.kind === "constant" && factor.value < 0;
}

/**
 * A kernel without exponentials, for targets whose exponential is a call: that keeps the engine from packing what is around
 * it. Where there is a logarithm, which is a call too, they stay.
 */
export const expandPowers = (kernel: Kernel): Kernel =>
  uses(kernel, "log") ? kernel : replaced(kernel, "exp", exponential);
