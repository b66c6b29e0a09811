/**
 * The rule `window`: a kernel that makes elements goes into one that reads each of them once, in a window.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions, exprKey, freeAxes, rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Expr, Load } from "../../ir/ir.ts";
import { plus, times } from "../../language/notation.ts";
import { kernelName, prune } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";
import { freeName, joinBindings, joinSaves, joinTitles } from "./join.ts";

/** Most sums that become one element: as many are unrolled around them, and of more no tile is made. */
const MOST_SUMS = 9;

const pointsOf = (axes: readonly Axis[]) => axes.reduce((points, { extent }) => points * extent, 1);

/** Axes that a kernel reduces over, each once. */
function reducedIn({ kernel: { parts } }: PlannedKernel): Axis[] {
  const values = parts.flatMap(({ assignments }) => assignments.map(({ value }) => value));
  return [...new Set(expressions(...values).flatMap((e) => e.kind === "reduce" ? e.axes : []))];
}

/** Every element of the tensor is made by one formula and read once: its index is never the same for two points. */
export function isWindowOf(tensor: string, producer: PlannedKernel, consumer: PlannedKernel): boolean {
  if (producer.kernel.parts.length !== 1 || consumer.kernel.parts.length !== 1) return false;
  const [{ assignments }] = producer.kernel.parts;
  if (assignments.length !== 1 || !assignments[0].index.every((index) => plainAxis(index))) return false;
  const loads = loadsOf(tensor, consumer);
  if (loads.length !== 1 || loads[0].padded) return false;
  if (reducedIn(producer).length > 0 && pointsOf(reducedIn(consumer)) > MOST_SUMS) return false;
  const seen = new Set<Axis>();
  return loads[0].index.every((index) => {
    if (index.kind === "load") return false;
    let reach = 0;
    const terms = index.terms.filter(({ axis }) => axis.extent > 1).sort((a, b) => a.coefficient - b.coefficient);
    for (const { axis, coefficient } of terms) {
      if (seen.has(axis) || coefficient <= reach) return false;
      seen.add(axis);
      reach += coefficient * (axis.extent - 1);
    }
    return true;
  }) && consumer.kernel.parts[0].axes.every((axis) => axis.extent === 1 || seen.has(axis));
}

/** The consumer with the producer's formula in place of what it loads. */
export function mergeWindow(producer: PlannedKernel, consumer: PlannedKernel, tensor: string): PlannedKernel {
  const [{ axes, assignments: [made] }] = producer.kernel.parts;
  const { bindings, symbols } = joinBindings(producer.bindings, consumer.bindings, tensor);
  const [part] = consumer.kernel.parts;
  const reduced = (values: readonly Expr[]) => expressions(...values).flatMap((e) => e.kind === "reduce" ? e.axes : []);
  const outer = new Set([...part.axes, ...reduced(part.assignments.map(({ value }) => value))].map(({ name }) => name));
  const taken = new Set([...outer, ...reduced([made.value]).map(({ name }) => name)]);
  // the producer's own reductions run inside of the consumer's
  const fresh = new Map<Axis, Axis>();
  const rename = (axis: Axis) => {
    if (!outer.has(axis.name)) return axis;
    if (!fresh.has(axis)) fresh.set(axis, { ...axis, name: freeName(axis.name, taken) });
    return fresh.get(axis)!;
  };
  const [load] = loadsOf(tensor, consumer);
  const substitute = (index: Affine) =>
    plus(
      index.constant,
      ...index.terms.map(({ axis, coefficient }) => {
        const d = made.index.findIndex((at) => plainAxis(at) === axis);
        return times(axes.includes(axis) ? load.index[d] as Affine : rename(axis), coefficient);
      }),
    );
  const value = rewriter(() => undefined, substitute, (axes) => axes.map(rename))(made.value);
  const rewrite = rewriter(
    (node) =>
      node.kind !== "load"
        ? undefined
        : consumer.bindings[node.tensor] === tensor
        ? value
        : { ...node, tensor: symbols[node.tensor] },
    (index) => index,
  );
  const { title, source } = joinTitles(producer, consumer);
  const parts = [{
    axes: part.axes,
    assignments: part.assignments.map((a) => ({ ...a, tensor: symbols[a.tensor], value: rewrite(a.value) })),
  }];
  const kernel = { name: kernelName(title), source, parts, tensors: {} };
  return prune({ title, bindings, kernel, ...joinSaves(producer, consumer) });
}

/** The loads of a tensor in a kernel, equal ones once; those over other axes of the same names are others. */
function loadsOf(tensor: string, { kernel: { parts }, bindings }: PlannedKernel): Load[] {
  const loads = parts.flatMap(({ assignments }) => expressions(...assignments.map(({ value }) => value)))
    .filter((expr): expr is Load => expr.kind === "load" && bindings[expr.tensor] === tensor);
  const same = (a: Load, b: Load) =>
    exprKey(a) === exprKey(b) && [...freeAxes(a)].every((axis) => freeAxes(b).has(axis));
  return loads.filter((load, i) => loads.findIndex((other) => same(other, load)) === i);
}
