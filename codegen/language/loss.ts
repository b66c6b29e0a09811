/**
 * What a loss and a metric must say of themselves.
 *
 * @module
 */
import type { z } from "../zod.ts";
import type { Axis, DType, Part } from "../ir/ir.ts";
import type { Shape, Tensors } from "./layer.ts";

/** What outputs are compared with: a tensor that has the samples first. */
export interface TargetSpec {
  /** In formulas, and the tensor's name; that of the data set's has an s behind it: `label`, `labels`. */
  readonly symbol: string;
  /** Without the batch: [] for one number for each sample. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** For integers: all values are below this. */
  readonly below?: number;
}

/** The class of each sample, for outputs that are one number for each class. */
export function classLabels([classes]: Shape): TargetSpec {
  return { symbol: "label", shape: [], dtype: "i32", below: classes };
}

/** A number for each output. */
export function numbersLike(output: Shape): TargetSpec {
  return { symbol: "target", shape: output, dtype: "f32" };
}

/**
 * A kind of loss. Tensors: `x` [n, o] the network's output, the target by its symbol, `dx` [n, o], and for each step of an
 * epoch a row of `loss` [step, n]. Rows of the batch from the param `count` on are no samples: their loss and gradient
 * are 0.
 */
// deno-lint-ignore no-explicit-any -- as for layers
export interface LossKind<Options = any> {
  readonly type: string;
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** What outputs of a shape are compared with. */
  target(output: Shape): TargetSpec;
  /** Writes `loss`. */
  forward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Writes `dx`, the gradient of the mean loss over the `count` samples. */
  backward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Probability of each class, from the outputs for one sample, where the loss takes these for logits. */
  probabilities?(outputs: Float32Array): Float64Array;
}

/**
 * A kind of metric: a number for each sample that tells how good its output is; nothing is learned from it. Tensors: `x`
 * and the target, as a loss has them, and for each step of an epoch a row of its own, 0 where there is no sample.
 */
export interface MetricKind {
  readonly type: string;
  readonly source: string;
  /** One line: what its mean over the samples is. */
  readonly summary: string;
  /** In formulas, and the name of the tensor that it writes. */
  readonly symbol: string;
  /** Whether it says something of such outputs and targets. */
  fits(output: Shape, target: TargetSpec): boolean;
  /** Writes its own tensor. */
  forward(n: Axis, tensors: Tensors): Part[];
}
