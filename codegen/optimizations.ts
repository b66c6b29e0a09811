/**
 * All optimizations that can be left out, by name.
 *
 * @module
 */
import { FUSION_RULES } from "./plan/fuse/rule.ts";

/**
 * Optimizations of the plan: layouts for vectors, batches up to whole vectors, layers in a cheaper order, and the rules
 * by which kernels are merged.
 */
export const PLAN_RULES = ["layout", "pad", "reorder", ...FUSION_RULES] as const;
/** The name of an optimization of the plan. */
export type PlanRule = typeof PLAN_RULES[number];
/**
 * Optimizations of single kernels: index arithmetic moved out of loops; register tiles, without which there are plain
 * loops, nothing unrolled and no vectors; vectors.
 */
export const KERNEL_RULES = ["hoist", "tiles", "vectors"] as const;
/** All optimizations that can be left out. */
export const OPTIMIZATIONS = [...PLAN_RULES, ...KERNEL_RULES] as const;
/** The name of an optimization that can be left out. */
export type Optimization = typeof OPTIMIZATIONS[number];
/** All that merge kernels, or make it possible. */
export const MERGING: readonly PlanRule[] = PLAN_RULES.filter((rule) => rule !== "layout" && rule !== "pad");
