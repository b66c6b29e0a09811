/**
 * What a layer of the naive network is.
 *
 * @module
 */

/** Storage of all values: f32 for the timed baseline, f64 for the model. */
export type Numbers = Float32Array | Float64Array;

/** Which storage. */
export type Storage = Float32ArrayConstructor | Float64ArrayConstructor;

/** A weight or bias with its gradient; all values start at zero. */
export interface NaiveParameter {
  /** Shape of the values, row-major. */
  shape: number[];
  /** The values; the caller writes initial ones. */
  values: Numbers;
  /** Gradient of the loss, averaged over the samples, without the L2 term. */
  gradient: Numbers;
  /** Inputs that feed one output (conv2d: times the kernel's area). */
  fanIn: number;
  /** Outputs that one input feeds (conv2d: times the kernel's area). */
  fanOut: number;
}

/** What a layer computes; buffers are batch x shape, `count` samples of them used. */
export interface Layer {
  forward(input: Numbers, output: Numbers, count: number): void;
  /** Gradients of the parameters, and of the input where a buffer is given. */
  backward(
    input: Numbers,
    output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void;
}
