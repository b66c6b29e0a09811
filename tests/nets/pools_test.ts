/** Pools: in padding, over the end, over series, over all positions; and reshape: on every target, beside plain loops and PyTorch. */
import assert from "node:assert/strict";
import { plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { interpretKernel } from "../../codegen/ir/interpret.ts";
import { axis, Tensor } from "../../codegen/language/notation.ts";
import type { InnerSpec, Pass } from "../../codegen/language/layer.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { uniform } from "../../runtime/run/random.ts";
import { fromArrays, loadPredictor, parseSpec, registry, type Spec, targets, train } from "../../mod.ts";
import { lacksAdapter } from "../adapter.ts";
import { drawing, RANDOM_LAYERS } from "../random_layers.ts";
import { byTorch, lacksTorch } from "../torch.ts";
import { width } from "../width.ts";

/** Pools by themselves, and nets of them on each target; a GPU that is none takes its time. */
const POOLS = width(240, 480, 960), NETS = width(8, 20, 60), SLOW_NETS = width(2, 4, 12);
const KINDS = ["maxPool1d", "maxPool2d", "avgPool1d", "avgPool2d", "globalMaxPool", "globalAvgPool"];

const product = (extents: readonly number[]) => extents.reduce((product, extent) => product * extent, 1);

/** A pool, and what goes through it both ways. */
interface PoolCase {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly x: readonly number[];
  /** As many as may be needed. */
  readonly dy: readonly number[];
}

/** What a pool gives of a case. */
interface Pooled {
  readonly shape: readonly number[];
  readonly y: readonly number[];
  readonly dx: readonly number[];
}

function caseOf(seed: number): PoolCase {
  const draw = drawing(seed), type = KINDS[seed % KINDS.length];
  const one = type.endsWith("1d") || !type.endsWith("2d") && draw.chance(0.5);
  const shape = [draw.int(1, 3), ...one ? [draw.int(1, 14)] : [draw.int(1, 9), draw.int(1, 9)]];
  const numbers = Array.from({ length: product(shape) }, (_, i) => uniform(seed, i) * 2 - 1);
  // windows are no more than twice as many as elements in each dimension
  const dy = Array.from({ length: 4 * numbers.length + 16 }, (_, i) => uniform(seed + 0x10000, i) * 2 - 1);
  const options = RANDOM_LAYERS[type](draw, { name: "input", shape }, [])!;
  // of equal ones the first gets the gradient
  return { type, options, shape, x: draw.chance(0.3) ? numbers.map((x) => Math.round(2 * x)) : numbers, dy };
}

/** The same by loops over windows, as PyTorch's documentation has it. */
function plainly({ type, options, shape: [channels, ...input], x, dy }: PoolCase): Pooled {
  const along = (value: unknown) => input.map((_, d) => Number(Array.isArray(value) ? value[d] : value));
  const { kernel = input, padding = 0, ceilMode = false, countIncludePad = true } = options;
  const sizes = along(kernel), strides = along(options.stride ?? kernel), margins = along(padding);
  const windows = input.map((extent, d) => {
    const room = (extent + 2 * margins[d] - sizes[d]) / strides[d], count = Math.floor(room) + 1;
    const begins = count * strides[d] - margins[d];
    return ceilMode && !Number.isInteger(room) && begins < extent ? count + 1 : count;
  });
  const points = (extents: readonly number[]): number[][] =>
    extents.reduce<number[][]>(
      (all, extent) => all.flatMap((each) => Array.from({ length: extent }, (_, i) => [...each, i])),
      [[]],
    );
  const isMax = type.includes("Max") || type.startsWith("max"), y: number[] = [], dx = x.map(() => 0);
  for (let c = 0; c < channels; c++) {
    for (const window of points(windows)) {
      const places = points(sizes).map((element) => element.map((e, d) => window[d] * strides[d] - margins[d] + e));
      const inside = places.filter((place) => place.every((p, d) => p >= 0 && p < input[d]))
        .map((place) => place.reduce((at, p, d) => at * input[d] + p, c));
      const counted = countIncludePad
        ? places.filter((place) => place.every((p, d) => p < input[d] + margins[d])).length
        : inside.length;
      const slope = dy[y.length];
      if (isMax) {
        const best = inside.reduce((a, b) => x[b] > x[a] ? b : a);
        dx[best] += slope;
        y.push(x[best]);
      } else {
        for (const at of inside) dx[at] += slope / counted;
        y.push(inside.reduce((sum, at) => sum + x[at], 0) / counted);
      }
    }
  }
  return { shape: type.startsWith("global") ? [channels] : [channels, ...windows], y, dx };
}

/** The same by the kind's formulas, interpreted. */
function byFormulas({ type, options, shape, x, dy }: PoolCase): Pooled {
  const kind = registry.layers.find((own) => own.type === type)!, given = kind.schema.parse({ type, ...options });
  const output = kind.shape(given, { x: shape }), inner = kind.inner?.(given, { x: shape, y: output }) ?? [];
  const all: InnerSpec[] = [
    ...[{ symbol: "x", shape }, { symbol: "dx", shape }, { symbol: "y", shape: output }, {
      symbol: "dy",
      shape: output,
    }]
      .map((own) => ({ ...own, dtype: "f32" as const })),
    ...inner,
  ];
  const storages = Object.fromEntries(all.map(({ symbol, shape }) => [symbol, new Float64Array(product(shape))]));
  storages.x.set(x);
  storages.dy.set(dy.slice(0, product(output)));
  const tensors = Object.fromEntries(all.map(({ symbol, shape }) => [symbol, new Tensor(symbol, [1, ...shape])]));
  const types = Object.fromEntries(all.map(({ symbol, shape, dtype }) => {
    const whole = [1, ...shape];
    return [symbol, { dtype, shape: whole, halo: whole.map(() => [0, 0] as const) }];
  }));
  const run = (pass: Pass) => {
    for (const { parts } of pass) interpretKernel({ name: type, source: "", parts, tensors: types }, storages);
  };
  const n = axis("n", 1);
  run(kind.forward(n, tensors, given, "pool"));
  run(kind.backward(n, tensors, given));
  return { shape: output, y: [...storages.y], dx: [...storages.dx] };
}

const furthest = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length ? a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0) : Infinity;
/** Sums of at most 81 numbers of at most 2, and shares of them that add up, in f64. */
const CLOSE = 81 * 81 * 2 * 2 ** -53;

/** Whether two say the same of a case. */
const agree = (ours: Pooled, theirs: Pooled) =>
  furthest(ours.y, theirs.y) <= CLOSE && furthest(ours.dx, theirs.dx) <= CLOSE &&
  ours.shape.join() === theirs.shape.join();

/** What pools of cases have, counted. */
function counts(cases: readonly PoolCase[]): Record<string, number> {
  const seen: Record<string, number> = {};
  for (const { type, options } of cases) {
    const has = { padding: [options.padding ?? 0].flat().some((p) => Number(p) > 0), ceil: options.ceilMode === true };
    const names = [type, ...has.padding ? [`${type} padded`] : [], ...has.ceil ? [`${type} ceil`] : []];
    if (options.countIncludePad === false && has.padding) names.push(`${type} counts`);
    if (has.padding && has.ceil) names.push(`${type} both`);
    for (const name of names) seen[name] = (seen[name] ?? 0) + 1;
  }
  return seen;
}

Deno.test(`${POOLS} random pools are what plain loops are, forward and backward`, () => {
  const cases = Array.from({ length: POOLS }, (_, i) => caseOf(i));
  let noticed = 0;
  for (const own of cases) {
    const ours = byFormulas(own), told = JSON.stringify({ ...own, x: "", dy: "" });
    assert(agree(ours, plainly(own)), `${told}: ${JSON.stringify([ours, plainly(own)])}`);
    // negative control: other options
    const other = { ...own, options: { ...own.options, padding: 0, ceilMode: false } };
    if (!agree(ours, plainly(other))) noticed++;
  }
  const seen = counts(cases);
  for (const type of KINDS.slice(0, 4)) {
    for (const what of ["", " padded", " ceil", " both", ...type.startsWith("avg") ? [" counts"] : []]) {
      assert(seen[type + what] >= 2, `${type}${what}: ${seen[type + what]}`);
    }
  }
  assert(noticed > POOLS / 8, `${noticed} noticed`);
});

if (lacksTorch !== undefined) console.log(`pools are not compared with PyTorch: ${lacksTorch}`);
Deno.test({
  name: `${POOLS} random pools are those of PyTorch, forward and backward`,
  ignore: lacksTorch !== undefined,
  async fn() {
    const cases = Array.from({ length: POOLS }, (_, i) => caseOf(10_000 + i));
    const theirs = await byTorch("pools.py", cases) as Pooled[];
    assert.equal(theirs.length, POOLS);
    for (const [i, own] of cases.entries()) {
      const ours = byFormulas(own), told = JSON.stringify({ ...own, x: "", dy: "" });
      assert(agree(ours, theirs[i]), `${told}: ${JSON.stringify([ours, theirs[i]])}`);
    }
  },
});

const LAST = { type: "linear", outFeatures: 3 };

function specOf(input: readonly number[], layers: readonly object[], batchSize = 4): Spec {
  return parseSpec({
    ...{ name: "pools", input, batchSize, layers, loss: { type: "mse" } },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
}

/** A net of a few pools and reshapes behind what has a weight, so that their gradients are needed. */
function netOf(seed: number): Spec {
  const draw = drawing(seed), series = seed % 2 === 0, many = draw.chance(0.4), dimensions = series ? "1d" : "2d";
  const first = [`maxPool${dimensions}`, `avgPool${dimensions}`, "globalMaxPool", "globalAvgPool", "reshape"][seed % 5];
  const input = [draw.int(1, 3), ...series ? [draw.int(6, 24)] : [draw.int(4, 9), draw.int(4, 9)]];
  const outChannels = many ? draw.pick(8, 12, 13, 16, 20) : draw.int(1, 6);
  const conv = { type: series ? "conv1d" : "conv2d", outChannels, kernel: many ? 1 : 3, padding: 1 };
  const layers: Record<string, unknown>[] = [conv], batchSize = draw.pick(1, 3, 4, 8, 16, 20);
  for (let i = 0; i < 3; i++) {
    const { shapes, nodes } = inferShapes(specOf(input, [...layers, { type: "flatten" }]), registry);
    const shape = shapes[nodes.at(-2)!.name], other = draw.pick(...KINDS, "reshape", "reshape", "relu");
    const type = i === 0 ? first : other;
    const made = RANDOM_LAYERS[type](draw, { name: "", shape }, []);
    if (made) layers.push({ type, ...made });
  }
  return specOf(input, [...layers, { type: "flatten" }, LAST], batchSize);
}

const WAYS = targets.filter((target) => !lacksAdapter(target)).flatMap((target) =>
  target.layout === "lanes" ? [target, { ...target, layout: "channels" as const }] : [target]
);

for (const target of WAYS) {
  const nets = target.backend === "webgpu" ? SLOW_NETS : NETS;
  const innermost = target.layout === "channels" ? ", channels innermost" : "";
  Deno.test(`${target.name}${innermost}: ${nets} nets of pools agree with the interpreter, gradients with differences`, async () => {
    const seen = new Set<string>();
    let rows = 0, gradients = 0;
    for (let seed = 1; seed <= nets; seed++) {
      const spec = netOf(seed), checked = await verifyNet(spec, registry, target, { seed });
      const bad = checked.filter(({ ok, cases }) => !ok && cases > 0);
      assert.deepEqual(
        bad.map(({ check, error, tolerance }) => `${check}: ${error} > ${tolerance}`),
        [],
        `${seed}: ${JSON.stringify(spec)}`,
      );
      rows += checked.length;
      gradients += checked.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length;
      for (const { type } of spec.layers) seen.add(type);
    }
    assert(rows > 8 * nets && gradients >= 2 * nets, `${rows} rows, ${gradients} gradients`);
    if (nets >= 12) { for (const type of [...KINDS, "reshape"]) assert(seen.has(type), `${type} never came`); }
  });
}

/** Nets that once were wrong, or that random ones seldom make. */
const NETS_BY_HAND: readonly (readonly [what: string, spec: Spec])[] = [
  [
    "an image in blocks and a pool's output in none",
    specOf([6, 10], [
      { type: "conv1d", outChannels: 6, kernel: 1 },
      { type: "maxPool1d", kernel: 2 },
      { type: "reshape", shape: [3, 10, 1] },
      { type: "flatten" },
      LAST,
    ], 20),
  ],
  [
    "rows without a sample of the places of maxima",
    specOf([4, 6, 3], [{ type: "conv2d", outChannels: 3, kernel: 1 }, { type: "globalMaxPool" }, LAST], 3),
  ],
  [
    "windows that are all cut",
    specOf([2, 3, 3], [
      { type: "conv2d", outChannels: 2, kernel: 1 },
      { type: "maxPool2d", kernel: 4, stride: 1, padding: 2, ceilMode: true },
      { type: "avgPool2d", kernel: 4, stride: 2, padding: 2, ceilMode: true, countIncludePad: false },
      { type: "flatten" },
      LAST,
    ]),
  ],
  [
    "a window of many elements",
    specOf([2, 16, 14], [
      { type: "conv2d", outChannels: 2, kernel: 1 },
      { type: "maxPool2d", kernel: [12, 9], stride: [5, 3], padding: [6, 4], ceilMode: true },
      { type: "flatten" },
      LAST,
    ]),
  ],
  [
    "shapes without a common divisor",
    specOf([6, 4], [
      { type: "conv1d", outChannels: 6, kernel: 1 },
      { type: "reshape", shape: [4, 6] },
      { type: "tanh" },
      { type: "reshape", shape: [1, -1, 3] },
      { type: "reshape", shape: [24] },
      LAST,
    ]),
  ],
];

Deno.test("nets of pools by hand agree with the interpreter", async () => {
  for (const target of WAYS) {
    for (const [what, spec] of NETS_BY_HAND) {
      const rows = await verifyNet(spec, registry, target, { seed: 1 });
      const bad = rows.filter(({ ok, cases }) => !ok && cases > 0).map(({ check }) => check);
      assert.deepEqual(bad, [], `${target.name} ${target.layout}: ${what}`);
      assert(rows.length > 8, what);
    }
  }
});

Deno.test("a pool has few formulas, whatever its size", () => {
  for (const [kernel, stride, padding] of [[3, 2, 1], [4096, 1, 2048], [100, 7, 50], [2000, 4000, 1000]]) {
    for (const type of ["maxPool2d", "avgPool2d"]) {
      const kind = registry.layers.find((own) => own.type === type)!;
      const options = kind.schema.parse({
        type,
        kernel,
        stride,
        padding,
        ceilMode: true,
        ...type === "avgPool2d" && { countIncludePad: false },
      });
      const shape = [1, 5000, 5000], output = kind.shape(options, { x: shape });
      const tensor = (symbol: string, own: readonly number[]) => new Tensor(symbol, [1, ...own]);
      const passes = kind.forward(
        axis("n", 1),
        { x: tensor("x", shape), y: tensor("y", output), code: tensor("code", output) },
        options,
        "pool",
      );
      assert(passes[0].parts.length <= 9, `${type} ${kernel}: ${passes[0].parts.length} parts`);
    }
  }
});

const kernelNames = (spec: Spec, layout: "samples" | "channels") =>
  plan(spec, registry, { layout }).plan.train.kernels.map(({ kernel }) => kernel.name);

Deno.test("relu goes behind a pool in padding, and a pool of few windows into its convolution, but not one of many", () => {
  const conv = { type: "conv2d", outChannels: 2, kernel: 1 }, relu = { type: "relu" }, flatten = { type: "flatten" };
  const padded = specOf([2, 8, 8], [conv, relu, { type: "maxPool2d", kernel: 3, padding: 1 }, flatten, LAST]);
  assert(kernelNames(padded, "samples").includes("pool1_relu1_forward"), `${kernelNames(padded, "samples")}`);
  const whole = (pool: object) => kernelNames(specOf([2, 16, 16], [conv, pool, flatten, LAST]), "samples");
  assert(whole({ type: "maxPool2d", kernel: 2 }).includes("conv1_pool1_forward"));
  assert(!whole({ type: "avgPool2d", kernel: 16 }).some((name) => name.startsWith("conv1_pool1_forward")));
});

Deno.test("a net over series trains, and tells what it was taught", async () => {
  const spec = specOf([2, 12], [
    { type: "avgPool1d", kernel: 3, stride: 2, padding: 1, ceilMode: true },
    { type: "dropout", rate: 0 },
    { type: "maxPool1d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", outFeatures: 2 },
  ], 8);
  // class 1 is where the second channel is larger
  const samples = 64, inputs = new Float32Array(samples * 24), labels = new Uint8Array(samples);
  for (let i = 0; i < samples; i++) {
    labels[i] = i % 2;
    for (let j = 0; j < 24; j++) inputs[24 * i + j] = uniform(7, 24 * i + j) + (j >= 12 === (i % 2 === 1) ? 1 : 0);
  }
  const set = fromArrays(inputs, labels, [2, 12]);
  const classifying = { ...spec, loss: { type: "softmaxCrossEntropy" } };
  const { parameters } = await train(classifying, { train: set, test: set }, { epochs: 30, threads: 1 });
  const outputs = (await loadPredictor({ spec: classifying, parameters })).outputs(inputs);
  const right = Array.from(labels).filter((label, i) => (outputs[2 * i + 1] > outputs[2 * i]) === (label === 1)).length;
  assert(right > 0.9 * samples, `${right} of ${samples}`);
});
