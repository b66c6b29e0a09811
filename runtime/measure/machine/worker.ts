/**
 * One of the threads that measure what all cores give at once. The module that it is sent comes with its optimised code.
 *
 * @module
 */
import { type Job, type Kernels, time } from "./probe.ts";
import { abandon, barrier } from "../../backends/threads/control.ts";
import { parentOf } from "../../platform/parent.ts";

/** What a thread needs. */
export interface ProbeAssignment {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly threads: number;
  readonly jobs: readonly Job[];
  /** How long each job is timed. */
  readonly milliseconds: number;
}

const parent = parentOf();
parent.onmessage = ({ data }: MessageEvent<ProbeAssignment>) => {
  const control = new Int32Array(data.control);
  try {
    const { exports } = new WebAssembly.Instance(data.module, { machine: { memory: data.memory } });
    const kernels = exports as unknown as Kernels;
    const meet = barrier(control, data.threads);
    parent.postMessage(data.jobs.flatMap((job) => {
      meet();
      return time(kernels, [job], data.milliseconds);
    }));
  } catch (error) {
    abandon(control);
    parent.postMessage(error instanceof Error ? error.message : String(error));
  }
};
