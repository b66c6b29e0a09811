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
function orderOf({ batchSize }: Graph): DraftTensor {
  return { name: "order", role: "run", dtype: "i32", shape: [Infinity, batchSize], rows: "steps", below: "samples" };
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

/** What the outputs are compared with: class labels, or one number for each output. */
export function targetOf({ batchSize, loss, shapes, output }: Graph): { one: DraftTensor; all: DraftTensor } {
  const [outputs] = shapes[output];
  return loss.target === "label"
    ? {
      one: { name: "label", role: "value", dtype: "i32", shape: [batchSize], below: outputs },
      all: { name: "labels", role: "run", dtype: "i32", shape: [Infinity], rows: "samples", below: outputs },
    }
    : {
      one: { name: "target", role: "value", dtype: "f32", shape: [batchSize, outputs] },
      all: { name: "targets", role: "run", dtype: "f32", shape: [Infinity, outputs], rows: "samples" },
    };
}

/** `label` or `target`, from those of the data set. */
export function draftTargets(graph: Graph, n: Axis, batch: BatchKind): Section {
  const { one, all } = targetOf(graph);
  const symbols = { [one.name]: one, [all.name]: all, order: orderOf(graph) };
  const write = graph.loss.target === "label" ? batch.gatherLabels : batch.gatherTargets;
  const heading = { title: { stem: "batch", pass: "gather", wrt: one.name }, source: batch.source };
  return { tensors: [one, all], kernels: [draftKernel(heading, symbols, write(n, notationOf(symbols)))] };
}
