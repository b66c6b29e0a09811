/**
 * Where the axes of a kernel are, at a place of its loop nest.
 *
 * @module
 */
import { constantOffset, offsetKey, OffsetSum, sumOffsets } from "../ir/affine.ts";
import { exprKey, freeAxes } from "../ir/expr.ts";
import type { Affine, Axis, Expr, Offset } from "../ir/ir.ts";

/** Where an axis is: its offset, and its number within an unrolled group, if it is in one. */
export interface Coordinate {
  readonly offset: Offset;
  readonly label?: number;
  /** It is this and the next three, in the lanes of a vector. */
  readonly lanes?: true;
}

/** Coordinates of all open axes. */
export type Point = ReadonlyMap<Axis, Coordinate>;

/** The offset that is a variable. */
export function variable(name: string): Offset {
  return { constant: 0, terms: [{ variable: name, coefficient: 1 }] };
}

/** Coordinates of so many neighbours from a place on, scalars or vectors, each `stride` from the next. */
export function group(base: Offset, count: number, width: number, stride = width): Coordinate[] {
  return Array.from({ length: count }, (_, label) => ({
    offset: sumOffsets([base, 1], [constantOffset(label * stride), 1]),
    ...(count > 1 && { label }),
    ...(width > 1 && { lanes: true }),
  }));
}

/** An index at a point. */
export function indexAt({ constant, terms }: Affine, point: Point): Offset {
  const sum = new OffsetSum();
  sum.addConstant(constant);
  for (const { axis, coefficient } of terms) sum.add(point.get(axis)!.offset, coefficient);
  return sum.offset();
}

const keys = new WeakMap<Coordinate, string>();

/** A text that is the same for the same place along an axis. */
function coordinateKey(coordinate: Coordinate): string {
  const key = keys.get(coordinate) ?? offsetKey(coordinate.offset) + (coordinate.lanes ? "x4" : "");
  keys.set(coordinate, key);
  return key;
}

const ordered = new WeakMap<Expr, readonly Axis[]>();

/** The axes that an expression depends on, by name. */
function orderedAxes(expr: Expr): readonly Axis[] {
  const axes = ordered.get(expr) ?? [...freeAxes(expr)].sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  ordered.set(expr, axes);
  return axes;
}

/** A text that is the same for the same value. */
export function keyAt(expr: Expr, point: Point): string {
  let key = `${exprKey(expr)} `;
  for (const axis of orderedAxes(expr)) {
    const coordinate = point.get(axis);
    key += `${axis.name}=${coordinate ? coordinateKey(coordinate) : "?"},`;
  }
  return key;
}
