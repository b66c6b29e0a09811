/**
 * What WebAssembly has no instruction for: e^x and logarithm of f32, one at a time and four at a
 * time, and the sum of a vector's lanes.
 *
 * e^x and log are those of Cephes (Moshier, `expf` and `logf`): range reduction to |r| <= ln(2) / 2, a polynomial, and
 * the power of 2 put into the exponent.
 *
 * @module
 */
import { isVector, type Statement, typeOf, type Value } from "../../ir/ir.ts";

const EXP = [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
const LOG = [
  7.0376836292e-2,
  -1.1514610310e-1,
  1.1676998740e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
];

/** ((c0 x + c1) x + c2) x + ..., of scalars or of vectors. */
function polynomial(coefficients: readonly number[], x: string, kind: "f32" | "f32x4"): string {
  const number = (value: number) =>
    kind === "f32" ? `(f32.const ${value})` : `(v128.const f32x4 ${`${value} `.repeat(4)})`;
  return coefficients.slice(1).reduce(
    (sum, c) => `(${kind}.add (${kind}.mul ${sum} ${x}) ${number(c)})`,
    number(coefficients[0]),
  );
}

/**
 * e^x; `kind` says of what. The result is infinite where f32 holds none, and 0 below -87.33, where it would not be a
 * normal number; NaN stays NaN.
 */
function exponential(kind: "f32" | "f32x4"): string {
  const wide = kind === "f32x4";
  const type = wide ? "v128" : "f32", integer = wide ? "i32x4" : "i32", name = wide ? "$exp.4" : "$exp";
  const f = (value: number) => wide ? `(v128.const f32x4 ${`${value} `.repeat(4)})` : `(f32.const ${value})`;
  const i = (value: number) => wide ? `(v128.const i32x4 ${`${value} `.repeat(4)})` : `(i32.const ${value})`;
  const truncate = wide ? "i32x4.trunc_sat_f32x4_s" : "i32.trunc_sat_f32_s";
  const shift = (how: string, value: string, by: number) =>
    `(${integer}.${how} ${value} ${wide ? `(i32.const ${by})` : i(by)})`;
  // 2^128 is no f32, and times a number below 1 it may be: so it comes in two factors
  const half = shift("shr_s", "(local.get $whole)", 1);
  const power = (exponent: string) => {
    const bits = shift("shl", `(${integer}.add ${exponent} ${i(127)})`, 23);
    return wide ? bits : `(f32.reinterpret_i32 ${bits})`;
  };
  const choose = (test: string, a: string, b: string) =>
    wide ? `(v128.bitselect ${a} ${b} ${test})` : `(select ${a} ${b} ${test})`;
  return `(func ${name} (param $x ${type}) (result ${type}) (local $n ${type}) (local $r ${type}) (local $y ${type}) (local $whole ${
    wide ? "v128" : "i32"
  })
  (local.set $n (${kind}.nearest (${kind}.mul (local.get $x) ${f(1.44269504088896341)})))
  (local.set $r (${kind}.sub (${kind}.sub (local.get $x) (${kind}.mul (local.get $n) ${
    f(0.693359375)
  })) (${kind}.mul (local.get $n) ${f(-2.12194440e-4)})))
  (local.set $y (${kind}.add (${kind}.add (${kind}.mul ${
    polynomial(EXP, "(local.get $r)", kind)
  } (${kind}.mul (local.get $r) (local.get $r))) (local.get $r)) ${f(1)}))
  (local.set $whole (${truncate} (local.get $n)))
  (local.set $y (${kind}.mul (${kind}.mul (local.get $y) ${power(half)}) ${
    power(`(${integer}.sub (local.get $whole) ${half})`)
  }))
  (local.set $y ${choose(`(${kind}.lt (local.get $x) ${f(-87.33)})`, f(0), "(local.get $y)")})
  (local.set $y ${
    choose(
      `(${kind}.gt (local.get $x) ${f(88.8)})`,
      wide ? "(v128.const f32x4 inf inf inf inf)" : "(f32.const inf)",
      "(local.get $y)",
    )
  })
  ${choose(`(${kind}.ne (local.get $x) (local.get $x))`, "(local.get $x)", "(local.get $y)")})`;
}

/** What there is to call. */
export type Called = "exp" | "exp.4" | "log" | "log.4" | "total";

/** Functions by name, each after the one that it calls. */
const FUNCTIONS: readonly (readonly [name: Called, text: string, calls?: Called])[] = [
  ["exp", exponential("f32")],
  ["exp.4", exponential("f32x4")],
  [
    "log",
    `(func $log (param $x f32) (result f32) (local $bits i32) (local $e f32) (local $m f32) (local $z f32) (local $below f32)
  (if (f32.ne (local.get $x) (local.get $x)) (then (return (local.get $x))))
  (if (f32.le (local.get $x) (f32.const 0)) (then (return (select (f32.const -inf) (f32.const nan) (f32.eq (local.get $x) (f32.const 0))))))
  (if (f32.eq (local.get $x) (f32.const inf)) (then (return (local.get $x))))
  (if (f32.lt (local.get $x) (f32.const 0x1p-126)) (then (local.set $x (f32.mul (local.get $x) (f32.const 0x1p23))) (local.set $below (f32.const 23))))
  (local.set $bits (i32.reinterpret_f32 (local.get $x)))
  (local.set $e (f32.sub (f32.convert_i32_s (i32.sub (i32.shr_u (local.get $bits) (i32.const 23)) (i32.const 126))) (local.get $below)))
  (local.set $m (f32.reinterpret_i32 (i32.or (i32.and (local.get $bits) (i32.const 0x7fffff)) (i32.const 0x3f000000))))
  (if (f32.lt (local.get $m) (f32.const 0.707106781186547524))
    (then (local.set $e (f32.sub (local.get $e) (f32.const 1))) (local.set $m (f32.sub (f32.add (local.get $m) (local.get $m)) (f32.const 1))))
    (else (local.set $m (f32.sub (local.get $m) (f32.const 1)))))
  (local.set $z (f32.mul (local.get $m) (local.get $m)))
  (f32.add (f32.add (f32.sub
    (f32.add (f32.mul (f32.mul ${
      polynomial(LOG, "(local.get $m)", "f32")
    } (local.get $m)) (local.get $z)) (f32.mul (local.get $e) (f32.const -2.12194440e-4)))
    (f32.mul (local.get $z) (f32.const 0.5))) (local.get $m)) (f32.mul (local.get $e) (f32.const 0.693359375))))`,
  ],
  [
    "log.4",
    `(func $log.4 (param $x v128) (result v128)
  ${
      [0, 1, 2, 3].reduce(
        (text, lane) => `(f32x4.replace_lane ${lane} ${text} (call $log (f32x4.extract_lane ${lane} (local.get $x))))`,
        "(local.get $x)",
      )
    })`,
    "log",
  ],
  [
    "total",
    `(func $total (param $x v128) (result f32)
  (f32.add
    (f32.add (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
    (f32.add (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))`,
  ],
];

/** The functions that are called, by name, and those that these call. */
export function prelude(called: Iterable<Called>): string[] {
  const needed = new Set(called);
  for (const [name, , calls] of FUNCTIONS) if (calls !== undefined && needed.has(name)) needed.add(calls);
  return FUNCTIONS.filter(([name]) => needed.has(name)).map(([, text]) => text);
}

/** The functions that statements call, for what WebAssembly has no instruction for. */
export function calledIn(body: readonly Statement[]): Called[] {
  const called = new Set<Called>();
  const visit = (v: Value): void => {
    if (v.kind === "total") called.add("total");
    if (v.kind === "splat" || v.kind === "total") visit(v.value);
    if (v.kind !== "apply") return;
    if (v.op === "exp" || v.op === "log") called.add(isVector(typeOf(v)) ? `${v.op}.4` : v.op);
    v.operands.forEach(visit);
  };
  const run = (s: Statement): void => {
    if ("body" in s) s.body.forEach(run);
    else if ("value" in s) visit(s.value);
  };
  body.forEach(run);
  return [...called];
}
