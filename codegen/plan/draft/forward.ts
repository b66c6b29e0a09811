/**
 * The forward pass: a kernel for each layer.
 *
 * @module
 */
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import type { PlannedKernel } from "../plan.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { outputOf, parametersOf, savedOf, type Symbols } from "./tensors.ts";

/** What makes the outputs of inputs, in training and in a test. */
export interface Forward extends Section {
  /** In place of `kernels` in a test; those that do the same there are the same. */
  readonly evaluate: readonly PlannedKernel[];
}

/** All layers, from the input to the output. */
export function draftForward(graph: Graph, n: Axis): Forward {
  const layers = graph.nodes.map((node) => draftLayer(node, graph, n));
  return {
    tensors: layers.flatMap(({ tensors }) => tensors),
    kernels: layers.flatMap(({ kernels }) => kernels),
    evaluate: layers.flatMap(({ evaluate }) => evaluate),
  };
}

function draftLayer(node: GraphNode, graph: Graph, n: Axis): Forward {
  const { name, kind: { source, reshapes, ...kind }, options } = node;
  const x = outputOf(node.input, graph), y = outputOf(name, graph);
  const parameters = parametersOf(node), saved = savedOf(node, graph);
  const symbols: Symbols = { x, y, ...parameters, ...saved };
  const forward = draftKernel(
    { title: { stem: name, pass: "forward" }, source, reshapes },
    symbols,
    kind.forward(n, notationOf(symbols), options, name),
  );
  const test = kind.evaluate?.(n, notationOf({ x, y }), options);
  return {
    tensors: [y, ...Object.values(parameters), ...Object.values(saved)],
    kernels: [forward],
    evaluate: [test ? draftKernel({ title: { stem: name, pass: "evaluate" }, source }, { x, y }, test) : forward],
  };
}
