/// <reference lib="deno.worker" />
/**
 * Keeps a core busy for a moment and tells what it gave.
 *
 * @module
 */

/** What a core is to do. */
export interface Spin {
  /** Counts the threads that are there: all begin at once. */
  readonly control: SharedArrayBuffer;
  readonly threads: number;
  readonly milliseconds: number;
}

/** Additions and multiplications of a round, some microseconds: each waits for the one before. */
const ROUND = 4000;
/** Milliseconds in which the loop becomes machine code, and that threads wait for each other at most. */
const WARM_UP = 15, LONGEST_WAIT = 2000;

/** Rounds in a millisecond, for so many milliseconds. */
function spin(milliseconds: number): number {
  const start = performance.now();
  let rounds = 0, x = 1, now = start;
  for (; now - start < milliseconds; now = performance.now()) {
    for (let i = 0; i < ROUND; i++) x = x * 0.9999999 + 1e-7;
    rounds++;
  }
  // never so: the loop cannot be left out
  if (x === 0) throw new Error("a sum of positive numbers is 0");
  return rounds / (now - start);
}

self.onmessage = ({ data: { control, threads, milliseconds } }: MessageEvent<Spin>) => {
  spin(WARM_UP);
  const there = new Int32Array(control), start = performance.now();
  Atomics.add(there, 0, 1);
  while (Atomics.load(there, 0) < threads && performance.now() - start < LONGEST_WAIT);
  self.postMessage(spin(milliseconds));
};
