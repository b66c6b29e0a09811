/**
 * Checks of whole steps in a thread of their own: they take about half as long as those of kernels, and need nothing of
 * these.
 *
 * @module
 */
import { InputError, type Optimization, type Spec, type VerifyRow } from "../../mod.ts";
import { platform } from "../../runtime/platform/here.ts";

/** What the thread is asked. */
export interface StepTask {
  readonly spec: Spec;
  /** Names of targets. */
  readonly targets: readonly string[];
  readonly seed: number;
  readonly without: readonly Optimization[];
}

/** What it says: of each target in turn, or that it has failed. */
export type StepAnswer = { readonly target: string; readonly rows: readonly VerifyRow[] } | {
  readonly error: string;
  /** Whether what was given is to blame. */
  readonly isInput: boolean;
};

/** Checks that have begun. */
export interface StepChecks {
  /** Those of a target. */
  of(target: string): Promise<readonly VerifyRow[]>;
  /** Ends the thread. */
  end(): void;
}

/** Begins to check. */
export function beginSteps(task: StepTask): StepChecks {
  const answers = new Map(task.targets.map((target) => [target, Promise.withResolvers<readonly VerifyRow[]>()]));
  const fail = (error: unknown) => {
    for (const { reject } of answers.values()) reject(error);
  };
  // whoever asks is told
  for (const { promise } of answers.values()) promise.catch(() => {});
  const { Worker } = platform;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<StepAnswer>) => {
    if ("error" in data) fail(data.isInput ? new InputError(data.error) : new Error(data.error));
    else answers.get(data.target)!.resolve(data.rows);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    fail(new Error(event.message));
  };
  worker.postMessage(task);
  return { of: (target) => answers.get(target)!.promise, end: () => worker.terminate() };
}
