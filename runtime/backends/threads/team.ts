/**
 * A team of workers that run the same steps, each its share of every kernel.
 *
 * @module
 */
import { platform } from "../../platform/here.ts";
import type { Thread } from "../../platform/platform.ts";
import type { RowPlaces } from "../rows.ts";
import { abandon, CONTROL_WORDS, HALT, LAST, NEVER, PROGRESS } from "./control.ts";
import type { Code } from "./load.ts";
import type { StopwatchPlan } from "./stopwatch.ts";

/** A memory that threads share, and where each data set's rows are in it. */
export interface SharedRows {
  readonly memory: WebAssembly.Memory;
  readonly rows: readonly RowPlaces[];
  /** Where the scratch memory of the first thread begins, and how many bytes each thread has. Default: none. */
  readonly scratch?: { readonly from: number; readonly bytes: number };
}

/** What a worker needs to begin. */
export interface Assignment extends SharedRows {
  readonly code: Code;
  readonly control: SharedArrayBuffer;
  readonly thread: number;
  readonly threads: number;
  /** For a training step that waits after every kernel: what it is timed with. */
  readonly stopwatch?: StopwatchPlan;
  /** Kernels of a module that the team has made fast before its first step, each by one of its threads. */
  readonly warm?: readonly string[];
}

/** Steps `from` to `to` over a data set. */
export interface Work {
  /** The number of the data set. */
  readonly set: number;
  readonly mode: "train" | "evaluate";
  readonly from: number;
  readonly to: number;
  /** An f32 for each step, byte offset and distance in elements: once one is not finite, the work ends early. */
  readonly watched?: { readonly address: number; readonly row: number };
}

/** Workers, from the side of the thread that has them. */
export class Team {
  /** Fulfilled when each worker has loaded the module; rejected, and all are ended, when one cannot. */
  readonly ready: Promise<void>;
  readonly #workers: Thread[];
  readonly #control: Int32Array;

  /** Starts workers. They are waited for when there is work. */
  constructor(assignment: Omit<Assignment, "thread" | "threads" | "control">, threads: number) {
    const control = new SharedArrayBuffer(4 * CONTROL_WORDS);
    const { Worker } = platform;
    this.#control = new Int32Array(control);
    this.#workers = Array.from(
      { length: threads },
      () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    );
    this.ready = this.#all((thread) => ({ ...assignment, control, thread, threads })).catch((error) => {
      this.stop();
      throw error;
    });
    // whoever gives it work is told
    this.ready.catch(() => {});
  }

  /** Threads. */
  get size(): number {
    return this.#workers.length;
  }

  /** The number of the first step that is not done, in the work that is running. */
  get progress(): number {
    return Atomics.load(this.#control, PROGRESS);
  }

  /**
   * Runs steps; rejects when a worker fails, and the team is of no use after that.
   *
   * @returns the number of the first step that is not done: `to`, unless it ended early.
   */
  async run(work: Work): Promise<number> {
    await this.ready;
    Atomics.store(this.#control, PROGRESS, work.from);
    Atomics.store(this.#control, LAST, NEVER);
    await this.#all(() => work);
    return this.progress;
  }

  /** Lets the work that is running, and all that comes, end after a step. */
  halt(): void {
    Atomics.store(this.#control, HALT, 1);
  }

  /** Ends the workers. */
  stop(): void {
    // one that waits for another that has ended would not end
    abandon(this.#control);
    for (const worker of this.#workers) worker.terminate();
  }

  /** Sends each worker a message and waits for all answers. */
  async #all(message: (thread: number) => Assignment | Work): Promise<void> {
    await Promise.all(this.#workers.map((worker, thread) =>
      new Promise<void>((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<string | null>) =>
          data === null ? resolve() : reject(new Error(data));
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
        worker.postMessage(message(thread));
      })
    ));
  }
}
