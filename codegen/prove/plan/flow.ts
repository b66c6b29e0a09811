/**
 * That a step does what was drafted: each kernel in turn, and every read finds what it would find if each tensor had a
 * storage of its own.
 *
 * @module
 */
import type { Draft, Plan, PlannedKernel } from "../../plan/plan.ts";
import { type Place, placeOf, rootOf, samePlace, touchedBy } from "./touched.ts";
import { unproven } from "./unproven.ts";

type Fail = (what: string) => Error;
/** What a storage holds: the number of the kernel that wrote it, or what was in that tensor before the step. */
type Contents = number | string;

/**
 * The kernels of a step are those of the draft, in order, without some that only rename elements. Each tensor that is
 * read holds what the draft's kernel has written there, and so does every tensor at the end of the step.
 *
 * @throws {VerifyError} naming kernel and tensor.
 */
export function proveFlow(plan: Plan, draft: Draft, step: "train" | "evaluate"): void {
  const fail = (what: string) => unproven(plan.name, `${what} (${step})`), { tensors } = plan;
  const drafted = new Map<string, Contents>(), stored = new Map<string, Contents>();
  const expected = (name: string) => drafted.get(name) ?? name;
  const found = (name: string) => stored.get(rootOf(name, tensors)) ?? rootOf(name, tensors);
  const left = plan[step].kernels.values();
  let next = left.next();
  for (const [i, draftKernel] of draft[step].entries()) {
    if (next.value?.kernel.parts !== draftKernel.kernel.parts) {
      const [to, from] = renaming(draftKernel, draft.tensors, fail);
      drafted.set(to, expected(from));
      continue;
    }
    const { bindings } = next.value, { name } = draftKernel.kernel;
    for (const [symbol, tensor] of Object.entries(draftKernel.bindings)) {
      if (bindings[symbol] !== tensor) throw fail(`${name} has ${bindings[symbol]} in place of ${tensor}`);
    }
    const { reads, writes } = touchedBy(draftKernel);
    for (const tensor of new Set(reads.map(({ load }) => bindings[load.tensor]))) {
      if (expected(tensor) !== found(tensor)) throw fail(`${name} would not find in ${tensor} what was written there`);
    }
    for (const { assignment } of writes) {
      drafted.set(bindings[assignment.tensor], i);
      stored.set(rootOf(bindings[assignment.tensor], tensors), i);
    }
    next = left.next();
  }
  if (!next.done) throw fail(`${next.value.kernel.name} runs where it was not drafted`);
  for (const name of Object.keys(tensors)) {
    if (stored.has(rootOf(name, tensors)) && expected(name) !== found(name)) {
      throw fail(`${name} would not hold what was written there when the step ends`);
    }
  }
}

/** The tensors of a kernel that only renames all elements of one: each keeps its place. */
function renaming({ kernel, bindings }: PlannedKernel, tensors: Draft["tensors"], fail: Fail): [string, string] {
  const [part] = kernel.parts, [assignment] = part.assignments, { value } = assignment;
  if (kernel.parts.length === 1 && part.assignments.length === 1 && value.kind === "load" && !value.padded) {
    const to = bindings[assignment.tensor], from = bindings[value.tensor];
    const [target, source] = [compact(tensors[to]), compact(tensors[from])];
    const place = placeOf(assignment.index, target);
    if (
      tensors[to].dtype === tensors[from].dtype && isWhole(place, elements(target)) &&
      elements(target) === elements(source) && samePlace(place, placeOf(value.index, source))
    ) return [to, from];
  }
  throw fail(`${kernel.name} is left out, and does more than rename elements`);
}

type Shaped = Pick<Draft["tensors"][string], "shape">;

function compact({ shape }: Shaped): Parameters<typeof placeOf>[1] {
  return { shape, halo: shape.map(() => [0, 0]) };
}

function elements({ shape }: Shaped): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whether an access goes through so many elements, each once: digits of a number, one for each axis. */
function isWhole(place: Place | undefined, elements: number): boolean {
  let reached = 1;
  for (const [{ extent }, stride] of [...place?.terms ?? []].sort(([, a], [, b]) => a - b)) {
    if (stride !== reached) return false;
    reached *= extent;
  }
  return place?.constant === 0 && reached === elements;
}
