/**
 * What a session is, whatever runs it: a net with data sets in some memory, and what training and testing it gives.
 *
 * @module
 */

/** What is given to one epoch. */
export interface Epoch {
  /** The seed of the run, and the number of the epoch from 0: the order of samples and what dropout drops depend on them. */
  readonly seed: number;
  readonly epoch: number;
  /** Steps of training before the epoch. Default: those of so many epochs over the same samples. */
  readonly first?: number;
  /** Values of the optimizer's params for a step of the epoch, from 0. */
  params(step: number): Readonly<Record<string, number>>;
}

/** Sums in f64 over samples, by the tensors of a row for each step that tell of them: `loss`, and each metric's symbol. */
export type Sums = Readonly<Record<string, number>>;

/** Sums over the samples of the steps of an epoch that are done, in their order. */
export interface EpochSums {
  readonly steps: number;
  /** A sum that is missing is 0. */
  readonly sums: Sums;
}

/** What an epoch gave, of its samples as they were seen. `steps`: fewer than were asked for where it was stopped, or diverged. */
export interface Result extends EpochSums {
  /** Mean over the samples of the steps. */
  readonly loss: number;
}

/** An element of a tensor that is infinite or NaN. */
export interface NotFinite {
  readonly name: string;
  /** Where it is, in the order of what was looked at. */
  readonly index: number;
  readonly value: number;
}

/** What training gives. */
export interface TrainingResult extends Result {
  /** A parameter that has such an element after the last step: the loss need not show it. */
  readonly notFinite?: NotFinite;
}

/** What a network made of every sample of a data set. */
export interface Predictions extends Result {
  /** What the last layer gave: samples x outputs, row-major. */
  readonly outputs: Float32Array;
  /** The loss of each sample. */
  readonly losses: Float32Array;
}

/** A network that trains and tests on data sets it holds. */
export interface NetSession {
  /** Workers; 0 where it takes none. */
  readonly threads: number;
  /** What it asked of a GPU so far, if it runs on one. */
  readonly gpu?: GpuReport;
  /** Draws the initial parameters, and puts the beginnings of buffers and the optimizer's state. */
  initialize(seed: number): void;
  /** Fulfilled when a step could begin; a run that is stopped before does none. */
  readonly ready: Promise<void>;
  /** A tensor's elements in the usual order: a copy. It must have no halo, and be kept: where others lie, too, they may be theirs. */
  read(name: string): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>>;
  /** The elements of some tensors, as `read` gives them. */
  readAll(names: readonly string[]): Promise<Float32Array<ArrayBuffer>[]>;
  /** Sets a tensor's elements, given in the usual order. It must have no halo. */
  write(name: string, values: Float32Array): void;
  /** Steps done of the epoch that is running. */
  readonly progress: number;
  /**
   * Trains one epoch on a data set, in the order that seed and epoch give.
   *
   * @param steps stops early: after the first so many steps of the epoch.
   * @param before steps of the epoch that are done, and their sums.
   */
  train(set: number, epoch: Epoch, steps?: number, before?: EpochSums): Promise<TrainingResult>;
  /** Ends what is running soon, after a step; nothing that is begun later goes on for long. */
  stop(): void;
  /** Runs the network over a data set in its own order, without training. */
  evaluate(set: number): Promise<Result>;
  /** As `evaluate`, and keeps the network's outputs for every sample; all sums have the same bits. */
  predictions(set: number): Promise<Predictions>;
  /**
   * Times each kernel of some steps of training, the first of an epoch, over and over where it has fewer. It trains on;
   * `steps`: how many are timed, after `warmUp` others.
   */
  profile(set: number, epoch: Epoch, steps: number, warmUp: number): Promise<Timing>;
  /** Gives back what it holds. */
  close(): void;
}

/** Which steps are timed. */
export interface TimedSteps {
  /** The number of the data set. */
  readonly set: number;
  /** Steps that the data set has. */
  readonly ofSet: number;
  readonly steps: number;
  /** Steps before them. */
  readonly warmUp: number;
}

/** When the kernels of some training steps ran. */
export interface Timing {
  /** What told the time. */
  readonly clock: string;
  /** What kernels ran on, side by side: threads, or the queue of a GPU. */
  readonly tracks: readonly string[];
  /** What is started in a step, in order: kernels, or dispatches of one or several. */
  readonly started: readonly { readonly name: string; readonly kernels: readonly string[] }[];
  /** In the order of steps, tracks, and what is started. */
  readonly spans: readonly Span[];
}

/** One run on one track: numbers of the step, the track and what was started; seconds from the same beginning. */
export interface Span {
  readonly step: number;
  readonly track: number;
  readonly started: number;
  readonly begin: number;
  readonly end: number;
}

/** What a run asks of a GPU. */
export interface GpuReport {
  /** The adapter. */
  readonly adapter: string;
  /** Whether it is the processor, not a GPU. */
  readonly fallback: boolean;
  /** Kernels started in a training step. */
  readonly dispatchesPerStep: number;
  /** How often work was handed over in the last epoch of training; counted, without what saving asked for after it. */
  readonly submitsPerEpoch: number;
  /** How often results were read back in it; counted, too. */
  readonly readBacksPerEpoch: number;
  /** Compiling all kernels for the device, in seconds. */
  readonly compileSeconds: number;
  /** Making buffers and copying the data sets into them, in seconds; parts of it may be done later. */
  readonly uploadSeconds: number;
}
