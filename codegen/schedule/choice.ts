/**
 * Which schedule a kernel gets.
 *
 * @module
 */
import type { Kernel } from "../ir/ir.ts";
import type { Target } from "../targets/target.ts";
import { plainLoops } from "./candidates.ts";
import type { Schedule } from "./schedule.ts";

/** What schedules do without. */
export interface Without {
  readonly tiles: boolean;
  readonly vectors: boolean;
}

/** The schedule of a kernel that is not tuned: the target's best guess. */
export function firstGuess(kernel: Kernel, target: Target, without: Without): Schedule {
  if (without.tiles) return plainLoops(kernel, target.needsGrid);
  for (const schedule of target.candidates(kernel)) {
    if (!without.vectors || schedule.vectorize === undefined) return schedule;
  }
  return plainLoops(kernel, target.needsGrid);
}
