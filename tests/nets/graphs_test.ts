/** Nets that are graphs, at random: they are right, and wrong ones get one line that names both ends. */
import assert from "node:assert/strict";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import { elementwise } from "../../codegen/language/layer.ts";
import { registry } from "../../mod.ts";
import { graphRegistry, RANDOM_LOSSES, RANDOM_OPTIMIZERS, randomGraph, randomLayerOf } from "../random_graph.ts";

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
    ...{ forward: (x) => x, backward: (_y, dy) => dy },
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
    const json = randomGraph(seed);
    assert.deepEqual(randomGraph(seed), json, "the same seed gives the same net");
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
    assert((types.get(type) ?? 0) >= 10, `${type}: ${types.get(type)} times`);
  }
});
