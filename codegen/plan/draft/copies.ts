/**
 * Gradients that are copies of others, such as those of the terms of a sum: whoever reads one reads the other in its place.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { rewriter } from "../../ir/expr.ts";
import type { Axis } from "../../ir/ir.ts";
import { accesses, prune } from "../kernel.ts";
import type { Draft, PlannedKernel } from "../plan.ts";

/** The draft without kernels that only copy gradients of samples, and without these copies. */
export function withoutCopies(draft: Draft): Draft {
  const lists = [draft.train, draft.evaluate], copies = new Map<string, string>(), gone = new Set<PlannedKernel>();
  const writers = Map.groupBy(
    new Set(lists.flat()).values().flatMap((planned) =>
      [...accesses(planned).writes].map((name) => ({ name, planned }))
    ),
    ({ name }) => name,
  );
  for (const [name, [{ planned }, ...others]] of writers) {
    const of = others.length === 0 ? copied(planned, draft) : undefined;
    if (of === undefined || writers.get(of)?.length !== 1) continue;
    copies.set(name, copies.get(of) ?? of);
    gone.add(planned);
  }
  if (gone.size === 0) return draft;
  const kept = (planned: PlannedKernel) => gone.has(planned) ? [] : [reading(planned, copies)];
  const tensors = Object.fromEntries(Object.entries(draft.tensors).filter(([name]) => !copies.has(name)));
  return { ...draft, tensors, train: draft.train.flatMap(kept), evaluate: draft.evaluate.flatMap(kept) };
}

/** The gradient that a kernel copies, if it does nothing else. */
function copied({ kernel: { parts }, bindings }: PlannedKernel, { tensors, batch }: Draft): string | undefined {
  if (parts.length !== 1 || parts[0].assignments.length !== 1) return undefined;
  const [{ axes, assignments: [{ tensor, index, value }] }] = parts;
  if (value.kind !== "load" || value.padded || axes[0] !== batch) return undefined;
  const [to, from] = [tensors[bindings[tensor]], tensors[bindings[value.tensor]]];
  const inOrder = (at: Axis | undefined, d: number) => at !== undefined && at === axes[d];
  const whole = [index, value.index].every((at) => at.length === axes.length && at.map(plainAxis).every(inOrder));
  return whole && [to, from].every(({ role }) => role === "gradient") && to.shape.join() === from.shape.join() &&
      to.dtype === from.dtype
    ? from.name
    : undefined;
}

/** The kernel with gradients in place of their copies; what comes to be one tensor is called one thing. */
function reading(planned: PlannedKernel, copies: ReadonlyMap<string, string>): PlannedKernel {
  const { kernel, bindings } = planned;
  if (!Object.values(bindings).some((name) => copies.has(name))) return planned;
  const renamed = Object.entries(bindings).map(([symbol, name]) => [symbol, copies.get(name) ?? name] as const);
  const symbols = new Map(renamed.map(([symbol, name]) => [symbol, renamed.find(([, other]) => other === name)![0]]));
  const rewrite = rewriter(
    (node) =>
      node.kind === "load" && symbols.get(node.tensor) !== node.tensor
        ? {
          ...node,
          tensor: symbols.get(node.tensor)!,
          index: node.index.map((i) => i.kind === "load" ? rewrite(i) as typeof i : i),
        }
        : undefined,
    (index) => index,
  );
  const parts = kernel.parts.map((part) => ({
    ...part,
    assignments: part.assignments.map((own) => ({
      ...own,
      tensor: symbols.get(own.tensor)!,
      value: rewrite(own.value),
    })),
  }));
  return prune({ ...planned, bindings: Object.fromEntries(renamed), kernel: { ...kernel, parts } });
}
