/**
 * The few words of memory by which the threads of a team wait for each other and are told to end.
 *
 * @module
 */

/**
 * Places in the control block. `HALT`: whether the work is to end early. `LAST`: the step that it ends with then. `ORDERS`:
 * how many single steps were ordered of threads that wait for them; `ORDER`: which one is wanted.
 */
export const WAITING = 0, GENERATION = 1, PROGRESS = 2, FAILED = 3, HALT = 4, LAST = 5, ORDERS = 6, ORDER = 7;
/** Words of the control block. */
export const CONTROL_WORDS = 8;

/** No step. */
export const NEVER = 2 ** 31 - 1;

/** Looks at a flag so often before a thread goes to sleep: about 20 us, what a wake-up costs. */
const SPINS = 2000;

/** Wakes all threads that wait for one that has failed, and lets them fail too. */
export function abandon(control: Int32Array): void {
  Atomics.store(control, FAILED, 1);
  Atomics.add(control, GENERATION, 1);
  Atomics.notify(control, GENERATION);
}

/** Returns when a word is no longer what it was: looks at it for a while, then sleeps, where the thread may. */
export function waitForChange(control: Int32Array, word: number, before: number, sleeps = true): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, word) !== before) return;
  while (Atomics.load(control, word) === before) if (sleeps) Atomics.wait(control, word, before);
}

/**
 * A barrier: returns when all threads of the team have called it, throws when one has failed.
 *
 * @param sleeps whether this thread may: that of a page may not.
 */
export function barrier(control: Int32Array, threads: number, sleeps = true): () => void {
  if (threads === 1) return () => {};
  const pass = () => {
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, WAITING, 1) === threads - 1) {
      Atomics.store(control, WAITING, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
      return;
    }
    waitForChange(control, GENERATION, generation, sleeps);
  };
  return () => {
    if (!Atomics.load(control, FAILED)) pass();
    if (Atomics.load(control, FAILED)) throw new Error("another thread failed");
  };
}
