/**
 * What a run of `../peers.ts` measures: the contents of `../results.json`.
 *
 * @module
 */
import type { Environment, MachineRecord } from "../measure/environment.ts";

/** What was measured of a row. */
export interface Row {
  /** Images/s: of each round, or, where a step takes too long for rounds, of each step but the first. */
  rates: number[];
  /** In how many rounds the machine gave less than it can. */
  slow?: number;
  /** What lies between the smallest and the largest rate, as a share of the median. */
  spread?: number;
  /** Images of a pass, and passes of a round; the first pass warms up. */
  images?: number;
  passes?: number;
  /** Seconds to the first step: from the start of the process, and from loaded code and data. */
  sinceStart: number[];
  sinceReady: number[];
  peakBytes: number[];
  /** Losses of the first steps, all on one batch. */
  losses: number[];
  /** How far they are from ours, at most. */
  gap?: number;
  /** The WebGPU adapter it used. */
  adapter?: string;
  note?: string;
  /** Why it cannot run, as it says itself. */
  reason?: string;
}

/** A training run to the end. */
export interface WholeRun {
  readonly target: string;
  readonly threads: number;
  readonly seed: number;
  readonly epochs: number;
  /** Images it trained with, those of all epochs. */
  readonly images: number;
  /** Of the training loop. */
  readonly seconds: number;
  /** Of the last epoch. */
  readonly loss: number;
  readonly correct: number;
  readonly tested: number;
  readonly peakBytes: number;
}

/** All that a run of `peers.ts` measured. */
export interface Results extends Omit<Environment, "machine"> {
  readonly net: string;
  readonly batchSize: number;
  /** WebGPU's adapter goes by another name here than elsewhere. */
  readonly machine: Omit<MachineRecord, "gpu" | "cpu"> & {
    readonly cpu?: string | null;
    readonly adapter: MachineRecord["gpu"];
  };
  /** The flags of the rows that say so. */
  readonly v8Flags: string;
  readonly rounds: number;
  readonly rows: Readonly<Record<string, Row>>;
  readonly wholeRun?: WholeRun;
}

/** A row whose loss is further from ours in any of the first steps does other work. */
export const TOLERANCE = 0.001;
/** Multiplications and additions of one training sample: those of the convolution and the linear layers. */
export const SAMPLE_FLOPS = 7.33e6;

/** The row that ratios compare with. */
export const BASE = "jax-js wasm, lax";
/** The row that makes the whole run. */
export const FASTEST = "wasm_relaxed, V8 flags";
