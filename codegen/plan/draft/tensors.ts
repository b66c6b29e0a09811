/**
 * The tensors of a net by what they are: names, shapes and roles are decided here.
 *
 * @module
 */
import { type Graph, type GraphNode, inputShapes } from "../../graph/shapes.ts";
import { drawnFrom } from "../../language/init.ts";
import type { InnerSpec, ParameterSpec } from "../../language/layer.ts";
import type { DraftTensor } from "../plan.ts";

/** Tensors by symbol, as formulas call them. */
export type Symbols = Readonly<Record<string, DraftTensor>>;

/** What a layer gives, or the input of the net. */
export function outputOf(tensor: string, { batchRows, shapes }: Graph): DraftTensor {
  const name = tensor === "input" ? "input" : `${tensor}.output`;
  return { name, role: "value", dtype: "f32", shape: [batchRows, ...shapes[tensor]] };
}

/** The gradient of the loss with respect to what a layer gives. */
export function gradientOf(tensor: string, graph: Graph): DraftTensor {
  return { ...outputOf(tensor, graph), name: `${tensor}.output.gradient`, role: "gradient" };
}

/** What a layer reads: `x`, or `x0`, `x1`, ... */
export function inputsOf({ inputs }: GraphNode, graph: Graph): Symbols {
  return mapped(inputs, (tensor) => outputOf(tensor, graph));
}

/** What a layer learns. */
export function parametersOf({ name, parameters }: GraphNode): Symbols {
  return Object.fromEntries(parameters.map((own) => {
    const initial = typeof own.init === "number" ? own.init : drawnFrom({ ...own, init: own.init });
    return [own.symbol, { name: `${name}.${own.name}`, role: "parameter", dtype: "f32", shape: own.shape, initial }];
  }));
}

/** What a layer learns, but for what is frozen. */
export function learnedOf({ parameters, frozen }: GraphNode): readonly ParameterSpec[] {
  return frozen ? [] : parameters;
}

/** The gradients of what a layer learns: `dw` for `w`. */
export function parameterGradientsOf({ name, parameters }: GraphNode): Symbols {
  return Object.fromEntries(parameters.map(({ symbol, name: what, shape }) => [
    `d${symbol}`,
    { name: `${name}.${what}.gradient`, role: "gradient", dtype: "f32", shape },
  ]));
}

/** What a layer keeps from step to step without learning it. */
export function buffersOf({ name, buffers }: GraphNode): Symbols {
  return Object.fromEntries(buffers.map(({ symbol, name: what, shape, initial }) => [
    symbol,
    { name: `${name}.${what}`, role: "buffer", dtype: "f32", shape, initial },
  ]));
}

/** What a layer's kernels leave for each other. */
export function innerOf(node: GraphNode, { batchRows, shapes }: Graph): Symbols {
  return innerTensors(node.name, innerSpecs(node, shapes), batchRows);
}

/** What the kernels of a layer, or of the loss, leave for each other. */
export function innerTensors(name: string, specs: readonly InnerSpec[], batchRows: number): Symbols {
  return Object.fromEntries(
    specs.map(({ symbol, shape, dtype, below, least, once }) => [
      symbol,
      {
        ...{ name: `${name}.${symbol}`, role: "value", dtype, shape: once ? shape : [batchRows, ...shape] },
        ...below !== undefined && { below },
        ...least !== undefined && { least },
      },
    ]),
  );
}

function innerSpecs(node: GraphNode, shapes: Graph["shapes"]): readonly InnerSpec[] {
  const { kind, name, options } = node;
  return kind.inner?.(options, { ...inputShapes(node, shapes), y: shapes[name] }) ?? [];
}

/** @throws {TypeError} when two tensors of a layer would have one symbol or one name: a fault of the kind. */
export function checkDistinct(node: GraphNode, { shapes }: Graph): void {
  const { kind, inputs, parameters, buffers } = node;
  const inner = innerSpecs(node, shapes).map(({ symbol }) => ({ symbol, name: symbol }));
  const learned = parameters.flatMap(({ symbol, name }) => [{ symbol, name }, slopeOf({ symbol, name })]);
  const y = { symbol: "y", name: "output" };
  const all = [y, slopeOf(y), ...learned, ...buffers, ...inner];
  const read = Object.keys(inputs).flatMap((symbol) => [symbol, `d${symbol}`]);
  const twice = repeated([...read, ...all.map(({ symbol }) => symbol)]) ?? repeated(all.map(({ name }) => name));
  if (twice !== undefined) {
    throw new TypeError(`layer ${kind.type}: two of its tensors are called ${twice}; give one another symbol or name`);
  }
}

/** What one of a layer's tensors is called in formulas, and within the layer. */
type Called = Pick<ParameterSpec, "symbol" | "name">;

function slopeOf({ symbol, name }: Called): Called {
  return { symbol: `d${symbol}`, name: `${name}.gradient` };
}

function repeated(words: readonly string[]): string | undefined {
  return words.find((word, i) => words.indexOf(word) < i);
}

/** The same symbols for something made of each. */
export function mapped<From, To>(all: Readonly<Record<string, From>>, make: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(all).map(([symbol, value]) => [symbol, make(value)]));
}
