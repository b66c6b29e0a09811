/**
 * What the naive network reads of a spec.
 *
 * @module
 */

/** One extent for both axes, or `[height, width]`. */
export type NaiveExtent = number | readonly number[];

/** A convolution over images or series. */
export interface NaiveConvolutionSpec {
  type: "conv2d" | "conv1d";
  inChannels?: number;
  outChannels: number;
  kernel: NaiveExtent;
  stride?: NaiveExtent;
  /** On both sides of each dimension; each side by itself; or "same". */
  padding?: NaiveExtent | "same";
  dilation?: NaiveExtent;
  groups?: number;
  bias?: boolean;
}

/** One layer of a {@linkcode NaiveSpec}. */
export type NaiveLayerSpec =
  | NaiveConvolutionSpec
  | {
    type: "maxPool2d" | "avgPool2d";
    kernel: NaiveExtent;
    stride?: NaiveExtent;
  }
  | { type: "linear"; inFeatures?: number; outFeatures: number }
  | { type: "dropout"; rate: number }
  | {
    type: "batchNorm1d" | "batchNorm2d";
    numFeatures?: number;
    momentum?: number;
    epsilon?: number;
  }
  | { type: "relu" | "sigmoid" | "tanh" | "flatten" };

/** The update rule of a {@linkcode NaiveSpec}; the rate comes with each step. */
export type NaiveOptimizerSpec =
  | { type: "sgd"; learningRate?: number; l2?: number }
  | { type: "momentum"; learningRate?: number; momentum?: number; l2?: number }
  | {
    type: "adam";
    learningRate?: number;
    beta1?: number;
    beta2?: number;
    epsilon?: number;
    l2?: number;
  };

/** The part of a network's specification that this module reads. */
export interface NaiveSpec {
  /** Name of the network; not read. */
  name?: string;
  /** Shape of one sample: `[channels, height, width]` or `[features]`. */
  input: readonly number[];
  /** Most samples in one call; buffers are allocated for this many. */
  batchSize: number;
  /** The layers in order. */
  layers: readonly NaiveLayerSpec[];
  /** The loss, a mean over the samples (mse: over samples and outputs). */
  loss: { type: "softmaxCrossEntropy" | "mse" };
  /** Settings of the training; only the optimizer is read here. */
  training: {
    epochs?: number;
    optimizer: NaiveOptimizerSpec;
    scheduler?: unknown;
    sgdLearningRate?: number;
  };
}
