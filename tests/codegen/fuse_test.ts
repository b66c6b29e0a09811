import assert from "node:assert/strict";
import { join } from "node:path";
import { MERGING, plan, type Planned } from "../../codegen/compile.ts";
import { fuse } from "../../codegen/plan/fuse/fuse.ts";
import { interpretKernel, type Storage, storageLength } from "../../codegen/ir/interpret.ts";
import { expressions, freeAxes } from "../../codegen/ir/expr.ts";
import type { Kernel, Part, TensorType } from "../../codegen/ir/ir.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import {
  add,
  argmax,
  axis,
  float,
  max,
  mul,
  part,
  plus,
  position,
  sum,
  Tensor,
  times,
} from "../../codegen/language/notation.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import type { Draft, Plan, PlannedKernel, PlannedTensor, Role } from "../../codegen/plan/plan.ts";
import { parseSpec, type Spec } from "../../codegen/graph/spec.ts";
import { proveKernel } from "../../codegen/prove/kernel/kernel.ts";
import { kernels } from "../../kernels/mod.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { schedulers } from "../../kernels/schedules/schedulers.ts";

const REGISTRY: Registry = { ...kernels, schedulers };
const SEED = 20240608, STEPS = 3, SAMPLES = 7, BATCH = 3;

// ---- whole nets: fused and unfused train alike

type Net = readonly [name: string, input: number[], layers: object[], loss: string, optimizer: object, fusions: number];

const NETS: readonly Net[] = [
  [
    "conv, relu, max pool, adam",
    [2, 6, 5],
    [
      { type: "conv2d", outChannels: 3, kernel: 3, padding: 1 },
      { type: "relu" },
      { type: "maxPool2d", kernel: 2 },
      { type: "flatten" },
      { type: "linear", outFeatures: 4 },
      { type: "tanh" },
      { type: "linear", outFeatures: 3 },
    ],
    "softmaxCrossEntropy",
    { type: "adam", l2: 0.01 },
    12,
  ],
  [
    "two convs, sigmoid, tanh, mean pool, momentum",
    [1, 7, 7],
    [
      { type: "conv2d", outChannels: 2, kernel: 2 },
      { type: "sigmoid" },
      { type: "avgPool2d", kernel: 2, stride: 1 },
      { type: "conv2d", outChannels: 3, kernel: 3, stride: 2, padding: [2, 1] },
      { type: "tanh" },
      { type: "flatten" },
      { type: "linear", outFeatures: 5 },
      { type: "relu" },
      { type: "linear", outFeatures: 2 },
    ],
    "mse",
    { type: "momentum", learningRate: 0.1, l2: 0.02 },
    14,
  ],
  [
    "linear, sigmoid, dropout, sgd",
    [5],
    [
      { type: "linear", outFeatures: 6 },
      { type: "sigmoid" },
      { type: "dropout", rate: 0.5 },
      { type: "linear", outFeatures: 4 },
      { type: "relu" },
      { type: "linear", outFeatures: 3 },
    ],
    "softmaxCrossEntropy",
    { type: "sgd", learningRate: 0.2 },
    12,
  ],
  [
    "dropout at the end, max pool of overlapping windows, adam",
    [1, 5, 6],
    [
      { type: "conv2d", outChannels: 2, kernel: [1, 2] },
      { type: "tanh" },
      { type: "dropout", rate: 0.25 },
      { type: "maxPool2d", kernel: [3, 2], stride: 1 },
      { type: "flatten" },
      { type: "linear", outFeatures: 4 },
      { type: "dropout", rate: 0.5 },
    ],
    "mse",
    { type: "adam" },
    11,
  ],
  [
    "relu at the end, conv of stride 2 behind a conv, momentum",
    [1, 8, 6],
    [
      { type: "conv2d", outChannels: 4, kernel: 3, padding: 1 },
      { type: "relu" },
      { type: "conv2d", outChannels: 4, kernel: 3, stride: 2 },
      { type: "relu" },
      { type: "flatten" },
    ],
    "softmaxCrossEntropy",
    { type: "momentum", learningRate: 0.1 },
    8,
  ],
  [
    "flatten between a conv and its tanh, mean pool of its own windows, sgd",
    [2, 5, 4],
    [
      { type: "conv2d", outChannels: 3, kernel: 2 },
      { type: "avgPool2d", kernel: [2, 1], stride: [2, 2] },
      { type: "flatten" },
      { type: "tanh" },
      { type: "linear", outFeatures: 3 },
    ],
    "mse",
    { type: "sgd", learningRate: 0.1 },
    8,
  ],
  [
    "three mean pools behind each other, whose axes have the same names, momentum",
    [1, 18, 9],
    [
      { type: "conv2d", outChannels: 2, kernel: 2 },
      { type: "avgPool2d", kernel: 2 },
      { type: "avgPool2d", kernel: 2 },
      { type: "avgPool2d", kernel: 2 },
      { type: "flatten" },
    ],
    "mse",
    { type: "momentum", learningRate: 0.1 },
    6,
  ],
  [
    "linear, adamw",
    [5],
    [{ type: "linear", outFeatures: 6 }, { type: "tanh" }, { type: "linear", outFeatures: 3 }],
    "mse",
    { type: "adamw" },
    7,
  ],
  [
    "linear, rmsprop",
    [5],
    [{ type: "linear", outFeatures: 6 }, { type: "tanh" }, { type: "linear", outFeatures: 3 }],
    "mse",
    { type: "rmsprop", centered: true, momentum: 0.9 },
    7,
  ],
  [
    "norms of images and of vectors, each with an activation before it, sgd",
    [2, 4, 5],
    [
      { type: "batchNorm2d" },
      { type: "conv2d", outChannels: 3, kernel: 2 },
      { type: "relu" },
      { type: "batchNorm2d" },
      { type: "flatten" },
      { type: "linear", outFeatures: 4 },
      { type: "tanh" },
      { type: "batchNorm1d" },
      { type: "linear", outFeatures: 2 },
    ],
    "mse",
    { type: "sgd", learningRate: 0.1 },
    19,
  ],
  [
    "branches of every activation, added, multiplied and put together, sgd",
    [2, 3, 4],
    [
      { type: "normalize", mean: [0.1, 0.2], deviation: 0.7 },
      { type: "conv2d", outChannels: 2, kernel: 3, padding: 1, name: "stem" },
      { type: "leakyRelu" },
      { type: "elu" },
      { type: "padChannels", before: 1, name: "wide" },
      { type: "conv2d", outChannels: 3, kernel: 3, padding: 1, input: "stem" },
      { type: "gelu" },
      { type: "add", input: ["wide", "gelu1"], name: "sum" },
      { type: "silu" },
      { type: "hardSwish", input: "sum", name: "other" },
      { type: "multiply", input: ["silu1", "other"] },
      { type: "relu6" },
      { type: "concat", input: ["relu6_1", "stem"] },
      { type: "softplus" },
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    "softmaxCrossEntropy",
    { type: "sgd", learningRate: 0.1 },
    22,
  ],
  [
    "a series, mae, sgd",
    [3, 12],
    [
      { type: "conv1d", outChannels: 4, kernel: 3 },
      { type: "relu" },
      { type: "maxPool1d", kernel: 2 },
      { type: "avgPool1d", kernel: 2 },
      { type: "reshape", shape: [2, -1] },
      { type: "flatten" },
      { type: "linear", outFeatures: 2 },
    ],
    "mae",
    { type: "sgd", learningRate: 0.1 },
    8,
  ],
  [
    "pools over all positions, huber, sgd",
    [2, 4, 4],
    [
      { type: "conv2d", outChannels: 3, kernel: 3, padding: 1, name: "a" },
      { type: "globalMaxPool", name: "b" },
      { type: "globalAvgPool", input: "a" },
      { type: "add", input: ["pool2", "b"] },
      { type: "linear", outFeatures: 2 },
    ],
    "huber",
    { type: "sgd", learningRate: 0.1 },
    7,
  ],
  [
    "logits, sgd",
    [5],
    [{ type: "linear", outFeatures: 2 }],
    "binaryCrossEntropy",
    { type: "sgd", learningRate: 0.1 },
    3,
  ],
];

const specOf = ([, input, layers, loss, optimizer]: Net): Spec =>
  parseSpec(
    { name: "net", input, batchSize: BATCH, layers, loss: { type: loss }, training: { epochs: 1, optimizer } },
    REGISTRY,
  );

type Arena = Record<string, Storage>;

/** A storage per tensor; floats are f64, so that rounding hides nothing. Contents depend on the name alone. */
function makeArena({ tensors, graph }: Plan, spec: Spec): Arena {
  const arena: Arena = {};
  for (const tensor of Object.values(tensors).filter(({ alias }) => alias === undefined)) {
    const rows = tensor.rows === "samples" ? SAMPLES : STEPS, length = storageLength(tensor, rows);
    const key = streamKey(SEED, tensor.name), limit = tensor.below === "samples" ? SAMPLES : tensor.below ?? 256;
    const values = Array.from({ length }, (_, i) => {
      if (tensor.columns) return tableEntry(tensor.columns, i, graph, spec);
      // variances are above 0
      if (tensor.role === "buffer") return uniform(key, i);
      if (["run", "parameter"].includes(tensor.role)) {
        return tensor.dtype === "f32" ? 2 * uniform(key, i) - 1 : Math.floor(uniform(key, i) * limit);
      }
      return 0;
    });
    arena[tensor.name] = tensor.dtype === "f32" ? Float64Array.from(values) : Uint32Array.from(values);
  }
  for (const { name, alias } of Object.values(tensors)) if (alias !== undefined) arena[name] = arena[alias];
  return arena;
}

/** A number of the table of run-time numbers; the last step's batch is not full. */
function tableEntry(columns: readonly string[], i: number, graph: Plan["graph"], { training }: Spec): number {
  const step = Math.floor(i / columns.length), column = columns[i % columns.length];
  if (column.endsWith("_key")) return streamKey(SEED, column, step);
  if (column === "count") return step === STEPS - 1 ? BATCH - 1 : BATCH;
  const params = graph.optimizer.params(training.optimizer, 0.1, step + 1);
  assert(params[column] !== undefined, `nothing is known of param ${column}`);
  return params[column];
}

/** What training and then testing leaves in parameters, state and sums. */
function trained({ plan }: Planned, spec: Spec, train = plan.train.kernels): Arena {
  const arena = makeArena(plan, spec);
  const run = ({ kernel, bindings }: PlannedKernel, step: number) => {
    const storages = Object.fromEntries(Object.keys(kernel.tensors).map((symbol) => [symbol, arena[bindings[symbol]]]));
    interpretKernel(kernel, storages, step);
  };
  for (let step = 0; step < STEPS; step++) for (const kernel of train) run(kernel, step);
  for (const kernel of plan.evaluate.kernels) run(kernel, 0);
  const kept = Object.values(plan.tensors).filter(({ role, name }) =>
    role === "parameter" || role === "buffer" || role === "state" || name === "loss" || name === "hit"
  );
  return Object.fromEntries(kept.map(({ name }) => [name, arena[name]]));
}

/** The first number that is not the same, in words. Fusing changes no sum's order but by `cases`, so all bits must agree. */
function difference(expected: Arena, found: Arena): string | undefined {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, storage] of Object.entries(expected)) {
    for (const [i, x] of storage.entries()) {
      assert(Number.isFinite(x), `${name}[${i}] is ${x}`);
      if (found[name][i] !== x) return `${name}[${i}] is ${found[name][i]}, not ${x}`;
    }
  }
}

Deno.test("a fused net trains as the same net unfused", () => {
  let ran = 0;
  for (const net of NETS) {
    const [name, , , , , fusions] = net, spec = specOf(net);
    for (const data of ["u8", "f32"] as const) {
      const whole = plan(spec, REGISTRY, { data, without: MERGING });
      const fused = plan(spec, REGISTRY, { data, without: ["cases"] });
      assert.equal(whole.fusions.length, 0);
      assert.equal(fused.fusions.length, fusions, `${name}: ${fused.fusions.map(({ tensor }) => tensor).join(", ")}`);
      for (const { tensor } of fused.fusions) {
        // training may store what a test does not
        const { train, evaluate } = fused.plan,
          isStored = (tensor: string, { kernels }: typeof train) =>
            kernels.some(({ bindings }) => Object.values(bindings).includes(tensor));
        if (tensor) assert(!isStored(tensor, evaluate), `${tensor} is still stored`);
        if (tensor && tensor in fused.plan.tensors) assert(isStored(tensor, train), `${tensor} is of no use`);
      }
      for (const { kernel } of fused.plan.train.kernels) proveKernel(kernel);
      const expected = trained(whole, spec), before = makeArena(whole.plan, spec);
      for (const [tensor, storage] of Object.entries(expected)) {
        assert.notDeepEqual(storage, before[tensor], `${name}: training left ${tensor} as it was`);
      }
      const wrong = difference(expected, trained(fused, spec));
      assert.equal(wrong, undefined, `${name}, data ${data}, seed ${SEED}: ${wrong}`);
      ran++;
    }
  }
  assert(ran >= 20);
  const seen = new Set(NETS.flatMap(([, , layers, loss, optimizer]) =>
    [...layers, { type: loss }, optimizer]
      .map((options) => (options as { type: string }).type)
  ));
  const all = [...REGISTRY.layers, ...REGISTRY.losses, ...REGISTRY.optimizers].map(({ type }) => type);
  assert.deepEqual(all.filter((type) => !seen.has(type)), []);
});

Deno.test("negative control: a net trained without one of its kernels differs", () => {
  const spec = specOf(NETS[0]), fused = plan(spec, REGISTRY, { without: ["cases"] });
  const whole = plan(spec, REGISTRY, { without: MERGING });
  const expected = trained(whole, spec), { kernels } = fused.plan.train;
  let ran = 0;
  for (const missing of kernels) {
    assert(
      difference(expected, trained(fused, spec, kernels.filter((kernel) => kernel !== missing))) !== undefined,
      `nothing differs without ${missing.kernel.name}`,
    );
    ran++;
  }
  assert.equal(ran, 15);
});

// ---- what is merged in the reference net

Deno.test("the fusions of mnist_cnn", async () => {
  const path = join(import.meta.dirname!, "..", "..", "specs", "mnist_cnn.json");
  const { fusions, plan: fused } = plan(parseSpec(await Deno.readTextFile(path), REGISTRY), REGISTRY);
  assert.deepEqual(fusions.map(({ producer, consumer, tensor = "" }) => `${producer} + ${consumer}: ${tensor}`), [
    "loss_forward + loss_backward: ",
    "pool1_forward + relu1_forward: pool1.output",
    "linear1_forward + relu2_forward: linear1.output",
    "linear2_backward_input + relu2_backward_input: relu2.output.gradient",
    "linear2_backward_weight + linear2_update_weight: linear2.weight.gradient",
    "linear2_backward_bias + linear2_update_bias: linear2.bias.gradient",
    "linear1_backward_input + relu1_backward_input: relu1.output.gradient",
    "linear1_backward_weight + linear1_update_weight: linear1.weight.gradient",
    "linear1_backward_bias + linear1_update_bias: linear1.bias.gradient",
    "conv1_backward_weight + conv1_update_weight: conv1.weight.gradient",
    "conv1_backward_bias + conv1_update_bias: conv1.bias.gradient",
    "conv1_forward + pool1_relu1_forward: conv1.output",
    "pool1_backward_input + conv1_backward_update_weight: conv1.output.gradient",
    "pool1_backward_input + conv1_backward_update_bias: conv1.output.gradient",
  ]);
  assert.deepEqual(fused.train.kernels.map(({ kernel }) => kernel.name), [
    "batch_gather",
    "batch_gather_label",
    "conv1_pool1_relu1_forward",
    "linear1_relu2_forward",
    "linear2_forward",
    "loss_forward_backward",
    "linear2_relu2_backward_input",
    "linear2_backward_update_weight",
    "linear2_backward_update_bias",
    "linear1_relu1_backward_input",
    "linear1_backward_update_weight",
    "linear1_backward_update_bias",
    "pool1_conv1_backward_update_weight",
    "pool1_conv1_backward_update_bias",
  ]);
});

// ---- the rules, on drafts of a few kernels over vectors of 4

const n = axis("n", 4), i = axis("i", 4), h = axis("h", 2), k = axis("k", 2), u = axis("u", 2);
const even = times(h, 2), odd = plus(even, 1);

/** A kernel by name: its formulas, which tensors its symbols stand for where they differ, and whether it only renames. */
type Toy = readonly [
  name: string,
  write: (t: Record<string, Tensor>) => Part | Part[],
  bindings?: Record<string, string>,
  reshapes?: true,
];

const double: Toy = ["double", ({ a, t }) => part([n], t.set([n], mul(a.at(n), 2)))];
const next: Toy = ["next", ({ t, y }) => part([n], y.set([n], add(t.at(n), 1)))];
const square: Toy = ["square", ({ t, y }) => part([n], y.set([n], mul(t.at(n), t.at(n))))];
/** By cases of the position. */
const halves: Toy = [
  "halves",
  ({ a, t }) => part([h], t.set([even], a.at(odd)), t.set([odd], mul(a.at(even), 5))),
];
/** A sum at every place, as a convolution's. */
const sums: Toy = ["sums", ({ a, b, t }) => part([n], t.set([n], sum([i], mul(a.at(i), b.at(n)))))];
/** The sum of all, times something. */
const total: Toy = ["total", ({ b, t, y }) => part([n], y.set([n], sum([i], mul(t.at(i), b.at(n)))))];
const totalToo: Toy = ["total_too", ({ t, z }) => part([u], z.set([u], sum([i], t.at(i))))];
/** What only gives other names to the elements. */
const rename: Toy = ["rename", ({ a, t }) => part([n], t.set([n], a.at(n))), undefined, true];
const copy = (from: string, to: string): Toy => [`${from}_to_${to}`, (t) => part([n], t[to].set([n], t[from].at(n)))];

interface ToyCase {
  readonly what: string;
  readonly train: readonly Toy[];
  readonly evaluate?: readonly Toy[];
  /** Tensors that are no values of the step. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** The kernels afterwards; nothing when none are merged. */
  readonly merged?: readonly string[];
}

const TOYS: readonly ToyCase[] = [
  { what: "an elementwise kernel behind another", train: [double, next], merged: ["double_next_run"] },
  { what: "read twice by one kernel", train: [double, square], merged: ["double_square_run"] },
  {
    what: "a chain of three",
    train: [double, copy("t", "u"), copy("u", "y")],
    merged: ["double_t_to_u_u_to_y_run"],
  },
  {
    what: "symbols that mean different tensors on both sides",
    train: [
      ["one", ({ x, y }) => part([n], y.set([n], mul(x.at(n), 3))), { x: "a", y: "t" }],
      ["two", ({ x, y, z }) => part([n], z.set([n], add(x.at(n), y.at(n)))), { x: "b", y: "t", z: "y" }],
    ],
    merged: ["one_two_run"],
  },
  {
    what: "a sum behind which there is an elementwise kernel",
    train: [["total", ({ a, b, t }) => part([n], t.set([n], sum([i], mul(a.at(i), b.at(n)))))], next],
    merged: ["total_next_run"],
  },
  {
    what: "a producer of two parts",
    train: [halves, next],
    merged: ["halves_next_run"],
  },
  { what: "in only one of the two lists", train: [double, next], evaluate: [], merged: ["double_next_run"] },
  {
    what: "a kernel between that writes what the producer reads: at the producer",
    train: [double, copy("b", "a"), next],
    roles: { a: "state" },
    merged: ["double_next_run", "b_to_a_run"],
  },
  {
    what: "a kernel between that reads what the consumer writes: at the consumer",
    train: [double, copy("y", "b"), next],
    roles: { y: "state" },
    merged: ["y_to_b_run", "double_next_run"],
  },
  {
    what: "a kernel between that writes what the consumer reads: at the consumer",
    train: [double, copy("b", "c"), ["both", ({ t, c, y }) => part([n], y.set([n], add(t.at(n), c.at(n))))]],
    roles: { c: "state" },
    merged: ["b_to_c_run", "double_both_run"],
  },
  { what: "read by two kernels", train: [double, next, copy("t", "z")] },
  { what: "written by two kernels", train: [double, copy("b", "t"), next] },
  { what: "the network's output", train: [copy("a", "last_output"), copy("last_output", "y")] },
  { what: "the input", train: [copy("a", "input"), copy("input", "y")] },
  { what: "a parameter", train: [double, next], roles: { t: "parameter" } },
  { what: "a state", train: [double, next], roles: { t: "state" } },
  {
    what: "read backwards",
    train: [double, ["back", ({ t, y }) => part([n], y.set([n], t.at(plus(3, times(n, -1)))))]],
  },
  {
    what: "read by a kernel of two parts",
    train: [double, ["both", ({ t, y, z }) => [part([n], y.set([n], t.at(n))), part([n], z.set([n], t.at(n)))]]],
  },
  {
    what: "read by a sum",
    train: [double, ["total", ({ t, y }) => part([n], y.set([n], sum([i], t.at(i))))]],
  },
  {
    what: "read with padding",
    train: [double, ["padded", ({ t, y }) => part([n], y.set([n], t.padded(n)))]],
  },
  {
    what: "elementwise in training, a sum in testing",
    train: [double, next],
    evaluate: [double, ["total", ({ t, y }) => part([n], y.set([n], sum([i], t.at(i))))]],
  },
  {
    what: "in place: the consumer writes what the producer reads",
    train: [["twice", ({ w, t }) => part([n], t.set([n], mul(w.at(n), 2)))], [
      "minus",
      ({ w, t }) => part([n], w.set([n], add(w.at(n), mul(t.at(n), -1)))),
    ]],
    roles: { w: "parameter" },
  },
  {
    what: "the producer writes another tensor that the consumer reads",
    train: [["pair", ({ a, t, u }) => part([n], t.set([n], a.at(n)), u.set([n], mul(a.at(n), 2)))], [
      "both",
      ({ t, u, y }) => part([n], y.set([n], mul(t.at(n), u.at(n)))),
    ]],
  },
  {
    what: "a kernel between that stands in the way of both",
    train: [double, copy("y", "a"), next],
    roles: { a: "state", y: "state" },
  },
  {
    what: "a kernel between that the producer must stand before, and the consumer behind",
    train: [double, ["both", ({ a, b, y }) => part([n], a.set([n], b.at(n)), y.set([n], b.at(n)))], next],
    roles: { a: "state", y: "state" },
  },
  { what: "read before it is written: of the step before", train: [next, double] },
];

const WINDOW_TOYS: readonly ToyCase[] = [
  {
    what: "elements, each read once one further",
    train: [double, ["shift", ({ t, y }) => {
      const three = axis("k", 3);
      return part([three], y.set([three], t.at(plus(three, 1))));
    }]],
    merged: ["double_shift_run"],
  },
  {
    what: "elements, each other one read once",
    train: [double, ["half", ({ t, y }) => part([k], y.set([k], t.at(times(k, 2))))]],
    merged: ["double_half_run"],
  },
  {
    what: "read by a sum that does not move along it",
    train: [double, ["total", ({ a, t, y }) => part([n], y.set([n], sum([i], mul(a.at(i), t.at(n)))))]],
    merged: ["double_total_run"],
  },
  {
    what: "sums, each read in one window of a maximum",
    train: [sums, ["pool", ({ t, y }) => part([k], y.set([k], max([u], t.at(plus(times(k, 2), u)))))]],
    merged: ["sums_pool_run"],
  },
  {
    what: "sums, read by a maximum and by its place",
    train: [sums, ["pool", ({ t, y, z }) => {
      const window = t.at(plus(times(k, 2), u));
      return part([k], y.set([k], max([u], window)), z.set([k], float(argmax([u], window))));
    }]],
    merged: ["sums_pool_run"],
  },
  {
    what: "sums over an axis of the same name as that of the window, at a place of the same name",
    train: [
      ["sums", ({ a, b, t }) => {
        const at = axis("k", 4), own = axis("u", 3);
        return part([at], t.set([at], sum([own], mul(a.at(plus(own, 1)), b.at(at)))));
      }],
      ["pool", ({ t, y }) => part([k], y.set([k], max([u], t.at(plus(times(k, 2), u)))))],
    ],
    merged: ["sums_pool_run"],
  },
  {
    what: "windows of windows of windows, all over an axis of the same name",
    train: [
      ["sums", ({ a, b, t }) => {
        const own = axis("u", 3);
        return part([n], t.set([n], sum([own], mul(a.at(plus(own, 1)), b.at(n)))));
      }],
      ["half", ({ t, u: y }) => part([k], y.set([k], sum([u], t.at(plus(times(k, 2), u)))))],
      ["all", ({ u: x, y }) => {
        const one = axis("k", 1);
        return part([one], y.set([one], sum([u], mul(x.at(plus(one, u)), x.at(plus(one, u))))));
      }],
    ],
    merged: ["sums_half_all_run"],
  },
  {
    what: "symbols that mean different tensors on both sides of a window",
    train: [
      ["one", ({ x, y }) => part([n], y.set([n], sum([i], mul(x.at(i), x.at(n))))), { x: "a", y: "t" }],
      [
        "two",
        ({ x, y, z }) => part([k], z.set([k], sum([u], mul(x.at(u), y.at(plus(times(k, 2), u)))))),
        { x: "b", y: "t", z: "y" },
      ],
    ],
    merged: ["one_two_run"],
  },
  {
    what: "windows that overlap",
    train: [sums, ["pool", ({ t, y }) => {
      const three = axis("k", 3);
      return part([three], y.set([three], max([u], t.at(plus(three, u)))));
    }]],
  },
  {
    what: "a maximum over two axes that reach elements twice",
    train: [sums, ["pool", ({ t, y }) => {
      const one = axis("p", 1), three = axis("v", 3);
      return part([one], y.set([one], max([u, three], t.at(plus(u, three)))));
    }]],
  },
  {
    what: "an operand of a product of matrices: made anew for every output",
    train: [sums, ["product", ({ b, t, y }) => {
      const o = axis("o", 2);
      return part([k, o], y.set([plus(times(k, 2), o)], sum([u], mul(t.at(plus(times(k, 2), u)), b.at(plus(u, o))))));
    }]],
  },
  { what: "all of it in the sum of every output", train: [sums, total] },
  {
    what: "read at two places",
    train: [sums, ["both", ({ t, y }) => part([k], y.set([k], add(t.at(times(k, 2)), t.at(plus(times(k, 2), 1)))))]],
  },
  {
    what: "read in windows over two axes that only have the same name",
    train: [sums, ["pool", ({ t, y, z }) => {
      const [one, other] = [axis("v", 2), axis("v", 2)], at = times(k, 2);
      return part([k], y.set([k], max([one], t.at(plus(at, one)))), z.set([k], sum([other], t.at(plus(at, other)))));
    }]],
  },
  {
    what: "a producer of two tensors",
    train: [
      ["pair", ({ a, t, z }) => part([n], t.set([n], a.at(n)), z.set([n], mul(a.at(n), 2)))],
      ["pool", ({ t, y }) => part([k], y.set([k], max([u], t.at(plus(times(k, 2), u)))))],
    ],
  },
  {
    what: "a producer by cases, in a maximum",
    train: [halves, ["pool", ({ t, y }) => part([k], y.set([k], max([u], t.at(plus(times(k, 2), u)))))]],
  },
  {
    what: "a window that is padded",
    train: [sums, ["pool", ({ t, y }) => part([k], y.set([k], max([u], t.padded(plus(times(k, 2), u)))))]],
  },
];

const CASES_TOYS: readonly ToyCase[] = [
  { what: "cases in a sum", train: [halves, total], evaluate: [], merged: ["halves_total_run"] },
  {
    what: "cases in two sums",
    train: [halves, total, totalToo],
    evaluate: [],
    merged: ["halves_total_run", "halves_total_too_run"],
  },
  {
    what: "elements in a sum",
    train: [double, totalToo],
    evaluate: [],
    merged: ["double_total_too_run"],
  },
  {
    what: "cases of other extents, some of them 0: what is left over behind the last window",
    train: [["rest", ({ a, t }) => {
      const one = axis("h", 1), at = times(one, 2);
      return [part([one], t.set([at], a.at(1)), t.set([plus(at, 1)], a.at(0))), part([u], t.set([plus(u, 2)], 0))];
    }], total],
    evaluate: [],
    merged: ["rest_total_run"],
  },
  {
    what: "cases that are all 0",
    train: [["zeros", ({ t }) => part([h], t.set([even], 0), t.set([odd], 0))], total],
    evaluate: [],
    merged: ["zeros_total_run"],
  },
  {
    what: "cases over an axis that is called as the output's",
    train: [["halves", ({ a, t }) => {
      const own = axis("n", 2);
      return part([own], t.set([times(own, 2)], a.at(own)), t.set([plus(times(own, 2), 1)], a.at(plus(own, 2))));
    }], total],
    evaluate: [],
    merged: ["halves_total_run"],
  },
  {
    what: "a kernel between that reads it, not as a factor of a sum: stays, and so do all",
    train: [halves, total, ["root", ({ t, z }) => part([n], z.set([n], mul(t.at(n), t.at(n))))]],
    evaluate: [],
  },
  {
    what: "another reader that sums over something else: a gradient with respect to an input",
    train: [halves, total, ["input", ({ b, t, z }) => part([n], z.set([n], sum([i], mul(t.at(n), b.at(i)))))]],
    evaluate: [],
  },
  {
    what: "another reader with padding",
    train: [halves, total, ["padded", ({ t, z }) => part([u], z.set([u], sum([i], t.padded(i))))]],
    evaluate: [],
  },
  {
    what: "an axis of the cases that is no position",
    train: [["rest", ({ a, t }) => [
      part([axis("h", 1)], t.set([0], a.at(1)), t.set([1], a.at(0))),
      part([u], t.set([plus(u, 2)], 0)),
    ]], total],
    evaluate: [],
  },
  { what: "a producer that sums itself", train: [sums, total], evaluate: [] },
  {
    what: "squared in the sum",
    train: [halves, ["squares", ({ t, y }) => part([u], y.set([u], sum([i], mul(t.at(i), t.at(i)))))]],
    evaluate: [],
  },
  {
    what: "not a factor of the sum's terms",
    train: [halves, ["shifted", ({ b, t, y }) => part([u], y.set([u], sum([i], add(t.at(i), b.at(i)))))]],
    evaluate: [],
  },
  {
    what: "a maximum",
    train: [halves, ["largest", ({ t, y }) => part([u], y.set([u], max([i], t.at(i))))]],
    evaluate: [],
  },
  {
    what: "a kernel between that writes what the producer reads",
    train: [halves, copy("b", "a"), total],
    evaluate: [],
    roles: { a: "state" },
  },
  {
    what: "a reader that writes what the producer reads",
    train: [halves, ["into", ({ a, t }) => part([u], a.set([u], sum([i], t.at(i))))]],
    evaluate: [],
    roles: { a: "state" },
  },
  { what: "read before it is written: of the step before, by a sum", train: [total, halves], evaluate: [] },
  { what: "read in testing too", train: [halves, total], evaluate: [halves, total] },
  { what: "asked for from outside", train: [halves, total], evaluate: [], roles: { t: "state" } },
];

const RENAME_TOYS: readonly ToyCase[] = [
  {
    what: "what is renamed and then doubled is doubled where it is made",
    train: [["make", ({ b, a }) => part([n], a.set([n], sum([i], mul(b.at(n), b.at(i)))))], rename, [
      "twice",
      ({ t, y }) => part([n], y.set([n], mul(t.at(n), 2))),
    ]],
    merged: ["make_twice_run", "rename_run"],
  },
  {
    what: "a chain of two behind a renaming",
    train: [
      ["make", ({ b, a }) => part([n], a.set([n], add(b.at(n), 1)))],
      rename,
      ["twice", ({ t, u }) => part([n], u.set([n], mul(t.at(n), 2)))],
      ["less", ({ u, y }) => part([n], y.set([n], add(u.at(n), -1)))],
    ],
    merged: ["make_twice_less_run", "rename_run"],
  },
  {
    what: "two readers of the renamed",
    train: [copy("b", "a"), rename, copy("t", "y"), copy("t", "z")],
  },
  {
    what: "a reader of something else too",
    train: [copy("b", "a"), rename, ["both", ({ c, t, y }) => part([n], y.set([n], mul(t.at(n), c.at(n))))]],
  },
  {
    what: "a reader that looks at its position",
    train: [copy("b", "a"), rename, ["ramp", ({ t, y }) => part([n], y.set([n], mul(t.at(n), float(position(n)))))]],
  },
  {
    what: "a reader that sums",
    train: [copy("b", "a"), rename, ["sum", ({ t, y }) => part([u], y.set([u], sum([i], t.at(i))))]],
  },
  {
    what: "the renamed is asked for from outside",
    train: [copy("b", "a"), rename, copy("t", "y")],
    roles: { t: "state" },
  },
];

const VECTOR: TensorType = { dtype: "f32", shape: [4], halo: [[0, 0]] };
const NAMES = ["a", "b", "c", "t", "u", "w", "y", "z", "input", "last.output"];

function toyDraft({ train, evaluate = train, roles = {} }: ToyCase): Draft {
  const made = new Map<Toy, PlannedKernel>();
  const kernel = (toy: Toy): PlannedKernel => {
    const [name, write, bindings, reshapes] = toy;
    if (!made.has(toy)) {
      const symbols = bindings ?? Object.fromEntries(NAMES.map((name) => [name.replace(".", "_"), name]));
      const parts = [write(Object.fromEntries(Object.keys(symbols).map((s) => [s, new Tensor(s, [4])])))].flat();
      made.set(toy, {
        kernel: { name: `${name}_run`, source: "tests", parts, tensors: {} },
        bindings: symbols,
        title: { stem: name, pass: "run" },
        ...(reshapes && { reshapes }),
      });
    }
    return made.get(toy)!;
  };
  const tensors = NAMES.map((name) => [name, { name, role: roles[name] ?? "value", dtype: "f32", shape: [4] }]);
  return {
    name: "toy",
    batchSize: 4,
    batchRows: 4,
    graph: { output: "last" } as Plan["graph"],
    batch: n,
    tensors: Object.fromEntries(tensors) as Record<string, PlannedTensor>,
    train: train.map(kernel),
    evaluate: evaluate.map(kernel),
  };
}

/** All tensors after two runs of some kernels. Of whole eighths, so that sums are exact in any order. */
function runToy(kernels: readonly PlannedKernel[]): Arena {
  const eighth = (name: string, i: number) => Math.round(256 * uniform(streamKey(SEED, name), i) - 128) / 8;
  const arena: Arena = Object.fromEntries(
    NAMES.map((name) => [name, Float64Array.from([0, 1, 2, 3], (i) => eighth(name, i))]),
  );
  for (const { kernel, bindings } of [...kernels, ...kernels]) {
    const symbols = Object.keys(bindings);
    const tensors = Object.fromEntries(symbols.map((symbol) => [symbol, VECTOR]));
    interpretKernel(
      { ...kernel, tensors },
      Object.fromEntries(symbols.map((symbol) => [symbol, arena[bindings[symbol]]])),
    );
  }
  return arena;
}

/** No expression depends on two axes of one name: later stages tell them apart by it. */
function assertNamesApart({ parts }: Kernel, what: string): void {
  for (const { axes, assignments } of parts) {
    for (const expr of assignments.flatMap(({ value }) => expressions(value))) {
      const names = [...freeAxes(expr)].map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, `${what}: ${names}`);
    }
    // all that a formula depends on is opened around it
    for (const { value } of assignments) assert([...freeAxes(value)].every((own) => axes.includes(own)), what);
  }
}

/** Fuses toys; tells how many were merged and how many were left. */
function checkToys(toys: readonly ToyCase[]): { merges: number; refusals: number } {
  let merges = 0, refusals = 0;
  for (const toy of toys) {
    const whole = toyDraft(toy), { draft: fused, fusions } = fuse(whole);
    const names = fused.train.map(({ kernel }) => kernel.name);
    assert.deepEqual(names, toy.merged ?? whole.train.map(({ kernel }) => kernel.name), toy.what);
    if (toy.merged) merges++;
    else {
      assert.deepEqual(fusions, [], toy.what);
      refusals++;
    }
    for (const { kernel } of fused.train) assertNamesApart(kernel, toy.what);
    const expected = runToy(whole.train), found = runToy(fused.train);
    for (const { tensor } of fusions) {
      if (tensor === undefined) continue;
      const touched = fused.train.map(accesses).some(({ reads, writes }) => reads.has(tensor) || writes.has(tensor));
      assert(!touched, `${toy.what}: ${tensor} is still stored`);
      found[tensor] = expected[tensor];
    }
    // what is in between is something else where the renaming went behind
    if (toy.train.includes(rename)) Object.assign(found, { t: expected.t, u: expected.u });
    assert.equal(difference(expected, found), undefined, toy.what);
  }
  return { merges, refusals };
}

Deno.test("the elementwise rule: what is merged, where it stands, and what is not", () => {
  assert.deepEqual(checkToys(TOYS), { merges: 10, refusals: 16 });
});

Deno.test("the window rule: what is read once, and what is not", () => {
  assert.deepEqual(checkToys(WINDOW_TOYS), { merges: 8, refusals: 9 });
});

Deno.test("the cases rule: into sums over all positions, or not at all", () => {
  assert.deepEqual(checkToys(CASES_TOYS), { merges: 6, refusals: 13 });
});

Deno.test("the cases rule ends where readers would make elements more often than it pays", () => {
  const pool = { type: "maxPool2d", kernel: 2 }, mean = { type: "avgPool2d", kernel: 2 }, relu = { type: "relu" };
  const merges = (channels: number, kernel: number, ...behind: object[]) => {
    const layers = [{ type: "conv2d", outChannels: 2, kernel }, ...behind, { type: "flatten" }];
    const spec = parseSpec({
      ...{ name: "toy", input: [channels, 8, 8], batchSize: 2, loss: { type: "mse" } },
      layers: [...layers, { type: "linear", outFeatures: 2 }],
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
    }, REGISTRY);
    return plan(spec, REGISTRY).fusions.filter(({ rule }) => rule === "cases").length;
  };
  // into the gradients of weight and bias: of a pool's gradient and the winner's place, each a fourth of what is made
  assert.equal(merges(1, 5, pool), 2);
  assert.equal(merges(2, 4, pool), 2);
  assert.equal(merges(2, 5, pool), 0);
  // what relu keeps is as large as what is made
  assert.equal(merges(2, 2, relu, mean), 2);
  assert.equal(merges(1, 3, relu, mean), 0);
});

Deno.test("what a layer computes in a test alone is merged there, where training has its own for what it reads", () => {
  const other: Toy = ["other", ({ t, y }) => part([n], y.set([n], mul(t.at(n), 0.5)))],
    train = [double, next, copy("t", "z")];
  const namesOf = (toy: ToyCase) => {
    const { train, evaluate } = fuse(toyDraft(toy)).draft;
    return [train, evaluate].map((list) => list.map(({ kernel }) => kernel.name));
  };
  const whole = ["double_run", "next_run", "t_to_z_run"];
  const merged = fuse(toyDraft({ what: "test", train, evaluate: [double, other] })).draft;
  assert.deepEqual(merged.train.map(({ kernel }) => kernel.name), whole);
  assert.deepEqual(merged.evaluate.map(({ kernel }) => kernel.name), ["double_other_run"]);
  const { t: _, ...expected } = runToy(toyDraft({ what: "test", train: [double, other] }).train);
  const { t: __, ...found } = runToy(merged.evaluate);
  assert.equal(difference(expected, found), undefined);
  // not what training computes, too, nor a copy, nor what training has no other use for
  assert.deepEqual(namesOf({ what: "both", train, evaluate: [double, next] })[1], ["double_run", "next_run"]);
  assert.deepEqual(namesOf({ what: "copy", train, evaluate: [double, copy("t", "y")] })[1], [
    "double_run",
    "t_to_y_run",
  ]);
  const summed: Toy = ["summed", ({ t, y }) => part([n], y.set([n], sum([i], t.at(i))))];
  assert.deepEqual(namesOf({ what: "one reader", train: [double, summed], evaluate: [double, other] }), [
    ["double_run", "summed_run"],
    ["double_run", "other_run"],
  ]);
});

Deno.test("elementwise kernels go before a renaming", () => {
  assert.deepEqual(checkToys(RENAME_TOYS), { merges: 2, refusals: 5 });
});

Deno.test("the cases rule ends where a kernel runs in testing only", () => {
  const toy = { what: "testing only", train: [], evaluate: [halves, total] }, { draft: fused } = fuse(toyDraft(toy));
  assert.deepEqual(fused.evaluate.map(({ kernel }) => kernel.name), ["halves_run", "total_run"]);
});

Deno.test("negative control: a toy merged where it should not, or with other numbers, is noticed", () => {
  assert.throws(() => checkToys([{ what: "control", train: [double, next] }]), /control/);
  assert.throws(() => checkToys([{ what: "control", train: [sums, total], merged: ["sums_total_run"] }]), /control/);
  const { draft: fused } = fuse(toyDraft({ what: "control", train: [halves, total], evaluate: [] }));
  const [{ kernel, bindings, title }] = fused.train, [{ axes, assignments: [{ tensor, index, value }] }] = kernel.parts;
  const wrong = { ...kernel, parts: [part(axes, { tensor, index, value: add(value, 1) })] };
  const expected = runToy(fused.train);
  assert.equal(difference(expected, runToy([{ kernel, bindings, title }])), undefined);
  assert.notEqual(difference(expected, runToy([{ kernel: wrong, bindings, title }])), undefined);
});
