/**
 * What each activation makes of numbers of every exponent, and its slope, as every target computes them, one by one and in
 * all lanes, against sums in f64; and where f32 ends.
 */
import assert from "node:assert/strict";
import { z } from "../../codegen/zod.ts";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { featureAxes, part } from "../../codegen/language/notation.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { fromArrays, registry, targets } from "../../mod.ts";
import { ignore } from "../adapter.ts";
import { openSession } from "../open_session.ts";
import { bell, logistic, normalShare, plainCurve, twice, twiceSlope } from "../plain_curves.ts";

/** One unit in the last place of an f32, relative; and what a result may be off by where a factor of it is flushed to 0. */
const ULP = 2 ** -23, LEAST = 512 * 2 ** -126;

/** Both signs of every exponent with five mantissas, what bends between, and the ends. */
function sweep(): Float32Array {
  const sizes = [0, 0.35, 0.5, 1, 3, 6, 10.4, 10.5, 13.2, 14.5, 20, 87.33, 87.34, 88.37, 88.72, 88.73, 103.9, 104, 200];
  for (let e = -149; e < 128; e++) for (const m of [1, 1.2, 1.5, 1.75, 2 - ULP]) sizes.push(m * 2 ** e);
  for (let x = 0; x < 20; x += 1 / 128) sizes.push(x);
  return Float32Array.from(sizes.flatMap((x) => [Math.fround(x), -Math.fround(x)])).sort();
}
const XS = sweep();

/** How far off a function's results may be, in units of the last place of `scale`. */
interface Limits {
  /** Default: the result itself. */
  readonly scale?: (x: number) => number;
  readonly places: (x: number, gpu: boolean) => number;
  /** Of -Infinity and Infinity. */
  readonly ends: readonly [number, number];
}

/** A power of e: some places, or what WGSL allows. */
const power = (x: number, gpu: boolean) => gpu ? 3 + 2 * Math.abs(x) : 3;
/** What the sum of a few terms and a quotient add, which WGSL allows 2.5 places. */
const few = (gpu: boolean) => gpu ? 7 : 4;
const exactly = () => 1.5;

/** By the options of a layer: of the function and of its slope. */
const CURVES: readonly (readonly [layer: { type: string; [option: string]: unknown }, value: Limits, slope: Limits])[] =
  [
    ...[0.01, 0.25, 0].map((negativeSlope) =>
      [
        { type: "leakyRelu", negativeSlope },
        {
          places: exactly,
          ends: [negativeSlope ? -Infinity : 0, Infinity],
        },
        { places: exactly, ends: [Math.fround(negativeSlope), 1] },
      ] as const
    ),
    ...[1, 0.3].map((alpha) =>
      [
        { type: "elu", alpha },
        {
          places: (x: number, gpu: boolean) => few(gpu) + (x < -0.5 ? 1.6 * power(x, gpu) * Math.exp(x) : 0),
          ends: [-Math.fround(alpha), Infinity],
        },
        {
          scale: () => Math.max(alpha, 1),
          places: (x: number, gpu: boolean) => few(gpu) + power(x, gpu) * Math.exp(Math.min(0, x)),
          ends: [0, 1],
        },
      ] as const
    ),
    [
      { type: "gelu" },
      {
        // the rounding of x^2 / 2 grows with it; from 1 a small tail is taken
        places: (x, gpu) => few(gpu) + (x < 1 ? power(x * x / 2, gpu) + x * x / 2 + 3 : 2),
        ends: [0, Infinity],
      },
      {
        scale: (x) => normalShare(x) + Math.abs(x) * bell(x),
        places: (x, gpu) => few(gpu) + (x < 8 ? power(x * x / 2, gpu) + x * x / 2 + 3 : 0),
        ends: [0, 1],
      },
    ],
    [
      { type: "gelu", approximate: "tanh" },
      {
        places: (x, gpu) => few(gpu) + (x < 1 ? power(twice(x), gpu) + 2 * Math.abs(twice(x)) : 2),
        ends: [0, Infinity],
      },
      {
        scale: (x) => logistic(twice(x)) * (1 + Math.abs(x) * twiceSlope(x) * logistic(-twice(x))),
        places: (x, gpu) => few(gpu) + 4 + (Math.abs(x) < 10 ? power(twice(x), gpu) + 2 * Math.abs(twice(x)) : 0),
        ends: [0, 1],
      },
    ],
    [
      { type: "silu" },
      {
        places: (x, gpu) => few(gpu) + power(x, gpu) * Math.min(1, Math.exp(-x)),
        ends: [0, Infinity],
      },
      {
        scale: (x) => logistic(x) * (1 + Math.abs(x) * logistic(-x)),
        places: (x, gpu) => 2 * few(gpu) + power(Math.min(Math.abs(x), 104), gpu),
        ends: [0, 1],
      },
    ],
    [
      { type: "hardSwish" },
      { places: () => 3, ends: [0, Infinity] },
      { scale: () => 1, places: exactly, ends: [0, 1] },
    ],
    [
      { type: "relu6" },
      { places: () => 0, ends: [0, 6] },
      { places: () => 0, ends: [0, 0] },
    ],
    ...[1, 0.25, 3].map((beta) =>
      [
        { type: "softplus", beta },
        {
          // the product with beta is rounded, too
          places: (x: number, gpu: boolean) =>
            few(gpu) + 3 + (power(beta * x, gpu) + Math.abs(beta * x)) * Math.min(1, Math.exp(-beta * x)),
          ends: [0, Infinity],
        },
        {
          places: (x: number, gpu: boolean) =>
            2 * few(gpu) + 3 + 2 * (power(beta * x, gpu) + Math.abs(beta * x)) * Math.min(1, Math.exp(-beta * x)),
          ends: [0, 1],
        },
      ] as const
    ),
  ];

/** A layer whose output is the slope of another: what that one's backward makes of a gradient of 1. */
function slopeOf(kind: LayerKind): LayerKind {
  return {
    ...kind,
    type: `${kind.type}Slope`,
    stem: `slope_${kind.stem}`,
    schema: (kind.schema as z.ZodObject).extend({ type: z.literal(`${kind.type}Slope`) }),
    inner: (_options, { y: shape }) => ["value", "one"].map((symbol) => ({ symbol, shape, dtype: "f32" })),
    forward(n, { x, y, value, one }, options, name) {
      const at = [n, ...featureAxes(x.shape.slice(1))];
      return [
        { name: "one", parts: [part(at, one.set(at, 1))] },
        ...kind.forward(n, { x, y: value }, options, name).map(({ parts }) => ({ name: "value", parts })),
        ...kind.backward(n, { x, y: value, dx: y, dy: one }, options),
      ];
    },
    backward(n, { dx }) {
      const at = [n, ...featureAxes(dx.shape.slice(1))];
      return [{ parts: [part(at, dx.set(at, 0))] }];
    },
  };
}
const SLOPES: Registry = {
  ...registry,
  layers: [
    ...registry.layers,
    ...registry.layers.filter(({ type }) => CURVES.some(([own]) => own.type === type)).map(slopeOf),
  ],
};

/** Of what f32 ends with. */
const ENDS = [-Infinity, Infinity, NaN];

/** What a layer makes on a target of all numbers, and of each end: batches of 256 in lanes, of 255 the last three one by one. */
async function outputs(target: Target, layer: { type: string }, batchSize: number) {
  const spec = parseSpec({
    name: "bend",
    input: [1],
    batchSize,
    layers: [{ type: "linear", outFeatures: 1 }, layer],
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  }, SLOPES);
  const net = compileTarget(plan(spec, SLOPES, { layout: target.layout, data: "f32" }), target);
  const sets = [XS, new Float32Array(batchSize).fill(1)].map((xs) => fromArrays(xs, new Uint8Array(xs.length), [1]));
  const session = await openSession(net, sets, { threads: 1 });
  const times = async (weight: number, set: number) => {
    session.write("linear1.weight", Float32Array.of(weight));
    return (await session.predictions(set)).outputs;
  };
  try {
    session.initialize(0);
    const all = await times(1, 0), ends: Float32Array[] = [];
    for (const end of ENDS) ends.push(await times(end, 1));
    return { all, ends };
  } finally {
    session.close();
  }
}

/** A function and what it may be off by. */
interface Curve extends Limits {
  readonly of: (x: number) => number;
}

/** A layer's function, and its slope. */
function curvesOf(layer: { readonly type: string }, value: Limits, slope: Limits): [value: Curve, slope: Curve] {
  const plain = plainCurve(layer)!;
  return [{ ...value, of: plain.of }, { ...slope, of: plain.slope }];
}

/** The first that is wrong among a function's values. */
function fault(name: string, { of, scale = of, places }: Curve, ys: Float32Array, gpu = false): string | undefined {
  for (const [i, x] of XS.entries()) {
    const expected = of(x), allowed = LEAST + places(x, gpu) * ULP * Math.abs(scale(x));
    const right = Math.abs(expected) > 3.4028235e38 || Math.abs(ys[i] - expected) <= allowed;
    if (!right) return `${name}(${x}) is ${ys[i]}, not ${expected}; it may be off by ${allowed}`;
  }
}

for (const target of targets) {
  const gpu = target.needsGrid ?? false;
  Deno.test({
    name: `${target.name}: activations and their slopes at every exponent, one by one and in lanes, and their ends`,
    ignore: gpu && ignore,
    async fn() {
      const faults: string[] = [];
      for (const [layer, ...limits] of CURVES) {
        const [value, slope] = curvesOf(layer, ...limits);
        for (const [type, curve] of [[layer.type, value], [`${layer.type}Slope`, slope]] as const) {
          const told = JSON.stringify({ ...layer, type });
          for (const batchSize of [255, 256]) {
            const { all, ends } = await outputs(target, { ...layer, type }, batchSize);
            const wrong = fault(told, curve, all, gpu);
            if (wrong) faults.push(`batch ${batchSize}: ${wrong}`);
            // WGSL's maths may be finite
            if (gpu) continue;
            for (const [i, y] of [...curve.ends, ...curve === value ? [NaN] : []].entries()) {
              const right = (found: number) => Object.is(found, y) || found === y || Math.abs(found - y) <= LEAST;
              if (!ends[i].every(right)) faults.push(`${told} of ${ENDS[i]} is ${ends[i][0]}, not ${y}`);
            }
          }
        }
      }
      assert.deepEqual(faults, []);
      assert(XS.length > 7000 && CURVES.length >= 12, `${XS.length} numbers, ${CURVES.length} curves`);
    },
  });
}

Deno.test("negative control: what is off by a little of itself, or of 1, is noticed", () => {
  for (const [layer, ...limits] of CURVES) {
    for (const curve of curvesOf(layer, ...limits)) {
      const right = XS.map(curve.of);
      assert.equal(fault(layer.type, curve, right), undefined);
      assert.match(fault(layer.type, curve, right.map((y) => y * (1 - 1e-4)))!, /not/, layer.type);
      if (layer.type === "relu6" || layer.type === "leakyRelu") continue;
      assert.match(
        fault(layer.type, curve, right.map((y, i) => XS[i] < -2 && XS[i] > -2.9 ? y + 1e-5 : y))!,
        /not/,
        layer.type,
      );
    }
  }
});
