/**
 * Which schedules suit V8's scalar code.
 *
 * @module
 */
import type { Kernel } from "../../ir.ts";
import type { Schedule } from "../../schedule.ts";

/** Schedules that fit the kernel, best guess first. */
export function candidates(kernel: Kernel): readonly Schedule[] {
  const axis = kernel.parts[0].axes[0];
  return [axis ? { parallel: axis.name } : {}];
}
