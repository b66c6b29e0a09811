/// <reference lib="deno.worker" />
/**
 * One thread of a team: gets its assignment, then runs work until it is ended.
 *
 * @module
 */
import { type Assignment, barrier, PROGRESS, type Work } from "./team.ts";

/** What a generated `step.ts` offers. */
interface StepModule {
  bind(
    memory: SharedArrayBuffer,
    rows: Readonly<Record<string, readonly [number, number]>>,
    member: { readonly thread: number; readonly threads: number; wait(): void },
  ): Record<Work["mode"], (step: number) => void>;
}

let run: (work: Work) => void;

async function begin({ module, memory, control: shared, rows, thread, threads }: Assignment): Promise<void> {
  const { bind }: StepModule = await import(module);
  const control = new Int32Array(shared);
  const wait = barrier(control, threads);
  const steps = rows.map((own) => bind(memory, own, { thread, threads, wait }));
  run = ({ rows, mode, from, to }) => {
    const step = steps[rows][mode];
    for (let i = from; i < to; i++) {
      step(i);
      if (thread === 0) Atomics.store(control, PROGRESS, i - from + 1);
    }
  };
}

self.onmessage = async ({ data }: MessageEvent<Assignment | Work>) => {
  try {
    if ("module" in data) await begin(data);
    else run(data);
    self.postMessage(null);
  } catch (error) {
    self.postMessage(error instanceof Error ? error.message : String(error));
  }
};
