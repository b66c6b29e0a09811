import { z } from "../../codegen/zod.ts";
import { elementwise, onnxNumber } from "../../codegen/language/layer.ts";
import { held, logistic, polynomial } from "../../codegen/language/functions.ts";
import {
  abs,
  add,
  div,
  exp,
  type ExprLike,
  larger,
  lt,
  mul,
  named,
  select,
  sub,
} from "../../codegen/language/notation.ts";
import type { Expr } from "../../codegen/ir/ir.ts";

/** Beyond it the normal distribution has no share that f32 holds; nor has its approximation, from less on. */
const LIMIT = 14.5;
/**
 * The share of the normal distribution beyond |x| is e^(-x^2 / 2) t P(t), with t = 1 / (1 + c |x|): P is a minimax fit of
 * degree 8 from 0 to {@linkcode LIMIT}, right to 3e-8 of it.
 */
const SPREAD = 0.35,
  TAIL = [
    -0.029158029705286026,
    0.1440316140651703,
    -0.25584039092063904,
    0.15932124853134155,
    -0.023213393986225128,
    0.10555292665958405,
    0.11982118338346481,
    0.1398635357618332,
    0.139621302485466,
  ];

/** The share of the normal distribution below x, and e^(-x^2 / 2), for x within {@linkcode LIMIT}. */
function normal(x: Expr): { readonly below: Expr; readonly bell: Expr } {
  const t = named("t", div(1, add(1, mul(SPREAD, abs(x))))), bell = named("bell", exp(mul(-0.5, x, x)));
  const tail = named("tail", mul(bell, t, polynomial(TAIL, t)));
  return { below: select(lt(x, 0), tail, sub(1, tail)), bell };
}

/** sqrt(2 / pi), and the share of the cube: https://arxiv.org/abs/1606.08415. */
const SCALE = Math.sqrt(2 / Math.PI), CUBE = 0.044715;
/** Beyond it the approximation's share is 0 or 1 in f32. */
const TANH_LIMIT = 10.5;
/** Twice what the hyperbolic tangent is taken of: (1 + tanh(u)) / 2 is 1 / (1 + e^-2u). */
const twice = (x: Expr) => mul(2 * SCALE, x, add(1, mul(CUBE, x, x)));

/** x times the share of the normal distribution below it. */
export const gelu = elementwise({
  type: "gelu",
  source: "kernels/layers/gelu.ts",
  summary: "x times the share of the normal distribution below x; approximate: by a hyperbolic tangent",
  options: {
    approximate: z.enum(["none", "tanh"]).default("none").describe(
      "Whether the share is that of a hyperbolic tangent.",
    ),
  },
  onnx: ({ approximate }) => {
    const op = (op: string, ...inputs: (string | number)[]) => ({
      op,
      inputs: inputs.map((input) => typeof input === "number" ? onnxNumber(input) : input),
    });
    const curve = approximate === "none" ? [op("Mul", "x", Math.SQRT1_2), op("Erf", "y")] : [
      op("Mul", "x", "x"),
      op("Mul", "y", CUBE),
      op("Add", "y", 1),
      op("Mul", "y", "x"),
      op("Mul", "y", SCALE),
      op("Tanh", "y"),
    ];
    return [...curve, op("Add", "y", 1), op("Mul", "y", "x"), op("Mul", "y", 0.5)];
  },
  // x is held where the share is 0: infinity times that is no number
  forward: (x, { approximate }) =>
    approximate === "none"
      ? mul(larger(x, -LIMIT), normal(named("inside", held(x, LIMIT))).below)
      : mul(larger(x, -TANH_LIMIT), logistic(named("twice", twice(named("inside", held(x, TANH_LIMIT))))).share),
  backward({ x: input, dy }, { approximate }) {
    const x = named("inside", held(input, approximate === "none" ? LIMIT : TANH_LIMIT));
    if (approximate === "none") {
      const { below, bell } = normal(x);
      return mul(dy, add(below, mul(x, 1 / Math.sqrt(2 * Math.PI), bell)));
    }
    const { share, rest } = logistic(named("twice", twice(x)));
    const slope: ExprLike = mul(2 * SCALE, add(1, mul(3 * CUBE, x, x)));
    return mul(dy, share, add(1, mul(x, rest, slope)));
  },
});
