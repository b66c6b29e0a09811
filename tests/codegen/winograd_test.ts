/**
 * Convolutions by tiles: the matrices are exact, the rule finds convolutions by their indices, and what it writes computes
 * the same, interpreted.
 */
import assert from "node:assert/strict";
import { plan } from "../../codegen/compile.ts";
import { operationsOf } from "../../codegen/ir/cost.ts";
import { interpretKernel } from "../../codegen/ir/interpret.ts";
import type { Expr, Kernel, Part } from "../../codegen/ir/ir.ts";
import { axis, mul, part, plus, sum, Tensor, times } from "../../codegen/language/notation.ts";
import { DIRECT, type TileSizes } from "../../codegen/plan/algorithm/algorithm.ts";
import { combinations } from "../../codegen/plan/algorithm/combinations.ts";
import { convolutionOf } from "../../codegen/plan/algorithm/convolution.ts";
import { amplification, type Filter, filterOf, type Matrix } from "../../codegen/plan/algorithm/filter.ts";
import { workOf } from "../../codegen/plan/kernel.ts";
import type { PlannedKernel } from "../../codegen/plan/plan.ts";
import { parseSpec, registry, type Spec } from "../../mod.ts";
import { uniform } from "../../runtime/run/random.ts";
import { trained } from "../interpreted.ts";
import { interpreted, kernelsOfConvolution, randomShape, rounding, specFor, UNMERGED, worst } from "../tiles.ts";
import { width } from "../width.ts";

const FILTERS = [[2, 3], [3, 2], [4, 3], [3, 4], [2, 5], [5, 2]] as const;
const TWO: TileSizes = { outputs: [4], taps: [4], gain: 0 }, FOUR: TileSizes = { outputs: [6], taps: [6], gain: 0 };
const LAYOUTS = ["row_major", "samples", "channels", "blocks"] as const;

/** Whether matrices filter: each tap and each datum by itself, in whole numbers. */
function filters({ outputs, taps, data, weights, divisors, result }: Filter): boolean {
  const common = divisors.reduce((product, divisor) => product * divisor, 1);
  for (let i = 0; i < outputs; i++) {
    for (let k = 0; k < taps; k++) {
      for (let l = 0; l < outputs + taps - 1; l++) {
        const all = data.reduce((sum, row, j) => sum + result[i][j] * weights[j][k] * row[l] * common / divisors[j], 0);
        if (all !== (l === i + k ? common : 0)) return false;
      }
    }
  }
  return true;
}

Deno.test("the matrices are those of a filter, exactly; and a number that is off by one is noticed", () => {
  let changes = 0;
  for (const [outputs, taps] of FILTERS) {
    const filter = filterOf(outputs, taps);
    assert(filters(filter), `${outputs} outputs, ${taps} taps`);
    for (const name of ["data", "weights", "result"] as const) {
      for (const [i, row] of filter[name].entries()) {
        for (const j of row.keys()) {
          const changed = filter[name].map((each, k) => k === i ? each.map((c, l) => l === j ? c + 1 : c) : each);
          assert(!filters({ ...filter, [name]: changed }), `${name} ${i} ${j}`);
          changes++;
        }
      }
    }
    for (const j of filter.divisors.keys()) {
      const divisors = filter.divisors.map((divisor, k) => k === j ? divisor + 1 : divisor);
      assert(!filters({ ...filter, divisors }));
      changes++;
    }
    for (const c of [filter.data, filter.weights, filter.result, filter.divisors].flat(2)) {
      assert(Number.isInteger(c) && Math.abs(c) < 32);
    }
  }
  // of two outputs and three taps 16, 12, 8 and 4, and for the others likewise
  assert.equal(changes, (16 + 12 + 8 + 4) + (16 + 8 + 12 + 4) + 2 * (36 + 18 + 24 + 6) + 2 * (36 + 12 + 30 + 6));
  // the matrices of Winograd, Arithmetic Complexity of Computations, but for signs
  assert.deepEqual(filterOf(2, 3), {
    outputs: 2,
    taps: 3,
    data: [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]],
    weights: [[1, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 1]],
    divisors: [1, 2, 2, 1],
    result: [[1, 1, 1, 0], [0, 1, -1, 1]],
  });
  // the same data have one transform, whatever they are multiplied by
  assert.deepEqual(filterOf(3, 4).data, filterOf(4, 3).data);
  assert.throws(() => filterOf(6, 3), RangeError);
  assert.throws(() => filterOf(2, 0), RangeError);
  const rounded = (...filters: Filter[]) => Math.round(amplification(...filters));
  const squares = FILTERS.map(([m, r]) => filterOf(m, r)).map((filter) => rounded(filter, filter));
  assert.deepEqual(squares, [7, 9, 256, 178, 133, 413]);
  // along a dimension in which the window is one element, nothing is filtered
  assert(filters(filterOf(1, 1)));
  assert.equal(rounded(filterOf(4, 3), filterOf(1, 1)), 16);
});

Deno.test("matrices are written out as additions: what they give is right, and shared parts are computed once", () => {
  let lines = 0;
  const matrices: Matrix[] = FILTERS.map(([m, r]) => filterOf(m, r)).flatMap((f) => [f.data, f.weights, f.result]);
  for (let seed = 1; seed <= 40; seed++) {
    // small numbers, so that rows and columns are often alike
    const [rows, columns] = [2 + seed % 4, 2 + seed % 3];
    matrices.push(
      Array.from(
        { length: rows },
        (_, i) =>
          Array.from(
            { length: columns },
            (_, j) =>
              i === 0 && j === 0
                ? 1
                : j === 0
                ? 1 + Math.floor(2 * uniform(seed, i))
                : Math.floor(5 * uniform(seed, 9 * i + j)) - 2,
          ),
      ),
    );
  }
  for (const matrix of matrices) {
    const x = new Tensor("x", [matrix[0].length]), y = new Tensor("y", [matrix.length]);
    const values = combinations(matrix, matrix[0].map((_, j) => x.at(j)));
    const parts: Part[] = [part([], ...values.map((value, i) => y.set([i], value)))];
    const type = (length: number) => ({ dtype: "f32", shape: [length], halo: [[0, 0]] }) as const;
    const kernel: Kernel = {
      ...{ name: "matrix", source: "here", parts },
      tensors: { x: type(matrix[0].length), y: type(matrix.length) },
    };
    const given = Float64Array.from(matrix[0], (_, j) => 3 ** j), found = new Float64Array(matrix.length);
    interpretKernel(kernel, { x: given, y: found });
    for (const [i, row] of matrix.entries()) {
      assert.equal(found[i], row.reduce((sum, c, j) => sum + c * given[j], 0), `${JSON.stringify(matrix)}, row ${i}`);
      lines++;
    }
    const plain = matrix.flat().filter((c) => c !== 0 && Math.abs(c) !== 1).length +
      matrix.reduce((sum, row) => sum + Math.max(0, row.filter((c) => c !== 0).length - 1), 0);
    assert(operationsOf(parts) <= plain + matrix.length, JSON.stringify(matrix));
  }
  assert(lines > 150, `${lines} lines`);
  // 4 d0 - 5 d2 + d4 and the like: of 12 additions and 8 products, pairs of rows share some
  const operations = (matrix: Matrix, symbol: Tensor) =>
    operationsOf([
      part([], ...combinations(matrix, matrix[0].map((_, j) => symbol.at(j))).map((v, i) => symbol.set([i], v))),
    ]);
  const d = new Tensor("d", [6]);
  assert.equal(operations(filterOf(2, 3).data, d), 4);
  assert.equal(operations(filterOf(4, 3).data, d), 18);
});

// ---- what is found

const layers = (channels: number, ...between: object[]) => [
  { type: "conv2d", outChannels: channels, kernel: 1 },
  ...between,
  { type: "flatten" },
  { type: "linear", outFeatures: 3 },
];
const netOf = (input: readonly number[], between: object[], batchSize = 4, channels = 16): Spec =>
  parseSpec({
    name: "net",
    input,
    batchSize,
    layers: layers(channels, ...between),
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.1, l2: 0.01 } },
  });
const CONV = { type: "conv2d", outChannels: 16, kernel: 3, padding: 1 };
const WIDE = { ...CONV, outChannels: 64 };
const ALL = ["conv2_forward", "conv2_backward_input", "conv2_backward_weight"];

Deno.test("convolutions are found by their indices, and taken where it pays", () => {
  const both: TileSizes = { outputs: [6, 4], taps: [6, 4], gain: 0 };
  const all = (tile: string) => ALL.map((name) => `${name} ${tile}`);
  const cases: [what: string, input: number[], between: object[], tiles: TileSizes, expected: string[]][] = [
    ["small", [3, 6, 6], [CONV], both, all("2,2")],
    ["large", [3, 12, 12], [WIDE], both, all("4,4")],
    ["large, small tiles only", [3, 12, 12], [WIDE], TWO, all("2,2")],
    ["outputs only", [3, 12, 12], [CONV], { outputs: [4], taps: [], gain: 0 }, all("2,2").slice(0, 2)],
    ["none", [3, 12, 12], [CONV], DIRECT, []],
    ["long and low", [3, 6, 40], [WIDE], both, all("2,4")],
    ["few channels behind", [3, 12, 12], [{ ...CONV, outChannels: 15 }], both, []],
    ["a step of two", [3, 12, 12], [{ ...CONV, stride: 2 }], both, []],
    ["a step of two in one direction", [3, 12, 12], [{ ...CONV, stride: [1, 2] }], both, []],
    ["another window", [3, 12, 12], [{ ...WIDE, kernel: 5, padding: 2 }], both, all("2,2")],
    ["and another", [3, 12, 12], [{ ...WIDE, kernel: 4, padding: 2 }], both, all("3,3")],
    ["a smaller one", [3, 16, 16], [{ ...WIDE, kernel: 2 }], both, all("3,3")],
    ["a larger one", [3, 12, 12], [{ ...WIDE, kernel: 6, padding: 2 }], both, []],
    ["a window that is not square", [3, 12, 12], [{ ...WIDE, kernel: [3, 5], padding: [1, 2] }], both, all("4,2")],
    ["a window of one column", [3, 12, 12], [{ ...WIDE, kernel: [3, 1], padding: [1, 0] }], both, all("4,1")],
    ["a window of one row", [3, 12, 12], [{ ...WIDE, kernel: [1, 5], padding: [0, 2] }], both, all("1,2")],
    ["one row, and zeros around it", [3, 12, 12], [{ ...WIDE, kernel: [1, 5], padding: [1, 2] }], both, all("1,2")],
    ["1 by 1", [3, 12, 12], [{ ...CONV, kernel: 1, padding: 0 }], both, []],
    ["an image of 3 by 3", [3, 3, 3], [CONV], both, []],
    // its output has 3 by 3 elements, and its input 5 by 5
    ["a small output", [3, 5, 5], [{ ...CONV, padding: 0 }], both, ["conv2_backward_input 2,2"]],
    // of 2 by 2 elements, each element of the input has its own
    ["a smaller output", [3, 4, 4], [{ ...CONV, padding: 0 }], both, []],
    ["a pool", [3, 12, 12], [{ type: "avgPool2d", kernel: 3, stride: 1 }], both, []],
  ];
  for (const [what, input, between, tiles, expected] of cases) {
    const { chosen = [] } = plan(
      netOf(input, between, 4, "outChannels" in between[0] && between[0].outChannels === 64 ? 64 : 16),
      registry,
      { tiles },
    );
    assert.deepEqual(chosen.map(({ kernel, tile }) => `${kernel} ${tile}`), expected, what);
  }
  // what transforms take counts, unless it is not to: with few channels tiles of 2 by 2 take less, and may not pay at all
  const found = (channels: number, gain?: number) => {
    const net = netOf([3, 12, 12], [{ ...CONV, outChannels: channels }], 4, channels);
    const { chosen = [] } = plan(net, registry, { tiles: { ...both, taps: [], ...gain !== undefined && { gain } } });
    return chosen.map(({ tile }) => tile);
  };
  assert.deepEqual([found(16), found(16, 1.3), found(64), found(64, 3)].map(String), ["2,2,2,2", "", "4,4,4,4", ""]);
  // given samples whose channels do not fill blocks have none innermost, so that their transform has no vectors
  const chosenIn = (layout: "channels" | "row_major", channels = 50) => {
    const net = { ...netOf([channels, 12, 12], []), layers: [WIDE, ...layers(64).slice(1)] };
    return plan(parseSpec(net), registry, { layout }).chosen!.map(({ kernel }) => kernel);
  };
  const first = ["conv1_forward", "conv1_backward_weight"];
  assert.deepEqual(chosenIn("row_major").filter((name) => first.includes(name)), first);
  assert.deepEqual(chosenIn("channels", 50).filter((name) => first.includes(name)), first);
  assert.deepEqual(chosenIn("channels", 34).filter((name) => first.includes(name)), []);
  assert.deepEqual(chosenIn("row_major", 34).filter((name) => first.includes(name)), first);
  // planes that would make a net much larger than it is are not stored
  const large = (batchSize: number) =>
    plan(netOf([3, 64, 64], [WIDE], batchSize, 64), registry, { tiles: both }).chosen!.length;
  assert.deepEqual([large(8), large(128)], [3, 0]);
  // a first layer of one channel
  const { chosen } = plan(parseSpec({ ...netOf([1, 12, 12], []), layers: [CONV, ...layers(16).slice(1)] }), registry, {
    tiles: both,
  });
  assert.deepEqual(chosen, []);
});

Deno.test("what only looks like a convolution is none", () => {
  const [n, c, o, p, q, r, s] = [
    axis("n", 2),
    axis("c", 16),
    axis("o", 16),
    axis("p", 8),
    axis("q", 8),
    axis("r", 3),
    axis("s", 3),
  ];
  const x = new Tensor("x", [2, 16, 8, 8]), w = new Tensor("w", [16, 16, 3, 3]), y = new Tensor("y", [2, 16, 8, 8]);
  const at = [plus(p, r, -1), plus(q, s, -1)] as const;
  const kernelOf = (value: Expr, ...more: Part[]): PlannedKernel => ({
    title: { stem: "conv", pass: "forward" },
    bindings: { x: "x", w: "w", y: "y" },
    kernel: {
      name: "conv",
      source: "here",
      parts: [part([n, o, p, q], y.set([n, o, p, q], value)), ...more],
      tensors: {},
    },
  });
  const product = mul(x.padded(n, c, ...at), w.at(o, c, r, s));
  const right = sum([c, r, s], product);
  assert.equal(convolutionOf(kernelOf(right))?.sums, "short");
  // letters, and the order of factors and of axes, do not matter
  assert.equal(convolutionOf(kernelOf(sum([s, c, r], mul(w.at(o, c, r, s), x.padded(n, c, ...at)))))?.data.tensor, "x");
  const wrong: [string, PlannedKernel][] = [
    ["two parts", kernelOf(right, part([n, o, p, q], y.set([n, o, p, q], 0)))],
    ["two sums", kernelOf({ kind: "op", op: "add", operands: [right, sum([c], x.at(n, c, p, q))] })],
    ["a maximum", kernelOf({ kind: "reduce", reduction: "max", axes: [c, r, s], body: product })],
    ["three factors", kernelOf(sum([c, r, s], mul(product, x.at(n, c, p, q))))],
    ["a step of two", kernelOf(sum([c, r, s], mul(x.padded(n, c, plus(times(p, 2), r), at[1]), w.at(o, c, r, s))))],
    [
      "holes in the window",
      kernelOf(sum([c, r, s], mul(x.padded(n, c, plus(p, times(r, 2)), at[1]), w.at(o, c, r, s)))),
    ],
    [
      "one window in both directions",
      kernelOf(sum([c, r, s], mul(x.padded(n, c, plus(p, r), plus(q, r)), w.at(o, c, r, s)))),
    ],
    ["channels by themselves", kernelOf(sum([r, s], mul(x.padded(n, o, ...at), w.at(o, o, r, s))))],
    ["a channel that only one factor has", kernelOf(sum([c, r, s], mul(x.padded(n, 0, ...at), w.at(o, c, r, s))))],
    ["weights that differ along the image", kernelOf(sum([c, r, s], mul(x.padded(n, c, ...at), w.at(o, p, r, s))))],
  ];
  for (const [what, planned] of wrong) assert.equal(convolutionOf(planned), undefined, what);
  assert.equal(wrong.length, 10);
});

// ---- what is written

Deno.test("random convolutions by tiles give what direct sums give, interpreted, in every layout; a wrong sign is noticed", () => {
  const cases = width(2, 8);
  let compared = 0, damaged = 0;
  for (let seed = 1; seed <= cases; seed++) {
    for (const tiles of [TWO, FOUR]) {
      const shape = randomShape(seed, tiles === FOUR ? 6 : 4),
        spec = specFor({ ...shape, batchSize: Math.min(4, shape.batchSize) });
      const direct = interpreted(plan(spec, registry, { tiles: DIRECT, without: UNMERGED }), seed);
      for (const layout of LAYOUTS) {
        const planned = plan(spec, registry, { layout, tiles, without: UNMERGED });
        assert(planned.chosen!.length > 0, JSON.stringify(shape));
        const found = interpreted(planned, seed), allowed = rounding(planned, seed);
        for (const [name, values] of direct) {
          // in f64 all is 2^29 times as exact
          const share = worst(found.get(name)!, values, allowed.get(name)!.map((error) => error * 2 ** -29));
          assert(share <= 1, `${JSON.stringify(shape)}, ${layout}, ${name}: ${share}`);
          compared += values.length;
        }
        if (layout !== "row_major" || seed > 2) continue;
        // negative control, in f32: one addition that should be a subtraction, in each kernel that has one
        for (const wrong of kernelsOfConvolution(planned.plan)) {
          const turned = turnedSign(wrong.kernel);
          if (!turned) continue;
          const others = interpreted(planned, seed, false, (each) => each === wrong ? turned : each.kernel);
          const shares = [...direct].map(([name, values]) => worst(others.get(name)!, values, allowed.get(name)!));
          assert(Math.max(...shares) > 100, `${wrong.kernel.name}: ${shares}`);
          damaged++;
        }
      }
    }
  }
  assert(compared > 10_000 * cases, `${compared} numbers`);
  // of eight transforms, the last plane of three is one element
  assert.equal(damaged, 2 * 2 * 5);
});

/** A kernel with the first addition or subtraction of its last assignment turned into the other. */
function turnedSign(kernel: Kernel): Kernel | undefined {
  const last = kernel.parts[0].assignments.length - 1;
  const turn = (expr: Expr): Expr | undefined => {
    if (expr.kind !== "op") return undefined;
    if (expr.op === "add" || expr.op === "sub") return { ...expr, op: expr.op === "add" ? "sub" : "add" };
    const place = expr.operands.findIndex((operand) => turn(operand));
    return place < 0 ? undefined : { ...expr, operands: expr.operands.map((o, i) => i === place ? turn(o)! : o) };
  };
  const value = turn(kernel.parts[0].assignments[last].value);
  if (!value) return undefined;
  const parts = kernel.parts.map((each, i) => ({
    ...each,
    assignments: each.assignments.map((a, j) => i === 0 && j === last ? { ...a, value } : a),
  }));
  return { ...kernel, parts };
}

Deno.test("nets train as by direct sums, interpreted, whatever is merged; transforms are not repeated by those who sum", () => {
  let compared = 0;
  for (
    const [input, between, batchSize] of [
      [[2, 9, 7], [CONV, { type: "relu" }, CONV, { type: "maxPool2d", kernel: 2 }, { type: "relu" }], 4],
      [[2, 14, 13], [CONV, { type: "tanh" }, { ...CONV, padding: 0 }], 3],
    ] as const
  ) {
    const spec = netOf(input, [...between], batchSize),
      direct = trained(plan(spec, registry, { tiles: DIRECT }).plan, spec);
    for (const layout of LAYOUTS) {
      for (const tiles of [TWO, FOUR]) {
        const { plan: planned } = plan(spec, registry, { layout, tiles }), own = trained(planned, spec);
        for (const [name, values] of Object.entries(direct.kept)) {
          const tolerance = 8 * amplification(filterOf(4, 3), filterOf(4, 3)) * direct.additions * Number.EPSILON *
            direct.largest;
          const error = Math.max(...values.map((value, i) => Math.abs(value - own.kept[name][i])));
          assert(error <= tolerance, `${layout}, ${name}: ${error}`);
          compared += values.length;
        }
        // the gradient by tiles that the first layer reads is stored
        assert(planned.tensors["conv1.output.gradient"], layout);
      }
    }
  }
  assert(compared > 50_000, `${compared} numbers`);
});

Deno.test("the weight's gradient finds the tiles that the forward pass made, if they are the same and still there", () => {
  const made = (tiles: TileSizes) =>
    plan(netOf([3, 13, 12], [CONV]), registry, { tiles, without: UNMERGED }).plan.train.kernels
      .filter(({ kernel }) => /^conv2.*(transform|products)/.test(kernel.name)).map(({ kernel }) => kernel.name);
  const forward = ["transform_weight", "transform_input", "products"].map((what) => `conv2_forward_${what}`);
  const input = ["transform_weight", "transform_gradient", "products"].map((what) => `conv2_backward_input_${what}`);
  const weight = ["transform_gradient", "products"].map((what) => `conv2_backward_weight_${what}`);
  for (const tiles of [TWO, FOUR]) assert.deepEqual(made(tiles), [...forward, ...input, ...weight]);
  const own = [weight[0], "conv2_backward_weight_transform_input", weight[1]];
  assert.deepEqual(made({ outputs: [6], taps: [4], gain: 0 }), [...forward, ...input, ...own]);
  assert.deepEqual(made({ outputs: [], taps: [4], gain: 0 }), own);
});

Deno.test("work is that of the direct sums, and fewer operations are executed", () => {
  const spec = netOf([3, 13, 12], [CONV, { type: "relu" }, CONV]);
  const totals = (tiles: TileSizes, layout: typeof LAYOUTS[number]) => {
    const { train: { kernels } } = plan(spec, registry, { tiles, layout, without: UNMERGED }).plan;
    return {
      work: kernels.reduce((sum, planned) => sum + workOf(planned), 0),
      executed: kernels.reduce((sum, { kernel: { parts } }) => sum + operationsOf(parts), 0),
    };
  };
  for (const layout of ["row_major", "blocks"] as const) {
    const direct = totals(DIRECT, layout);
    assert.equal(direct.work, direct.executed);
    for (const [tiles, gain] of [[TWO, 1.4], [FOUR, 1.6]] as const) {
      const { work, executed } = totals(tiles, layout);
      assert.equal(work, direct.work);
      assert(executed * gain < direct.executed, `${layout}: ${executed} of ${direct.executed}`);
    }
  }
  // a sum in two kernels is credited once
  const { train: { kernels } } =
    plan(netOf([3, 13, 12], [CONV], 32), registry, { tiles: TWO, layout: "samples", without: UNMERGED }).plan;
  const twice = kernels.filter(({ kernel }) => kernel.name.startsWith("conv2_backward_weight_products"));
  assert.equal(twice.length, 2);
  assert.deepEqual(twice.map(({ saves }) => saves! > 0), [true, false]);
});
