/**
 * All optimizations that can be left out, by name.
 *
 * @module
 */
import { ALGORITHM_RULES } from "./plan/algorithm/algorithm.ts";
import { FUSION_RULES } from "./plan/fuse/rule.ts";

/**
 * Optimizations of the plan: layouts for vectors, those with channels innermost where they are many, batches up to whole
 * vectors, layers in a cheaper order, the rules that compute the same with fewer operations, and those by which kernels
 * are merged.
 */
export const PLAN_RULES = ["layout", "channels", "pad", "reorder", ...ALGORITHM_RULES, ...FUSION_RULES] as const;
/** The name of an optimization of the plan. */
export type PlanRule = typeof PLAN_RULES[number];
/**
 * Optimizations of single kernels: index arithmetic moved out of loops; register tiles, without which there are plain
 * loops, nothing unrolled and no vectors; vectors. And what depends on how a target runs a step: chains of kernels, and
 * memory that tensors use one after the other.
 */
export const KERNEL_RULES = ["hoist", "tiles", "vectors", "chain", "reuse"] as const;
/** All optimizations that can be left out. */
export const OPTIMIZATIONS = [...PLAN_RULES, ...KERNEL_RULES] as const;
/** The name of an optimization that can be left out. */
export type Optimization = typeof OPTIMIZATIONS[number];
/** All that change which kernels there are. */
export const MERGING: readonly PlanRule[] = PLAN_RULES.filter((rule) => !["layout", "channels", "pad"].includes(rule));
