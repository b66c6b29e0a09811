/**
 * The loss: a number for each sample, and its gradient.
 *
 * @module
 */
import type { Graph } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import type { DraftTensor } from "../plan.ts";
import { targetOf } from "./batch.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { gradientOf, outputOf, type Symbols } from "./tensors.ts";

/** One number for each sample of an epoch: nothing is added up in f32. */
function figureOf(name: string, { batchSize }: Graph): DraftTensor {
  return { name, role: "run", dtype: "f32", shape: [Infinity, batchSize], rows: "steps" };
}

function judged(graph: Graph): Symbols {
  const { one } = targetOf(graph);
  return { x: outputOf(graph.output, graph), [one.name]: one };
}

/** The loss of each sample, and whether the net was right. */
export function draftLoss(graph: Graph, n: Axis): Section {
  const { loss: { source, forward }, lossOptions } = graph;
  const loss = figureOf("loss", graph), hit = figureOf("hit", graph);
  const symbols = { ...judged(graph), loss, hit };
  const parts = forward(n, notationOf(symbols), lossOptions);
  return {
    tensors: [loss, hit],
    kernels: [draftKernel({ title: { stem: "loss", pass: "forward" }, source }, symbols, parts)],
  };
}

/** Its gradient with respect to the output. */
export function draftLossGradient(graph: Graph, n: Axis): Section {
  const { loss: { source, backward }, lossOptions } = graph, dx = gradientOf(graph.output, graph);
  const symbols = { ...judged(graph), dx };
  const parts = backward(n, notationOf(symbols), lossOptions);
  return {
    tensors: [dx],
    kernels: [draftKernel({ title: { stem: "loss", pass: "backward" }, source }, symbols, parts)],
  };
}
