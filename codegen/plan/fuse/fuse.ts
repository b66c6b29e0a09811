/**
 * Stage 5: plan to plan, with kernels merged where a tensor in between need not be stored.
 *
 * Four rules, three of which put formulas into formulas, so that a merged kernel is a kernel like any other:
 *
 * - loss: a loss and its gradient become two parts of one kernel.
 * - elementwise: a kernel that works element by element goes into the one that makes its input.
 * - window: a kernel that makes elements goes into one that reads each of them once, in a window: a convolution into the
 *   pool behind it.
 * - cases: a kernel that makes elements without summing, by cases of their position, goes into those that sum over these
 *   positions: a pool's gradient into the gradients of a convolution's weight and bias, where each case is a term.
 *
 * Before them, elementwise kernels go before what only renames their input, where they can meet the one that makes it.
 *
 * @module
 */
import { accesses } from "../kernel.ts";
import type { Draft, PlannedKernel } from "../plan.ts";
import { casesRule } from "./cases.ts";
import { isElementwiseIn, mergeElementwise } from "./elementwise.ts";
import { KernelList } from "./kernel_list.ts";
import { mergeLoss } from "./loss.ts";
import { renameLater } from "./rename.ts";
import { type Fusion, FUSION_RULES, type FusionRule, type Merging, pairRule, type Rule } from "./rule.ts";
import { isWindowOf, mergeWindow } from "./window.ts";

const RULES: Readonly<Record<Exclude<FusionRule, "loss">, Rule>> = {
  elementwise: pairRule("elementwise", isElementwiseIn, mergeElementwise),
  window: pairRule("window", isWindowOf, mergeWindow),
  cases: casesRule,
};

/**
 * Merges kernels until no rule fits anywhere.
 *
 * @param without rules that are left out.
 */
export function fuse(draft: Draft, without: ReadonlySet<string> = new Set()): { draft: Draft; fusions: Fusion[] } {
  const fusions: Fusion[] = [];
  let result = draft;
  for (const name of FUSION_RULES) {
    if (without.has(name)) continue;
    if (name === "loss") result = mergeLoss(result, fusions);
    else result = mergeAll(RULES[name], name === "elementwise" ? renameLater(result) : result, fusions);
  }
  return { draft: result, fusions };
}

/** Applies a rule to the first tensor that it fits, until it fits none. */
function mergeAll(rule: Rule, draft: Draft, fusions: Fusion[]): Draft {
  const { graph, tensors } = draft;
  const merging = { graph, tensors, train: new KernelList(draft.train), evaluate: new KernelList(draft.evaluate) };
  const names = Object.keys(tensors), places = new Map(names.map((name, place) => [name, place]));
  // those before `next` are not looked at again, but for what a merge may have changed
  const again = new Set<number>();
  for (let next = 0; next < names.length || again.size > 0;) {
    const place = again.size > 0 ? Math.min(...again) : next++;
    again.delete(place);
    for (const tensor of around(rule(names[place], merging, fusions), merging)) {
      const near = places.get(tensor)!;
      if (near < next) again.add(near);
    }
  }
  return { ...draft, train: merging.train.all(), evaluate: merging.evaluate.all() };
}

/**
 * The tensors of kernels that share a tensor with one that was replaced. What a rule says of another tensor stays the
 * same: it depends on the kernels that make and read it, and on those that share a tensor with these.
 */
function around(replaced: readonly PlannedKernel[], { train, evaluate }: Merging): Set<string> {
  const touched = new Set(replaced.flatMap((planned) => tensorsOf(planned)));
  return new Set(
    [...touched].flatMap((tensor) =>
      [train, evaluate].flatMap((list) => [...list.writers(tensor), ...list.readers(tensor)].flatMap(tensorsOf))
    ),
  );
}

function tensorsOf(planned: PlannedKernel): string[] {
  const { reads, writes } = accesses(planned);
  return [...reads, ...writes];
}
