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
import { draftSum, partOf, type Reading, readingsOf } from "./sum.ts";
import {
  buffersOf,
  gradientOf,
  innerOf,
  inputsOf,
  outputOf,
  parameterGradientsOf,
  parametersOf,
  type Symbols,
} from "./tensors.ts";
import { draftUpdates } from "./update.ts";

/** All layers that need gradients, the last one first, each with its updates. */
export function draftBackward(graph: Graph, n: Axis): Section {
  const learned = learnedTensors(graph), readings = readingsOf(graph);
  return joined(
    graph.nodes.filter(({ name }) => learned.has(name)).reverse().flatMap((node) => [
      draftSum(node.name, readings.get(node.name) ?? [], graph, n),
      draftLayer(node, graph, n, { learned, readings }),
    ]),
  );
}

/** The tensors on whose way from the input something is learned: their gradients are needed. */
function learnedTensors({ nodes }: Graph): ReadonlySet<string> {
  const learned = new Set<string>();
  for (const { name, inputs, parameters } of nodes) {
    if (parameters.length > 0 || Object.values(inputs).some((input) => learned.has(input))) learned.add(name);
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
  const { name, kind, inputs, options } = node, gradients = parameterGradientsOf(node), buffers = buffersOf(node);
  const slopes: Symbols = Object.fromEntries(
    Object.entries(inputs).map(([symbol, tensor]) => [
      `d${symbol}`,
      partOf({ reader: name, symbol }, tensor, readings.get(tensor)!, graph),
    ]),
  );
  const symbols: Symbols = {
    ...{ ...inputsOf(node, graph), y: outputOf(name, graph), dy: gradientOf(name, graph), ...slopes },
    ...{ ...parametersOf(node), ...gradients, ...buffers, ...innerOf(node, graph) },
  };
  const wanted = [
    ...Object.entries(inputs).filter(([, tensor]) => learned.has(tensor)).map(([symbol]) => slopes[`d${symbol}`]),
    ...Object.values({ ...gradients, ...buffers }),
  ];
  const pass = draftPass(name, "backward", kind.source, symbols, kind.backward(n, notationOf(symbols), options));
  const kernels = needed(pass, wanted.map(({ name }) => name)), updates = draftUpdates(node, graph, kernels);
  return joined([{ tensors: [...Object.values(slopes), ...Object.values(gradients)], kernels }, updates]);
}
