/**
 * The tensors of a net by what they are: names, shapes and roles are decided here.
 *
 * @module
 */
import type { DraftTensor } from "../plan.ts";
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import type { LayerKind } from "../../language/layer.ts";

/** Tensors by symbol, as formulas call them. */
export type Symbols = Readonly<Record<string, DraftTensor>>;

/** What a layer gives, or the input of the net. */
export function outputOf(tensor: string, { batchSize, shapes }: Graph): DraftTensor {
  const name = tensor === "input" ? "input" : `${tensor}.output`;
  return { name, role: "value", dtype: "f32", shape: [batchSize, ...shapes[tensor]] };
}

/** The gradient of the loss with respect to what a layer gives. */
export function gradientOf(tensor: string, graph: Graph): DraftTensor {
  return { ...outputOf(tensor, graph), name: `${tensor}.output.gradient`, role: "gradient" };
}

/** What a layer learns. */
export function parametersOf({ name, parameters }: GraphNode): Symbols {
  return Object.fromEntries(parameters.map(({ symbol, name: what, shape, init, fanIn, fanOut }) => [
    symbol,
    { name: `${name}.${what}`, role: "parameter", dtype: "f32", shape, initial: { init, fanIn, fanOut } },
  ]));
}

/** The gradients of what a layer learns: `dw` for `w`. */
export function parameterGradientsOf({ name, parameters }: GraphNode): Symbols {
  return Object.fromEntries(parameters.map(({ symbol, name: what, shape }) => [
    `d${symbol}`,
    { name: `${name}.${what}.gradient`, role: "gradient", dtype: "f32", shape },
  ]));
}

/** What a layer's forward pass keeps for its backward pass. */
export function savedOf(node: GraphNode, { batchSize, shapes }: Graph): Symbols {
  const { kind, name, input, output, options } = node;
  const saved: ReturnType<NonNullable<LayerKind["saved"]>> = kind.saved?.(options, shapes[input], shapes[output]) ?? [];
  return Object.fromEntries(saved.map(({ symbol, shape, dtype, below }) => [
    symbol,
    {
      ...{ name: `${name}.${symbol}`, role: "value", dtype, shape: [batchSize, ...shape] },
      ...below !== undefined && { below },
    },
  ]));
}
