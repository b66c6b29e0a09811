/**
 * What a run is told, and what it gives.
 *
 * @module
 */
import type { CompiledNet } from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import type { FittedNet } from "../backends/backend.ts";
import type { Checkpoint, TensorValues } from "../files/checkpoint.ts";
import type { Machine } from "../measure/machine/facts.ts";
import type { Trace } from "../measure/trace.ts";
import type { EpochReport, Progress, TrainingReport } from "./training_report.ts";

/** A compiled net, what it came from, and what it runs on. */
export interface Runnable {
  readonly spec: Spec;
  readonly net: Pick<CompiledNet, "plan" | "target">;
  /** Optimizations that were left out. */
  readonly without: readonly string[];
  readonly registry: Registry;
  /** With both data sets, training samples first. */
  readonly fitted: FittedNet;
  /** Tells what it ran on; called after training and test: it may measure. `threads`: those that trained, if any. */
  readonly machine: (threads: number) => Promise<Machine>;
}

/** How a run is made. */
export interface RunOptions {
  /** Workers. */
  readonly threads: number;
  /** Passes over the training samples. */
  readonly epochs: number;
  /** What all random numbers follow from. */
  readonly seed: number;
  /** Whether the kernels of some more steps are timed after the test; nothing else in the result depends on it. */
  readonly profile?: boolean;
  /** What is gone on from. */
  readonly resume?: Checkpoint;
  /** Called after some epochs, at the end of training and when it is stopped, with what was reached; it is waited for. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Epochs between two calls of `onCheckpoint`. Default 1. */
  readonly checkpointEvery?: number;
  /** Stops training or the test after a step: the run then ends with a {@linkcode StoppedError}. */
  readonly signal?: AbortSignal;
  /** Called about ten times a second while an epoch runs, but not before it is done with the last call. */
  readonly onProgress?: (progress: Progress) => unknown;
  /** Called after each epoch; a promise is waited for. */
  readonly onEpoch?: (epoch: EpochReport) => unknown;
}

/** A trained network. */
export interface Trained {
  /** What happened. */
  readonly report: TrainingReport;
  /** Parameters and buffers by name, in the usual order: conv weights [out, in, h, w], linear weights [out, in]. */
  readonly parameters: ReadonlyMap<string, TensorValues>;
  /** What {@linkcode saveCheckpoint} keeps, to go on from or to use the net. */
  readonly checkpoint: Checkpoint;
  /** With a profile: every run of every kernel that was timed. */
  readonly trace?: Trace;
}
