/**
 * That every kernel has a name of its own: names that a spec gives its layers may come together to the same one.
 *
 * @module
 */
import type { Draft, PlannedKernel } from "./plan.ts";

/** Numbers behind the names of kernels that are called as one before; a kernel of both steps stays one. */
export function distinctNames(draft: Draft): Draft {
  const taken = new Set<string>(), renamed = new Map<PlannedKernel, PlannedKernel>();
  const rename = (planned: PlannedKernel): PlannedKernel => {
    const known = renamed.get(planned);
    if (known) return known;
    const { kernel } = planned;
    let name = kernel.name;
    for (let i = 2; taken.has(name); i++) name = `${kernel.name}_${i}`;
    taken.add(name);
    const unique = name === kernel.name ? planned : { ...planned, kernel: { ...kernel, name } };
    renamed.set(planned, unique);
    return unique;
  };
  return { ...draft, train: draft.train.map(rename), evaluate: draft.evaluate.map(rename) };
}
