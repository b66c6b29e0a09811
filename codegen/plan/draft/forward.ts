/**
 * The forward pass: the kernels of each layer, in training and in a test.
 *
 * @module
 */
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import { accesses } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";
import { draftPass, joined, notationOf, type Section } from "./kernel.ts";
import { buffersOf, checkDistinct, innerOf, inputsOf, outputOf, parametersOf, type Symbols } from "./tensors.ts";

/** What makes the outputs of inputs, in training and in a test. */
export interface Forward extends Section {
  /** In place of `kernels` in a test; those that do the same there are the same. */
  readonly evaluate: readonly PlannedKernel[];
}

/** All layers, from the input to the output. */
export function draftForward(graph: Graph, n: Axis): Forward {
  const layers = graph.nodes.map((node) => draftLayer(node, graph, n));
  return { ...joined(layers), evaluate: layers.flatMap(({ evaluate }) => evaluate) };
}

function draftLayer(node: GraphNode, graph: Graph, n: Axis): Forward {
  const { name, kind, options } = node, y = outputOf(name, graph);
  checkDistinct(node, graph);
  const kept: Symbols = { ...parametersOf(node), ...buffersOf(node), ...innerOf(node, graph) };
  const symbols: Symbols = { ...inputsOf(node, graph), y, ...kept }, tensors = notationOf(symbols);
  const draft = (pass: "forward" | "evaluate", kernels: ReturnType<typeof kind.forward>) =>
    draftPass(name, pass, kind.source, symbols, kernels);
  const forward = draft("forward", kind.forward(n, tensors, options, name));
  const evaluate = kind.evaluate ? draft("evaluate", kind.evaluate(n, tensors, options)) : forward;
  checkKept(node, evaluate);
  return { tensors: [y, ...Object.values(kept)], kernels: forward, evaluate };
}

/** @throws {TypeError} when a test would change what a layer keeps: a fault of the kind. */
function checkKept({ name, kind, parameters, buffers }: GraphNode, kernels: readonly PlannedKernel[]): void {
  const kept = [...parameters, ...buffers].map((tensor) => `${name}.${tensor.name}`);
  const changed = kept.find((tensor) => kernels.some((planned) => accesses(planned).writes.has(tensor)));
  if (changed === undefined) return;
  throw new TypeError(`layer ${kind.type}: its kernels for a test write ${changed}; give it an evaluate that does not`);
}
