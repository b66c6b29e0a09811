/**
 * How long short calls take.
 *
 * @module
 */

/** Microseconds of calls. */
export interface CallTimes {
  readonly calls: number;
  readonly median: number;
  readonly least: number;
  /** Most that 95 % of them take. */
  readonly most95: number;
}

/**
 * Times calls, one by one.
 *
 * @param call given the number of the call.
 * @param warmUp how many calls come first that are not counted.
 * @param milliseconds that calls are timed for, at least.
 */
export function timeCalls(call: (number: number) => unknown, warmUp: number, milliseconds: number): CallTimes {
  for (let i = 0; i < warmUp; i++) call(i);
  const times: number[] = [];
  for (let total = 0; total < milliseconds;) {
    const begin = performance.now();
    call(times.length);
    times.push(performance.now() - begin);
    total += times[times.length - 1];
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => 1000 * times[Math.floor(share * (times.length - 1))];
  return { calls: times.length, median: at(0.5), least: at(0), most95: at(0.95) };
}
