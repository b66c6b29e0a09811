/** What changes places with a maximum, and that nothing else does: not a number, not a gradient, not a NaN. */
import assert from "node:assert/strict";
import { interpretKernel } from "../../codegen/ir/interpret.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import { draft } from "../../codegen/plan/draft/draft.ts";
import { layOut } from "../../codegen/plan/layout/layout.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import { reorder } from "../../codegen/graph/reorder.ts";
import { type Graph, inferShapes, inputShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec as parseGraph } from "../../codegen/graph/spec.ts";
import { parseSpec, registry, type Spec } from "../../mod.ts";
import { type Arena, makeArena, trained } from "../interpreted.ts";
import { graphRegistry, randomGraph } from "../random_graph.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const CONV = { type: "conv2d", outChannels: 2, kernel: 1 }, POOL = { type: "maxPool2d", kernel: 2 };
const MEAN = { type: "avgPool2d", kernel: 2 }, RELU = { type: "relu" }, TANH = { type: "tanh" };
const SIGMOID = { type: "sigmoid" }, DROPOUT = { type: "dropout", rate: 0.5 }, FLATTEN = { type: "flatten" };
const LINEAR = { type: "linear", outFeatures: 3 };

const specOf = (layers: readonly object[], input: readonly number[] = [1, 8, 8], more: object = {}): Spec =>
  parseSpec({
    name: "net",
    input,
    batchSize: 3,
    layers,
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
    ...more,
  });

const graphOf = (spec: Spec): Graph => inferShapes(spec, registry);
const names = ({ nodes }: Graph) => nodes.map(({ name }) => name).join(" ");

/** Layers, their names in the new order, and how often two changed places. */
const ORDERS: readonly [layers: readonly object[], order: string, swaps: number][] = [
  [[CONV, RELU, POOL, CONV, FLATTEN], "conv1 pool1 relu1 conv2 flatten1", 1],
  [[CONV, RELU, POOL, FLATTEN, LINEAR], "conv1 pool1 flatten1 relu1 linear1", 2],
  [[CONV, RELU, POOL, FLATTEN], "conv1 pool1 flatten1 relu1", 2],
  [[CONV, RELU, POOL, POOL, FLATTEN], "conv1 pool1 pool2 flatten1 relu1", 3],
  [[CONV, RELU, POOL, CONV, RELU, POOL, FLATTEN], "conv1 pool1 relu1 conv2 pool2 flatten1 relu2", 3],
  [[RELU, POOL, CONV, FLATTEN], "pool1 relu1 conv1 flatten1", 1],
  [[CONV, RELU, POOL, DROPOUT, FLATTEN], "conv1 pool1 relu1 dropout1 flatten1", 1],
  [[CONV, RELU, POOL, MEAN, FLATTEN], "conv1 pool1 relu1 pool2 flatten1", 1],
  // the first one waits behind the second
  [[CONV, RELU, RELU, POOL, FLATTEN], "conv1 relu1 pool1 flatten1 relu2", 2],
  // a mean is no maximum, and what is not piecewise the identity rounds
  [[CONV, RELU, MEAN, FLATTEN], "conv1 relu1 pool1 flatten1", 0],
  [[CONV, TANH, POOL, FLATTEN], "conv1 tanh1 pool1 flatten1", 0],
  [[CONV, SIGMOID, POOL, FLATTEN], "conv1 sigmoid1 pool1 flatten1", 0],
  // a renaming alone is no reason
  [[CONV, RELU, FLATTEN, LINEAR], "conv1 relu1 flatten1 linear1", 0],
  [[CONV, RELU, DROPOUT, POOL, FLATTEN], "conv1 relu1 dropout1 pool1 flatten1", 0],
  [[CONV, RELU, CONV, POOL, FLATTEN], "conv1 relu1 conv2 pool1 flatten1", 0],
  [[CONV, POOL, RELU, FLATTEN], "conv1 pool1 relu1 flatten1", 0],
  [[FLATTEN, LINEAR, RELU, LINEAR], "flatten1 linear1 relu1 linear2", 0],
];

Deno.test("relu goes behind maxima, and then behind a renaming; nothing else goes", () => {
  let moved = 0, stayed = 0;
  for (const [layers, order, swaps] of ORDERS) {
    const given = graphOf(specOf(layers)), { graph, swaps: found } = reorder(given);
    assert.equal(names(graph), order);
    assert.equal(found.length, swaps, order);
    if (swaps === 0) {
      assert(graph === given, order);
      stayed++;
    } else moved++;
    // each reads what stands before it, and the loss what comes last
    let before = "input";
    for (const { name, inputs } of graph.nodes) {
      assert.deepEqual(inputs, { x: before }, `${order}: ${name}`);
      before = name;
    }
    assert.equal(graph.output, before, order);
    // shapes are those of the places, not of the layers
    for (const node of graph.nodes) {
      const { name, kind, options } = node;
      assert.deepEqual(graph.shapes[name], kind.shape(options, inputShapes(node, graph.shapes)), `${order}: ${name}`);
    }
    assert.deepEqual(graph.shapes[graph.output], given.shapes[given.output]);
  }
  assert.deepEqual([moved, stayed], [9, 8]);
  const { swaps } = reorder(graphOf(specOf([CONV, RELU, POOL, FLATTEN])));
  assert.deepEqual(swaps, [{ node: "relu1", behind: "pool1" }, { node: "relu1", behind: "flatten1" }]);
});

Deno.test("a graph whose relu is read twice stays as it is", () => {
  const given = graphOf(specOf([CONV, RELU, POOL, FLATTEN]));
  const [conv, relu, pool, flatten] = given.nodes;
  const twice = { ...given, nodes: [conv, relu, pool, { ...pool, name: "pool2" }, flatten] };
  assert(reorder(twice).graph === twice);
  const asked = { ...given, output: "relu1" };
  assert(reorder(asked).graph === asked, "what the loss is taken of");
});

// ---- all windows of 4 of these, NaN among them

const VALUES = [-1, -0.5, 0, 0.5, 2, NaN], WINDOWS = VALUES.length ** 4;
/** A row of windows of 2 x 2 behind a convolution that is left out. */
const WINDOW_SPEC = specOf(
  [{ ...CONV, outChannels: 1 }, RELU, POOL, FLATTEN],
  [1, 2, 2 * WINDOWS],
  { batchSize: 1 },
);

/** Forward from the convolution's output to the end, and back again from 1, 2, 3, ... */
function pass(plan: Plan): { output: ArrayLike<number>; gradient: ArrayLike<number> } {
  const arena: Arena = makeArena(plan, WINDOW_SPEC), { output } = plan.graph;
  for (let window = 0; window < WINDOWS; window++) {
    for (let i = 0, rest = window; i < 4; i++, rest = Math.floor(rest / VALUES.length)) {
      const row = i >> 1, column = 2 * window + (i & 1);
      arena["conv1.output"][row * 2 * WINDOWS + column] = VALUES[rest % VALUES.length];
    }
  }
  const run = (passName: string) => {
    for (const { kernel, bindings, title } of plan.train.kernels) {
      if (title.pass !== passName || /conv|loss/.test(title.stem)) continue;
      interpretKernel(
        kernel,
        Object.fromEntries(Object.entries(bindings).map(([symbol, name]) => [symbol, arena[name]])),
      );
    }
  };
  run("forward");
  arena[`${output}.output.gradient`].forEach((_, i, all) => all[i] = i + 1);
  run("backward");
  return { output: arena[`${output}.output`], gradient: arena["conv1.output.gradient"] };
}

/** Two lists differ at a place; 0 and -0 are the same, NaN is NaN. */
function differs(a: ArrayLike<number>, b: ArrayLike<number>): string | undefined {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return `element ${i}: ${a[i]} and ${b[i]}`;
  }
}

const unordered = layOut(draft(graphOf(WINDOW_SPEC), registry.batch));
const reordered = layOut(draft(reorder(graphOf(WINDOW_SPEC)).graph, registry.batch));

Deno.test("every window of 4 from 6 values: same output, same gradient; ties, all negative and NaN among them", () => {
  const before = pass(unordered), after = pass(reordered);
  assert.equal(differs(before.output, after.output), undefined);
  assert.equal(differs(before.gradient, after.gradient), undefined);
  assert.equal(after.output.length, WINDOWS);
  let ties = 0, negative = 0, nan = 0, lost = 0;
  for (let window = 0; window < WINDOWS; window++) {
    const values = [0, 1, 2, 3].map((i) => VALUES[Math.floor(window / VALUES.length ** i) % VALUES.length]);
    const largest = Math.max(...values), at = (i: number) => (i >> 1) * 2 * WINDOWS + 2 * window + (i & 1);
    const gradients = [0, 1, 2, 3].map((i) => after.gradient[at(i)]);
    if (Number.isNaN(largest)) {
      nan++;
      // one that is the last of its window passes
      if (Number.isNaN(values[3])) {
        assert(Number.isNaN(after.output[window]), `${values}`);
        assert.deepEqual(gradients, [0, 0, 0, window + 1], `${values}`);
      } else lost++;
      continue;
    }
    assert.equal(after.output[window], Math.max(largest, 0), `${values}`);
    if (largest <= 0) {
      negative++;
      assert.deepEqual(gradients.map(Math.abs), [0, 0, 0, 0], `${values}`);
      continue;
    }
    // the first of equals gets it all
    const first = values.indexOf(largest);
    if (values.filter((value) => value === largest).length > 1) ties++;
    assert.deepEqual(gradients, [0, 1, 2, 3].map((i) => i === first ? window + 1 : 0), `${values}`);
  }
  assert.deepEqual([negative, nan], [3 ** 4, 6 ** 4 - 5 ** 4]);
  assert(ties > 100 && lost > 0, `${ties} ties`);
});

Deno.test("negative control: a mean in place of the maximum would not give the same", () => {
  const spec = {
    ...WINDOW_SPEC,
    layers: WINDOW_SPEC.layers.map((l) => l.type === "maxPool2d" ? { ...l, ...MEAN } : l),
  };
  const given = graphOf(spec), [conv, relu, pool, flatten] = given.nodes;
  const forced = reorder({
    ...given,
    nodes: [conv, relu, { ...pool, kind: { ...pool.kind, maximum: true } }, flatten],
  });
  assert.equal(forced.swaps.length, 2);
  const [before, after] = [given, forced.graph].map((graph) => pass(layOut(draft(graph, registry.batch))));
  assert.notEqual(differs(before.output, after.output), undefined);
  assert.notEqual(differs(before.gradient, after.gradient), undefined);
});

// ---- whole nets

/** A random net with every activation a relu, and every pool a maximum. */
function randomMaxima(seed: number): Spec {
  const json = randomSpec(seed) as { layers: { type: string }[] };
  const types: Record<string, string> = { tanh: "relu", sigmoid: "relu", avgPool2d: "maxPool2d" };
  return parseSpec({ ...json, layers: json.layers.map((l) => ({ ...l, type: types[l.type] ?? l.type })) });
}

Deno.test("random nets train to the same bits in both orders", () => {
  let ran = 0, compared = 0;
  for (let seed = 1; seed <= width(100, 400); seed++) {
    const spec = randomMaxima(seed), given = graphOf(spec), { graph, swaps } = reorder(given);
    if (swaps.length === 0) continue;
    const [before, after] = [given, graph].map((own) => trained(layOut(draft(own, registry.batch)), spec).kept);
    for (const [name, values] of Object.entries(before)) {
      assert.equal(differs(values, after[name]), undefined, `seed ${seed}: ${name}\n${JSON.stringify(spec)}`);
      compared += values.length;
    }
    ran++;
  }
  assert(ran >= width(10, 40) && compared > width(5000, 20_000), `${ran} nets, ${compared} numbers`);
});

Deno.test("fewer elements are computed: the activation's are those of the pool", () => {
  const spec = specOf([CONV, RELU, POOL, FLATTEN, LINEAR]);
  const elements = (graph: Graph) => {
    const { kernels } = layOut(draft(graph, registry.batch)).train;
    const relu = kernels.find(({ title }) => title.stem === "relu1" && title.pass === "forward")!;
    assert.equal(accesses(relu).writes.size, 1);
    return relu.kernel.parts[0].axes.reduce((product, { extent }) => product * extent, 1);
  };
  const given = graphOf(spec);
  assert.equal(elements(given), 3 * 2 * 8 * 8);
  assert.equal(elements(reorder(given).graph), 3 * 2 * 4 * 4);
});

Deno.test("random graphs: each layer still reads what is made before it, and training gives the same bits", () => {
  let ran = 0, swapped = 0, compared = 0;
  // what changes places, and little else
  const few = ["conv2d", "linear", "add"],
    layers = graphRegistry.layers.filter(({ type, monotone, maximum, reshapes }) =>
      monotone || maximum || reshapes || few.includes(type)
    );
  for (let seed = 1; seed <= width(60, 400); seed++) {
    const json = randomGraph(seed, { registry: { ...graphRegistry, layers } });
    const spec = parseGraph(json, graphRegistry), given = inferShapes(spec, graphRegistry);
    const { graph, swaps } = reorder(given);
    if (swaps.length === 0) continue;
    const made = new Set(["input"]);
    for (const node of graph.nodes) {
      const { name, kind, options, inputs } = node;
      assert(Object.values(inputs).every((read) => made.has(read)), `seed ${seed}: ${name}`);
      assert.deepEqual(
        graph.shapes[name],
        kind.shape(options, inputShapes(node, graph.shapes)),
        `seed ${seed}: ${name}`,
      );
      made.add(name);
    }
    assert.equal(made.size, given.nodes.length + 1);
    assert.deepEqual(graph.shapes[graph.output], given.shapes[given.output]);
    const [before, after] = [given, graph].map((own) => trained(layOut(draft(own, graphRegistry.batch)), spec).kept);
    for (const [name, values] of Object.entries(before)) {
      assert.equal(differs(values, after[name]), undefined, `seed ${seed}: ${name}\n${JSON.stringify(json)}`);
      compared += values.length;
    }
    ran++;
    swapped += swaps.length;
  }
  assert(ran >= width(3, 20) && swapped > ran && compared > width(200, 2000), `${ran} nets, ${swapped}, ${compared}`);
});
