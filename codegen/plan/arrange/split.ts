/**
 * Kernels over the axes of layouts: blocks, and the place in a block.
 *
 * @module
 */
import { rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Index, Load } from "../../ir/ir.ts";
import { axis, plus, times } from "../../language/notation.ts";
import { accessesIn } from "../kernel.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";
import { unitOf } from "./channel_blocks.ts";

/** An axis as blocks and the place in a block. */
interface Split {
  readonly outer: Axis;
  readonly inner: Axis;
  readonly by: number;
}

/**
 * The kernel over split axes, every access where the layouts put it.
 *
 * @param moves it brings elements from one order to another: what lies together on both sides is read together.
 */
export function split(
  planned: PlannedKernel,
  { batch }: Draft,
  layouts: ReadonlyMap<string, Layout>,
  block: number | undefined,
  moves = false,
): PlannedKernel {
  const { kernel, bindings } = planned, { splits, late } = splitsOf(planned, batch, layouts, block);
  const order = orderOf(splits, late), affine = affineOf(splits);
  const place = (tensor: string, index: readonly Index[]): Index[] => {
    const rewritten = index.map((i) => i.kind === "affine" ? affine(i) : rewrite(i) as Load);
    const layout = layouts.get(bindings[tensor]);
    return layout ? stored(layout, index, rewritten, splits, affine) : rewritten;
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
    // loops run through what is written in the order of its storage, or through blocks of both sides
    const written = placed[0].index.flatMap(({ terms }) => terms.map(({ axis }) => axis));
    const inOrder = (all: Axis[]) => moves ? all : all.sort((a, b) => written.indexOf(a) - written.indexOf(b));
    return { axes: inOrder(order(axes)), assignments: placed };
  });
  return { ...planned, kernel: { ...kernel, parts } };
}

/**
 * The axes that layouts divide: those that index a dimension in blocks. And those that they move behind others whole.
 * What touches no image by its channels has its samples in blocks of `block`, if there is one.
 */
function splitsOf(
  { kernel: { parts }, bindings }: PlannedKernel,
  batch: Axis,
  layouts: ReadonlyMap<string, Layout>,
  block: number | undefined,
): { splits: Map<Axis, Split>; late: Set<Axis> } {
  const splits = new Map<Axis, Split>(), late = new Set<Axis>();
  let samples = true;
  const divide = (whole: Axis, by: number) => {
    // what is left of blocks is in one
    if (whole.extent < by) return;
    const known = splits.get(whole);
    if (known && known.by !== by) throw new Error(`${whole.name} is in blocks of ${known.by} and of ${by}`);
    if (known || whole.extent === by) return;
    splits.set(whole, { outer: axis(`${whole.name}b`, whole.extent / by), inner: axis(whole.name, by), by });
  };
  for (const { tensor, index } of accessesIn(parts)) {
    const { dimensions } = layouts.get(bindings[tensor]) ?? { dimensions: [] };
    for (const [d, { of, every }] of dimensions.entries()) {
      const whole = unitOf(index[of]);
      if (every > 1) { if (whole) divide(whole, every); }
      else if (whole && dimensions.slice(0, d).some((before) => before.of > of)) late.add(whole);
    }
    if (dimensions[0]?.of === 0 && dimensions[0].every === 1) samples = false;
  }
  if (samples && block !== undefined) {
    divide(batch, block);
    late.add(batch);
  }
  return { splits, late };
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

/** Axes as their parts: blocks where the axes were, and the places in blocks, and `late` ones, behind all others. */
function orderOf(splits: ReadonlyMap<Axis, Split>, late: ReadonlySet<Axis>): (axes: readonly Axis[]) => Axis[] {
  return (axes) => [
    // an axis that is one block is that block's inner one
    ...axes.flatMap((axis) => splits.get(axis)?.outer ?? (late.has(axis) ? [] : [axis])),
    ...axes.flatMap((axis) => splits.get(axis)?.inner ?? (late.has(axis) ? [axis] : [])),
  ];
}

/** The index of an element in its tensor's storage. `rewritten`: its usual index over the parts of axes. */
function stored(
  { dimensions }: Layout,
  index: readonly Index[],
  rewritten: readonly Index[],
  splits: ReadonlyMap<Axis, Split>,
  affine: (index: Affine) => Affine,
): Index[] {
  return dimensions.map(({ of, every }, d) => {
    const inner = dimensions.findLast((dimension) => dimension.of === of)!;
    // not in blocks, or but for one
    if (dimensions.every((other, i) => other.of !== of || i === d)) return rewritten[of];
    const { constant, terms } = index[of] as Affine, unit = unitOf(index[of]), split = unit && splits.get(unit);
    const first = Math.floor(constant / inner.extent), others = terms.filter(({ axis }) => axis !== unit);
    if (every === 1) return plus(constant - first * inner.extent, ...split ? [split.inner] : unit ? [unit] : []);
    const blocks = others.map(({ axis, coefficient }) => ({ axis, coefficient: coefficient / inner.extent }));
    return plus(affine({ kind: "affine", constant: first, terms: blocks }), ...split ? [split.outer] : []);
  });
}
