/**
 * Convolutions, recognised by their indices alone.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions } from "../../ir/expr.ts";
import type { Affine, Assignment, Axis, Expr, Load, Reduce } from "../../ir/ir.ts";
import type { PlannedKernel } from "../plan.ts";

/** One dimension along which a window slides by one: the data are read at `long + sign * short + constant`. */
export interface Sliding {
  /** The dimension of the data. */
  readonly dimension: number;
  /** The axis along the image, and the one of the window. */
  readonly long: Axis;
  readonly short: Axis;
  readonly sign: 1 | -1;
  readonly constant: number;
  /** Whether the window is one element there, of which the formula says nothing: then `short` is an axis of its own. */
  readonly still?: true;
}

/**
 * A kernel that computes `... sum of data[..., long + short] * filter[...] ...`. What is summed is the short axes, as
 * forward and for a gradient of the input, or the long ones, as for a gradient of the weight; the others index the output.
 * All other indices of the loads and of what is written are axes.
 */
export interface Convolution {
  readonly planned: PlannedKernel;
  readonly assignment: Assignment;
  readonly sum: Reduce;
  readonly data: Load;
  readonly filter: Load;
  readonly windows: readonly [Sliding, Sliding];
  readonly sums: "short" | "long";
}

/** The convolution over two dimensions that a kernel is, if it is one. */
export function convolutionOf(planned: PlannedKernel): Convolution | undefined {
  const { parts } = planned.kernel;
  if (parts.length !== 1 || parts[0].assignments.length !== 1) return undefined;
  const [{ axes, assignments: [assignment] }] = parts, sum = soleSum(assignment.value);
  if (!sum || sum.body.kind !== "op" || sum.body.op !== "mul") return undefined;
  const [a, b] = sum.body.operands;
  if (a.kind !== "load" || b.kind !== "load" || !assignment.index.every((index) => plainAxis(index))) return undefined;
  for (const [data, filter] of [[a, b], [b, a]]) {
    if (!filter.index.every((index) => index.kind === "affine" && (index.terms.length === 0 || plainAxis(index)))) {
      continue;
    }
    const moving = data.index.flatMap((_, dimension) => sliding(data, dimension) ?? []);
    const rest = moving.length === 1 ? standing(data, filter, moving[0]) : undefined;
    const windows = (rest ? [...moving, rest] : moving).toSorted((a, b) => a.dimension - b.dimension);
    if (windows.length !== 2) continue;
    const [first, second] = windows,
      one = { planned, assignment, sum, data, filter, windows: [first, second] } as const;
    for (const sums of ["short", "long"] as const) if (isRight({ ...one, sums }, axes)) return { ...one, sums };
  }
  return undefined;
}

/** The sum of a value that reduces nothing else. */
function soleSum(value: Expr): Reduce | undefined {
  const all = expressions(value).filter((expr) => expr.kind === "reduce");
  return all.length === 1 && all[0].reduction === "sum" ? all[0] : undefined;
}

/** How a window slides along a dimension of the data: of its two axes the shorter one is that of the window. */
function sliding({ index }: Load, dimension: number): Sliding | undefined {
  const position = index[dimension];
  if (position.kind !== "affine" || position.terms.length !== 2) return undefined;
  const [{ axis: long, coefficient }, { axis: short, coefficient: sign }] = position.terms
    .toSorted((a, b) => b.axis.extent - a.axis.extent);
  if (coefficient !== 1 || sign !== 1 && sign !== -1) return undefined;
  return { dimension, long, short, sign, constant: position.constant };
}

/**
 * Along the last dimension beside that of a window which the weights know nothing of, the window is one element: that of
 * an image, where the first one is that of the samples.
 */
function standing({ index }: Load, filter: Load, { dimension: other }: Sliding): Sliding | undefined {
  const weights = new Set(filter.index.map(plainAxis));
  const dimension = index.findLastIndex((i, d) =>
    d > 0 && d !== other && i.kind === "affine" && i.terms.length === 1 && i.terms[0].coefficient === 1 &&
    !weights.has(i.terms[0].axis)
  );
  if (dimension < 0) return undefined;
  const { constant, terms: [{ axis: long }] } = index[dimension] as Affine;
  return {
    dimension,
    long,
    short: { ...long, name: `${long.name}_window`, extent: 1 },
    sign: 1,
    constant,
    still: true,
  };
}

/** Whether each axis is in just the loads, sums and indices in which a convolution has it. */
function isRight({ assignment, sum, data, filter, windows, sums }: Convolution, axes: readonly Axis[]): boolean {
  const plain = (index: Load["index"]) => index.map((i) => plainAxis(i)!);
  const written = plain(assignment.index), weights = plain(filter.index.filter((i) => plainAxis(i)));
  const still = windows.filter((window) => window.still).map(({ long }) => long);
  if (still.length > 0 && (sums === "long" || still.some((axis) => !written.includes(axis)))) return false;
  const beside = data.index.filter((_, d) => windows.every(({ dimension }) => dimension !== d)).map((i) =>
    plainAxis(i)
  );
  const summed = windows.filter((window) => !window.still).map((window) => window[sums]);
  const kept = windows.map((window) => window[sums === "short" ? "long" : "short"]);
  const all = [...beside, ...summed, ...kept];
  return distinct(written) && distinct(weights) && distinct(all) && !all.includes(undefined) &&
    summed.every((axis) => sum.axes.includes(axis) && weights.includes(axis)) &&
    kept.every((axis) => written.includes(axis) && !weights.includes(axis)) &&
    axes.every((axis) => written.includes(axis)) && written.every((axis) => axes.includes(axis)) &&
    // each other axis of the sum is in both factors, and each other axis of a factor is summed or written
    sum.axes.every((axis) => weights.includes(axis) && all.includes(axis)) &&
    [...weights, ...all].every((axis) => sum.axes.includes(axis!) || written.includes(axis!)) &&
    written.every((axis) => weights.includes(axis) !== all.includes(axis));
}

function distinct(axes: readonly (Axis | undefined)[]): boolean {
  return new Set(axes).size === axes.length;
}

/** An index of a load or of what is written, all of whose indices are affine. */
export function affineIndex(index: Load["index"]): readonly Affine[] {
  return index as readonly Affine[];
}
