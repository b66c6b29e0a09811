/**
 * The targets, and which of them can run here.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import { freeze } from "../codegen/plan/freeze.ts";
import type { Target } from "../codegen/targets/target.ts";
import { typescript } from "../codegen/targets/typescript/target.ts";
import { wasm, wasmRelaxed } from "../codegen/targets/wasm/target.ts";
import { webgpu } from "../codegen/targets/webgpu/target.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import { platform } from "../runtime/platform/here.ts";
import { type Kind, MOST_THREADS, TEXT } from "../runtime/run/options.ts";

export type { Target };

/**
 * All targets: those that threads run, fastest first, and then others: whether one of them is faster, nobody knows before
 * it is tried.
 *
 * @ignore the compiler's own types
 */
export const targets: readonly Target[] = freeze([wasmRelaxed, wasm, typescript, webgpu]);

/**
 * The targets that threads run, fastest first.
 *
 * @ignore the compiler's own types
 */
export const processorTargets: readonly Target[] = freeze(targets.filter((target) => backendOf(target).takesThreads));

/**
 * The target of a name; "auto" is the fastest that threads can run, see {@linkcode chooseTarget}.
 *
 * @ignore the compiler's own types
 */
export function findTarget(name: string): Target {
  const target = name === "auto" ? processorTargets.find(runsHere) : targets.find((target) => target.name === name);
  if (target) return target;
  throw new InputError(`there is no target "${name}"; choose from auto, ${targets.map(({ name }) => name).join(", ")}`);
}

/**
 * Whether this engine has what a target's code needs.
 *
 * @ignore the compiler's own types
 */
export function runsHere({ sample }: Target): boolean {
  return sample === undefined || WebAssembly.validate(sample);
}

/**
 * The target of a name, as {@linkcode findTarget} finds it, if this engine can run it.
 *
 * @throws {InputError} when there is none of the name, or this engine cannot run it.
 */
export function targetHere(name: string): Target {
  const target = findTarget(name);
  if (!runsHere(target)) throw new InputError(`this engine cannot run target ${target.name}; use target auto`);
  return target;
}

/** What the option `target` may be: names are looked up by {@linkcode findTarget}. */
export const TARGET: Kind = { ...TEXT, expected: "the name of a target" };

/** How many threads work where nobody says. */
export const allCores = () => Math.min(platform.cores, MOST_THREADS);
