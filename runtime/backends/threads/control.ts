/**
 * The few words of memory by which the threads of a team wait for each other and are told to end.
 *
 * @module
 */

/** Places in the control block. `HALT`: whether the work is to end early. `LAST`: the step that it ends with then. */
export const WAITING = 0, GENERATION = 1, PROGRESS = 2, FAILED = 3, HALT = 4, LAST = 5, CONTROL_WORDS = 6;

/** Looks at a flag so often before a thread goes to sleep: about 20 us, what a wake-up costs. */
const SPINS = 2000;

/** Wakes all threads that wait for one that has failed, and lets them fail too. */
export function abandon(control: Int32Array): void {
  Atomics.store(control, FAILED, 1);
  Atomics.add(control, GENERATION, 1);
  Atomics.notify(control, GENERATION);
}

/** A barrier: returns when all threads of the team have called it, throws when one has failed. */
export function barrier(control: Int32Array, threads: number): () => void {
  if (threads === 1) return () => {};
  const pass = () => {
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, WAITING, 1) === threads - 1) {
      Atomics.store(control, WAITING, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
      return;
    }
    for (let i = 0; i < SPINS; i++) if (Atomics.load(control, GENERATION) !== generation) return;
    while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation);
  };
  return () => {
    if (!Atomics.load(control, FAILED)) pass();
    if (Atomics.load(control, FAILED)) throw new Error("another thread failed");
  };
}
