/**
 * The rule `elementwise`: a kernel that works element by element goes into the one that makes its input.
 *
 * @module
 */
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Affine, Assignment, Expr, Part } from "../../ir/ir.ts";
import { plus, times } from "../../language/notation.ts";
import { kernelName, prune } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";
import { joinBindings, joinSaves, joinTitles } from "./join.ts";

/** One part, no reductions, and the tensor read just at the part's own axes, which go through all of it. */
export function isElementwiseIn(
  tensor: string,
  producer: PlannedKernel,
  { kernel: { parts }, bindings }: PlannedKernel,
): boolean {
  if (parts.length !== 1) return false;
  const [{ axes, assignments }] = parts;
  if (pointsOf(axes) !== elementsMade(tensor, producer)) return false;
  return expressions(...assignments.map(({ value }) => value)).every((expr) => {
    if (expr.kind === "reduce") return false;
    // only indices over the part's own axes can be substituted
    const indices = expr.kind === "load" ? expr.index : expr.kind === "position" ? [expr.index] : [];
    if (!indices.every((i) => i.kind === "affine" && i.terms.every(({ axis }) => axes.includes(axis)))) return false;
    if (expr.kind !== "load" || bindings[expr.tensor] !== tensor) return true;
    return !expr.padded && expr.index.length === axes.length &&
      expr.index.every((index, d) =>
        index.kind === "affine" && index.constant === 0 && index.terms.length === 1 &&
        index.terms[0].axis === axes[d] && index.terms[0].coefficient === 1
      );
  });
}

const pointsOf = (axes: Part["axes"]) => axes.reduce((points, { extent }) => points * extent, 1);

/** Elements of a tensor, each of which is made once. */
function elementsMade(tensor: string, { kernel: { parts }, bindings }: PlannedKernel): number {
  const made = ({ assignments }: Part) => assignments.filter((own) => bindings[own.tensor] === tensor).length;
  return parts.reduce((sum, part) => sum + pointsOf(part.axes) * made(part), 0);
}

/** The producer with the consumer's formulas in place of its assignments to the tensor. */
export function mergeElementwise(producer: PlannedKernel, consumer: PlannedKernel, tensor: string): PlannedKernel {
  const made = Object.entries(producer.bindings).find(([, name]) => name === tensor)![0];
  const { bindings, symbols } = joinBindings(producer.bindings, consumer.bindings, tensor);
  const name = bindings[made] === undefined ? made : "value";
  const [{ axes, assignments }] = consumer.kernel.parts;
  const substitute = (written: Assignment): Assignment[] => {
    const index = (affine: Affine) =>
      plus(affine.constant, ...affine.terms.map((t) => times(written.index[axes.indexOf(t.axis)], t.coefficient)));
    const value: Expr = written.value.kind === "op" || written.value.kind === "reduce"
      ? { ...written.value, name: written.value.name ?? name }
      : written.value;
    const rewrite = rewriter((node) => {
      if (node.kind !== "load") return undefined;
      if (consumer.bindings[node.tensor] === tensor) return value;
      const at = node.index.map((i) => i.kind === "affine" ? index(i) : i);
      return { ...node, tensor: symbols[node.tensor], index: at };
    }, index);
    return assignments.map((assignment) => ({
      tensor: symbols[assignment.tensor],
      index: assignment.index.map(index),
      value: rewrite(assignment.value),
    }));
  };
  const parts: Part[] = producer.kernel.parts.map((part) => ({
    axes: part.axes,
    assignments: part.assignments.flatMap((a) => producer.bindings[a.tensor] === tensor ? substitute(a) : [a]),
  }));
  const { title, source } = joinTitles(producer, consumer);
  const kernel = { name: kernelName(title), source, parts, tensors: {} };
  return prune({ title, bindings, kernel, ...joinSaves(producer, consumer) });
}
