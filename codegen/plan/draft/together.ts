/**
 * Formulas of several origins over the same points as one part, so that one loop computes them.
 *
 * @module
 */
import { rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Expr, Part } from "../../ir/ir.ts";
import { plus, times } from "../../language/notation.ts";

/**
 * Parts over the same axes joined. Sums and maxima over axes of one name and extent then go over the same axis: which one
 * it is makes no difference to them.
 */
export function together(parts: readonly Part[]): Part[] {
  const joined: Part[] = [], known = new Map<string, Axis>();
  const same = (axis: Axis) => {
    const key = `${axis.name} ${axis.extent}`;
    if (!known.has(key)) known.set(key, axis);
    return known.get(key)!;
  };
  const index = ({ constant, terms }: Affine) =>
    plus(constant, ...terms.map(({ axis, coefficient }) => times(same(axis), coefficient)));
  for (const { axes, assignments } of parts) {
    axes.forEach(same);
    // all formulas of a part are rewritten at once: what they share, they go on sharing
    const rewrite: (expr: Expr) => Expr = rewriter(() => undefined, index, (axes) => axes.map(same));
    const renamed = assignments.map((assignment) => ({ ...assignment, value: rewrite(assignment.value) }));
    const place = joined.findIndex((other) =>
      other.axes.length === axes.length && other.axes.every((a, i) => a === axes[i])
    );
    if (place < 0) joined.push({ axes, assignments: renamed });
    else joined[place] = { axes, assignments: [...joined[place].assignments, ...renamed] };
  }
  return joined;
}
