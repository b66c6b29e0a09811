/**
 * What locals of generated code are called.
 *
 * @module
 */
import { freeAxes } from "../ir/expr.ts";
import type { Expr, Load } from "../ir/ir.ts";
import type { Point } from "./points.ts";
import type { Scope } from "./scope.ts";

/** Tensor and tile coordinates: `x01`; without coordinates the axes: `b_o`. */
export function loadName({ tensor, index }: Load, point: Point): string {
  const labels: number[] = [], names: string[] = [];
  for (const i of index) {
    if (i.kind === "load") continue;
    let label: number | undefined;
    for (const { axis, coefficient } of i.terms) {
      const axisLabel = point.get(axis)?.label;
      if (axisLabel !== undefined) label = (label ?? 0) + axisLabel * coefficient;
      names.push(axis.name);
    }
    if (label !== undefined) labels.push(label);
  }
  return labels.length > 0
    ? labelled(tensor, labels)
    : [tensor, names.join("")].filter((word) => word !== "").join("_");
}

/** A name with the tile coordinates of the axes an expression depends on. */
export function labelledBy(name: string, point: Point, expr: Expr): string {
  const axes = freeAxes(expr);
  const labels = [...point].flatMap(([axis, { label }]) => label !== undefined && axes.has(axis) ? [label] : []);
  return labelled(name, labels);
}

/** A name with all tile coordinates of a point. */
export function nameAt(name: string, point: Point, scope: Scope): string {
  const labels = [...point.values()].map(({ label }) => label).filter((label) => label !== undefined);
  const bare = labels.length === 0 && scope.has(name) ? `${name}_sum` : name;
  return labelled(bare, labels);
}

function labelled(name: string, labels: readonly number[]): string {
  if (labels.length === 0) return name;
  const short = labels.every((label) => label >= 0 && label <= 9) && !/\d$/.test(name);
  return short
    ? `${name}${labels.join("")}`
    : `${name}_${labels.map((label) => label < 0 ? `m${-label}` : label).join("_")}`;
}
