/** Nests by hand, printed as WebAssembly and run: hyperbolic tangents as arithmetic, integers in lanes, ramps, masks. */
import assert from "node:assert/strict";
import { broadcast } from "../../codegen/passes/broadcast.ts";
import { compileKernel } from "../../codegen/compile.ts";
import { expressions } from "../../codegen/ir/expr.ts";
import type { Storage } from "../../codegen/ir/interpret.ts";
import { interpretNest } from "../../codegen/ir/interpret_nest.ts";
import {
  BYTES,
  type Kernel,
  type LoopNest,
  type Offset,
  type Statement,
  type Type,
  type Value,
} from "../../codegen/ir/ir.ts";
import { nestText } from "../../codegen/ir/text.ts";
import { add, axis, mul, part, sqrt, tanh, Tensor } from "../../codegen/language/notation.ts";
import { printNest } from "../../codegen/print/print.ts";
import type { Address, Target } from "../../codegen/targets/target.ts";
import { expand } from "../../codegen/passes/expand.ts";
import { calledIn, prelude } from "../../codegen/targets/wasm/prelude.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { Writer } from "../../codegen/print/writer.ts";
import { targets } from "../../mod.ts";
import { assemble } from "../../runtime/backends/threads/load.ts";
import { PAGE } from "../../runtime/backends/threads/pages.ts";
import { hash, uniform } from "../../runtime/run/random.ts";

const WASM = targets.filter(({ wholeAddresses }) => wholeAddresses);
/** One unit in the last place of an f32, relative. */
const ULP = 2 ** -23;

/** Runs a nest on a target, on storages that it changes as the interpreter would. */
async function run(nest: LoopNest, target: Target, storages: Readonly<Record<string, Storage>>): Promise<void> {
  const places: Record<string, Address> = {}, addresses: Record<string, number> = {};
  let end = 64;
  for (const [symbol, { dtype }] of Object.entries(nest.tensors)) {
    addresses[symbol] = end;
    places[symbol] = { address: end };
    end = Math.ceil((end + storages[symbol].length * BYTES[dtype]) / 64) * 64;
  }
  const writer = new Writer();
  const inUnits = target.inUnits!(nest);
  printNest(inUnits, target.syntax(inUnits, places), writer);
  const text = writer.toString();
  const module = await assemble(
    `(module (memory (export "memory") ${Math.ceil(end / PAGE)}) ${prelude(calledIn(nest.body)).join("\n")}\n${text})`,
  );
  const exported = new WebAssembly.Instance(module).exports;
  const { buffer } = exported.memory as WebAssembly.Memory;
  const views = Object.entries(storages).map(([symbol, storage]) => {
    const View = storage.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Storage;
    return [storage, new View(buffer, addresses[symbol], storage.length)] as const;
  });
  for (const [storage, view] of views) view.set(storage);
  (exported[nest.name] as (step: number) => void)(0);
  for (const [storage, view] of views) storage.set(view);
}

// ---- hyperbolic tangents

/** All sizes and both signs, densely where the curve bends, and the edges of what is computed. */
function arguments_(): Float32Array {
  const values = [0, -0, Infinity, -Infinity, NaN, 7.90531110763549805, -7.90531110763549805, 7.9053106, 7.9053116];
  for (let i = -40_000; i <= 40_000; i++) values.push(i / 4096);
  for (let e = -44; e <= 38; e += 1 / 16) values.push(10 ** e, -(10 ** e));
  for (let i = 0; i < 20_000; i++) values.push(20 * uniform(7, i) - 10);
  // any bits: most of them are tiny or huge
  for (let i = 0; i < 20_000; i++) values.push(new Float32Array(Uint32Array.of(hash(11, i)).buffer)[0]);
  // not a multiple of four: the last ones are done alone
  if (values.length % 4 === 0) values.push(0.5);
  return Float32Array.from(values);
}

const INPUTS = arguments_();

function tanhKernel(length: number): Kernel {
  const n = axis("n", length), x = new Tensor("x", [length]), y = new Tensor("y", [length]);
  const type = { dtype: "f32", shape: [length], halo: [[0, 0]] } as const;
  return {
    name: "bend",
    source: "tests",
    parts: [part([n], y.set([n], tanh(x.at(n))))],
    tensors: { x: type, y: type },
  };
}

/** The tangents of a list, as a target computes them. */
async function tangents(target: Target, inputs: Float32Array, vectorize?: string): Promise<Float32Array> {
  const { nest } = compileKernel(tanhKernel(inputs.length), vectorize ? { vectorize } : {}, target);
  assert.equal(nestText(nest).includes("f32x4"), vectorize !== undefined);
  const y = new Float32Array(inputs.length);
  await run(nest, target, { x: inputs.slice(), y });
  return y;
}

for (const target of WASM) {
  Deno.test(`${target.name}: tanh as arithmetic is within 4 units in the last place, of every size`, async () => {
    const found = await tangents(target, INPUTS, "n"), alone = await tangents(target, INPUTS);
    let cases = 0, tiny = 0;
    for (const [i, x] of INPUTS.entries()) {
      const expected = Math.tanh(x), y = found[i];
      // the same bits in lanes as alone, but where only lanes round once
      if (!target.fma) assert(Object.is(y, alone[i]), `tanh(${x}) is ${y} in lanes, ${alone[i]} alone`);
      for (const value of [y, alone[i]]) {
        if (Number.isNaN(x)) {
          assert(Number.isNaN(value));
          continue;
        }
        // below this, products on the way are no normal numbers
        const relative = Math.abs(x) >= 2 ** -112;
        const allowed = relative ? 4 * ULP * Math.abs(expected) : 2 ** -126;
        assert(Math.abs(value - expected) <= allowed, `tanh(${x}) is ${value}, not ${expected}`);
        if (!relative) tiny++;
        assert(Math.abs(value) <= 1, `tanh(${x}) is ${value}: its gradient would have another sign`);
        cases++;
      }
    }
    assert(cases > 200_000 && tiny > 1000, `${cases} cases, ${tiny} of them tiny`);
  });

  Deno.test(`${target.name}: tanh of infinity, 0 and NaN, and where it is flat`, async () => {
    const found = await tangents(target, Float32Array.of(Infinity, -Infinity, 0, -0, NaN, 8, 100, -3e38), "n");
    const flat = found[5];
    assert(Math.abs(flat - 1) <= 4 * ULP);
    assert.deepEqual([...found], [1, -1, 0, -0, NaN, flat, 1, -1], "signed zeros keep their sign");
  });
}

Deno.test("negative control: a tanh that is off by a millionth is not within 4 units in the last place", async () => {
  const inputs = Float32Array.from({ length: 64 }, (_, i) => (i - 32) / 16 + 1 / 64);
  const found = await tangents(WASM[0], inputs.map((x) => x * (1 + 1e-6)), "n");
  const off = found.filter((y, i) => Math.abs(y - Math.tanh(inputs[i])) > 4 * ULP * Math.abs(Math.tanh(inputs[i])));
  assert(off.length > 20, `${off.length} of 64`);
});

Deno.test("expanding leaves no tanh, and changes nothing else", () => {
  const x = new Tensor("x", [4]), y = new Tensor("y", [4]), n = axis("n", 4);
  const kernel: Kernel = { ...tanhKernel(4), parts: [part([n], y.set([n], add(tanh(mul(tanh(x.at(n)), 2)), 1)))] };
  const ops = ({ parts }: Kernel) =>
    parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)))
      .flatMap((e) => e.kind === "op" ? [e.op] : []);
  assert.equal(ops(kernel).filter((op) => op === "tanh").length, 2);
  const expanded = expand(kernel);
  assert(!ops(expanded).includes("tanh"), "one inside of the other is expanded too");
  assert.equal(ops(expanded).filter((op) => op === "div").length, 2);
  const plain = { ...kernel, parts: [part([n], y.set([n], mul(x.at(n), 2)))] };
  assert.deepEqual(expand(plain), plain);
  assert.equal(ops(kernel).filter((op) => op === "tanh").length, 2, "what is given stays");
});

// ---- lanes, by hand

const offset = (constant: number, ...terms: [string, number][]): Offset => ({
  constant,
  terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })),
});
const element = (tensor: string, at: Offset, type: Type): Value => ({ kind: "element", tensor, offset: at, type });
const constant = (value: number, type: "f32" | "i32" | "u32"): Value => ({ kind: "constant", value, type });
const splat = (value: Value): Value => ({ kind: "splat", value });
const apply = (op: Extract<Value, { kind: "apply" }>["op"], ...operands: Value[]): Value => ({
  kind: "apply",
  op,
  operands,
});
const store = (tensor: string, at: Offset, value: Value): Statement => ({ kind: "store", tensor, offset: at, value });
const ramp = (at: Offset, step: number): Value => ({ kind: "ramp", offset: at, step });

/** One store of four lanes, and what must be in them. `a` is 1.5, -2, 0, 4, 8, ...; `k` is 3, 2, 7, 2, 9, ... */
const LANES: readonly [what: string, value: Value, expected: readonly number[]][] = [
  ["neighbours of f32", element("a", offset(1), "f32x4"), [-2, 0, 4, 8]],
  ["neighbours of i32", apply("float", element("k", offset(0), "i32x4")), [3, 2, 7, 2]],
  ["a ramp of 1", apply("float", ramp(offset(5), 1)), [5, 6, 7, 8]],
  ["a ramp of 3", apply("float", ramp(offset(5), 3)), [5, 8, 11, 14]],
  ["a ramp of -2", apply("float", ramp(offset(5), -2)), [5, 3, 1, -1]],
  ["a ramp of 0", apply("float", ramp(offset(5), 0)), [5, 5, 5, 5]],
  ["a ramp from a loaded integer", apply("float", ramp(offset(1, ["first", 10]), 7)), [31, 38, 45, 52]],
  ["a scalar in all lanes", splat(element("a", offset(3), "f32")), [4, 4, 4, 4]],
  ["a loaded integer in all lanes", apply("float", splat(element("k", offset(4), "i32"))), [9, 9, 9, 9]],
  ["an index in all lanes", apply("float", splat({ kind: "offset", offset: offset(2, ["first", 4]) })), [
    14,
    14,
    14,
    14,
  ]],
  [
    "which integers are 2",
    apply(
      "select",
      apply("eq", element("k", offset(0), "i32x4"), splat(constant(2, "i32"))),
      splat(constant(1, "f32")),
      splat(constant(0, "f32")),
    ),
    [0, 1, 0, 1],
  ],
  [
    "which integers are not 2",
    apply(
      "select",
      apply("eq", element("k", offset(0), "i32x4"), splat(constant(2, "i32"))),
      splat(constant(0, "f32")),
      splat(constant(1, "f32")),
    ),
    [1, 0, 1, 0],
  ],
  [
    "one of two floats",
    apply(
      "select",
      apply("lt", element("a", offset(0), "f32x4"), splat(constant(0.5, "f32"))),
      element("a", offset(1), "f32x4"),
      element("a", offset(0), "f32x4"),
    ),
    [1.5, 0, 4, 4],
  ],
  [
    "one of two integers",
    apply(
      "float",
      apply(
        "pick",
        apply("le", element("a", offset(0), "f32x4"), splat(constant(0, "f32"))),
        element("k", offset(0), "i32x4"),
        ramp(offset(0), 10),
      ),
    ),
    [0, 2, 7, 30],
  ],
  [
    "a condition in all lanes",
    apply(
      "select",
      splat(apply("lt", element("a", offset(1), "f32"), constant(0, "f32"))),
      element("a", offset(0), "f32x4"),
      splat(constant(0, "f32")),
    ),
    [1.5, -2, 0, 4],
  ],
  [
    "unsigned arithmetic",
    apply(
      "ufloat",
      apply(
        "ushr",
        apply(
          "uxor",
          apply("umul", apply("unsigned", ramp(offset(1), 1)), splat(constant(0x80000001, "u32"))),
          splat(constant(0xfff, "u32")),
        ),
        splat(constant(8, "u32")),
      ),
    ),
    // i times 2^31 + 1 modulo 2^32, the last 12 bits turned over, and 8 of them shifted out
    [1, 2, 3, 4].map((i) => ((Math.imul(i, 0x80000001) ^ 0xfff) >>> 0) >>> 8),
  ],
  ["a power of the whole number next to it", apply("pow2", apply("nearest", element("a", offset(0), "f32x4"))), [
    4,
    0.25,
    1,
    16,
  ]],
  ["the sum of the lanes", splat({ kind: "total", value: element("a", offset(0), "f32x4") }), [3.5, 3.5, 3.5, 3.5]],
  [
    "a product and a sum",
    apply("fma", element("a", offset(0), "f32x4"), element("a", offset(1), "f32x4"), splat(constant(1, "f32"))),
    [-2, 1, 1, 33],
  ],
];

const FLOATS = [1.5, -2, 0, 4, 8, 16, 32, 64], INTEGERS = [3, 2, 7, 2, 9, 1, 0, 5];

function lanesNest(value: Value): LoopNest {
  const type = (dtype: "f32" | "i32", shape: number[]) => ({ dtype, shape, halo: shape.map(() => [0, 0] as const) });
  return {
    name: "lanes",
    tensors: { a: type("f32", [8]), k: { ...type("i32", [8]), below: 10 }, y: type("f32", [4]) },
    outputs: ["y"],
    body: [
      { kind: "let", name: "first", type: "i32", value: element("k", offset(0), "i32") },
      store("y", offset(0), value),
    ],
  };
}

Deno.test("vectors by hand: interpreted, and on each WebAssembly target", async () => {
  let ran = 0;
  for (const [what, value, expected] of LANES) {
    const nest = lanesNest(value);
    proveNest(nest);
    for (const rewritten of [nest, broadcast(nest)]) {
      for (const target of [undefined, ...WASM]) {
        const storages = { a: Float32Array.from(FLOATS), k: Int32Array.from(INTEGERS), y: new Float32Array(4) };
        if (target) await run(rewritten, target, storages);
        else interpretNest(rewritten, storages);
        assert.deepEqual([...storages.y], expected, `${what}: ${target?.name ?? "interpreted"}`);
        ran++;
      }
    }
  }
  assert.equal(ran, LANES.length * 2 * (1 + WASM.length));
});

Deno.test("integers are stored in lanes", async () => {
  const nest = lanesNest(ramp(offset(3), 5)), whole = { ...nest, tensors: { ...nest.tensors, y: nest.tensors.k } };
  const own = { ...whole, tensors: { ...whole.tensors, y: { ...nest.tensors.y, dtype: "i32" as const } } };
  proveNest(own);
  for (const target of WASM) {
    const storages = { a: Float32Array.from(FLOATS), k: Int32Array.from(INTEGERS), y: new Int32Array(4) };
    await run(own, target, storages);
    assert.deepEqual([...storages.y], [3, 8, 13, 18], target.name);
  }
});

Deno.test("negative control: a ramp that grows by something else gives something else", async () => {
  const storages = { a: Float32Array.from(FLOATS), k: Int32Array.from(INTEGERS), y: new Float32Array(4) };
  await run(lanesNest(apply("float", ramp(offset(5), 2))), WASM[0], storages);
  assert.notDeepEqual([...storages.y], [5, 8, 11, 14]);
});

// ---- loads joined with their broadcast

const let_ = (name: string, type: Type, value: Value): Statement => ({ kind: "let", name, type, value });
const local = (name: string, type: Type): Value => ({ kind: "local", name, type });
const X = let_("x", "f32", element("a", offset(0), "f32")), X_ALL = let_("x_all", "f32x4", splat(local("x", "f32")));
const JOINED = let_("x_all", "f32x4", splat(element("a", offset(0), "f32")));
const use = (tensor = "y") => store(tensor, offset(0), local("x_all", "f32x4"));

const BROADCASTS: readonly [what: string, body: Statement[], joined: Statement[] | undefined][] = [
  ["used by the broadcast alone", [X, X_ALL, use()], [JOINED, use()]],
  ["with something in between", [X, let_("z", "f32", element("a", offset(1), "f32")), X_ALL, use()], [
    let_("z", "f32", element("a", offset(1), "f32")),
    JOINED,
    use(),
  ]],
  ["with a store to something else in between", [X, store("y", offset(0), local("x_all", "f32x4")), X_ALL], [
    store("y", offset(0), local("x_all", "f32x4")),
    JOINED,
  ]],
  ["used by something else too", [
    X,
    X_ALL,
    store("y", offset(0), apply("add", local("x_all", "f32x4"), splat(local("x", "f32")))),
  ], undefined],
  ["used by something else in a loop", [X, X_ALL, {
    kind: "loop",
    variable: "i",
    from: 0,
    to: 2,
    step: 1,
    parallel: false,
    body: [store("y", offset(0), local("x", "f32")), use()],
  }], undefined],
  ["broadcast in a loop: the load would be repeated", [X, {
    kind: "loop",
    variable: "i",
    from: 0,
    to: 2,
    step: 1,
    parallel: false,
    body: [X_ALL, use()],
  }], undefined],
  [
    "an integer",
    [let_("k0", "i32", element("k", offset(0), "i32")), let_("k_all", "i32x4", splat(local("k0", "i32")))],
    undefined,
  ],
  ["computed, not loaded", [let_("x", "f32", apply("neg", element("a", offset(0), "f32"))), X_ALL, use()], undefined],
  ["overwritten in between", [X, store("a", offset(0), constant(5, "f32")), X_ALL, use()], undefined],
  ["overwritten in a loop in between", [
    X,
    {
      kind: "loop",
      variable: "i",
      from: 0,
      to: 2,
      step: 1,
      parallel: false,
      body: [store("a", offset(0, ["i", 1]), constant(5, "f32"))],
    },
    X_ALL,
    use(),
  ], undefined],
];

Deno.test("a load goes into its broadcast where nothing else uses it, and nothing is between", () => {
  let joins = 0;
  for (const [what, body, joined] of BROADCASTS) {
    const nest = { ...lanesNest(constant(0, "f32")), body };
    assert.deepEqual(broadcast(nest).body, joined ?? body, what);
    if (joined) joins++;
  }
  assert.deepEqual([joins, BROADCASTS.length - joins], [3, 7]);
});

// ---- roots of scalars

Deno.test("the root of a scalar is taken in a vector, to the same bits", async () => {
  const n = axis("n", 3), x = new Tensor("x", [3]), y = new Tensor("y", [3]);
  const type = { dtype: "f32", shape: [3], halo: [[0, 0]] } as const, tensors = { x: type, y: type };
  const kernel: Kernel = { name: "roots", source: "tests", parts: [part([n], y.set([n], sqrt(x.at(n))))], tensors };
  for (const target of WASM) {
    const { nest } = compileKernel(kernel, {}, target), writer = new Writer(), units = target.inUnits!(nest);
    printNest(units, target.syntax(units, { x: { address: 0 }, y: { address: 16 } }), writer);
    // the scalar instruction is one of SSE in V8's code, which Intel's processors do slowly behind 256 bits
    assert.doesNotMatch(writer.toString(), /f32\.sqrt/);
    assert.match(writer.toString(), /f32x4\.sqrt/);
    const given = Float32Array.of(2, 1e-30, 0), found = new Float32Array(3);
    await run(nest, target, { x: given, y: found });
    assert.deepEqual([...found], [...given].map((value) => Math.fround(Math.sqrt(value))));
  }
});
