/**
 * Channels that do not fill their last block: what is stored behind the last one is zeros.
 *
 * A kernel goes through whole blocks. What it writes behind the last channel is made 0; what it sums there is 0, or made
 * so; and what it loads there from tensors that are not in blocks is a 0 of their halo. A kernel that writes a tensor
 * without such room goes through the last block's channels in a part of its own.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Affine, Assignment, Axis, Expr, Load, Op, Part } from "../../ir/ir.ts";
import { axis, float, integer, lt, plus, position, select, times } from "../../language/notation.ts";
import { accessesIn } from "../kernel.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";

/** An axis that is gone through in blocks, the last of which it does not fill. */
interface Overhang {
  readonly axis: Axis;
  /** Places in a block. */
  readonly by: number;
  /** Extent of whole blocks. */
  readonly padded: number;
}

/** Tensors of a kernel by symbol: as they are stored, if that is not row-major, and their usual shapes. */
interface Stored {
  layoutOf(symbol: string): Layout | undefined;
  shapeOf(symbol: string): readonly number[];
}

/** The kernel over whole blocks of channels, and whether it makes elements 0 that would not be. */
export function overhanging(
  planned: PlannedKernel,
  layouts: ReadonlyMap<string, Layout>,
  tensors: Draft["tensors"],
): { readonly whole: PlannedKernel; readonly masked: boolean } {
  const layoutOf = (symbol: string) => layouts.get(planned.bindings[symbol]);
  const shapeOf = (symbol: string) => layoutOf(symbol)?.shape ?? tensors[planned.bindings[symbol]].shape;
  const stored: Stored = { layoutOf, shapeOf };
  const pieces = planned.kernel.parts.map((part) =>
    overhangs(part, stored).reduce<readonly Part[]>(
      (parts, overhang) => parts.flatMap((part) => throughBlocks(part, overhang, stored)),
      [part],
    )
  );
  return {
    whole: { ...planned, kernel: { ...planned.kernel, parts: pieces.flat() } },
    // a mask asks for a place; a part in two asks twice for what it asked for
    masked: pieces.some((own, i) => own.some((piece) => placesIn(piece) > placesIn(planned.kernel.parts[i]))),
  };
}

/** How often formulas of a part ask for a place. */
const placesIn = ({ assignments }: Part) =>
  expressions(...assignments.map(({ value }) => value)).filter(({ kind }) => kind === "position").length;

/** The axes of a part that reach over the end of a dimension, each once. */
function overhangs(part: Part, { layoutOf }: Stored): Overhang[] {
  const found = new Map<Axis, Overhang>();
  for (const { tensor, index } of accessesIn([part])) {
    const layout = layoutOf(tensor);
    for (const [of, at] of index.entries()) {
      const padded = layout && roomOf(layout, of), whole = plainAxis(at);
      if (!padded || !whole || padded.extent === layout.shape[of] || whole.extent !== layout.shape[of]) continue;
      const by = Math.min(padded.by, found.get(whole)?.by ?? Infinity);
      found.set(whole, { axis: whole, by, padded: padded.extent });
    }
  }
  return [...found.values()];
}

/** Places that a layout has for a dimension, and of how many a block is. */
export function roomOf({ dimensions }: Layout, dimension: number): { extent: number; by: number } {
  const own = dimensions.filter(({ of }) => of === dimension);
  return {
    extent: own.reduce((product, { extent }) => product * extent, 1),
    by: own.length > 1 ? own.at(-1)!.extent : Infinity,
  };
}

/**
 * The part over whole blocks along an axis, or over all but the last one and over what is in that. What is gathered has no
 * zeros around it, so that the places behind the last channel are made 0 by a part of their own.
 */
function throughBlocks(part: Part, { axis: whole, by, padded }: Overhang, stored: Stored): Part[] {
  const room = ({ tensor, index }: Assignment) => {
    const layout = stored.layoutOf(tensor), of = index.findIndex((at) => plainAxis(at) === whole);
    return layout !== undefined && of >= 0 && roomOf(layout, of).extent === padded;
  };
  const gathers = accessesIn([part]).some(({ index }) =>
    index.some(({ kind }) => kind === "load") && index.some((at) => plainAxis(at) === whole)
  );
  const inRoom = part.assignments.every(room);
  if (!part.axes.includes(whole) || inRoom && !gathers) {
    const wide = axis(whole.name, padded);
    return [replaced(part, whole, { axis: wide, from: 0 }, stored, part.axes.includes(whole))];
  }
  const full = Math.floor(whole.extent / by) * by || 0, rest = axis(whole.name, whole.extent - full);
  const most = axis(whole.name, full), behind = axis(whole.name, padded - whole.extent);
  const zeros = part.assignments.filter(room).map((a) => ({ ...a, value: isPlace(a.value) ? integer(0) : NOTHING }));
  return [
    ...full > 0 ? [replaced(part, whole, { axis: most, from: 0 }, stored, false)] : [],
    replaced(part, whole, { axis: rest, from: full }, stored, false),
    ...zeros.length > 0
      ? [replaced({ ...part, assignments: zeros }, whole, { axis: behind, from: whole.extent }, stored, false)]
      : [],
  ];
}

/**
 * A part with an axis in place of another, which begins at some place of that.
 *
 * @param masked whether what is written behind the axis is to be 0.
 */
function replaced(
  { axes, assignments }: Part,
  whole: Axis,
  { axis: instead, from }: { readonly axis: Axis; readonly from: number },
  stored: Stored,
  masked: boolean,
): Part {
  const over = instead.extent > whole.extent, at = plus(instead, from);
  const index = (i: Affine): Affine =>
    plus(i.constant, ...i.terms.map((t) => times(t.axis === whole ? at : t.axis, t.coefficient)));
  const swap = (axes: readonly Axis[]) => axes.map((axis) => axis === whole ? instead : axis);
  const within = (value: Expr, otherwise: Expr) => select(lt(float(position(at)), whole.extent), value, otherwise);
  const rewrite = rewriter(
    (node) => {
      if (node.kind === "load" && over) return loaded(node, rewrite);
      if (node.kind !== "reduce" || !node.axes.includes(whole) || !over) return undefined;
      // zeros more change no sum
      if (node.reduction === "sum" && isZeroBehind(node.body, whole, stored)) return undefined;
      const nothing: Expr = { kind: "constant", value: node.reduction === "sum" ? 0 : -Infinity, type: "f32" };
      return { ...node, axes: swap(node.axes), body: within(rewrite(node.body), nothing) };
    },
    index,
    swap,
  );
  /** A load that goes behind the axis reads a halo, where its tensor has no room. */
  const loaded = (node: Load, rewrite: (e: Expr) => Expr): Load => {
    const room = (of: number) => {
      const layout = stored.layoutOf(node.tensor);
      return layout !== undefined && roomOf(layout, of).extent === instead.extent;
    };
    const reaches = node.index.some((i, of) =>
      i.kind === "affine" && i.terms.some(({ axis }) => axis === whole) && !(plainAxis(i) === whole && room(of))
    );
    const moved = node.index.map((i) => i.kind === "affine" ? index(i) : rewrite(i) as Load);
    return { ...node, index: moved, padded: node.padded || reaches };
  };
  return {
    axes: swap(axes),
    assignments: assignments.map(({ tensor, index: written, value }) => {
      const made = rewrite(value), mask = masked && over && !isPlace(value) && !isZeroBehind(value, whole, stored);
      return { tensor, index: written.map(index), value: mask ? within(made, NOTHING) : made };
    }),
  };
}

const NOTHING: Expr = { kind: "constant", value: 0, type: "f32" };

/** Places of maxima behind the last channel tell nothing, and nobody asks. */
const isPlace = (value: Expr): boolean => value.kind === "reduce" && value.reduction === "argmax";

/** Operations that make 0 of zeros. */
const KEEPS_ZERO: ReadonlySet<Op> = new Set(["add", "sub", "max", "abs", "neg", "sqrt", "tanh"]);

/** Operations of which 0 may make what is not finite. */
const NOT_FINITE: ReadonlySet<Op> = new Set(["div", "log"]);

const isFinite = (value: Expr) => expressions(value).every((e) => e.kind !== "op" || !NOT_FINITE.has(e.op));

/** Whether a value is 0 behind an axis, since what is loaded there is; what else is loaded is taken to be finite. */
function isZeroBehind(value: Expr, whole: Axis, stored: Stored): boolean {
  const zero = (expr: Expr) => isZeroBehind(expr, whole, stored);
  switch (value.kind) {
    case "constant":
      return value.value === 0;
    case "load":
      // where its dimension ends with the axis; a gathered index is not behind anything
      return value.index.some((i, d) => plainAxis(i) === whole && stored.shapeOf(value.tensor)[d] === whole.extent);
    case "reduce":
      return value.reduction !== "argmax" && zero(value.body);
    case "op":
      if (value.op === "mul") return value.operands.some(zero) && value.operands.every(isFinite);
      if (value.op === "select") return value.operands.slice(1).every(zero);
      return KEEPS_ZERO.has(value.op) && value.operands.every(zero);
    default:
      return false;
  }
}
