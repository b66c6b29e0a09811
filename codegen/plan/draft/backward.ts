/**
 * The backward pass: for each layer, from the output on, the gradients of its input and of what it learns. Layers in
 * front of the first that learns are left out.
 *
 * @module
 */
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { gradientOf, outputOf, parameterGradientsOf, parametersOf, savedOf, type Symbols } from "./tensors.ts";
import { draftUpdates } from "./update.ts";

/** All layers that need gradients, the last one first, each with its updates. */
export function draftBackward(graph: Graph, n: Axis): Section {
  const first = graph.nodes.findIndex(({ parameters }) => parameters.length > 0);
  const layers = graph.nodes.entries().filter(([i]) => first >= 0 && i >= first)
    .map(([i, node]) => draftLayer(node, graph, n, i === first)).toArray().reverse();
  return {
    tensors: layers.flatMap(({ tensors }) => tensors),
    kernels: layers.flatMap(({ kernels }) => kernels),
  };
}

/** `first`: nobody needs the gradient of its input. */
function draftLayer(node: GraphNode, graph: Graph, n: Axis, first: boolean): Section {
  const { name, kind, options, input, parameters } = node;
  const dx = gradientOf(input, graph), gradients = parameterGradientsOf(node);
  const symbols: Symbols = {
    ...{ x: outputOf(input, graph), y: outputOf(name, graph), dy: gradientOf(name, graph), dx },
    ...{ ...parametersOf(node), ...gradients, ...savedOf(node, graph) },
  };
  const parts = kind.backward(n, notationOf(symbols), options);
  const wanted = [...first ? [] : ["input"], ...parameters.map(({ name }) => name)];
  const kernels = wanted.map((wrt) => {
    const reshapes = wrt === "input" ? kind.reshapes : undefined;
    const heading = { title: { stem: name, pass: "backward", wrt }, source: kind.source, reshapes };
    return draftKernel(heading, symbols, parts[wrt]);
  });
  const updates = draftUpdates(node, graph, kernels);
  return {
    tensors: [dx, ...Object.values(gradients), ...updates.tensors],
    kernels: [...kernels, ...updates.kernels],
  };
}
