/**
 * The backward pass: for each layer, from the output on, the gradients of its inputs and of what it learns. Where nothing
 * that is learned lies before a tensor, nobody needs its gradient, and it is left out.
 *
 * @module
 */
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import { draftPass, joined, notationOf, type Section } from "./kernel.ts";
import { needed } from "./live.ts";
import { draftClip, SCALE } from "./clip.ts";
import { draftSum, partOf, type Reading, readingsOf } from "./sum.ts";
import {
  buffersOf,
  gradientOf,
  innerOf,
  inputsOf,
  learnedOf,
  outputOf,
  parameterGradientsOf,
  parametersOf,
  type Symbols,
} from "./tensors.ts";
import { draftUpdates } from "./update.ts";

/** All layers that need gradients, the last one first, each with its updates; or, where these want all of them, without. */
export function draftBackward(graph: Graph, n: Axis): Section {
  const learned = learnedTensors(graph), readings = readingsOf(graph), { clipNorm } = graph;
  const layers = graph.nodes.filter(({ name, buffers }) => learned.has(name) || buffers.length > 0).reverse()
    .map((node) => ({ node, gradients: draftLayer(node, graph, n, { learned, readings }) }));
  const before = layers.map(({ node: { name }, gradients }) =>
    learned.has(name) ? joined([draftSum(name, readings.get(name) ?? [], graph, n), gradients]) : gradients
  );
  const updates = layers.map(({ node, gradients: { kernels } }) =>
    draftUpdates(node, graph, kernels, clipNorm === undefined ? undefined : SCALE)
  );
  if (clipNorm === undefined) return joined(before.flatMap((own, i) => [own, updates[i]]));
  const gradients = layers.flatMap(({ node }) => Object.values(gradientsOf(node)));
  return joined([...before, draftClip(gradients, clipNorm), ...updates]);
}

/** The gradients that are wanted of what a layer has. */
function gradientsOf(node: GraphNode): Symbols {
  return node.frozen ? {} : parameterGradientsOf(node);
}

/** The tensors on whose way from the input something is learned: their gradients are needed. */
function learnedTensors({ nodes }: Graph): ReadonlySet<string> {
  const learned = new Set<string>();
  for (const node of nodes) {
    const { name, inputs } = node;
    if (learnedOf(node).length > 0 || Object.values(inputs).some((input) => learned.has(input))) learned.add(name);
  }
  return learned;
}

function draftLayer(
  node: GraphNode,
  graph: Graph,
  n: Axis,
  { learned, readings }: {
    readonly learned: ReadonlySet<string>;
    readonly readings: ReadonlyMap<string, readonly Reading[]>;
  },
): Section {
  const { name, kind, inputs, options } = node, gradients = gradientsOf(node), buffers = buffersOf(node);
  const slopes: Symbols = Object.fromEntries(
    Object.entries(inputs).map(([symbol, tensor]) => [
      `d${symbol}`,
      partOf({ reader: name, symbol }, tensor, readings.get(tensor)!, graph),
    ]),
  );
  const symbols: Symbols = {
    ...{ ...inputsOf(node, graph), y: outputOf(name, graph), dy: gradientOf(name, graph), ...slopes },
    ...{ ...parametersOf(node), ...parameterGradientsOf(node), ...buffers, ...innerOf(node, graph) },
  };
  const wanted = [
    ...Object.entries(inputs).filter(([, tensor]) => learned.has(tensor)).map(([symbol]) => slopes[`d${symbol}`]),
    ...Object.values({ ...gradients, ...buffers }),
  ];
  const pass = draftPass(name, "backward", kind.source, symbols, kind.backward(n, notationOf(symbols), options));
  const kernels = needed(pass, wanted.map(({ name }) => name));
  return { tensors: [...Object.values(slopes), ...Object.values(gradients)], kernels };
}
