/**
 * How a step begins: the batch is made of the data set.
 *
 * @module
 */
import type { Graph } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import type { BatchKind } from "../../language/registry.ts";
import type { DraftTensor, PlanOptions } from "../plan.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { outputOf } from "./tensors.ts";

/** Which samples the batch of each step has. */
function orderOf({ batchRows }: Graph): DraftTensor {
  return { name: "order", role: "run", dtype: "i32", shape: [Infinity, batchRows], rows: "steps", below: "samples" };
}

/** `input`, from the samples of the data set. */
export function draftInputs(
  graph: Graph,
  n: Axis,
  { source, gatherInputs }: BatchKind,
  data: NonNullable<PlanOptions["data"]>,
): Section {
  const symbols = {
    x: outputOf("input", graph),
    data: { name: "data", role: "run", dtype: data, shape: [Infinity, ...graph.shapes.input], rows: "samples" },
    order: orderOf(graph),
  } as const;
  const parts = gatherInputs(n, notationOf(symbols), data === "u8");
  return {
    tensors: [symbols.x, symbols.order, symbols.data],
    kernels: [draftKernel({ title: { stem: "batch", pass: "gather" }, source }, symbols, parts)],
  };
}

/** What the outputs are compared with: for the batch, and for the whole data set. */
export function targetOf({ batchRows, target }: Graph): { one: DraftTensor; all: DraftTensor } {
  const { symbol, shape, dtype, below } = target, limit = below === undefined ? {} : { below };
  return {
    one: { name: symbol, role: "value", dtype, shape: [batchRows, ...shape], ...limit },
    all: { name: `${symbol}s`, role: "run", dtype, shape: [Infinity, ...shape], rows: "samples", ...limit },
  };
}

/** The targets of the batch, from those of the data set. */
export function draftTargets(graph: Graph, n: Axis, { source, gatherTargets }: BatchKind): Section {
  const { one, all } = targetOf(graph), symbols = { [one.name]: one, [all.name]: all, order: orderOf(graph) };
  const tensors = notationOf(symbols);
  const parts = gatherTargets(n, tensors[one.name], tensors[all.name], tensors.order);
  const heading = { title: { stem: "batch", pass: "gather", wrt: one.name }, source };
  return { tensors: [one, all], kernels: [draftKernel(heading, symbols, parts)] };
}
