/** Nets that are graphs, at random: they are right, and wrong ones get one line that names both ends. */
import assert from "node:assert/strict";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { elementwise, type LayerKind, type Pass } from "../../codegen/language/layer.ts";
import { mul } from "../../codegen/language/notation.ts";
import { processorTargets, registry } from "../../mod.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { bytesOf, compiledOf, courseOf, interpretCourse, stepsOnTarget, strays } from "../interpreted_steps.ts";
import {
  coveringGraph,
  graphRegistry,
  RANDOM_LOSSES,
  RANDOM_OPTIMIZERS,
  randomGraph,
  randomLayerOf,
} from "../random_graph.ts";
import { assertRefusal } from "../random_cases.ts";
import { drawing } from "../random_layers.ts";
import { width } from "../width.ts";
import { MUTATIONS, placed } from "../wrong_graph.ts";

/** Graphs that are made wrong, in each way. */
const WRONG = width(20, 100, 1000);
/** Graphs that are verified, and trained beside the interpreter. */
const GRAPHS = width(6, 100, 1000);

Deno.test("each kind that a spec can name has an entry of its own, by which random ones are made", () => {
  const missing = [
    ...registry.layers.filter(({ type }) => !randomLayerOf(type)).map(({ type }) => `${type} in random_layers.ts`),
    ...registry.losses.filter(({ type }) => !Object.hasOwn(RANDOM_LOSSES, type))
      .map(({ type }) => `${type} in RANDOM_LOSSES of random_graph.ts`),
    ...registry.optimizers.filter(({ type }) => !Object.hasOwn(RANDOM_OPTIMIZERS, type))
      .map(({ type }) => `${type} in RANDOM_OPTIMIZERS of random_graph.ts`),
  ];
  assert.deepEqual(missing, [], "say there how a random one looks");
  // negative control: a kind that nobody has written an entry for
  const stranger = elementwise({
    ...{ type: "stranger", source: "here", summary: "x" },
    ...{ forward: (x) => x, backward: () => undefined as never },
  }) as LayerKind;
  assert.throws(
    () =>
      randomGraph(1, {
        registry: { ...graphRegistry, layers: [...graphRegistry.layers, stranger] },
        having: { layer: "stranger" },
      }),
    /^Error: the layer stranger has no entry in tests\/random_layers\.ts/,
  );
});

/** What is in random graphs, counted. */
function census(graphs: number) {
  const seen = { several: 0, named: 0, joins: 0, branches: 0, images: 0, layers: 0 }, types = new Map<string, number>();
  for (let seed = 1; seed <= graphs; seed++) {
    const json = coveringGraph(seed);
    assert.deepEqual(coveringGraph(seed), json, "the same seed gives the same net");
    const graph = inferShapes(parseSpec(JSON.stringify(json), graphRegistry), graphRegistry);
    const reads = graph.nodes.map(({ inputs }) => [...new Set(Object.values(inputs))]);
    const readers = new Map<string, number>();
    for (const name of reads.flat()) readers.set(name, (readers.get(name) ?? 0) + 1);
    const all = graph.nodes.map(({ name }) => name);
    if ([...readers.values()].some((count) => count > 1)) seen.several++;
    if (json.layers.some(({ name }) => name)) seen.named++;
    if (reads.some(({ length }) => length > 1)) seen.joins++;
    if (reads.some(([first], i) => i > 0 && first !== all[i - 1])) seen.branches++;
    if (json.input.length > 1) seen.images++;
    seen.layers += json.layers.length;
    for (const { type } of [...json.layers, json.loss, json.training.optimizer]) {
      types.set(type, (types.get(type) ?? 0) + 1);
    }
  }
  return { ...seen, types };
}

Deno.test("random graphs branch, join, have names and several readers, and each kind comes", () => {
  const GRAPHS = 200, { types, layers, ...seen } = census(GRAPHS);
  for (const [what, graphs] of Object.entries(seen)) assert(graphs > GRAPHS / 4, `${what}: ${graphs} of ${GRAPHS}`);
  assert(layers > 5 * GRAPHS, `${layers} layers`);
  const { layers: kinds, losses, optimizers } = graphRegistry;
  for (const { type } of [...kinds, ...losses, ...optimizers]) {
    assert((types.get(type) ?? 0) >= 5, `${type}: ${types.get(type)} times`);
  }
});

// ---- right

Deno.test(`${GRAPHS} graphs made at random are verified, and train and test as the interpreter does`, async () => {
  let trained = 0, kernels = 0, gradients = 0, buffers = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const json = coveringGraph(seed),
      spec = parseSpec(json, graphRegistry),
      course = courseOf(spec, graphRegistry, seed);
    const said = (target: string) => `${target}, seed ${seed}: ${JSON.stringify(json)}`;
    const interpreted = interpretCourse(course);
    for (const [i, target] of processorTargets.entries()) {
      const net = compiledOf(course, target);
      assert.deepEqual(strays(target, await stepsOnTarget(course, net, 1 + i % 2), interpreted), [], said(target.name));
      trained++;
      // what is compiled for the others has the same formulas
      if (i !== seed % processorTargets.length) continue;
      const rows = await verifyNet(spec, graphRegistry, target, { seed, data: bytesOf(course.data) }, net);
      // a dead relu can leave every entry of a gradient at a kink; that is for the other seeds to check
      assert.deepEqual(rows.filter(({ ok, cases }) => !ok && cases > 0), [], said(target.name));
      for (const { check, cases } of rows) {
        if (!check.startsWith("gradient")) kernels++;
        else if (cases > 0) gradients++;
      }
      buffers += Object.values(net.plan.tensors).filter(({ role }) => role === "buffer").length;
    }
  }
  assert.equal(trained, GRAPHS * processorTargets.length);
  assert(kernels > 12 * GRAPHS && gradients > 2 * GRAPHS, `${kernels} kernels, ${gradients} gradients`);
  assert(buffers > GRAPHS / 2, `${buffers} buffers`);
});

/** Two ways that meet. */
const RESIDUAL = [
  { type: "linear", outFeatures: 8, name: "stem" },
  { type: "tanh", name: "way" },
  { type: "linear", outFeatures: 8, name: "around", input: "stem" },
  { type: "add", input: ["way", "around"] },
  { type: "linear", outFeatures: 3 },
];

Deno.test("negative control: a weight elsewhere, a gradient lost and another output are noticed", async () => {
  const [target] = processorTargets,
    spec = parseSpec({ ...randomGraph(3), input: [7], layers: RESIDUAL }, graphRegistry);
  const course = courseOf(spec, graphRegistry, 3), interpreted = interpretCourse(course);
  const ours = await stepsOnTarget(course, compiledOf(course, target), 1),
    found = (own: Partial<typeof ours>) => strays(target, { ...ours, ...own }, interpreted);
  assert.deepEqual(found({}), []);
  for (const [name, values] of ours.kept) {
    const moved = Float32Array.from(values).with(0, values[0] + 1e-3);
    assert.equal(found({ kept: new Map(ours.kept).set(name, moved) }).length, 1, name);
  }
  assert.equal(found({ loss: ours.loss * 1.001 }).length, 1);
  assert.equal(found({ outputs: Float32Array.from(ours.outputs).with(0, ours.outputs[0] + 1e-3) }).length, 1);
  // one of several gradients is lost where they should add up
  const halved = graphRegistry.layers.map((kind) =>
    kind.type !== "add" ? kind : {
      ...kind,
      backward: (...args: Parameters<LayerKind["backward"]>) => withoutLast(kind.backward(...args)),
    }
  );
  const wrong = { ...course, registry: { ...graphRegistry, layers: halved } };
  const lost = strays(target, await stepsOnTarget(wrong, compiledOf(wrong, target), 1), interpreted);
  assert(lost.length > 0 && lost.every((line) => /rms/.test(line)), `${lost}`);
});

/** A pass whose last kernel writes zeros. */
function withoutLast(pass: Pass): Pass {
  return pass.map((own, i) =>
    i < pass.length - 1 ? own : {
      ...own,
      parts: own.parts.map((part) => ({
        ...part,
        assignments: part.assignments.map((one) => ({ ...one, value: mul(0, one.value) })),
      })),
    }
  );
}

// ---- wrong

Deno.test(`${WRONG} graphs made wrong at random in each way get one line that names both ends`, () => {
  const tried: Record<string, number> = {}, said = new Set<string>();
  for (const [way, mutation] of Object.entries(MUTATIONS)) {
    tried[way] = 0;
    for (let seed = 1; tried[way] < WRONG && seed <= 10 * WRONG; seed++) {
      const json = randomGraph(1000 + seed), right = placed(json), wrong = mutation(drawing(seed), right);
      if (!wrong) continue;
      // written out, it is right
      inferShapes(parseSpec({ ...json, layers: right.layers }, graphRegistry), graphRegistry);
      const message = refusalOf({ ...json, layers: wrong.layers });
      assert(message.startsWith(`net.json: ${wrong.begins}`), `${way}: ${message}\n${wrong.begins}`);
      for (const part of wrong.has) assert(message.includes(part), `${way}: ${message}\n${part}`);
      tried[way]++;
      said.add(message);
    }
  }
  assert.deepEqual(tried, Object.fromEntries(Object.keys(MUTATIONS).map((way) => [way, WRONG])));
  assert(said.size > 2 * WRONG, `${said.size} different messages`);
});

/** The one line by which a spec is refused. */
function refusalOf(json: unknown): string {
  try {
    inferShapes(parseSpec(JSON.stringify(json), graphRegistry, "net.json"), graphRegistry, "net.json");
  } catch (error) {
    assertRefusal(error);
    return (error as Error).message;
  }
  assert.fail(`it is accepted: ${JSON.stringify(json)}`);
}
