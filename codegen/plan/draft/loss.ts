/**
 * The loss, a number for each sample, and its gradient; and the metrics, which are numbers for each sample, too.
 *
 * @module
 */
import type { Graph } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import type { DraftTensor } from "../plan.ts";
import { givenOf } from "./batch.ts";
import { draftKernel, draftPass, notationOf, type Section } from "./kernel.ts";
import { gradientOf, innerTensors, outputOf, type Symbols } from "./tensors.ts";
import { together } from "./together.ts";

/** One number for each sample of an epoch: nothing is added up in f32. */
function figureOf(name: string, { batchRows }: Graph): DraftTensor {
  return { name, role: "run", dtype: "f32", shape: [Infinity, batchRows], rows: "steps" };
}

/** What the loss's kernels name: the output, what it takes beside, and what they leave for each other. */
function judged(graph: Graph): Symbols {
  const given = givenOf(graph).map(({ symbol, one }) => [symbol, one] as const);
  return { x: outputOf(graph.output, graph), ...Object.fromEntries(given), ...innerOfLoss(graph) };
}

function innerOfLoss({ loss, lossOptions, shapes, output, batchRows }: Graph): Symbols {
  return innerTensors("loss", loss.inner?.(shapes[output], lossOptions) ?? [], batchRows);
}

/** The loss of each sample and its metrics, in one kernel: all of them start from the network's output. */
export function draftLoss(graph: Graph, n: Axis): Section {
  const { loss: { source, prepare, forward }, lossOptions, metrics } = graph, known = judged(graph);
  const names = ["loss", ...metrics.map(({ symbol }) => symbol)];
  const figures: Symbols = Object.fromEntries(names.map((name) => [name, figureOf(name, graph)]));
  const symbols = { ...known, ...figures }, tensors = notationOf(symbols);
  const parts = [forward(n, tensors, lossOptions), ...metrics.map((metric) => metric.forward(n, tensors))];
  const before = draftPass("loss", "prepare", source, known, prepare?.(n, notationOf(known), lossOptions) ?? []);
  const heading = { title: { stem: "loss", pass: "forward" }, source };
  return {
    tensors: [...Object.values(innerOfLoss(graph)), ...Object.values(figures)],
    kernels: [...before, draftKernel(heading, symbols, together(parts.flat()))],
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
