/**
 * Hyperbolic tangents as arithmetic. A call in the middle of a kernel keeps V8 from packing pairs of vectors, and costs
 * more than what it computes.
 *
 * @module
 */
import { expressions, rewriter } from "./expr.ts";
import type { Expr, Kernel } from "./ir.ts";
import { add, div, larger, mul, named, neg } from "./notation.ts";

/** Beyond it tanh is 1 to the last place of f32, and the quotient within a few of them. */
const LIMIT = 7.90531110763549805;
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
 * Eigen and others use, right to a few units in the last place. NaN stays NaN.
 */
function hyperbolicTangent(argument: Expr): Expr {
  const least = named("held", larger(argument, -LIMIT));
  const x = named("x_held", neg(larger(neg(least), -LIMIT)));
  const square = named("x_squared", mul(x, x));
  const polynomial = (coefficients: readonly number[]) =>
    coefficients.slice(1).reduce<Expr>((sum, c) => add(mul(sum, square), c), constant(coefficients[0]));
  return div(mul(x, polynomial(NUMERATOR)), polynomial(DENOMINATOR));
}

/** A kernel without hyperbolic tangents. */
export function expand(kernel: Kernel): Kernel {
  const values = kernel.parts.flatMap(({ assignments }) => assignments.map(({ value }) => value));
  if (!values.flatMap(expressions).some((e) => e.kind === "op" && e.op === "tanh")) return kernel;
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
