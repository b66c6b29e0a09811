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
  const { kernel, bindings } = planned, splits = splitsOf(planned, batch, layouts, block);
  const order = orderOf(splits, batch), affine = affineOf(splits);
  const place = (tensor: string, index: readonly Index[]): Index[] => {
    const rewritten = index.map((i) => i.kind === "affine" ? affine(i) : rewrite(i) as Load);
    const layout = layouts.get(bindings[tensor]);
    return layout ? stored(layout, index, rewritten, splits) : rewritten;
  };
  const rewrite = rewriter(
    (node) => node.kind === "load" ? { ...node, index: place(node.tensor, node.index) } : undefined,
    affine,
    order,
  );
  const parts = kernel.parts.map(({ axes, assignments }) => {
    const placed = assignments.map(({ tensor, index, value }) => ({
      tensor,
      index: place(tensor, index) as Affine[],
      value: rewrite(value),
    }));
    // loops run through what is written in the order of its storage
    const written = placed[0].index.flatMap(({ terms }) => terms.map(({ axis }) => axis));
    return { axes: order(axes).sort((a, b) => written.indexOf(a) - written.indexOf(b)), assignments: placed };
  });
  return { ...planned, kernel: { ...kernel, parts } };
}

/** The axes that layouts divide: that of the samples, and those that index a dimension in blocks. */
function splitsOf(
  { kernel: { parts }, bindings }: PlannedKernel,
  batch: Axis,
  layouts: ReadonlyMap<string, Layout>,
  block: number,
): Map<Axis, Split> {
  const splits = new Map<Axis, Split>();
  const divide = (whole: Axis, by: number) => {
    if (splits.has(whole) || whole.extent === by) return;
    splits.set(whole, { outer: axis(`${whole.name}b`, whole.extent / by), inner: axis(whole.name, by), by });
  };
  const visit = (tensor: string, index: readonly Index[]) => {
    for (const { of, every } of layouts.get(bindings[tensor])?.dimensions ?? []) {
      if (every > 1) divide(plainAxis(index[of])!, every);
    }
  };
  divide(batch, block);
  for (const { tensor, index, value } of parts.flatMap(({ assignments }) => assignments)) {
    visit(tensor, index);
    for (const e of expressions(value)) if (e.kind === "load") visit(e.tensor, e.index);
  }
  return splits;
}

/** An index over the parts of axes. */
function affineOf(splits: ReadonlyMap<Axis, Split>): (index: Affine) => Affine {
  return ({ constant, terms }) =>
    plus(
      constant,
      ...terms.map(({ axis, coefficient }) => {
        const split = splits.get(axis);
        return times(split ? plus(times(split.outer, split.by), split.inner) : axis, coefficient);
      }),
    );
}

/** Axes as their parts: blocks where the axes were, and the places in blocks behind all others. */
function orderOf(splits: ReadonlyMap<Axis, Split>, batch: Axis): (axes: readonly Axis[]) => Axis[] {
  return (axes) => [
    // an axis that is one block is that block's inner one
    ...axes.flatMap((axis) => splits.get(axis)?.outer ?? (axis === batch ? [] : [axis])),
    ...axes.flatMap((axis) => splits.get(axis)?.inner ?? (axis === batch ? [axis] : [])),
  ];
}

/** The index of an element in its tensor's storage. `rewritten`: its usual index over the parts of axes. */
function stored(
  { shape, dimensions }: Layout,
  index: readonly Index[],
  rewritten: readonly Index[],
  splits: ReadonlyMap<Axis, Split>,
): Index[] {
  return dimensions.map(({ of, extent }, d) => {
    if (extent === shape[of]) return rewritten[of];
    const split = splits.get(plainAxis(index[of])!)!;
    return plus(d === dimensions.length - 1 ? split.inner : split.outer);
  });
}
