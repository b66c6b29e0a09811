import assert from "node:assert/strict";
import { join } from "node:path";
import { plan, type Planned } from "../codegen/compile.ts";
import { fuse } from "../codegen/fuse.ts";
import { interpretKernel, type Storage, storageLength } from "../codegen/interpret.ts";
import type { Part, TensorType } from "../codegen/ir.ts";
import type { Registry } from "../codegen/layer.ts";
import { add, axis, mul, part, plus, sum, Tensor, times } from "../codegen/notation.ts";
import type { Draft, Plan, PlannedKernel, PlannedTensor, Role } from "../codegen/plan.ts";
import { parseSpec, type Spec } from "../codegen/spec.ts";
import { kernels } from "../kernels/mod.ts";
import { streamKey, uniform } from "../runtime/random.ts";
import { schedulers } from "../runtime/schedulers.ts";

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
    10,
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
    13,
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
    11,
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
    10,
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
    7,
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
      if (tensor.role === "run" || tensor.role === "parameter") {
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
    role === "parameter" || role === "state" || name.endsWith("_sum")
  );
  return Object.fromEntries(kept.map(({ name }) => [name, arena[name]]));
}

/** The first number that is not the same, in words. Fusing changes no sum's order, so all bits must agree. */
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
      const whole = plan(spec, REGISTRY, { data, without: MERGING }), fused = plan(spec, REGISTRY, { data });
      assert.equal(whole.fusions.length, 0);
      assert.equal(fused.fusions.length, fusions, `${name}: ${fused.fusions.map(({ tensor }) => tensor).join(", ")}`);
      for (const { tensor } of fused.fusions) assert(!(tensor in fused.plan.tensors), `${tensor} is still stored`);
      const expected = trained(whole, spec), before = makeArena(whole.plan, spec);
      for (const [tensor, storage] of Object.entries(expected)) {
        if (tensor === "hit_sum") continue;
        assert.notDeepEqual(storage, before[tensor], `${name}: training left ${tensor} as it was`);
      }
      const wrong = difference(expected, trained(fused, spec));
      assert.equal(wrong, undefined, `${name}, data ${data}, seed ${SEED}: ${wrong}`);
      ran++;
    }
  }
  assert.equal(ran, 10);
  const seen = new Set(NETS.flatMap(([, , layers, loss, optimizer]) =>
    [...layers, { type: loss }, optimizer]
      .map((options) => (options as { type: string }).type)
  ));
  const all = [...REGISTRY.layers, ...REGISTRY.losses, ...REGISTRY.optimizers].map(({ type }) => type);
  assert.deepEqual(all.filter((type) => !seen.has(type)), []);
});

Deno.test("negative control: a net trained without one of its kernels differs", () => {
  const spec = specOf(NETS[0]), fused = plan(spec, REGISTRY), whole = plan(spec, REGISTRY, { without: MERGING });
  const expected = trained(whole, spec), { kernels } = fused.plan.train;
  let ran = 0;
  for (const missing of kernels) {
    assert(
      difference(expected, trained(fused, spec, kernels.filter((kernel) => kernel !== missing))) !== undefined,
      `nothing differs without ${missing.kernel.name}`,
    );
    ran++;
  }
  assert.equal(ran, 19);
});

// ---- what is merged in the reference net

Deno.test("the fusions of mnist_cnn", async () => {
  const path = join(import.meta.dirname!, "..", "specs", "mnist_cnn.json");
  const { fusions, plan: fused } = plan(parseSpec(await Deno.readTextFile(path), REGISTRY), REGISTRY);
  assert.deepEqual(fusions.map(({ producer, consumer, tensor }) => `${producer} + ${consumer}: ${tensor}`), [
    "conv1_forward + relu1_forward: conv1.output",
    "linear1_forward + relu2_forward: linear1.output",
    "linear2_backward_input + relu2_backward_input: relu2.output.gradient",
    "linear2_backward_weight + linear2_update_weight: linear2.weight.gradient",
    "linear2_backward_bias + linear2_update_bias: linear2.bias.gradient",
    "linear1_backward_weight + linear1_update_weight: linear1.weight.gradient",
    "linear1_backward_bias + linear1_update_bias: linear1.bias.gradient",
    "pool1_backward_input + relu1_backward_input: relu1.output.gradient",
    "conv1_backward_weight + conv1_update_weight: conv1.weight.gradient",
    "conv1_backward_bias + conv1_update_bias: conv1.bias.gradient",
  ]);
  assert.deepEqual(fused.train.kernels.map(({ kernel }) => kernel.name), [
    "batch_gather",
    "batch_gather_label",
    "conv1_relu1_forward",
    "pool1_forward",
    "linear1_relu2_forward",
    "linear2_forward",
    "loss_forward",
    "batch_sum",
    "loss_backward",
    "linear2_relu2_backward_input",
    "linear2_backward_update_weight",
    "linear2_backward_update_bias",
    "linear1_backward_input",
    "linear1_backward_update_weight",
    "linear1_backward_update_bias",
    "pool1_relu1_backward_input",
    "conv1_backward_update_weight",
    "conv1_backward_update_bias",
  ]);
});

// ---- the rule, on drafts of a few kernels over vectors of 4

const n = axis("n", 4), i = axis("i", 4);

/** A kernel by name: its formulas, and which tensors its symbols stand for where they differ. */
type Toy = readonly [
  name: string,
  write: (t: Record<string, Tensor>) => Part | Part[],
  bindings?: Record<string, string>,
];

const double: Toy = ["double", ({ a, t }) => part([n], t.set([n], mul(a.at(n), 2)))];
const next: Toy = ["next", ({ t, y }) => part([n], y.set([n], add(t.at(n), 1)))];
const square: Toy = ["square", ({ t, y }) => part([n], y.set([n], mul(t.at(n), t.at(n))))];
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
    train: [["halves", ({ a, t }) => {
      const h = axis("h", 2);
      const even = times(h, 2), odd = plus(even, 1);
      return part([h], t.set([even], a.at(odd)), t.set([odd], mul(a.at(even), 5)));
    }], next],
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
    what: "read one further",
    train: [double, ["shift", ({ t, y }) => {
      const k = axis("k", 3);
      return part([k], y.set([k], t.at(plus(k, 1))));
    }]],
  },
  {
    what: "read at every other place",
    train: [double, ["half", ({ t, y }) => {
      const k = axis("k", 2);
      return part([k], y.set([k], t.at(times(k, 2))));
    }]],
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
    what: "read by a sum that does not move along it",
    train: [double, ["total", ({ a, t, y }) => part([n], y.set([n], sum([i], mul(a.at(i), t.at(n)))))]],
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

const VECTOR: TensorType = { dtype: "f32", shape: [4], halo: [[0, 0]] };
const NAMES = ["a", "b", "c", "t", "u", "w", "y", "z", "input", "last.output"];

function toyDraft({ train, evaluate = train, roles = {} }: ToyCase): Draft {
  const made = new Map<Toy, PlannedKernel>();
  const kernel = (toy: Toy): PlannedKernel => {
    const [name, write, bindings] = toy;
    if (!made.has(toy)) {
      const symbols = bindings ?? Object.fromEntries(NAMES.map((name) => [name.replace(".", "_"), name]));
      const parts = [write(Object.fromEntries(Object.keys(symbols).map((s) => [s, new Tensor(s, [4])])))].flat();
      made.set(toy, {
        kernel: { name: `${name}_run`, source: "tests", parts, tensors: {} },
        bindings: symbols,
        title: { stem: name, pass: "run" },
      });
    }
    return made.get(toy)!;
  };
  const tensors = NAMES.map((name) => [name, { name, role: roles[name] ?? "value", dtype: "f32", shape: [4] }]);
  return {
    name: "toy",
    batchSize: 4,
    graph: { output: "last" } as Plan["graph"],
    batch: n,
    tensors: Object.fromEntries(tensors) as Record<string, PlannedTensor>,
    train: train.map(kernel),
    evaluate: evaluate.map(kernel),
  };
}

/** All tensors after two runs of some kernels. */
function runToy(kernels: readonly PlannedKernel[]): Arena {
  const arena: Arena = Object.fromEntries(
    NAMES.map((name) => [name, Float64Array.from([0, 1, 2, 3], (i) => uniform(streamKey(SEED, name), i))]),
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

Deno.test("the rule: what is merged, where it stands, and what is not", () => {
  let merges = 0, refusals = 0;
  for (const toy of TOYS) {
    const whole = toyDraft(toy), { draft: fused, fusions } = fuse(whole);
    const names = fused.train.map(({ kernel }) => kernel.name);
    assert.deepEqual(names, toy.merged ?? whole.train.map(({ kernel }) => kernel.name), toy.what);
    if (toy.merged) merges++;
    else {
      assert.deepEqual(fusions, [], toy.what);
      refusals++;
    }
    const expected = runToy(whole.train), found = runToy(fused.train);
    for (const { tensor } of fusions) found[tensor] = expected[tensor];
    assert.equal(difference(expected, found), undefined, toy.what);
  }
  assert.deepEqual([merges, refusals], [10, 19]);
});
