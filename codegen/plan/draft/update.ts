/**
 * The optimizer: a kernel for each parameter.
 *
 * @module
 */
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import type { Axis } from "../../ir/ir.ts";
import type { Shape } from "../../language/layer.ts";
import { axis } from "../../language/notation.ts";
import { accesses } from "../kernel.ts";
import type { DraftTensor, PlannedKernel } from "../plan.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { parameterGradientsOf, parametersOf, type Symbols } from "./tensors.ts";

/** `gradients`: the kernels that make the gradients of the layer's parameters. */
export function draftUpdates(node: GraphNode, { optimizer }: Graph, gradients: readonly PlannedKernel[]): Section {
  const parameters = parametersOf(node), slopes = parameterGradientsOf(node);
  const updates = node.parameters.map(({ symbol, name, shape, decay }): Section => {
    const w = parameters[symbol], dw = slopes[`d${symbol}`];
    const state: Symbols = Object.fromEntries(
      optimizer.state.map((stateSymbol): [string, DraftTensor] => [
        stateSymbol,
        { name: `${w.name}.${stateSymbol}`, role: "state", dtype: "f32", shape },
      ]),
    );
    const symbols = { w, dw, ...state }, axes = updateAxes(gradients, dw.name, shape);
    const heading = { title: { stem: node.name, pass: "update", wrt: name }, source: optimizer.source };
    const parts = optimizer.update(axes, notationOf(symbols), decay);
    return { tensors: Object.values(state), kernels: [draftKernel(heading, symbols, parts)] };
  });
  return {
    tensors: updates.flatMap(({ tensors }) => tensors),
    kernels: updates.flatMap(({ kernels }) => kernels),
  };
}

/** Axes of an update: those of the kernel that makes the gradient, so that formulas read alike. */
function updateAxes(kernels: readonly PlannedKernel[], gradient: string, shape: Shape): Axis[] {
  const maker = kernels.find((planned) => accesses(planned).writes.has(gradient));
  return shape.map((extent, d) => axis(maker?.kernel.parts[0].axes[d]?.name ?? `d${d}`, extent));
}
