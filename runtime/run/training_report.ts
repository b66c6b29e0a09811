/**
 * What a run tells: of each epoch, of how far one is, and of itself as a whole.
 *
 * @module
 */
import type { LayerSummary } from "../../codegen/graph/lanes.ts";
import type { GpuReport } from "../backends/session.ts";
import type { Machine } from "../measure/machine/facts.ts";
import type { Profile } from "../measure/profile.ts";
import type { Metrics } from "./metrics.ts";
import type { TestReport } from "./outcome.ts";

/** What one epoch brought. Its metrics are those of training samples as they were seen. */
export interface EpochReport extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the training samples, each as it was seen before its update. */
  readonly loss: number;
  /** The optimizer's in the first step, as the scheduler set it. */
  readonly learningRate: number;
  /** Time the epoch took. */
  readonly seconds: number;
}

/** An epoch that was stopped inside. */
export interface PartialEpoch {
  /** Steps that are done. */
  readonly steps: number;
  /** Time they took. */
  readonly seconds: number;
  /** Sums over the samples of the steps: of their `loss`, and of each metric by its symbol, such as `hit`. */
  readonly sums: Readonly<Record<string, number>>;
}

/** What a run was trained and tested on. */
export interface DataReport {
  /** Name of the data set, where its files were found to be those published under it. */
  readonly name?: string;
  /** Where the training samples came from. */
  readonly source: string;
  /** Shape of a sample. */
  readonly shape: readonly number[];
  /** Training samples. */
  readonly train: number;
  /** Test samples. */
  readonly test: number;
}

/** A whole run; what `train --report` writes. */
export interface TrainingReport {
  /** When training began: ISO 8601, in UTC. */
  readonly date: string;
  /** The arguments of the command that trained, where it was one. */
  readonly command?: readonly string[];
  /** Name of the net. */
  readonly net: string;
  /** Name of the target. */
  readonly target: string;
  /** Workers; 0 where a GPU trains. */
  readonly threads: number;
  /** Samples per step. */
  readonly batchSize: number;
  /** What all random numbers followed from. */
  readonly seed: number;
  /** Optimizations that were left out. */
  readonly without: readonly string[];
  /** Trained numbers. */
  readonly parameters: number;
  /** The net's layers, its input before them; absent in reports of versions before. */
  readonly layers?: readonly LayerSummary[];
  /** Names of the classes, by label, where the spec has them. */
  readonly classes?: readonly string[];
  /** What it was trained and tested on. */
  readonly data: DataReport;
  /** One after the other. */
  readonly epochs: readonly EpochReport[];
  /** All epochs together, by a monotonic clock around each: testing and saving take no part of it. */
  readonly training: { readonly images: number; readonly seconds: number; readonly imagesPerSecond: number };
  /** Where a checkpoint was gone on from: epochs that were done before, and steps of the next one. */
  readonly resumed?: { readonly epochs: number; readonly steps: number };
  /** The test samples, after training. */
  readonly test: TestReport;
  /** For a target on a GPU: which, and what a step and an epoch ask of it. */
  readonly gpu?: GpuReport;
  /** Where the time of a step goes, if that was asked for; the steps that were timed are not among those above. */
  readonly profile?: Profile;
  /** What it ran on; measured only where that was asked for. */
  readonly machine: Machine;
  /** Of this program, and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How far an epoch is. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** Samples of the epoch seen so far. */
  readonly samples: number;
  /** Training samples. */
  readonly total: number;
  /** What samples are called. Default: images. */
  readonly noun?: string;
}
