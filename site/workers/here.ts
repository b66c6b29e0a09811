/// <reference lib="dom" />
/**
 * What this browser may run of what is compiled.
 *
 * @module
 */
import { backendOf, findTarget, runsHere } from "../../mod.ts";

/** Whether it may run a target: scripts are TypeScript, which no browser reads, and a GPU must be there. */
export function mayRun(name: string): boolean {
  const target = findTarget(name);
  return !target.script && runsHere(target) && (backendOf(target).takesThreads || "gpu" in navigator);
}

/** The target itself, or what takes its place where it cannot run. */
export const runnable = (name: string): string => findTarget(mayRun(findTarget(name).name) ? name : "auto").name;

/** Whether a target's kernels run on threads. */
export const takesThreads = (name: string): boolean => backendOf(findTarget(name)).takesThreads;
