/**
 * What is done first to the samples, element by element, is done when they are gathered.
 *
 * @module
 */
import { accesses, kernelName } from "../kernel.ts";
import type { Draft, PlannedKernel } from "../plan.ts";
import { isElementwiseIn, mergeElementwise } from "./elementwise.ts";
import type { Fusion } from "./rule.ts";

/** The samples of the batch. */
const GIVEN = "input";

/**
 * The kernel that alone reads the samples goes into the one that gathers them, if it works element by element. What it
 * makes takes the samples' name and place, so that it is laid out as they are.
 */
export function mergeGiven(draft: Draft): { draft: Draft; fusions: Fusion[] } {
  const fusions: Fusion[] = [];
  let result = draft;
  for (let next = mergedOnce(result); next; next = mergedOnce(result)) {
    result = next.draft;
    fusions.push(next.fusion);
  }
  return { draft: result, fusions };
}

function mergedOnce(draft: Draft): { draft: Draft; fusion: Fusion } | undefined {
  const all = [...new Set([...draft.train, ...draft.evaluate])];
  const [gather, ...others] = all.filter((planned) => accesses(planned).writes.has(GIVEN));
  const [reader, ...more] = all.filter((planned) => accesses(planned).reads.has(GIVEN));
  if (!gather || !reader || others.length > 0 || more.length > 0 || reader.reshapes) return undefined;
  const { reads, writes } = accesses(reader), [made] = writes, tensor = draft.tensors[made];
  const isSame = tensor.role === "value" && tensor.shape.join() === draft.tensors[GIVEN].shape.join();
  const inBoth = [draft.train, draft.evaluate].every((list) => list.includes(gather) === list.includes(reader));
  const isOnly = reads.size === 1 && writes.size === 1 && made !== `${draft.graph.output}.output` &&
    all.every((planned) => planned === reader || !accesses(planned).writes.has(made));
  if (!isSame || !inBoth || !isOnly || !isElementwiseIn(GIVEN, gather, reader)) return undefined;
  const merged = mergeElementwise(gather, reader, GIVEN);
  const named = { ...merged, title: gather.title, kernel: { ...merged.kernel, name: kernelName(gather.title) } };
  const renamed = (planned: PlannedKernel): PlannedKernel => ({
    ...planned,
    bindings: Object.fromEntries(
      Object.entries(planned.bindings).map(([symbol, name]) => [symbol, name === made ? GIVEN : name]),
    ),
  });
  const replaced = new Map(all.map((planned) => [planned, planned === gather ? renamed(named) : renamed(planned)]));
  const apply = (list: readonly PlannedKernel[]) =>
    list.flatMap((planned) => planned === reader ? [] : [replaced.get(planned)!]);
  const { [made]: _, ...tensors } = draft.tensors;
  return {
    draft: { ...draft, tensors, train: apply(draft.train), evaluate: apply(draft.evaluate) },
    fusion: { rule: "elementwise", producer: gather.kernel.name, consumer: reader.kernel.name, tensor: made },
  };
}
