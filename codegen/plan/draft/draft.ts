/**
 * Stage 3: a graph to a {@linkcode Draft}: the kernels of a step and the tensors they use, in the order in which they run.
 *
 * @module
 */
import type { Graph } from "../../graph/shapes.ts";
import type { BatchKind } from "../../language/registry.ts";
import { axis } from "../../language/notation.ts";
import { prune, workOfSamples } from "../kernel.ts";
import type { Draft, PlannedKernel, PlanOptions } from "../plan.ts";
import { draftBackward } from "./backward.ts";
import { draftInputs, draftTargets } from "./batch.ts";
import { withoutCopies } from "./copies.ts";
import { draftForward } from "./forward.ts";
import type { Section } from "./kernel.ts";
import { needed } from "./live.ts";
import { draftLoss, draftLossGradient } from "./loss.ts";
import { outputOf } from "./tensors.ts";

/** A step of training and one of testing; or, to predict, only what makes outputs of inputs. */
export function draft(graph: Graph, batch: BatchKind, { data = "u8", predict = false }: PlanOptions = {}): Draft {
  const n = axis("n", graph.batchRows);
  const own = (planned: PlannedKernel) => workOfSamples(prune(planned), n, graph.batchSize);
  const inputs = draftInputs(graph, n, batch, data), forward = draftForward(graph, n);
  if (predict) {
    const asked = needed([...inputs.kernels, ...forward.evaluate], [outputOf(graph.output, graph).name]);
    return {
      ...headOf(graph, n, [inputs, forward]),
      train: [],
      evaluate: asked.map(own),
    };
  }
  const targets = draftTargets(graph, n, batch), loss = draftLoss(graph, n);
  const slope = draftLossGradient(graph, n), backward = draftBackward(graph, n);
  const train = [inputs, targets, forward, loss, slope, backward];
  const evaluate = [...inputs.kernels, ...targets.kernels, ...forward.evaluate, ...loss.kernels];
  // a kernel of both lists stays one kernel
  const pruned = new Map([...train.flatMap(({ kernels }) => kernels), ...evaluate].map((k) => [k, own(k)]));
  return withoutCopies({
    ...headOf(graph, n, train),
    train: train.flatMap(({ kernels }) => kernels.map((k) => pruned.get(k)!)),
    evaluate: evaluate.map((k) => pruned.get(k)!),
  });
}

function headOf(graph: Graph, batch: Draft["batch"], sections: readonly Section[]) {
  const { name, batchSize, batchRows } = graph;
  const tensors = Object.fromEntries(sections.flatMap(({ tensors }) => tensors.map((tensor) => [tensor.name, tensor])));
  return { name, batchSize, batchRows, graph, batch, tensors };
}
