/**
 * What a process of `../nets.ts` is to do, ours or PyTorch's, and what it gives back.
 *
 * @module
 */

/** Files in a job's folder. All numbers take four bytes, the lowest first. */
export const FILES = {
  /** The net, with a learning rate that does not change. */
  spec: "spec.json",
  /** Samples as floats, one after the other. */
  inputs: "inputs",
  /** Their classes, as integers. */
  labels: "labels",
  /** Initial values of all parameters, layer by layer, weight before bias; then of running statistics. */
  parameters: "parameters",
} as const;

/** What a process is to do: passes over samples, each in steps of a batch. */
export interface Job {
  readonly folder: string;
  readonly threads: number;
  /** Whether PyTorch is tuned by hand; ours never is. */
  readonly tuned: boolean;
  /** Batches of a pass. */
  readonly batches: number;
  /** Passes, at least. */
  readonly passes: number;
  /** Seconds after the first pass in which others are not timed, and then in which they are. With 0 and 0 rates say nothing. */
  readonly warmUp: number;
  readonly seconds: number;
  /** When the process was started, in milliseconds since 1970. */
  readonly started: number;
}

/** Of so many passes the losses are told. */
export const TOLD = 3;
/** So many passes are timed at least, where any are. */
export const LEAST_TIMED = 2;

/** What a process gives back: its last line, as JSON. */
export interface Outcome {
  /** Mean over the samples of each of the first passes, each as it was seen before its update. */
  readonly losses: readonly number[];
  /** PyTorch's, where all of those are asked for: what roundings of the samples change of them at most, as shares of them. */
  readonly apart?: readonly number[];
  /** Samples/s of each pass that was timed. */
  readonly rates: readonly number[];
  /** Seconds from the start of the process to the end of the first pass. */
  readonly sinceStart: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
}
