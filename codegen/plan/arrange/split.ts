/**
 * Kernels over the axes of layouts: blocks, and the place in a block.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Index, Load } from "../../ir/ir.ts";
import { axis, plus, times } from "../../language/notation.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";

/** An axis as blocks and the place in a block. */
interface Split {
  readonly outer: Axis;
  readonly inner: Axis;
  readonly by: number;
}

/** The kernel over split axes, every access where the layouts put it. */
export function split(
  planned: PlannedKernel,
  { batch }: Draft,
  layouts: ReadonlyMap<string, Layout>,
  block: number,
): PlannedKernel {
  const { kernel: { parts }, bindings } = planned;
  const splits = new Map<Axis, Split>();
  const divide = (whole: Axis, by: number) => {
    if (splits.has(whole) || whole.extent === by) return;
    splits.set(whole, { outer: axis(`${whole.name}b`, whole.extent / by), inner: axis(whole.name, by), by });
  };
  divide(batch, block);
  const visit = (tensor: string, index: readonly Index[]) => {
    const layout = layouts.get(bindings[tensor]);
    for (const { of, every } of layout?.dimensions ?? []) {
      const own = plainAxis(index[of]);
      if (every > 1) divide(own!, every);
    }
  };
  for (const { assignments } of parts) {
    for (const { tensor, index, value } of assignments) {
      visit(tensor, index);
      for (const e of expressions(value)) if (e.kind === "load") visit(e.tensor, e.index);
    }
  }
  const affine = (index: Affine): Affine =>
    plus(
      index.constant,
      ...index.terms.map(({ axis, coefficient }) => {
        const own = splits.get(axis);
        return times(own ? plus(times(own.outer, own.by), own.inner) : axis, coefficient);
      }),
    );
  const place = (tensor: string, index: readonly Index[]): Index[] => {
    const rewritten = index.map((i) => i.kind === "affine" ? affine(i) : rewrite(i) as Load);
    const layout = layouts.get(bindings[tensor]);
    if (!layout) return rewritten;
    return layout.dimensions.map(({ of, extent }, d) => {
      if (extent === layout.shape[of]) return rewritten[of];
      const own = splits.get(plainAxis(index[of])!)!;
      return plus(d === layout.dimensions.length - 1 ? own.inner : own.outer);
    });
  };
  const order = (axes: readonly Axis[]) => [
    ...axes.flatMap((axis) => {
      const own = splits.get(axis);
      // an axis that is one block is that block's inner one
      return own ? [own.outer] : axis === batch ? [] : [axis];
    }),
    ...axes.flatMap((axis) => splits.get(axis)?.inner ?? (axis === batch ? [axis] : [])),
  ];
  const rewrite = rewriter(
    (node) => node.kind === "load" ? { ...node, index: place(node.tensor, node.index) } : undefined,
    affine,
    order,
  );
  return {
    ...planned,
    kernel: {
      ...planned.kernel,
      parts: parts.map(({ axes, assignments }) => {
        const placed = assignments.map(({ tensor, index, value }) => ({
          tensor,
          index: place(tensor, index) as Affine[],
          value: rewrite(value),
        }));
        // loops run through what is written in the order of its storage
        const stored = placed[0].index.flatMap(({ terms }) => terms.map(({ axis }) => axis));
        return { axes: order(axes).sort((a, b) => stored.indexOf(a) - stored.indexOf(b)), assignments: placed };
      }),
    },
  };
}
