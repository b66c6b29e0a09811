/**
 * Kernels that the engine has made fast before the first step needs them.
 *
 * V8 compiles a function of WebAssembly quickly and badly when it is first called, and well, on a thread of its own, once
 * it has run for a while; a call that is under way stays slow to its end. Of a large net the first call of a kernel is
 * long, and its first step would be slow. A kernel that is called with an empty share does nothing, and some thousands of
 * such calls are "a while" too.
 *
 * @module
 */
import type { Plan } from "../../../codegen/plan/plan.ts";
import type { RowPlaces } from "../rows.ts";
import { instantiate } from "./bind.ts";

/** Empty calls of a kernel: of those that do arithmetic, V8 15 has then seen enough. */
const CALLS = 20_000;

/** Parameters of a kernel that threads share, at least: the step, and where a share begins and ends. */
const SHARED = 3;

/**
 * Calls the kernels of a training step, in its order, with empty shares; nothing in the memory changes. Takes about a
 * millisecond for each kernel, and leaves out those that threads do not share.
 */
export function warmUp(plan: Plan, code: WebAssembly.Module, memory: WebAssembly.Memory, rows: RowPlaces): void {
  const { exports } = instantiate(code, memory, rows, { thread: 0, threads: 1, scratch: 0, wait() {} });
  for (const { kernel: { name } } of plan.train.kernels) {
    const call = exports[name] as (step: number, from: number, to: number) => void;
    if (call.length >= SHARED) { for (let i = 0; i < CALLS; i++) call(0, 0, 0); }
  }
}
