import assert from "node:assert/strict";
import { contract } from "../../codegen/passes/contract.ts";
import { type CompileOptions, kernelsOf, MERGING, plan } from "../../codegen/compile.ts";
import { expressions } from "../../codegen/ir/expr.ts";
import { broadcast } from "../../codegen/passes/broadcast.ts";
import { interpretKernel, type Storage, storageLength } from "../../codegen/ir/interpret.ts";
import { interpretNest } from "../../codegen/ir/interpret_nest.ts";
import {
  type Axis,
  type Kernel,
  type LoopNest,
  type Offset,
  type Reduce,
  type Statement,
  strides,
  type TensorType,
  type Value,
} from "../../codegen/ir/ir.ts";
import { kernelText, nestText } from "../../codegen/ir/text.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { termsOf } from "../../codegen/lower/accumulators.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { add, argmax, axis, max, mul, named, part, sum, Tensor } from "../../codegen/language/notation.ts";
import { type Schedule, ScheduleError, scheduleText } from "../../codegen/schedule/schedule.ts";
import { simplify } from "../../codegen/passes/simplify.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { proveKernel } from "../../codegen/prove/kernel/kernel.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { kernels } from "../../kernels/mod.ts";
import { uniform } from "../../runtime/run/random.ts";
import { schedulers } from "../../kernels/schedules/schedulers.ts";
import { width } from "../width.ts";

const REGISTRY: Registry = { ...kernels, schedulers };
const SEED = 20240607;
const SCHEDULES_PER_KERNEL = width(2, 8), REWRITTEN_PER_KERNEL = width(1, 3);
const ROWS = { samples: 5, steps: 2 };
const STEP_RUN = 1;
const ARRAYS = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array };

/** Small nets of odd extents, so that tiles leave rests, and one whose samples are in blocks. Each is planned fused and unfused. */
const NETS: readonly { input: number[]; batchSize: number; layers: unknown[]; loss: string; optimizer: object }[] = [
  {
    input: [2, 7, 6],
    batchSize: 3,
    layers: [
      { type: "conv2d", outChannels: 3, kernel: [3, 2], padding: [1, 0] },
      { type: "relu" },
      { type: "maxPool2d", kernel: [2, 3], stride: [2, 1] },
      { type: "conv2d", outChannels: 2, kernel: 3, padding: 2, stride: [2, 3] },
      { type: "tanh" },
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: "softmaxCrossEntropy",
    optimizer: { type: "adam", l2: 0.01 },
  },
  {
    input: [1, 9, 8],
    batchSize: 2,
    layers: [
      { type: "conv2d", outChannels: 5, kernel: 1 },
      { type: "sigmoid" },
      { type: "conv2d", outChannels: 2, kernel: 2, stride: 3 },
      { type: "avgPool2d", kernel: 2, stride: 1 },
      { type: "dropout", rate: 0.5 },
      { type: "flatten" },
      { type: "linear", outFeatures: 4 },
    ],
    loss: "mse",
    optimizer: { type: "momentum", learningRate: 0.1 },
  },
  {
    input: [5],
    batchSize: 7,
    layers: [
      { type: "linear", outFeatures: 11 },
      { type: "relu" },
      { type: "linear", outFeatures: 6 },
      { type: "dropout", rate: 0.25 },
      { type: "linear", outFeatures: 1 },
      { type: "sigmoid" },
    ],
    loss: "mse",
    optimizer: { type: "sgd", learningRate: 0.1, l2: 0.5 },
  },
  {
    input: [1, 6, 5],
    batchSize: 8,
    layers: [
      { type: "conv2d", outChannels: 3, kernel: 2 },
      { type: "relu" },
      { type: "maxPool2d", kernel: 2 },
      { type: "tanh" },
      { type: "dropout", rate: 0.5 },
      { type: "flatten" },
      { type: "linear", outFeatures: 8 },
      { type: "relu" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: "softmaxCrossEntropy",
    optimizer: { type: "momentum", learningRate: 0.1, l2: 0.01 },
  },
  {
    // large enough for sums in two kernels, with a pool's gradient in them by cases
    input: [1, 13, 12],
    batchSize: 8,
    layers: [
      { type: "conv2d", outChannels: 2, kernel: 2 },
      { type: "maxPool2d", kernel: 2, stride: [2, 3] },
      { type: "flatten" },
      { type: "linear", outFeatures: 2 },
    ],
    loss: "softmaxCrossEntropy",
    optimizer: { type: "sgd", learningRate: 0.1 },
  },
  {
    input: [1, 5, 5],
    batchSize: 1,
    layers: [
      { type: "conv2d", outChannels: 2, kernel: 2 },
      { type: "avgPool2d", kernel: 1, stride: 2 },
      { type: "maxPool2d", kernel: 2, stride: 1 },
      { type: "flatten" },
    ],
    loss: "softmaxCrossEntropy",
    optimizer: { type: "sgd", learningRate: 0.1 },
  },
];

const PLANS: readonly CompileOptions[] = [
  { data: "u8" },
  { without: MERGING, data: "f32" },
  { layout: "lanes", data: "f32" },
  { layout: "lanes", without: MERGING, data: "u8" },
];

/** Numbers in [0, 1) that follow from the seed. */
function generator(seed: number): () => number {
  let counter = 0;
  return () => uniform(seed, counter++);
}

const below = (draw: () => number, limit: number) => Math.floor(draw() * limit);

function shuffled<Item>(items: readonly Item[], draw: () => number): Item[] {
  const rest = [...items];
  return items.map(() => rest.splice(below(draw, rest.length), 1)[0]);
}

/** Kernels that no layer has, but that a layer may come to have. */
function ownKernels(): Kernel[] {
  const n = axis("n", 5), r = axis("r", 3), s = axis("s", 3);
  const x = new Tensor("x", [5]), y = new Tensor("y", [5]);
  const z = new Tensor("z", [3, 3]), best = new Tensor("best", [5]), place = new Tensor("place", [5]);
  const type = (shape: number[], dtype: TensorType["dtype"] = "f32"): TensorType => ({
    dtype,
    shape,
    halo: shape.map(() => [0, 0]),
  });
  const swap = part([n], x.set([n], y.at(n)), y.set([n], x.at(n)));
  const most = part([n], best.set([n], max([r, s], z.at(r, s))), place.set([n], argmax([r, s], z.at(r, s))));
  return [
    { name: "swap", source: "tests", parts: [swap], tensors: { x: type([5]), y: type([5]) } },
    {
      name: "most",
      source: "tests",
      parts: [most],
      tensors: { z: type([3, 3]), best: type([5]), place: type([5], "i32") },
    },
  ];
}

/** The kernels of all nets, each formula on the same tensors once. */
function collect(): Kernel[] {
  const found = new Map<string, Kernel>();
  const keep = (kernel: Kernel) =>
    found.set(kernelText({ ...kernel, name: "" }) + kernel.parts.map(({ axes }) => axes.length), kernel);
  for (const [i, { loss, optimizer, ...net }] of NETS.entries()) {
    const training = { epochs: 1, optimizer };
    const spec = parseSpec({ name: `net${i}`, ...net, loss: { type: loss }, training }, REGISTRY);
    for (const options of PLANS) {
      kernelsOf(plan(spec, REGISTRY, options).plan).forEach(keep);
    }
  }
  ownKernels().forEach(keep);
  return [...found.values()];
}

function reductionsOf({ parts }: Kernel): Reduce[] {
  return parts.flatMap(({ assignments }) => assignments).flatMap(({ value }) => expressions(value))
    .filter((expr) => expr.kind === "reduce");
}

const reductionAxes = (kernel: Kernel): Axis[] => reductionsOf(kernel).flatMap(({ axes }) => axes);

/** Any schedule that fits the kernel. */
function randomSchedule(kernel: Kernel, draw: () => number): Schedule {
  const outer = new Map<string, Set<number>>();
  for (const { axes } of kernel.parts) {
    for (const { name, extent } of axes) outer.set(name, (outer.get(name) ?? new Set()).add(extent));
  }
  const inner = new Map(reductionAxes(kernel).map(({ name, extent }) => [name, extent]));
  const some = <Item>(items: Iterable<Item>) => [...items].filter(() => draw() < 0.5);
  const shared = [...outer.keys()].filter((name) =>
    outer.get(name)!.size === 1 && kernel.parts.every(({ axes }) => axes.some((axis) => axis.name === name))
  );
  const parallel = shared[below(draw, shared.length + 1)];
  const axes = [...new Set([...outer.keys(), ...inner.keys()])], vectorize = axes[below(draw, 2 * axes.length)];
  return {
    order: some(shuffled(axes, draw)),
    tile: Object.fromEntries(some(outer.keys()).map((name) => [name, 1 + below(draw, 5)])),
    unroll: Object.fromEntries(some(inner).map(([name, extent]) => [name, 1 + below(draw, extent)])),
    ...(vectorize !== undefined && { vectorize }),
    ...(parallel !== undefined && { parallel }),
  };
}

/** A nest of a schedule drawn until one is within the budget of statements; `plain`: before simplifying. */
function randomNest(kernel: Kernel, draw: () => number): { schedule: Schedule; plain: LoopNest; nest: LoopNest } {
  for (;;) {
    const schedule = randomSchedule(kernel, draw);
    try {
      const plain = lower(kernel, schedule);
      return { schedule, plain, nest: simplify(plain) };
    } catch (error) {
      // too long, or an axis along which there are no vectors
      if (!(error instanceof ScheduleError && /statements|lanes?|vectorized/.test(error.message))) throw error;
    }
  }
}

/** Random legal contents; a grid of 1/2 for half of the floats, so that some are equal and some are 0. */
function randomStorage(symbol: string, type: TensorType, draw: () => number): Storage {
  const value = () => {
    if (type.columns) return type.dtype === "u32" ? below(draw, 2 ** 32) : 0.5 + 3 * draw();
    if (type.dtype !== "f32") return below(draw, type.below === "samples" ? ROWS.samples : type.below ?? 256);
    const float = 2 * draw() - 1, rounded = draw() < 0.5 ? Math.round(float * 2) / 2 : float;
    // the mean of squares that adam keeps
    return symbol === "v" ? Math.abs(rounded) : rounded;
  };
  const rows = ROWS[type.rows ?? "steps"], storage = new ARRAYS[type.dtype](storageLength(type, rows));
  const stride = strides(type);
  const fill = (d: number, at: number): void => {
    if (d === stride.length) {
      storage[at] = value();
      return;
    }
    const extent = type.shape[d] === Infinity ? rows : type.shape[d];
    for (let i = 0; i < extent; i++) fill(d + 1, at + (i + type.halo[d][0]) * stride[d]);
  };
  fill(0, 0);
  return storage;
}

/** The first element that a nest makes otherwise than its kernel, in words. */
function difference(
  kernel: Kernel,
  { order = [], unroll = {}, vectorize }: Schedule,
  nest: LoopNest,
  seed: number,
): string | undefined {
  const draw = generator(seed);
  const expected = Object.fromEntries(
    Object.entries(kernel.tensors).map(([symbol, type]) => [symbol, randomStorage(symbol, type, draw)]),
  );
  const found = structuredClone(expected);
  let largest = 0;
  const see = () => {
    for (const storage of Object.values(expected)) for (const x of storage) largest = Math.max(largest, Math.abs(x));
  };
  see();
  interpretKernel(kernel, expected, STEP_RUN);
  interpretNest(nest, found, STEP_RUN);
  see();
  const inner = reductionAxes(kernel), names = new Set(inner.map(({ name }) => name));
  const length = [...names].reduce(
    (product, name) => product * Math.max(...inner.filter((axis) => axis.name === name).map(({ extent }) => extent)),
    1,
  );
  // sums are f64 and rounded to f32 when stored; nothing but adding up in another order changes a bit
  const reordered = [...order, vectorize].some((name) => names.has(name!)) ||
    Object.values(unroll).some((copies) => copies > 1) || reductionsOf(kernel).some((r) => termsOf(r).length > 1);
  const tolerance = reordered ? largest * (length * 2 ** -52 + 2 ** -23) : 0;
  for (const [symbol, storage] of Object.entries(expected)) {
    for (const [i, x] of storage.entries()) {
      const y = found[symbol][i];
      if (x !== y && !(Math.abs(x - y) <= tolerance) && !(Number.isNaN(x) && Number.isNaN(y))) {
        return `${symbol}[${i}] is ${y}, not ${x} (tolerance ${tolerance})`;
      }
    }
  }
}

Deno.test("the kernels are of all kinds that merging and layouts make", () => {
  const names = new Set(collect().map(({ name }) => name));
  for (
    const name of [
      // a maximum over sums; a sum by cases; sums apart and their sum; a copy by rows
      "conv1_pool1_relu1_forward",
      "pool1_conv1_backward_weight_lanes",
      "pool1_conv1_backward_bias_lanes",
      "conv1_backward_update_weight",
      "linear1_output_gradient_rows",
      "loss_forward",
    ]
  ) assert(names.has(name), `no ${name} among ${[...names].join(", ")}`);
});

Deno.test("random schedules change nothing", () => {
  const collection = collect();
  let ran = 0, reordered = 0, tiled = 0, shared = 0, vectors = 0;
  for (const [i, kernel] of collection.entries()) {
    proveKernel(kernel);
    for (let j = 0; j < SCHEDULES_PER_KERNEL; j++) {
      const seed = SEED + i * SCHEDULES_PER_KERNEL + j;
      const { schedule, nest } = randomNest(kernel, generator(seed));
      const told = () => `seed ${seed}, ${scheduleText(schedule)}\n${kernelText(kernel)}\n${nestText(nest)}`;
      try {
        proveNest(nest);
      } catch (error) {
        assert.fail(`${error}\n${told()}`);
      }
      const wrong = difference(kernel, schedule, nest, seed);
      assert.equal(wrong, undefined, `${wrong}: ${told()}`);
      ran++;
      if (schedule.order!.length > 1) reordered++;
      if (Object.values(schedule.tile!).some((size) => size > 1)) tiled++;
      if (schedule.parallel !== undefined) shared++;
      if (nestText(nest).includes("f32x4")) vectors++;
    }
  }
  assert.equal(ran, collection.length * SCHEDULES_PER_KERNEL);
  assert(ran >= 125 * SCHEDULES_PER_KERNEL, `only ${ran} cases`);
  assert(Math.min(reordered, tiled, shared) >= ran / 4, `${reordered} reordered, ${tiled} tiled, ${shared} shared`);
  assert(vectors >= ran / 8, `${vectors} with vectors`);
});

/** Ways to write the same nest. */
const REWRITES: Readonly<Record<string, (nest: LoopNest) => LoopNest>> = {
  simplify,
  "simplify whole": (nest) => simplify(nest, true),
  broadcast,
  "simplify and broadcast": (nest) => broadcast(simplify(nest)),
  "simplify whole and broadcast": (nest) => broadcast(simplify(nest, true)),
};

/** All that a nest computes, outermost values first. */
function valuesOf(body: readonly Statement[]): Value[] {
  const inside = (value: Value): Value[] => [
    value,
    ...value.kind === "splat" || value.kind === "total"
      ? inside(value.value)
      : value.kind === "apply"
      ? value.operands.flatMap(inside)
      : [],
  ];
  return body.flatMap((s) => "body" in s ? valuesOf(s.body) : "value" in s ? inside(s.value) : []);
}

/** The part of each access that moves: in WebAssembly an unsigned address, to which a constant is added. */
function movingParts(body: readonly Statement[], ranges: ReadonlyMap<string, readonly [number, number]>): Moving[] {
  const own = new Map(ranges);
  const rangeOf = ({ constant, terms }: Offset): [number, number] =>
    terms.reduce<[number, number]>(([low, high], { variable, coefficient }) => {
      const ends = own.get(variable)!.map((end) => end * coefficient);
      return [low + Math.min(...ends), high + Math.max(...ends)];
    }, [constant, constant]);
  return body.flatMap((s): Moving[] => {
    if (s.kind === "comment") return [];
    if (s.kind === "block") return movingParts(s.body, own);
    if (s.kind === "loop") return movingParts(s.body, new Map([...own, [s.variable, [s.from, s.to - s.step]]]));
    const offsets = [
      ...s.kind === "store" ? [s.offset] : [],
      ...valuesOf([s]).flatMap((v) => v.kind === "element" ? [v.offset] : []),
    ];
    const found = offsets.map(({ terms }) => ({ terms, lowest: rangeOf({ constant: 0, terms })[0] }));
    if (s.kind === "let" && s.type === "i32") {
      own.set(s.name, s.value.kind === "offset" ? rangeOf(s.value.offset) : [0, 2 ** 20]);
    }
    return found;
  });
}

interface Moving {
  readonly terms: Offset["terms"];
  readonly lowest: number;
}

Deno.test("simplifying and broadcasting change no bit of random nests, and leave accesses with one variable", () => {
  const collection = collect();
  let ran = 0, joined = 0, accesses = 0, moved = 0, down = 0;
  for (const [i, kernel] of collection.entries()) {
    for (let j = 0; j < REWRITTEN_PER_KERNEL; j++) {
      const seed = SEED + 100_000 + i * REWRITTEN_PER_KERNEL + j,
        { schedule, plain } = randomNest(kernel, generator(seed));
      const run = (nest: LoopNest) => {
        const draw = generator(seed);
        const storages = Object.fromEntries(
          Object.entries(kernel.tensors).map(([symbol, type]) => [symbol, randomStorage(symbol, type, draw)]),
        );
        interpretNest(nest, storages, STEP_RUN);
        return storages;
      };
      const expected = run(plain), around = new Map([["step", [0, ROWS.steps] as const]]);
      down += movingParts(plain.body, around).filter(({ lowest }) => lowest < 0).length;
      for (const [way, rewrite] of Object.entries(REWRITES)) {
        const nest = rewrite(plain);
        const told = `seed ${seed}, ${way}, ${scheduleText(schedule)}`;
        if (way.includes("simplify")) proveNest(nest);
        assert.deepEqual(run(nest), expected, told);
        ran++;
        if (nestText(nest) !== nestText(plain)) moved++;
        const loaded = valuesOf(nest.body).filter((v) => v.kind === "splat" && v.value.kind === "element");
        if (way.includes("broadcast")) joined += loaded.length;
        else assert.equal(loaded.length, 0, told);
        if (!way.includes("simplify")) continue;
        for (const { terms, lowest } of movingParts(nest.body, around)) {
          assert(lowest >= 0, `${told}: a base of ${lowest}`);
          if (way.includes("whole")) {
            assert(terms.length <= 1 && terms.every(({ coefficient }) => coefficient === 1), told);
          }
          accesses++;
        }
      }
    }
  }
  assert(ran >= 500 * REWRITTEN_PER_KERNEL && moved > ran / 2, `${moved} of ${ran} nests were written otherwise`);
  assert(down > width(2, 50), `only ${down} accesses counted down before`);
  assert(
    accesses > width(3300, 10_000) && joined > width(100, 300),
    `${accesses} accesses, ${joined} loads joined with their broadcast`,
  );
});

Deno.test("every term of a sum is a multiply-add of its own", () => {
  const n = axis("n", 8), i = axis("i", 6);
  const [a, b, c, d] = ["a", "b", "c", "d"].map((symbol) => new Tensor(symbol, [8])), y = new Tensor("y", [8]);
  const type: TensorType = { dtype: "f32", shape: [8], halo: [[0, 0]] };
  const body = add(mul(a.at(i), b.at(n)), mul(c.at(i), d.at(n)), mul(a.at(n), d.at(i)));
  const kernel: Kernel = {
    name: "terms",
    source: "tests",
    parts: [part([n], y.set([n], sum([i], body)))],
    tensors: { a: type, b: type, c: type, d: type, y: type },
  };
  const [reduce] = reductionsOf(kernel);
  assert.equal(termsOf(reduce).length, 3);
  // of a named sum nothing is taken apart: it is kept as it is
  assert.equal(termsOf({ ...reduce, body: named("whole", body) }).length, 1);
  let ran = 0;
  for (
    const [schedule, copies] of [[{}, 1], [{ tile: { n: 2 } }, 2], [{ vectorize: "n", unroll: { i: 3 } }, 3]] as const
  ) {
    const nest = contract(simplify(lower(kernel, schedule)));
    const ops = valuesOf(nest.body).flatMap((v) => v.kind === "apply" ? [v.op] : []);
    assert.equal(ops.filter((op) => op === "fma").length, 3 * copies, scheduleText(schedule));
    assert(ops.every((op) => op === "fma"), `${scheduleText(schedule)}: ${ops}`);
    assert.equal(difference(kernel, schedule, nest, SEED), undefined);
    ran++;
  }
  assert.equal(ran, 3);
});

const LINEAR = "linear1_forward", GATHER = "batch_gather";

function plainKernel(name: string): Kernel {
  const { loss, optimizer, ...net } = NETS[2], training = { epochs: 1, optimizer };
  const spec = parseSpec({ name: "net", ...net, loss: { type: loss }, training }, REGISTRY);
  return kernelsOf(plan(spec, REGISTRY, { without: MERGING }).plan).find((kernel) => kernel.name === name)!;
}

// deno-lint-ignore no-explicit-any -- a copy of a read-only nest, to be damaged
type Loose = any;

/** The first statement of a kind, wherever it stands. */
function find(body: Loose[], kind: Statement["kind"]): Loose {
  const all = (body: Loose[]): Loose[] => body.flatMap((s) => [s, ...all(s.body ?? [])]);
  return all(body).find((s) => s.kind === kind);
}

type Damage = readonly [what: string, kernel: string, damage: (body: Loose[]) => void];

const DAMAGES: readonly Damage[] = [
  ["a divisor", GATHER, (body) => find(body, "store").value.operands[1].value++],
  ["where a store goes", LINEAR, (body) => find(body, "store").offset.constant++],
  ["where a sum begins", LINEAR, (body) => find(body, "variable").value.value++],
  ["a loop's end", LINEAR, (body) => find(body, "loop").to--],
];

Deno.test("negative control: a nest with one constant changed differs", () => {
  let ran = 0;
  for (const [what, name, damage] of DAMAGES) {
    const kernel = plainKernel(name), schedule = {}, nest = simplify(lower(kernel, schedule));
    assert.equal(difference(kernel, schedule, nest, SEED), undefined);
    const damaged = structuredClone(nest);
    damage(damaged.body as Loose[]);
    let found: string | undefined;
    try {
      found = difference(kernel, schedule, damaged, SEED);
    } catch (error) {
      found = (error as Error).message;
    }
    assert(found !== undefined, `${what} of ${name} was changed and nothing differs`);
    ran++;
  }
  assert.equal(ran, 4);
});

Deno.test("schedules that do not fit are refused", () => {
  const kernel = plainKernel(LINEAR);
  const pools = collect().find(({ parts }) => parts.length > 1)!;
  const rows: readonly [Kernel, Schedule, string][] = [
    [kernel, { order: ["p"] }, "linear1_forward has no axis p"],
    [kernel, { tile: { q: 2 } }, "linear1_forward has no axis q"],
    [kernel, { unroll: { r: 2 } }, "linear1_forward has no axis r"],
    [
      kernel,
      { parallel: "i" },
      "linear1_forward cannot be shared along i: its parts do not have that axis with one extent",
    ],
    [
      pools,
      { parallel: "i" },
      `${pools.name} cannot be shared along i: its parts do not have that axis with one extent`,
    ],
  ];
  let ran = 0;
  for (const [kernel, schedule, message] of rows) {
    assert.throws(() => lower(kernel, schedule), { name: "ScheduleError", message });
    ran++;
  }
  assert.equal(ran, 5);
});
