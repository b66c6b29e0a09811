import assert from "node:assert/strict";
import { interpretKernel, type Storage, type Storages } from "../../codegen/ir/interpret.ts";
import { interpretNest } from "../../codegen/ir/interpret_nest.ts";
import {
  type DType,
  type Expr,
  type Kernel,
  type LoopNest,
  type Op,
  OPS,
  type Part,
  STEP,
  type TensorType,
} from "../../codegen/ir/ir.ts";
import type { Pass } from "../../codegen/language/layer.ts";
import { lower } from "../../codegen/lower/lower.ts";
import {
  argmax,
  axis,
  eq,
  float,
  key,
  mul,
  part,
  plus,
  position,
  sum,
  Tensor,
  times,
  uniform,
} from "../../codegen/language/notation.ts";
import { simplify } from "../../codegen/passes/simplify.ts";
import { adam } from "../../kernels/optimizers/adam.ts";
import { conv2d } from "../../kernels/layers/conv2d.ts";
import { linear } from "../../kernels/layers/linear.ts";
import { maxPool2d } from "../../kernels/layers/max_pool2d.ts";
import { momentum } from "../../kernels/optimizers/momentum.ts";
import { relu } from "../../kernels/layers/relu.ts";
import { uniform as uniformOfRuntime } from "../../runtime/run/random.ts";

type Declared = readonly [dtype: DType, shape: readonly number[], more?: Partial<TensorType>];
const ARRAYS = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array };
const NAN = NaN;

/** A formula on given numbers, and the numbers it must give. */
interface Case {
  readonly name: string;
  readonly tensors: Readonly<Record<string, Declared>>;
  readonly write: (tensors: Readonly<Record<string, Tensor>>) => readonly Part[];
  readonly given: Readonly<Record<string, readonly number[]>>;
  readonly expected: Readonly<Record<string, readonly number[]>>;
  readonly step?: number;
}

/** The formulas of a pass. */
const partsOf = (pass: Pass) => pass.flatMap(({ parts }) => parts);

const n1 = axis("n", 1), n2 = axis("n", 2);

const CASES: readonly Case[] = [
  {
    name: "linear",
    tensors: { x: ["f32", [2, 3]], w: ["f32", [2, 3]], b: ["f32", [2]], y: ["f32", [2, 2]] },
    write: (t) => partsOf(linear.forward(n2, t, linear.schema.parse({ type: "linear", outFeatures: 2 }), "linear1")),
    given: { x: [1, 2, 3, 4, 5, 6], w: [1, 10, 100, -1, 0, 1], b: [0.5, -0.5] },
    expected: { y: [321.5, 1.5, 654.5, 1.5] },
  },
  {
    name: "linear backward",
    tensors: {
      x: ["f32", [2, 3]],
      w: ["f32", [2, 3]],
      dy: ["f32", [2, 2]],
      dx: ["f32", [2, 3]],
      dw: ["f32", [2, 3]],
      db: ["f32", [2]],
    },
    write: (t) => partsOf(linear.backward(n2, t, linear.schema.parse({ type: "linear", outFeatures: 2 }))),
    given: { x: [1, 2, 3, 4, 5, 6], w: [1, 10, 100, 2, 20, 200], dy: [1, 2, 3, 4] },
    expected: { dx: [5, 50, 500, 11, 110, 1100], dw: [13, 17, 21, 18, 24, 30], db: [4, 6] },
  },
  {
    name: "conv2d with padding",
    tensors: {
      x: ["f32", [1, 1, 2, 2], { halo: [[0, 0], [0, 0], [1, 1], [1, 1]] }],
      w: ["f32", [1, 1, 2, 2]],
      b: ["f32", [1]],
      y: ["f32", [1, 1, 3, 3]],
    },
    write: (t) =>
      partsOf(
        conv2d.forward(n1, t, conv2d.schema.parse({ type: "conv2d", outChannels: 1, kernel: 2, padding: 1 }), "conv1"),
      ),
    given: { x: [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0], w: [1, 10, 100, 1000], b: [0.5] },
    expected: { y: [1000.5, 2100.5, 200.5, 3010.5, 4321.5, 402.5, 30.5, 43.5, 4.5] },
  },
  {
    name: "conv2d with stride",
    tensors: { x: ["f32", [1, 1, 3, 4]], w: ["f32", [1, 1, 1, 2]], b: ["f32", [1]], y: ["f32", [1, 1, 2, 2]] },
    write: (t) =>
      partsOf(conv2d.forward(
        n1,
        t,
        conv2d.schema.parse({ type: "conv2d", outChannels: 1, kernel: [1, 2], stride: 2 }),
        "conv1",
      )),
    given: { x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], w: [1, 100], b: [0] },
    expected: { y: [201, 403, 1009, 1211] },
  },
  {
    name: "maxPool: of equal ones the first",
    tensors: { x: ["f32", [1, 1, 2, 6]], y: ["f32", [1, 1, 1, 3]], code: ["u8", [1, 1, 1, 3]] },
    write: (t) => partsOf(maxPool2d.forward(n1, t, { type: "maxPool2d", kernel: 2 }, "pool1")),
    given: { x: [1, 5, 0, 0, -3, -4, 5, 2, 0, 0, -2, -2] },
    expected: { y: [5, 0, -2], code: [1, 0, 2] },
  },
  {
    name: "maxPool: NaN is larger than what came before it",
    tensors: { x: ["f32", [1, 1, 1, 6]], y: ["f32", [1, 1, 1, 2]], code: ["u8", [1, 1, 1, 2]] },
    write: (t) => partsOf(maxPool2d.forward(n1, t, { type: "maxPool2d", kernel: [1, 3] }, "pool1")),
    given: { x: [1, 2, NAN, Infinity, -Infinity, NAN] },
    expected: { y: [NAN, NAN], code: [2, 2] },
  },
  {
    name: "maxPool backward: the place that won gets the gradient",
    tensors: {
      code: ["u8", [1, 1, 1, 2], { halo: [[0, 0], [0, 0], [0, 1], [0, 0]] }],
      dy: ["f32", [1, 1, 1, 2], { halo: [[0, 0], [0, 0], [0, 1], [0, 0]] }],
      dx: ["f32", [1, 1, 3, 4]],
    },
    write: (t) => partsOf(maxPool2d.backward(n1, t, { type: "maxPool2d", kernel: 2 })),
    given: { code: [1, 2, 0, 0], dy: [7, 8, 0, 0], dx: [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9] },
    expected: { dx: [0, 7, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0] },
  },
  {
    name: "argmax: row-major place, ties, nothing but -Infinity",
    tensors: { x: ["f32", [3, 2, 2]], place: ["i32", [3]] },
    write: ({ x, place }) => {
      const n = axis("n", 3), r = axis("r", 2), s = axis("s", 2);
      return [part([n], place.set([n], argmax([r, s], x.at(n, r, s))))];
    },
    given: { x: [1, 2, 4, 3, 0, 6, 6, 0, -Infinity, -Infinity, -Infinity, -Infinity] },
    expected: { place: [2, 1, 0] },
  },
  {
    name: "select: relu at 0, -0 and NaN",
    tensors: { x: ["f32", [1, 5]], y: ["f32", [1, 5]] },
    write: (t) => partsOf(relu.forward(n1, t, { type: "relu" }, "relu1")),
    given: { x: [-1, 0, -0, 2, NAN] },
    expected: { y: [0, 0, 0, 2, NAN] },
  },
  {
    name: "select by an integer: one-hot",
    tensors: { label: ["i32", [2]], y: ["f32", [2, 3]] },
    write: ({ label, y }) => {
      const o = axis("o", 3);
      const hot: Expr = {
        kind: "op",
        op: "pick",
        operands: [eq(position(o), label.at(n2)), position(n2), position(o)],
      };
      return [part([n2, o], y.set([n2, o], float(hot)))];
    },
    given: { label: [2, 0] },
    // n where o is the label, else o
    expected: { y: [0, 1, 0, 1, 1, 2] },
  },
  {
    name: "uniform: the hash and its scale",
    tensors: { keys: ["u32", [Infinity, 2], { rows: "steps", columns: ["other", "own"] }], y: ["f32", [2, 3]] },
    write: ({ y }) => {
      const o = axis("o", 3);
      return [part([n2, o], y.set([n2, o], uniform(key("own"), plus(times(n2, 3), o))))];
    },
    given: { keys: [1, 2, 3, 0xdeadbeef] },
    expected: { y: [0, 1, 2, 3, 4, 5].map((counter) => hashed(0xdeadbeefn, BigInt(counter))) },
    step: 1,
  },
  {
    name: "gather: rows named by a loaded index",
    tensors: {
      order: ["i32", [Infinity, 2], { rows: "steps", below: "samples" }],
      data: ["u8", [Infinity, 3], { rows: "samples" }],
      x: ["f32", [2, 3]],
    },
    write: ({ order, data, x }) => {
      const i = axis("i", 3);
      return [part([n2, i], x.set([n2, i], float(data.at(order.at(STEP, n2), i))))];
    },
    given: { order: [9, 9, 3, 1, 9, 9], data: [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 255] },
    expected: { x: [30, 31, 255, 10, 11, 12] },
    step: 1,
  },
  {
    name: "in place: momentum",
    tensors: {
      w: ["f32", [2]],
      dw: ["f32", [2]],
      v: ["f32", [2]],
      params: ["f32", [Infinity, 3], { rows: "steps", columns: ["learning_rate", "momentum", "l2"] }],
    },
    write: (t) => momentum.update([axis("o", 2)], t, true, { type: "momentum", momentum: 0.9, l2: 0 }),
    given: { w: [2, -4], dw: [1, 3], v: [4, 0], params: [0.5, 0.25, 0.5] },
    // v = v / 4 + dw + w / 2, w -= v / 2
    expected: { v: [3, 1], w: [0.5, -4.5] },
  },
  {
    name: "in place: a swap reads both before it writes either",
    tensors: { x: ["f32", [2]], y: ["f32", [2]] },
    write: ({ x, y }) => [part([n2], x.set([n2], y.at(n2)), y.set([n2], x.at(n2)))],
    given: { x: [1, 2], y: [3, 4] },
    expected: { x: [3, 4], y: [1, 2] },
  },
  {
    name: "no axes: a sum of products",
    tensors: { x: ["f32", [2]], y: ["f32", [1]] },
    write: ({ x, y }) => [part([], y.set([0], sum([n2], mul(x.at(n2), x.at(n2)))))],
    given: { x: [0.5, 3], y: [10] },
    expected: { y: [9.25] },
  },
  {
    name: "a row for each step: only that of the step is written",
    tensors: { x: ["f32", [2]], y: ["f32", [Infinity, 2], { rows: "steps" }] },
    write: ({ x, y }) => [part([n2], y.set([STEP, n2], x.at(n2)))],
    given: { x: [0.25, 0.5], y: [10, 3, 7, 8] },
    expected: { y: [10, 3, 0.25, 0.5] },
    step: 1,
  },
];

/** `uniform` of codegen/language/notation.ts in whole numbers of any size: nothing shared with it but the constants. */
function hashed(key: bigint, counter: bigint): number {
  const modulus = 2n ** 32n;
  let h = (counter * 0x9e3779b9n % modulus) ^ key;
  h ^= h / 2n ** 16n;
  h = h * 0x7feb352dn % modulus;
  h ^= h / 2n ** 15n;
  h = h * 0x846ca68bn % modulus;
  h ^= h / 2n ** 16n;
  return Number(h / 2n ** 8n) / 2 ** 24;
}

function build({ name, tensors, write }: Case): Kernel {
  const types = Object.fromEntries(
    Object.entries(tensors).map(([symbol, [dtype, shape, more]]) => [
      symbol,
      { dtype, shape, halo: shape.map(() => [0, 0] as const), ...more },
    ]),
  );
  const symbols = Object.fromEntries(Object.entries(types).map(([s, { shape }]) => [s, new Tensor(s, shape)]));
  return { name: name.replaceAll(/\W+/g, "_"), source: "tests", parts: write(symbols), tensors: types };
}

function storages({ tensors, given, expected }: Case): Record<string, Storage> {
  return Object.fromEntries(
    Object.entries(tensors).map(([symbol, [dtype]]) => [
      symbol,
      ARRAYS[dtype].from(given[symbol] ?? expected[symbol].map(() => 0)),
    ]),
  );
}

function check({ name, expected }: Case, found: Storages): void {
  for (const [symbol, numbers] of Object.entries(expected)) {
    assert.deepEqual([...found[symbol]], numbers.map(Math.fround), `${name}: ${symbol}`);
  }
}

Deno.test("kernels by hand", () => {
  let ran = 0;
  for (const row of CASES) {
    const kernel = build(row), own = storages(row);
    interpretKernel(kernel, own, row.step);
    check(row, own);
    ran++;
  }
  assert.equal(ran, 16);
});

Deno.test("loop nests of the same kernels by hand", () => {
  let ran = 0;
  for (const row of CASES) {
    const nest = simplify(lower(build(row), {})), own = storages(row);
    interpretNest(nest, own, row.step);
    check(row, own);
    ran++;
  }
  assert.equal(ran, 16);
});

Deno.test("adam's first step is the rate for the smallest gradients that count, whatever epsilon: their squares are kept", () => {
  const columns = ["l2", "beta1", "beta1_rest", "beta2", "beta2_rest", "epsilon", "step_size", "v_scale"];
  const f32 = (...values: number[]) => Float32Array.from(values);
  let ran = 0;
  for (const beta2 of [0.9, 0.999, 1 - 2 ** -24]) {
    const options = adam.schema.parse({ type: "adam", beta2, epsilon: 1e-37 }), params = adam.params(options, 0.5, 1);
    const kernel = build({
      name: "adam",
      tensors: {
        ...Object.fromEntries(["w", "dw", "m", "v"].map((name): [string, Declared] => [name, ["f32", [2]]])),
        params: ["f32", [Infinity, 8], { rows: "steps", columns }],
      },
      write: (t) =>
        adam.update([n2], t, true, { type: "adam", learningRate: 1, beta1: 0, beta2: 0, epsilon: 1, l2: 0 }),
      given: {},
      expected: {},
    });
    const dw = f32(2 ** -46, 1), w = f32(0, 0), table = Float32Array.from(columns, (name) => params[name]);
    interpretKernel(kernel, { w, dw, m: f32(0, 0), v: f32(0, 0), params: table });
    // w is 0 - 0.5 g / sqrt(g^2), of numbers that are f32: 8 roundings
    for (const value of w) assert(Math.abs(value + 0.5) <= 8 * 2 ** -24, `beta2 ${beta2}: ${w}`);
    ran++;
  }
  assert.equal(ran, 3);
});

Deno.test("runtime/run/random.ts draws what kernels draw", () => {
  let ran = 0;
  for (const key of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    for (const counter of [0, 1, 2, 1000, 2 ** 24 + 1, 2 ** 31 - 1]) {
      assert.equal(uniformOfRuntime(key, counter), hashed(BigInt(key), BigInt(counter)), `${key} ${counter}`);
      ran++;
    }
  }
  assert.equal(ran, 30);
});

/** Operands and result of every operation; integers are 32 bits wide. */
const OPERATIONS: readonly (readonly [Op, readonly number[], number])[] = [
  ["add", [1.5, 2], 3.5],
  ["sub", [1.5, 2], -0.5],
  ["mul", [1.5, -2], -3],
  ["div", [3, -2], -1.5],
  ["fma", [1.5, 2, -1], 2],
  ["max", [-1, NaN], NaN],
  ["max", [-1, 3], 3],
  ["abs", [-2.5], 2.5],
  ["neg", [2], -2],
  ["sqrt", [6.25], 2.5],
  ["exp", [0], 1],
  ["log", [1], 0],
  ["tanh", [Infinity], 1],
  ["nearest", [-2.5], -2],
  ["nearest", [1.5000001], 2],
  ["pow2", [-126], 2 ** -126],
  ["pow2", [-127], 0],
  ["lt", [1, 2], 1],
  ["lt", [2, 2], 0],
  ["lt", [NAN, 2], 0],
  ["le", [2, 2], 1],
  ["le", [2, NAN], 0],
  ["eq", [7, 7], 1],
  ["eq", [7, -7], 0],
  ["select", [1, 2.5, 3.5], 2.5],
  ["select", [0, 2.5, 3.5], 3.5],
  ["pick", [0, 2, 3], 3],
  ["float", [-3], -3],
  ["ufloat", [0xffffffff], 4294967295],
  ["unsigned", [-1], 0xffffffff],
  ["umul", [0xffffffff, 0xffffffff], 1],
  ["uxor", [0xf0f0f0f0, 0xffffffff], 0x0f0f0f0f],
  ["ushr", [0x80000000, 31], 1],
];

Deno.test("every operation by hand", () => {
  for (const [op, operands, expected] of OPERATIONS) {
    const values = operands.map((value, i) => ({ kind: "constant", value, type: OPS[op].operands[i] } as const));
    const out = new Float64Array(1);
    interpretNest({
      name: op,
      tensors: {},
      outputs: [],
      body: [{
        kind: "store",
        tensor: "out",
        offset: { constant: 0, terms: [] },
        value: { kind: "apply", op, operands: values },
      }],
    }, { out });
    assert.equal(out[0], expected, `${op}(${operands.join(", ")})`);
  }
  assert.deepEqual(new Set(OPERATIONS.map(([op]) => op)), new Set(Object.keys(OPS)), "an operation has no row");
});

/** Every kind of statement, written out: sums of pairs of x, of 5, with the place of the last in y[3]. */
const NEST: LoopNest = {
  name: "by_hand",
  tensors: {},
  outputs: [],
  body: [
    { kind: "comment", text: "pairs, then the one that is left" },
    { kind: "variable", name: "count", type: "i32", value: { kind: "constant", value: 0, type: "i32" } },
    {
      kind: "loop",
      variable: "i",
      from: 0,
      to: 4,
      step: 2,
      parallel: true,
      body: [
        { kind: "let", name: "a", type: "f32", value: element("x", 0, ["i", 1]) },
        {
          kind: "store",
          tensor: "y",
          offset: { constant: 0, terms: [{ variable: "count", coefficient: 1 }] },
          value: { kind: "apply", op: "add", operands: [local("a"), element("x", 1, ["i", 1])] },
        },
        {
          kind: "set",
          name: "count",
          value: { kind: "offset", offset: { constant: 1, terms: [{ variable: "count", coefficient: 1 }] } },
        },
      ],
    },
    {
      kind: "block",
      last: true,
      body: [{ kind: "store", tensor: "y", offset: { constant: 2, terms: [] }, value: element("x", 4) }],
    },
    {
      kind: "store",
      tensor: "y",
      offset: { constant: 3, terms: [] },
      value: { kind: "offset", offset: { constant: 10, terms: [{ variable: "step", coefficient: 100 }] } },
    },
  ],
};

function element(tensor: string, constant: number, ...terms: [string, number][]) {
  const offset = { constant, terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })) };
  return { kind: "element", tensor, offset, type: "f32" } as const;
}

function local(name: string) {
  return { kind: "local", name, type: "f32" } as const;
}

Deno.test("every kind of statement by hand", () => {
  const y = new Float32Array(4);
  interpretNest(NEST, { x: Float32Array.of(1, 2, 4, 8, 16), y }, 7);
  assert.deepEqual([...y], [3, 12, 16, 710]);
});

Deno.test("a nest is not let outside of a storage, at either side", () => {
  const last = NEST.body.at(-1)!;
  for (const [constant, length] of [[-1, 4], [4, 4]]) {
    const nest = { ...NEST, body: [{ ...last, offset: { constant, terms: [] } }] };
    assert.throws(() => interpretNest(nest, { y: new Float32Array(length) }), {
      name: "RangeError",
      message: `by_hand: y[${constant}] of ${length}`,
    });
  }
});

Deno.test("negative control: a kernel reads no halo, its nest does, and a wrong formula is found", () => {
  const row = CASES.find(({ name }) => name === "conv2d with padding")!, kernel = build(row);
  const dirty = () => {
    const own = storages(row);
    own.x[0] = 9;
    return own;
  };
  const own = dirty();
  interpretKernel(kernel, own);
  check(row, own);
  const other = dirty();
  interpretNest(simplify(lower(kernel, {})), other);
  assert.throws(() => check(row, other), /conv2d with padding: y/);

  const [{ axes, assignments: [assignment] }] = kernel.parts;
  const doubled = { ...kernel, parts: [{ axes, assignments: [{ ...assignment, value: mul(assignment.value, 2) }] }] };
  const wrong = storages(row);
  interpretKernel(doubled, wrong);
  assert.throws(() => check(row, wrong), /conv2d with padding: y/);
});
