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
import type { Draft } from "../plan.ts";
import { casesRule } from "./cases.ts";
import { isElementwiseIn, mergeElementwise } from "./elementwise.ts";
import { mergeLoss } from "./loss.ts";
import { renameLater } from "./rename.ts";
import { type Fusion, FUSION_RULES, type FusionRule, pairRule, type Rule } from "./rule.ts";
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
    if (name === "loss") {
      result = mergeLoss(result, fusions);
      continue;
    }
    if (name === "elementwise") result = renameLater(result);
    for (;;) {
      const next = firstOf(Object.keys(result.tensors), (tensor) => RULES[name](tensor, result, fusions));
      if (!next) break;
      result = next;
    }
  }
  return { draft: result, fusions };
}

/** The first result that there is. */
function firstOf<T, Result>(values: readonly T[], attempt: (value: T) => Result | undefined): Result | undefined {
  for (const value of values) {
    const result = attempt(value);
    if (result !== undefined) return result;
  }
}
