/**
 * A tensor that several layers read gets the sum of their gradients: each reader writes its own part, and a kernel adds
 * the parts, always in the order of the readers.
 *
 * @module
 */
import type { Graph } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import { add, featureAxes, part } from "../../language/notation.ts";
import type { DraftTensor } from "../plan.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { gradientOf, type Symbols } from "./tensors.ts";

/** A layer that reads a tensor, and the symbol by which it does. */
export interface Reading {
  readonly reader: string;
  readonly symbol: string;
}

/** Who reads each tensor, in the order of the layers. */
export function readingsOf({ nodes }: Graph): ReadonlyMap<string, readonly Reading[]> {
  const all = nodes.flatMap(({ name: reader, inputs }) =>
    Object.entries(inputs).map(([symbol, tensor]) => ({ tensor, reader, symbol }))
  );
  return Map.groupBy(all, ({ tensor }) => tensor);
}

/** Where a reader writes its part of a tensor's gradient: the only one writes the gradient itself. */
export function partOf(
  { reader, symbol }: Reading,
  tensor: string,
  readings: readonly Reading[],
  graph: Graph,
): DraftTensor {
  const gradient = gradientOf(tensor, graph);
  return readings.length === 1 ? gradient : { ...gradient, name: `${gradient.name}.${reader}.${symbol}` };
}

/** The kernel that adds the parts of a tensor's gradient; none where there is one part. */
export function draftSum(tensor: string, readings: readonly Reading[], graph: Graph, n: Axis): Section {
  if (readings.length < 2) return { tensors: [], kernels: [] };
  const dy = gradientOf(tensor, graph);
  const parts: Symbols = Object.fromEntries(
    readings.map((reading, i) => [`dy${i}`, partOf(reading, tensor, readings, graph)]),
  );
  const { dy: sum, ...terms } = notationOf({ dy, ...parts });
  const at = [n, ...featureAxes(graph.shapes[tensor])];
  const [first, ...rest] = Object.values(terms).map((term) => term.at(...at));
  const heading = { title: { stem: tensor, pass: "backward", wrt: "output" }, source: "codegen/plan/draft/sum.ts" };
  return {
    tensors: [dy],
    kernels: [draftKernel(heading, { dy, ...parts }, [part(at, sum.set(at, add(first, ...rest)))])],
  };
}
