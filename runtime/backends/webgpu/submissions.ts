/**
 * Many steps handed over at once: a device is asked seldom, and still stops soon.
 *
 * @module
 */
import { submit } from "./device.ts";
import { checked } from "./errors.ts";
import type { SetMemory } from "./memory.ts";
import type { KeptOutputs } from "./outputs.ts";
import { encodeSteps, type GpuNet } from "./steps.ts";

/** Steps that are submitted together: waiting for a submission costs 10 ms, so there must be many in it. */
const SUBMITTED_STEPS = 128;
/** Seconds that a submission may take on a GPU, about: systems take one that does not answer for 2 s for dead. */
const LONGEST_SUBMISSION = 0.5;
/** Steps that tell how long one takes, and what waiting for them adds, in seconds. */
const TRIED_STEPS = 8, WAIT = 0.01;

/** How many steps to submit together, when so many took so long with the wait for them. */
export function stepsTogether(seconds: number, steps: number): number {
  const each = Math.max(0, seconds - WAIT) / steps;
  return Math.max(1, Math.min(SUBMITTED_STEPS, Math.floor(LONGEST_SUBMISSION / each)));
}

/** The steps of a net on their way to its device. */
export class Submissions {
  readonly #net: GpuNet;
  /** Steps that are submitted together. */
  readonly together: number;
  #progress = 0;
  #stopped = false;

  private constructor(net: GpuNet, together: number) {
    this.#net = net;
    this.together = together;
  }

  /**
   * Runs every kernel once, since drivers compile a kernel when it first runs; on a GPU some more, to see how many steps
   * may be submitted together. `set`: a data set of so many `steps`.
   */
  static async begin(net: GpuNet, set: SetMemory, steps: number): Promise<Submissions> {
    const { plan, gpu, dispatches: { train, evaluate } } = net, { device, fallback } = gpu;
    return await checked(device, `net ${plan.name} on the GPU`, async () => {
      submit(gpu, encodeSteps(net, set, [...train, ...evaluate], [0, 1]));
      await device.queue.onSubmittedWorkDone();
      if (fallback) return new Submissions(net, SUBMITTED_STEPS);
      const tried = Math.min(TRIED_STEPS, steps), begin = performance.now();
      submit(gpu, encodeSteps(net, set, train, [0, tried]));
      await device.queue.onSubmittedWorkDone();
      return new Submissions(net, stepsTogether((performance.now() - begin) / 1000, tried));
    });
  }

  /** Steps of those that were asked for last that are known to be done. */
  get progress(): number {
    return this.#progress;
  }

  /** Nothing is submitted any more but what begins an answer. */
  stop(): void {
    this.#stopped = true;
  }

  /** What was stopped goes on with the next call. */
  goOn(): void {
    this.#stopped = false;
  }

  /**
   * Submits steps `first` to `end` of a data set, until all are or it is stopped: one submission waits while another one
   * runs. Gives the number of the first step that is not submitted; the last ones may still run.
   */
  async submit(
    set: SetMemory,
    kernels: readonly string[],
    [first, end]: readonly [first: number, end: number],
    kept?: KeptOutputs,
  ): Promise<number> {
    const { gpu } = this.#net, { device: { queue }, fallback } = gpu, stride = kept?.steps ?? this.together;
    this.#progress = first;
    let submitted = first;
    // in software each takes seconds, and a stop should not take two
    let last: Promise<unknown> = Promise.resolve();
    for (let from = first; from < end; from += stride) {
      submitted = Math.min(from + stride, end);
      submit(gpu, encodeSteps(this.#net, set, kernels, [from, submitted], kept));
      // before the next submission overwrites it
      await kept?.read(from, submitted);
      if (submitted === end) break;
      const done = queue.onSubmittedWorkDone();
      await (fallback ? done : last);
      this.#progress = fallback ? submitted : from;
      last = done;
      if (this.#stopped) break;
    }
    return submitted;
  }

  /** All steps before this one are done. */
  done(step: number): void {
    this.#progress = step;
  }
}
