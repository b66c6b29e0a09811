/**
 * The optimizer: a kernel for each parameter.
 *
 * @module
 */
import { groupParam } from "../../graph/groups.ts";
import type { Graph, GraphNode } from "../../graph/shapes.ts";
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Axis, Expr, Load, Part } from "../../ir/ir.ts";
import type { Shape } from "../../language/layer.ts";
import { axis, mul, named, part, plus } from "../../language/notation.ts";
import { accesses } from "../kernel.ts";
import type { DraftTensor, PlannedKernel } from "../plan.ts";
import { draftKernel, notationOf, type Section } from "./kernel.ts";
import { learnedOf, parameterGradientsOf, parametersOf, type Symbols } from "./tensors.ts";

/**
 * The updates of a layer; none where it is frozen.
 *
 * @param gradients the kernels that make the gradients of the layer's parameters.
 * @param scale what gradients are multiplied by, if there is something.
 */
export function draftUpdates(
  node: GraphNode,
  { optimizer, optimizerOptions }: Graph,
  gradients: readonly PlannedKernel[],
  scale?: DraftTensor,
): Section {
  const parameters = parametersOf(node), slopes = parameterGradientsOf(node);
  const updates = learnedOf(node).map(({ symbol, name, shape, decay }): Section => {
    const w = parameters[symbol], dw = slopes[`d${symbol}`];
    const state: Symbols = Object.fromEntries(
      optimizer.state(optimizerOptions).map((stateSymbol): [string, DraftTensor] => [
        stateSymbol,
        { name: `${w.name}.${stateSymbol}`, role: "state", dtype: "f32", shape },
      ]),
    );
    const symbols = { w, dw, ...state, ...scale && { scale } }, axes = updateAxes(gradients, dw.name, shape);
    const heading = { title: { stem: node.name, pass: "update", wrt: name }, source: optimizer.source };
    const parts = optimizer.update(axes, notationOf(symbols), decay, optimizerOptions)
      .map((part) => adapted(part, scale !== undefined, node.group));
    return { tensors: Object.values(state), kernels: [draftKernel(heading, symbols, parts)] };
  });
  return {
    tensors: updates.flatMap(({ tensors }) => tensors),
    kernels: updates.flatMap(({ kernels }) => kernels),
  };
}

/** An update whose gradient is scaled, and whose params are those of a group. */
function adapted(own: Part, scaled: boolean, group: number | undefined): Part {
  if (!scaled && group === undefined) return own;
  const dw = own.assignments.flatMap(({ value }) => expressions(value)).find(isGradient);
  // one node, however often it is used
  const product = dw && named("scaled_gradient", mul(dw, { ...dw, tensor: "scale", index: [plus(0)] }));
  const rewrite = rewriter(
    (node) =>
      node.kind === "param" && group !== undefined
        ? { ...node, name: groupParam(node.name, group) }
        : scaled && isGradient(node)
        ? product
        : undefined,
    (index) => index,
  );
  return part(own.axes, ...own.assignments.map((a) => ({ ...a, value: rewrite(a.value) })));
}

const isGradient = (node: Expr): node is Load => node.kind === "load" && node.tensor === "dw";

/** Axes of an update: those of the kernel that makes the gradient, so that formulas read alike. */
function updateAxes(kernels: readonly PlannedKernel[], gradient: string, shape: Shape): Axis[] {
  const maker = kernels.find((planned) => accesses(planned).writes.has(gradient));
  return shape.map((extent, d) => axis(maker?.kernel.parts[0].axes[d]?.name ?? `d${d}`, extent));
}
