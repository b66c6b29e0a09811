/** Layouts: what lies where, and nets whose tensors are laid out in blocks train as those in rows. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { arrange } from "../../codegen/plan/arrange/arrange.ts";
import { blockOf, rowsOf, smallestAlike } from "../../codegen/plan/arrange/blocks.ts";
import { fromStored, toStored } from "../../codegen/plan/arrange/layouts.ts";
import type { Layout } from "../../codegen/plan/plan.ts";
import { type CompileOptions, MERGING, plan } from "../../codegen/compile.ts";
import type { Draft } from "../../codegen/plan/plan.ts";
import { draft } from "../../codegen/plan/draft/draft.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { loadSpec, parseSpec, registry, type Spec } from "../../mod.ts";
import { difference, tamed, trained } from "../interpreted.ts";
import { LARGE_NETS } from "../large_nets.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const RANDOM_NETS = width(20, 60);
// ---- the order of elements

interface Order {
  readonly what: string;
  readonly layout: Layout;
  /** The elements 0, 1, 2, ... in the order of their storage. */
  readonly stored: readonly number[];
}

const ORDERS: readonly Order[] = [
  {
    what: "4 samples of 3 values in blocks of 2",
    layout: {
      shape: [4, 3],
      dimensions: [{ of: 0, every: 2, extent: 2 }, { of: 1, every: 1, extent: 3 }, { of: 0, every: 1, extent: 2 }],
    },
    stored: [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11],
  },
  {
    what: "2 samples of 3 values in one block",
    layout: { shape: [2, 3], dimensions: [{ of: 1, every: 1, extent: 3 }, { of: 0, every: 1, extent: 2 }] },
    stored: [0, 3, 1, 4, 2, 5],
  },
  {
    what: "weights [2, 4] in panels of 2 inputs",
    layout: {
      shape: [2, 4],
      dimensions: [{ of: 1, every: 2, extent: 2 }, { of: 0, every: 1, extent: 2 }, { of: 1, every: 1, extent: 2 }],
    },
    stored: [0, 1, 4, 5, 2, 3, 6, 7],
  },
  {
    what: "weights [4, 2] in panels of 2 outputs",
    layout: {
      shape: [4, 2],
      dimensions: [{ of: 0, every: 2, extent: 2 }, { of: 1, every: 1, extent: 2 }, { of: 0, every: 1, extent: 2 }],
    },
    stored: [0, 2, 1, 3, 4, 6, 5, 7],
  },
  {
    what: "2 samples of 2 channels of 1 x 2 in one block",
    layout: {
      shape: [2, 2, 1, 2],
      dimensions: [1, 2, 3, 0].map((of) => ({ of, every: 1, extent: [2, 2, 1, 2][of] })),
    },
    stored: [0, 4, 1, 5, 2, 6, 3, 7],
  },
];

const product = (extents: readonly number[]) => extents.reduce((a, b) => a * b, 1);
const numbered = (length: number) => Float32Array.from({ length }, (_, i) => i);

Deno.test("the order of elements, by hand", () => {
  for (const { what, layout, stored } of ORDERS) {
    const usual = numbered(stored.length);
    assert.deepEqual([...toStored(usual, layout)], stored, what);
    assert.deepEqual(fromStored(toStored(usual, layout), layout), usual, what);
    assert.deepEqual(usual, numbered(stored.length), `${what}: what is given stays`);
  }
  const plain = Float64Array.of(3, 1, 2), copy = toStored(plain, undefined);
  assert.deepEqual(copy, plain);
  assert(copy !== plain && copy instanceof Float64Array, "without a layout: a copy of the same type");
  assert.deepEqual(fromStored(plain, undefined), plain);
});

Deno.test("negative control: another layout gives another order, and brings nothing back", () => {
  const [{ layout, stored }, , { layout: other }] = ORDERS;
  const reversed = { ...layout, dimensions: layout.dimensions.toReversed() };
  assert.notDeepEqual([...toStored(numbered(12), reversed)], stored);
  assert.notDeepEqual(fromStored(toStored(numbered(12), layout), reversed), numbered(12));
  assert.notDeepEqual(fromStored(toStored(numbered(8), other), { ...other, shape: [4, 2] }), numbered(8));
});

// ---- what gets which layout

const specOf = (net: object, batchSize: number): Spec =>
  parseSpec({
    name: "net",
    batchSize,
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.1, l2: 0.01 } },
    ...net,
  });

const draftOf = (spec: Spec): Draft => draft(inferShapes(spec, registry), registry.batch, {});

const SMALL_CNN = {
  input: [1, 5, 4],
  layers: [{ type: "conv2d", outChannels: 2, kernel: 2 }, { type: "relu" }, { type: "flatten" }, {
    type: "linear",
    outFeatures: 3,
  }],
};

Deno.test("samples are in blocks of 16, 8 or 4, or as they were", () => {
  const blocks: Record<number, number | undefined> = {
    1: undefined,
    2: undefined,
    3: undefined,
    6: undefined,
    7: undefined,
    10: undefined,
    33: undefined,
    4: 4,
    12: 4,
    20: 4,
    100: 4,
    8: 8,
    24: 8,
    40: 8,
    16: 16,
    32: 16,
    48: 16,
    64: 16,
  };
  let ran = 0;
  for (const [size, block] of Object.entries(blocks)) {
    const batch = Number(size), whole = draftOf(specOf(SMALL_CNN, batch)), arranged = arrange(whole);
    ran++;
    if (block === undefined) {
      assert(arranged === whole, `batch ${batch}: the draft itself`);
      continue;
    }
    const { layout, shape } = arranged.tensors["conv1.output"];
    assert.deepEqual(layout!.shape, [batch, 2, 4, 3]);
    assert.deepEqual(shape, batch === block ? [2, 4, 3, block] : [batch / block, 2, 4, 3, block], `batch ${batch}`);
    assert.deepEqual(arranged.tensors["conv1.weight"].layout, undefined, "weights of convolutions are as they were");
    assert.deepEqual(arranged.tensors.label.shape, batch === block ? [block] : [batch / block, block]);
    for (const name of ["order", "loss"]) {
      assert.deepEqual(arranged.tensors[name].shape, [Infinity, batch], "what has the run's rows is as it was");
    }
  }
  assert.equal(ran, 18);
});

Deno.test("a batch gets rows up to whole blocks where that is quicker, and only where vectors lie along samples", () => {
  const rows: Record<number, number> = {
    ...{ 1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 8: 8, 9: 16, 12: 16, 16: 16, 17: 24, 24: 24, 25: 32, 30: 32 },
    ...{ 33: 48, 40: 48, 64: 64, 100: 112, 104: 112, 128: 128, 256: 256, 257: 272, 65_535: 65_536 },
  };
  for (const [size, expected] of Object.entries(rows)) {
    assert.equal(rowsOf(Number(size)), expected, `batch ${size}`);
    const smallest = smallestAlike(Number(size), rowsOf);
    assert(smallest <= Number(size) && smallest <= 33, `${smallest} for ${size}`);
    const own = rowsOf(smallest);
    assert.equal(blockOf(own), blockOf(expected), `batch ${size}: ${smallest}`);
    assert.equal(own > smallest, expected > Number(size), `batch ${size}: ${smallest}`);
  }
  const net = (batchSize: number, options: CompileOptions) =>
    plan(specOf(SMALL_CNN, batchSize), registry, options).plan.tensors;
  for (const layout of ["lanes", "samples"] as const) {
    assert.deepEqual(net(30, { layout })["relu1.output"].shape, [2, 2, 4, 3, 16]);
    assert.deepEqual(net(30, { layout }).order.shape, [Infinity, 32]);
    for (const without of ["pad", "layout"] as const) {
      assert.deepEqual(net(30, { layout, without: ["channels", without] })["relu1.output"].shape, [30, 2, 4, 3]);
    }
  }
  for (const layout of ["row_major", "blocks"] as const) {
    assert.deepEqual(net(30, { layout }).order.shape, [Infinity, 30]);
  }
  assert.deepEqual(net(30, {})["relu1.output"].shape, [30, 2, 4, 3]);
});

Deno.test("weights are in panels along the side that makes the widest, and all of their shape with them", () => {
  // outputs, inputs, and how the weight is stored
  const rows: readonly [number, number, number[]][] = [
    [16, 40, [40, 16]],
    [32, 48, [2, 48, 16]],
    [10, 32, [2, 10, 16]],
    [24, 40, [3, 40, 8]],
    [8, 8, [8, 8]],
    [48, 16, [48, 16]],
    [7, 12, [7, 12]],
    [12, 7, [7, 12]],
  ];
  for (const [outputs, inputs, stored] of rows) {
    const spec = specOf({ input: [inputs], layers: [{ type: "linear", outFeatures: outputs }] }, 8);
    const { tensors, train } = arrange(draftOf(spec)), what = `[${outputs}, ${inputs}]`;
    for (const name of ["linear1.weight", "linear1.weight.gradient", "linear1.weight.v"]) {
      assert.deepEqual(tensors[name].shape, stored, `${what} ${name}`);
      assert.deepEqual(tensors[name].layout!.shape, [outputs, inputs], `${what} ${name}`);
    }
    assert.equal(tensors["linear1.bias"].layout, undefined);
    const copies = train.filter(({ title }) => title.pass === "rows");
    assert.equal(copies.length, 1, `${what}: one operand of the gradient is copied`);
    const { kernel: { source, parts }, bindings } = copies[0];
    assert.equal(source, "codegen/plan/arrange/copy.ts");
    // rows: no dimension of samples innermost
    const last = parts[0].assignments[0].index.at(-1)!;
    assert.equal(last.terms[0].axis.name, "i", `${what} ${bindings.y}`);
    const next = train[train.indexOf(copies[0]) + 1];
    assert(Object.values(next.bindings).includes(bindings.y), `${what}: read by the kernel behind it`);
  }
  assert.equal(rows.length, 8);
});

// ---- numbers

const LAID_OUT: readonly CompileOptions[] = [
  { layout: "samples", without: MERGING },
  { layout: "samples" },
  { layout: "samples", without: ["pad"] },
  { layout: "lanes" },
  { layout: "blocks" },
  // of two merged sums the order changes
  { layout: "row_major" },
];

Deno.test("nets laid out in blocks train as those in rows", () => {
  const seen: Record<string, number> = {
    none: 0,
    "4": 0,
    "8": 0,
    "16": 0,
    rows: 0,
    panels: 0,
    padded: 0,
    cases: 0,
    windows: 0,
  };
  const nets = Array.from({ length: RANDOM_NETS }, (_, i) => [`seed ${i + 1}`, tamed(randomSpec(i + 1))] as const);
  let compared = 0, ran = 0;
  for (const [i, [what, spec]] of [...nets, ...LARGE_NETS].entries()) {
    const data = i % 2 === 0 ? "u8" : "f32";
    const expected = trained(plan(spec, registry, { without: MERGING, data }).plan, spec);
    for (const options of LAID_OUT) {
      const { plan: laidOut, fusions } = plan(spec, registry, { ...options, data });
      const found = trained(laidOut, spec);
      const wrong = difference(expected, found, spec);
      assert.equal(wrong, undefined, `${what}, without ${options.without}: ${wrong}\n${JSON.stringify(spec)}`);
      for (const [name, values] of Object.entries(found.kept)) {
        assert(values.every(Number.isFinite), `${what}: ${name}`);
        compared += values.length;
      }
      ran++;
      if (laidOut.batchRows > spec.batchSize) seen.padded++;
      const names = Object.keys(laidOut.tensors);
      if (names.some((name) => name.endsWith(".rows"))) seen.rows++;
      if (Object.values(laidOut.tensors).some(({ role, layout }) => role === "parameter" && layout)) seen.panels++;
      if (options.layout === "samples") seen[blockOf(laidOut.batchRows) ?? "none"]++;
      if (fusions.some(({ producer, consumer }) => /pool/.test(producer) && /conv.*weight/.test(consumer))) {
        seen.cases++;
      }
      if (fusions.some(({ producer, consumer }) => /conv/.test(producer) && /pool.*forward/.test(consumer))) {
        seen.windows++;
      }
    }
  }
  assert.equal(ran, LAID_OUT.length * (RANDOM_NETS + LARGE_NETS.length));
  assert(compared > width(5000, 20_000), `${compared} numbers`);
  for (const [what, times] of Object.entries(seen)) assert(times >= 2, `${what}: ${times} times`);
});

Deno.test("sums in two kernels, and copies by rows, are where they should be", async () => {
  for (const [what, spec, names] of LARGE_NETS) {
    const { tensors } = plan(spec, registry, { layout: "lanes" }).plan;
    for (const name of names) assert(name in tensors, `${what}: no ${name}, only ${Object.keys(tensors).join(", ")}`);
  }
  const merged = LARGE_NETS.flatMap(([, spec]) =>
    plan(spec, registry, { layout: "lanes" }).fusions.filter(({ tensor }) => tensor === "conv1.output.gradient")
      .map(({ producer, consumer }) => `${producer} + ${consumer}`)
  );
  assert.deepEqual(merged, [
    "pool1_backward_input + conv1_backward_weight_lanes",
    "pool1_backward_input + conv1_backward_bias_lanes",
    "pool1_backward_input + conv1_backward_weight_lanes",
    "pool1_backward_input + conv1_backward_bias_lanes",
    "pool1_tanh1_backward_input + conv1_backward_weight_lanes",
    "pool1_tanh1_backward_input + conv1_backward_bias_lanes",
  ]);
  const { plan: mnist } = plan(
    await loadSpec(join(import.meta.dirname!, "..", "..", "specs", "mnist_cnn.json")),
    registry,
    {
      layout: "lanes",
    },
  );
  const made = Object.values(mnist.tensors).filter(({ name }) => /\.(lanes|chunks|rows)$/.test(name));
  assert.deepEqual(Object.fromEntries(made.map(({ name, shape }) => [name, shape])), {
    // 6272 terms in 32 chunks of 196, for 4 blocks of 16 samples and 8 panels of 16 outputs
    "linear1.output.chunks": [32, 4, 8, 16, 16],
    "relu2.output.rows": [8, 64, 16],
    "linear1.output.gradient.rows": [8, 64, 16],
    "conv1.weight.gradient.lanes": [32, 1, 5, 5, 16],
    "conv1.bias.gradient.lanes": [32, 16],
  });
  assert.deepEqual(mnist.tensors["linear1.weight"].shape, [8, 6272, 16]);
  assert.deepEqual(mnist.tensors["linear2.weight"].shape, [8, 10, 16]);
  const kernels = mnist.train.kernels.map(({ kernel }) => kernel.name);
  for (
    const [first, second] of [
      ["linear1_forward_chunks", "linear1_relu2_forward"],
      ["relu2_output_rows", "linear2_backward_update_weight"],
      ["linear1_output_gradient_rows", "linear1_backward_update_weight"],
      ["pool1_conv1_backward_weight_lanes", "conv1_backward_update_weight"],
      ["pool1_conv1_backward_bias_lanes", "conv1_backward_update_bias"],
    ]
  ) {
    assert(kernels.includes(first) && kernels.indexOf(first) < kernels.indexOf(second), `${first}, ${second}`);
  }
});

Deno.test("every layout of random nets is a permutation and comes back", () => {
  let layouts = 0;
  for (let seed = 1; seed <= RANDOM_NETS; seed++) {
    const { tensors } = plan(parseSpec(randomSpec(seed)), registry, { layout: "samples" }).plan;
    for (const { name, shape, layout } of Object.values(tensors)) {
      if (!layout) continue;
      assert.equal(product(shape), product(layout.shape), name);
      const usual = numbered(product(shape)), stored = toStored(usual, layout);
      assert.deepEqual(stored.toSorted(), usual, `seed ${seed}: ${name}`);
      assert.deepEqual(fromStored(stored, layout), usual, `seed ${seed}: ${name}`);
      layouts++;
    }
  }
  assert(layouts > 5 * RANDOM_NETS, `${layouts} layouts`);
});

Deno.test("negative control: without a kernel, or with one chunk left out, training differs", () => {
  let ran = 0;
  for (const [what, spec] of LARGE_NETS) {
    const expected = trained(plan(spec, registry, { without: MERGING }).plan, spec);
    const { plan: laidOut } = plan(spec, registry, { layout: "lanes" });
    for (const missing of laidOut.train.kernels) {
      const found = trained(laidOut, spec, laidOut.train.kernels.filter((planned) => planned !== missing));
      assert(
        difference(expected, found, spec) !== undefined,
        `${what}: nothing differs without ${missing.kernel.name}`,
      );
      ran++;
    }
  }
  const [[, spec]] = LARGE_NETS, { plan: laidOut } = plan(spec, registry, { layout: "lanes" });
  const damaged = structuredClone(laidOut.train.kernels) as typeof laidOut.train.kernels;
  const chunks = damaged.find(({ kernel }) => kernel.name === "linear1_forward_chunks")!;
  (chunks.kernel.parts[0].axes[0] as { extent: number }).extent--;
  const expected = trained(plan(spec, registry, { without: MERGING }).plan, spec);
  assert(difference(expected, trained(laidOut, spec, damaged), spec) !== undefined);
  assert.equal(ran, 54);
});
