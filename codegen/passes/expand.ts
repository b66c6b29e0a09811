/**
 * Hyperbolic tangents as arithmetic. WebAssembly has none, and a call in the middle of a kernel keeps V8 from packing
 * pairs of vectors, and costs more than what it computes; WGSL's may be off by 1e-5, and overflow on the way.
 *
 * @module
 */
import { expressions, rewriter } from "../ir/expr.ts";
import type { Expr, Kernel } from "../ir/ir.ts";
import { abs, add, div, larger, le, mul, named, neg, select } from "../language/notation.ts";

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
export function expand(kernel: Kernel): Kernel {
  const values = kernel.parts.flatMap(({ assignments }) => assignments.map(({ value }) => value));
  if (!expressions(...values).some((e) => e.kind === "op" && e.op === "tanh")) return kernel;
  const rewrite = rewriter(
    (node) => node.kind === "op" && node.op === "tanh" ? hyperbolicTangent(rewrite(node.operands[0])) : undefined,
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
