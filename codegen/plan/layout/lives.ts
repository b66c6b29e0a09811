/**
 * From when to when tensors are in use within a step: before and behind that, others can lie in their places.
 *
 * @module
 */
import { accesses } from "../kernel.ts";
import type { Plan, PlannedTensor, Step } from "../plan.ts";

/** When a tensor is in use in a step. */
export interface Life {
  /** The first and the last turn of a kernel that touches it. */
  readonly first: number;
  readonly last: number;
}

/** A tensor's life in each step; undefined in one that does not touch it. */
export type Lives = readonly (Life | undefined)[];

/**
 * The lives of all tensors that steps need not keep, by name. Each is written in a step before it is read there, so none
 * holds anything from step to step. Those that have another one's storage count with it.
 */
export function livesOf(plan: Plan): Map<string, Lives> {
  const { tensors, graph } = plan, steps = [plan.train, plan.evaluate].map((step) => usesIn(step, tensors));
  const kept = new Set([`${graph.output}.output`]), lives = new Map<string, Lives>();
  for (const { name, role } of Object.values(tensors)) if (role !== "value" && role !== "gradient") kept.add(name);
  const roots = new Set([...kept].map((name) => tensors[name]?.alias ?? name));
  for (const { name, alias } of Object.values(tensors)) {
    const uses = steps.map((step) => step.get(name));
    if (alias === undefined && !roots.has(name) && uses.every((use) => use?.isRead !== true)) lives.set(name, uses);
  }
  return lives;
}

/** A life, and whether it begins with a read. */
type Use = Life & { readonly isRead: boolean };

/**
 * When storages are in use. All kernels between two barriers have the same turn in the arena, since threads may run them
 * side by side. In scratch memory each has its own: that is one thread's, which runs them one after the other.
 */
function usesIn({ kernels, barriers }: Step, tensors: Plan["tensors"]): Map<string, Use> {
  const uses = new Map<string, Use>();
  let group = 0;
  for (const [i, planned] of kernels.entries()) {
    if (barriers[i]) group++;
    const { reads, writes } = accesses(planned);
    const read = new Set([...reads].map((name) => rootOf(tensors[name])));
    for (const name of read.union(new Set([...writes].map((name) => rootOf(tensors[name]))))) {
      const turn = tensors[name].scratch === undefined ? group : i, before = uses.get(name);
      uses.set(name, { first: before?.first ?? turn, last: turn, isRead: before?.isRead ?? read.has(name) });
    }
  }
  return uses;
}

const rootOf = ({ name, alias }: PlannedTensor) => alias ?? name;

/** Whether two tensors are in use at the same time in some step. */
export function liveTogether(a: Lives, b: Lives): boolean {
  return a.some((own, step) => {
    const other = b[step];
    return own !== undefined && other !== undefined && own.first <= other.last && other.first <= own.last;
  });
}
