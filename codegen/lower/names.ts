/**
 * What locals of generated code are called.
 *
 * @module
 */
import { freeAxes } from "../ir/expr.ts";
import type { Axis, Expr, Load } from "../ir/ir.ts";
import type { Point } from "./points.ts";
import type { Scope } from "./scope.ts";

/** Tensor and tile coordinates: `x01`; without coordinates the axes: `b_o`; of what has none, the index: `labels_order`. */
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
  if (labels.length > 0) return labelled(tensor, labels);
  const by = names.length > 0 ? names.join("") : index.flatMap((i) => i.kind === "load" ? [i.tensor] : []).join("_");
  return by === "" ? tensor : `${tensor}_${by}`;
}

/** A name with the tile coordinates of the axes an expression depends on. */
export function labelledBy(name: string, point: Point, expr: Expr, axes: readonly Axis[]): string {
  const free = freeAxes(expr);
  return labelled(name, labelsOf(point, axes, (axis) => free.has(axis)));
}

/** A name with all tile coordinates of a point. */
export function nameAt(name: string, point: Point, scope: Scope, axes: readonly Axis[]): string {
  const labels = labelsOf(point, axes);
  const bare = labels.length === 0 && scope.has(name) ? `${name}_sum` : name;
  return labelled(bare, labels);
}

/** Tile coordinates, in the order of the index space's axes: that of the tensors' dimensions, whichever loop is outside. */
function labelsOf(point: Point, axes: readonly Axis[], counts: (axis: Axis) => boolean = () => true): number[] {
  const ordered = [
    ...axes.filter((axis) => point.has(axis)),
    ...[...point.keys()].filter((axis) => !axes.includes(axis)),
  ];
  return ordered.flatMap((axis) => {
    const { label } = point.get(axis)!;
    return label !== undefined && counts(axis) ? [label] : [];
  });
}

function labelled(name: string, labels: readonly number[]): string {
  if (labels.length === 0) return name;
  const short = labels.every((label) => label >= 0 && label <= 9) && !/\d$/.test(name);
  return short
    ? `${name}${labels.join("")}`
    : `${name}_${labels.map((label) => label < 0 ? `m${-label}` : label).join("_")}`;
}
