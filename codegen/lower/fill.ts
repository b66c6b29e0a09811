/**
 * The innermost body of a part: what all points of a register tile load, compute and store.
 *
 * @module
 */
import { offsetKey } from "../ir/affine.ts";
import { expressions, exprKey } from "../ir/expr.ts";
import { type Assignment, type Expr, isVector, type Part, typeOf, type Value } from "../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import type { Point } from "./points.ts";
import { prepare } from "./reductions.ts";
import type { Scope } from "./scope.ts";
import { evaluate, flatten, laneStep, localOf, splat } from "./values.ts";

/** With more assignments to a point, their values do not fit into registers together. */
const MOST_TOGETHER = 8;

/** The points of a register tile: their reductions together, then each row of points is stored. */
export function fill({ assignments }: Part, points: readonly Point[], scope: Scope, lowering: Lowering): void {
  prepare(assignments.flatMap(({ value }) => points.map((point) => ({ expr: value, point }))), scope, lowering);
  const storeRow = assignments.length > MOST_TOGETHER && !overwrites(assignments) ? storeInTurn : storeTogether;
  for (const row of rowsOf(points)) storeRow(assignments, row, scope, lowering);
}

/**
 * All loads before all arithmetic before all stores: engines pair vectors of neighbours only then, and a point may read
 * what it overwrites.
 */
function storeTogether(
  assignments: readonly Assignment[],
  row: readonly Point[],
  scope: Scope,
  lowering: Lowering,
): void {
  for (const { value } of assignments) for (const point of row) load(value, point, scope, lowering);
  const results = assignments.map(({ value }) => row.map((point) => evaluate(value, point, scope, lowering)));
  for (const [i, assignment] of assignments.entries()) store(assignment, row, results[i], scope, lowering);
}

/**
 * What is made of the same elements is computed together, and each result is stored at once: few values are in use at a
 * time. Loads, arithmetic and stores of neighbours still follow each other, so that engines pair them.
 */
function storeInTurn(
  assignments: readonly Assignment[],
  row: readonly Point[],
  scope: Scope,
  lowering: Lowering,
): void {
  for (const values of intermediates(assignments)) {
    for (const value of values) for (const point of row) load(value, point, scope, lowering);
    for (const value of values) for (const point of row) localOf(value, point, scope, lowering);
  }
  for (const assignment of assignments) {
    for (const point of row) load(assignment.value, point, scope, lowering);
    const results = row.map((point) => evaluate(assignment.value, point, scope, lowering));
    store(assignment, row, results, scope, lowering);
  }
}

/** Whether a part reads what it writes. */
function overwrites(assignments: readonly Assignment[]): boolean {
  const written = new Set(assignments.map(({ tensor }) => tensor));
  return expressions(...assignments.map(({ value }) => value)).some((e) => e.kind === "load" && written.has(e.tensor));
}

/** Named values in between that need no other named ones, in groups that have elements in common. */
function intermediates(assignments: readonly Assignment[]): readonly (readonly Expr[])[] {
  const isNamed = (expr: Expr) => expr.kind === "op" && expr.name !== undefined;
  const named = expressions(...assignments.map(({ value }) => value)).filter(isNamed);
  const values = new Map(named.map((value) => [exprKey(value), value]));
  const groups: { readonly values: Expr[]; readonly elements: Set<string> }[] = [];
  for (const value of values.values()) {
    const inside = expressions(value);
    if (inside.some((other) => other !== value && isNamed(other))) continue;
    const elements = inside.filter(({ kind }) => kind === "load").map(exprKey);
    const group = groups.find((group) => elements.some((element) => group.elements.has(element)));
    if (!group) groups.push({ values: [value], elements: new Set(elements) });
    else {
      group.values.push(value);
      for (const element of elements) group.elements.add(element);
    }
  }
  return groups.map(({ values }) => values);
}

/** Stores the results of an assignment at the points of a row. */
function store(
  { tensor, index }: Assignment,
  row: readonly Point[],
  results: readonly Value[],
  scope: Scope,
  lowering: Lowering,
): void {
  for (const [j, point] of row.entries()) {
    const result = results[j], offset = flatten(tensor, index, point, scope, lowering);
    const wide = laneStep(tensor, index, point, lowering) && !isVector(typeOf(result));
    scope.emit({ kind: "store", tensor, offset, value: wide ? splat(result, scope) : result });
  }
}

/** Points in groups: those that differ only along the axis in vectors go together. */
function rowsOf(points: readonly Point[]): (readonly Point[])[] {
  const groups = Map.groupBy(
    points,
    (point) =>
      [...point].map(([axis, { offset, lanes }]) => lanes ? axis.name : `${axis.name}${offsetKey(offset)}`).join(),
  );
  return [...groups.values()];
}

/** Loads what an expression needs at a point outside of its reductions. */
function load(expr: Expr, point: Point, scope: Scope, lowering: Lowering, seen = new Set<Expr>()): void {
  if (seen.has(expr)) return;
  seen.add(expr);
  if (expr.kind === "load") localOf(expr, point, scope, lowering);
  if (expr.kind === "op") { for (const operand of expr.operands) load(operand, point, scope, lowering, seen); }
}
