/**
 * tanh, sigmoid and cross entropy as every target trains with them, at all sizes of numbers and where f32 ends: one by one
 * and in all lanes, against JavaScript's.
 */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { fromArrays, parseSpec, registry, targets } from "../../mod.ts";
import { ignore } from "../adapter.ts";
import { openSession } from "../open_session.ts";

/** One unit in the last place of an f32, relative; and what may be flushed to 0. */
const ULP = 2 ** -23, TINY = 2 ** -126;
/** The least f32 whose tanh is 1 in f32: 13 ln 2 and half a place; that of sigmoid is where e^-x is below 2^-25. */
const TANH_IS_1 = 9.010913848876953, SIGMOID_IS_1 = 17.4;

/** Both signs of every exponent with five mantissas, what bends between, and the ends. */
function sweep(): Float32Array {
  const sizes = [
    0,
    TANH_IS_1,
    7.9053111,
    8,
    8.0000005,
    7.90531,
    9.0109,
    9.02,
    10,
    87.33,
    87.34,
    88.37,
    88.72,
    88.73,
    103.9,
    104,
    200,
  ];
  for (let e = -149; e < 128; e++) for (const m of [1, 1.2, 1.5, 1.75, 2 - ULP]) sizes.push(m * 2 ** e);
  for (let x = 0; x < 20; x += 1 / 128) sizes.push(x);
  const values = sizes.flatMap((x) => [Math.fround(x), -Math.fround(x)]);
  return Float32Array.from(values).sort();
}

/** What a layer makes of numbers on a target, times a weight: batches of 256 in lanes, of 255 the last three one by one. */
async function outputs(
  name: string,
  type: string,
  batchSize: number,
  inputs: Float32Array,
  weight = 1,
): Promise<Float32Array> {
  const target = targets.find((target) => target.name === name)!;
  const spec = parseSpec({
    name: "bend",
    input: [1],
    batchSize,
    layers: [{ type: "linear", outFeatures: 1 }, { type }],
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
  const net = compileTarget(plan(spec, registry, { layout: target.layout, data: "f32" }), target);
  const set = fromArrays(inputs, new Uint8Array(inputs.length), [1]);
  const session = await openSession(net, [set], { threads: 1 });
  try {
    session.initialize(0);
    session.write("linear1.weight", Float32Array.of(weight));
    return (await session.predictions(0)).outputs;
  } finally {
    session.close();
  }
}

/** What is expected, how far off a result may be, and from where on it is just 1. */
interface Function {
  readonly of: (x: number) => number;
  readonly tolerance: (x: number, y: number, gpu: boolean) => number;
  readonly saturated: number;
}

const FUNCTIONS: Readonly<Record<string, Function>> = {
  tanh: {
    of: Math.tanh,
    // products on the way to small ones are no normal numbers
    tolerance: (x, y) => Math.abs(x) < 2 ** -112 ? TINY : 4 * ULP * Math.abs(y),
    saturated: TANH_IS_1,
  },
  sigmoid: {
    of: (x) => 1 / (1 + Math.exp(-x)),
    // the power: 4 places, or what WGSL allows, as far as it counts in the sum; a sum and a quotient, which WGSL allows 2.5
    tolerance: (x, y, gpu) =>
      TINY + y * ULP * ((gpu ? 3 + 2 * Math.abs(x) : 4) * Math.min(1, Math.exp(-x)) + (gpu ? 4 : 2)),
    saturated: SIGMOID_IS_1,
  },
};

/**
 * The first that is wrong among a function's values for numbers in order. `alike`: all are computed by the same
 * operations, each rounded in the same way.
 */
function fault(
  type: string,
  xs: Float32Array,
  ys: Float32Array,
  { gpu = false, alike = true } = {},
): string | undefined {
  const { of, tolerance, saturated } = FUNCTIONS[type], least = type === "tanh" ? -1 : 0;
  for (const [i, x] of xs.entries()) {
    const y = ys[i], expected = of(x), told = `${type}(${x}) is ${y}, not ${expected}`;
    if (!(Math.abs(y - expected) <= tolerance(x, expected, gpu))) return told;
    if (x >= saturated && y !== 1) return `${told}: it is 1 in f32`;
    // below it no f32 but 0 is near
    if (x <= (type === "tanh" ? -saturated : -104) && y !== least) return `${told}: it is ${least} in f32`;
    // the joint: what is 1 stays 1, and comes from below; drivers' quotients may be 2.5 places off
    if (!gpu && !(y >= least && y <= 1)) return `${told}: it is beyond its limits`;
    if (!gpu && alike && Math.abs(x) >= 8 && Math.abs(xs[i - 1]) >= 8 && y < ys[i - 1]) {
      return `${told}: it falls behind ${xs[i - 1]}`;
    }
    if (alike && type === "tanh" && ys[xs.length - 1 - i] !== -y) return `${told}, and its opposite is no opposite`;
  }
}

const XS = sweep();

for (const { name, fma, needsGrid: gpu = false } of targets) {
  Deno.test({
    name: `${name}: tanh and sigmoid at every exponent, one by one and in lanes, end in 1, -1 and 0`,
    ignore: gpu && ignore,
    async fn() {
      for (const type of Object.keys(FUNCTIONS)) {
        for (const batchSize of [255, 256]) {
          // only lanes round a product and a sum once
          const how = { gpu, alike: !fma || batchSize === 256 }, found = await outputs(name, type, batchSize, XS);
          assert.equal(fault(type, XS, found, how), undefined, `batch ${batchSize}`);
          // WGSL's maths may be finite
          if (gpu) continue;
          for (const [end, y] of [[Infinity, 1], [-Infinity, type === "tanh" ? -1 : 0], [NaN, NaN]]) {
            const all = await outputs(name, type, batchSize, new Float32Array(batchSize).fill(1), end);
            assert(all.every((found) => Object.is(found, y)), `${type}(${end}) is ${all}`);
          }
        }
      }
      assert(XS.length > 7000, `${XS.length} numbers`);
    },
  });
}

Deno.test("negative control: values that stop short of 1, fall, or are a millionth off are noticed", () => {
  for (const type of Object.keys(FUNCTIONS)) {
    const right = XS.map(FUNCTIONS[type].of),
      changed = (change: (y: number, x: number) => number) => fault(type, XS, right.map((y, i) => change(y, XS[i])));
    assert.equal(fault(type, XS, right), undefined);
    assert.match(changed((y) => Math.abs(y) === 1 ? y * (1 - ULP) : y)!, /is -?1 in f32|falls/);
    assert.match(changed((y, x) => x === 10 ? 1 - ULP : y)!, /./);
    assert.match(changed((y) => y * (1 - 1e-6))!, /./);
  }
});

for (const { name, needsGrid: gpu = false } of targets) {
  Deno.test({
    name: `${name}: cross entropy of outputs of any size keeps its digits`,
    ignore: gpu && ignore,
    async fn() {
      const target = targets.find((target) => target.name === name)!, sizes = [0, 1, 1e2, 1e4, 1e6, 1e7, 1e8, 1e30];
      const spec = parseSpec({
        name: "big",
        input: [2],
        batchSize: 1,
        layers: [{ type: "linear", outFeatures: 2 }],
        loss: { type: "softmaxCrossEntropy" },
        training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
      });
      const net = compileTarget(plan(spec, registry, { layout: target.layout, data: "f32" }), target);
      // as far from each other as f32 can say: 0, 1 and 100
      const rows = sizes.flatMap((size) => [0, 1, 100].map((gap) => [Math.fround(size + gap), size]));
      const cases = rows.flatMap((row) => [[row, 0], [row, 1]] as const);
      const sets = cases.map(([row, label]) => fromArrays(Float32Array.from(row), [label], [2]));
      const session = await openSession(net, sets, { threads: 1 });
      try {
        session.initialize(0);
        session.write("linear1.weight", Float32Array.of(1, 0, 0, 1));
        for (const [i, [row, label]] of cases.entries()) {
          const { loss } = await session.evaluate(i), gap = row[0] - Math.fround(row[1]);
          const expected = Math.log1p(Math.exp(-gap)) + (label === 1 ? gap : 0);
          // a power of at most 1, a sum of at most 2, its logarithm and a difference, each of some places
          const told = `outputs ${row}, label ${label}: ${loss}, not ${expected}`;
          assert(Math.abs(loss - expected) <= 12 * ULP * Math.max(1, expected), told);
        }
      } finally {
        session.close();
      }
    },
  });
}
