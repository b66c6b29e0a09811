/** Powers of e as arithmetic: right wherever f32 has a normal number, and at its ends. */
import assert from "node:assert/strict";
import { interpretKernel } from "../../codegen/ir/interpret.ts";
import { expressions } from "../../codegen/ir/expr.ts";
import type { Expr, Kernel, TensorType } from "../../codegen/ir/ir.ts";
import { abs, axis, exp, log, mul, neg, part, Tensor } from "../../codegen/language/notation.ts";
import { expandPowers } from "../../codegen/passes/expand.ts";

/** Below it 0 is put in a power's place, which would be no normal number; and the largest whose power f32 holds. */
const LEAST = -87.33, MOST = 88.72;
/** Relative: the polynomial is of f32. */
const ALLOWED = 2 ** -22;

const numbers = [
  ...Array.from({ length: 4001 }, (_, i) => (i - 2000) / 20),
  ...[NaN, Infinity, -Infinity, 0, -0, 1e-30, -87.32, -87.34, -88, 88.71, 88.8, 89, 1e30, -1e30],
].map(Math.fround);

/** A kernel that makes y of x, element by element. */
function kernelOf(value: (x: Expr) => Expr): Kernel {
  const n = axis("n", numbers.length), [x, y] = ["x", "y"].map((symbol) => new Tensor(symbol, [n.extent]));
  const type: TensorType = { dtype: "f32", shape: [n.extent], halo: [[0, 0]] };
  return { name: "power", source: "", tensors: { x: type, y: type }, parts: [part([n], y.set([n], value(x.at(n))))] };
}

for (
  const [name, value, plain] of [
    ["of any number", (x: Expr) => exp(x), (x: number) => Math.exp(x)],
    ["of -|x|", (x: Expr) => exp(neg(abs(x))), (x: number) => Math.exp(-Math.abs(x))],
    ["of -x^2 / 2", (x: Expr) => exp(mul(-0.5, x, x)), (x: number) => Math.exp(-0.5 * x * x)],
  ] as const
) {
  Deno.test(`powers of e as arithmetic, ${name}`, () => {
    const kernel = expandPowers(kernelOf(value)), y = new Float32Array(numbers.length);
    const all = expressions(...kernel.parts.flatMap(({ assignments }) => assignments.map(({ value }) => value)));
    assert(!all.some((e) => e.kind === "op" && e.op === "exp"));
    interpretKernel(kernel, { x: Float32Array.from(numbers), y });
    for (const [i, x] of numbers.entries()) {
      const expected = plain(x), argument = Math.log(expected);
      if (Number.isNaN(expected)) assert(Number.isNaN(y[i]), `${x}: ${y[i]}`);
      else if (argument < LEAST) assert.equal(y[i], 0, `${x}`);
      else if (argument > MOST) assert.equal(y[i], Infinity, `${x}`);
      else assert(Math.abs(y[i] - expected) <= ALLOWED * expected, `${x}: ${y[i]}, not ${expected}`);
    }
  });
}

Deno.test("beside a logarithm, which is a call too, powers stay", () => {
  const kernel = kernelOf((x) => log(exp(x)));
  assert.equal(expandPowers(kernel), kernel);
});
