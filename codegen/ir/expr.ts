/**
 * Walking expressions.
 *
 * @module
 */
import { sha256 } from "../sha256.ts";
import type { Affine, Axis, Expr } from "./ir.ts";

/** What an expression is made of, one level down. Loaded indices of a load count. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "op":
      return expr.operands;
    case "reduce":
      return [expr.body];
    case "load":
      return expr.index.filter((index) => index.kind === "load");
    default:
      return [];
  }
}

/** Expressions and all that they are made of, each node once, what is used before what uses it. */
export function expressions(...roots: readonly Expr[]): Expr[] {
  const found = new Set<Expr>();
  const visit = (node: Expr) => {
    if (found.has(node)) return;
    for (const child of children(node)) visit(child);
    found.add(node);
  };
  for (const root of roots) visit(root);
  return [...found];
}

const free = new WeakMap<Expr, ReadonlySet<Axis>>();

/** The axes an expression's value depends on: those it names and does not reduce itself. */
export function freeAxes(expr: Expr): ReadonlySet<Axis> {
  const known = free.get(expr);
  if (known) return known;
  const axes = new Set<Axis>();
  const name = (index: Affine) => index.terms.forEach(({ axis }) => axes.add(axis));
  if (expr.kind === "position") name(expr.index);
  if (expr.kind === "load") { for (const index of expr.index) if (index.kind === "affine") name(index); }
  for (const child of children(expr)) for (const axis of freeAxes(child)) axes.add(axis);
  if (expr.kind === "reduce") { for (const axis of expr.axes) axes.delete(axis); }
  free.set(expr, axes);
  return axes;
}

/**
 * Makes a function that rebuilds expressions with some nodes, and every index, replaced; what was shared stays shared.
 * `replace` gives undefined to look further down; `axes` replaces those of reductions.
 */
export function rewriter(
  replace: (node: Expr) => Expr | undefined,
  index: (index: Affine) => Affine,
  axes: (axes: readonly Axis[]) => readonly Axis[] = (axes) => axes,
): (expr: Expr) => Expr {
  const done = new Map<Expr, Expr>();
  const visit = (node: Expr): Expr => {
    const known = done.get(node);
    if (known) return known;
    const result = replace(node) ?? inner(node);
    done.set(node, result);
    return result;
  };
  const inner = (node: Expr): Expr => {
    switch (node.kind) {
      case "op":
        return { ...node, operands: node.operands.map(visit) };
      case "reduce":
        return { ...node, axes: axes(node.axes), body: visit(node.body) };
      case "position":
        return { ...node, index: index(node.index) };
      case "load":
        return { ...node, index: node.index.map((i) => i.kind === "affine" ? index(i) : visit(i) as typeof i) };
      default:
        return node;
    }
  };
  return visit;
}

const keys = new WeakMap<Expr, string>();

/** Longest text that {@linkcode exprKey} gives as it is. */
const LONGEST_KEY = 256;

/**
 * A text that is the same for expressions that compute the same from the same axes. Of a long one it is the hash: what
 * stands in an expression several times would double the text, and double it again a level further up.
 */
export function exprKey(expr: Expr): string {
  const known = keys.get(expr);
  if (known !== undefined) return known;
  const affine = ({ constant, terms }: Affine) =>
    [constant, ...terms.map((t) => `${t.coefficient}${t.axis.name}`).sort()].join("+");
  const write = (): string => {
    switch (expr.kind) {
      case "constant":
        return `${expr.value}${expr.type}`;
      case "param":
        return `$${expr.name}`;
      case "position":
        return `#${affine(expr.index)}`;
      case "load":
        return `${expr.tensor}[${expr.index.map((i) => i.kind === "affine" ? affine(i) : exprKey(i)).join()}]`;
      case "op":
        return `${expr.op}(${expr.operands.map(exprKey).join()})`;
      case "reduce":
        return `${expr.reduction}{${expr.axes.map((a) => `${a.name}<${a.extent}`).join()}}(${exprKey(expr.body)})`;
    }
  };
  const text = write();
  const key = text.length > LONGEST_KEY ? sha256(text) : text;
  keys.set(expr, key);
  return key;
}

/** How often each expression is used to compute some others, by its key; what is in one that is used again counts once. */
export function countUses(values: readonly Expr[]): Map<string, number> {
  const uses = new Map<string, number>();
  const count = (expr: Expr) => {
    const key = exprKey(expr), before = uses.get(key) ?? 0;
    uses.set(key, before + 1);
    if (before > 0) return;
    if (expr.kind === "op") expr.operands.forEach(count);
    if (expr.kind === "reduce") count(expr.body);
  };
  values.forEach(count);
  return uses;
}
