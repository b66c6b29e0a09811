/**
 * Steps one after the other, as each thread of a team runs them.
 *
 * @module
 */
import { HALT, LAST, PROGRESS } from "./control.ts";
import type { Work } from "./team.ts";

/** What a thread runs steps with. */
export interface StepsOf {
  /** Runs a step, by its row number. */
  step(row: number): void;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  /** Its number: the first one says when to end. */
  readonly thread: number;
}

/**
 * Runs steps until all are done, or one is the last.
 *
 * @param at the step to begin with. Default: the first.
 * @param until a time of `performance.now()`: no step is begun after it but the first one. Default: none.
 * @returns the number of the first step that is not done.
 */
export function runSteps(
  { step, memory, control, thread }: StepsOf,
  { from, to, watched }: Work,
  at = from,
  until = Infinity,
): number {
  const { address, row } = watched ?? { address: 0, row: 0 };
  const losses = new Float32Array(memory.buffer, address, watched ? row * to : 0);
  const goesWrong = (next: number) => watched && next > from && !Number.isFinite(losses[row * (next - 1)]);
  for (let i = at; i < to; i++) {
    // one thread says which step is the last, before the barriers of that step: so all end with the same
    if (thread === 0 && (Atomics.load(control, HALT) === 1 || goesWrong(i))) Atomics.store(control, LAST, i);
    step(i);
    if (thread === 0) Atomics.store(control, PROGRESS, i + 1);
    if (i >= Atomics.load(control, LAST) || (until < Infinity && performance.now() >= until)) return i + 1;
  }
  return to;
}
