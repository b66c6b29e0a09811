/**
 * How a step begins: the batch is made of the data set.
 *
 * @module
 */
import type { Graph } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import type { BatchKind } from "../../language/registry.ts";
import type { DraftTensor, PlanOptions } from "../plan.ts";
import { draftKernel, joined, notationOf, type Section } from "./kernel.ts";
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
  const range = graph.given.find(({ isInput }) => isInput)?.range;
  const symbols = {
    x: outputOf("input", graph),
    data: {
      name: "data",
      role: "run",
      dtype: data,
      shape: [Infinity, ...graph.shapes.input],
      rows: "samples",
      ...range && { range },
    },
    order: orderOf(graph),
  } as const;
  const parts = gatherInputs(n, notationOf(symbols), data === "u8");
  return {
    tensors: [symbols.x, symbols.order, symbols.data],
    kernels: [draftKernel({ title: { stem: "batch", pass: "gather" }, source }, symbols, parts)],
  };
}

/** What the loss takes beside the output: of the batch, by symbol, and of the whole data set, which has no input twice. */
export function givenOf(graph: Graph): readonly { readonly symbol: string; one: DraftTensor; all?: DraftTensor }[] {
  const { batchRows, given } = graph;
  return given.map(({ symbol, shape, dtype, below, range, isInput }) => {
    if (isInput) return { symbol, one: outputOf("input", graph) };
    const limit = below === undefined ? {} : { below };
    return {
      symbol,
      one: { name: symbol, role: "value", dtype, shape: [batchRows, ...shape], ...limit },
      all: {
        name: `${symbol}s`,
        role: "run",
        dtype,
        shape: [Infinity, ...shape],
        rows: "samples",
        ...limit,
        ...range && { range },
      },
    };
  });
}

/** The targets and weights of the batch, from those of the data set. */
export function draftTargets(graph: Graph, n: Axis, { source, gatherTargets }: BatchKind): Section {
  return joined(
    givenOf(graph).map(({ one, all }) => {
      if (!all) return { tensors: [], kernels: [] };
      const symbols = { [one.name]: one, [all.name]: all, order: orderOf(graph) }, tensors = notationOf(symbols);
      const parts = gatherTargets(n, tensors[one.name], tensors[all.name], tensors.order);
      const heading = { title: { stem: "batch", pass: "gather", wrt: one.name }, source };
      return { tensors: [one, all], kernels: [draftKernel(heading, symbols, parts)] };
    }),
  );
}
