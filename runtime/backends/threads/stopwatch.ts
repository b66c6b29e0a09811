/**
 * When the kernels of a step begin and end in each thread of a team.
 *
 * @module
 */

/** What the threads of a team time their kernels with. */
export interface StopwatchPlan {
  /** Whether a thread really waits for the others, for each kernel of a step: after it. */
  readonly barriers: readonly boolean[];
  /** For each thread, step and kernel: when it began and ended, in milliseconds since `origin`. */
  readonly times: Float64Array;
  /** The time, in milliseconds, from which all threads count. */
  readonly origin: number;
}

/** What times the kernels of one thread. */
export interface Stopwatch {
  /** Called when a step begins. */
  begin(): void;
  /** Called by the step after each kernel; waits for the others where it must. */
  wait(): void;
}

/** Times steps as they are run, one after the other. `wait`: the barrier. */
export function stopwatch(
  { barriers, times, origin }: StopwatchPlan,
  { thread, threads, wait }: { thread: number; threads: number; wait(): void },
): Stopwatch {
  const share = times.length / threads, threadTimes = times.subarray(thread * share, (thread + 1) * share);
  // threads begin at different times, and each counts from its own beginning
  const now = () => performance.timeOrigin - origin + performance.now();
  let kernel = 0, began = 0, at = 0;
  return {
    begin() {
      kernel = 0;
      began = now();
    },
    wait() {
      threadTimes[at++] = began;
      threadTimes[at++] = now();
      if (barriers[kernel++]) wait();
      began = now();
    },
  };
}
