/**
 * Copies of tensors in another layout, for kernels whose vectors lie along another dimension.
 *
 * @module
 */
import { part, Tensor } from "../../language/notation.ts";
import { kernelName } from "../kernel.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";
import type { Axis } from "../../ir/ir.ts";

/** A copy of a tensor: for the loads of a symbol, and made by a kernel of the layer's tensor and this pass. */
export interface Copy {
  readonly of: string;
  readonly symbol: string;
  readonly name: string;
  readonly layout: Layout;
  readonly pass: string;
  /** The axes of the tensor's dimensions, outermost first. */
  readonly axes: readonly Axis[];
}

/** The kernel that makes a copy. */
export function copyKernel({ of, name, pass, axes }: Copy, { tensors }: Draft): PlannedKernel {
  const { shape } = tensors[of], x = new Tensor("x", shape), y = new Tensor("y", shape);
  const title = { stem: of.replaceAll(".", "_"), pass };
  return {
    title,
    bindings: { x: of, y: name },
    kernel: {
      name: kernelName(title),
      source: "codegen/plan/arrange/copy.ts",
      parts: [part(axes, y.set(axes, x.at(...axes)))],
      tensors: {},
    },
  };
}

/** The kernel with a tensor read from its copy. */
export function redirect(planned: PlannedKernel, { symbol, name }: Copy): PlannedKernel {
  return { ...planned, bindings: { ...planned.bindings, [symbol]: name } };
}
