/**
 * What a loss must say of itself.
 *
 * @module
 */
import type { z } from "zod";
import type { Axis, Part } from "../ir/ir.ts";
import type { Tensors } from "./layer.ts";

/**
 * A kind of loss. Tensors: `x` [n, o] the network's output, `label` [n] or `target` [n, o], `dx` [n, o], and for each
 * step of an epoch a row of `loss` [step, n] and `hit` [step, n]. Rows of the batch from the param `count` on are no
 * samples: their loss, hit and gradient are 0.
 */
// deno-lint-ignore no-explicit-any -- as for layers
export interface LossKind<Options = any> {
  readonly type: string;
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** Class indices, or one value per output. */
  readonly target: "label" | "target";
  /** Writes `loss` and `hit` (1 where the largest output is the right one). */
  forward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Writes `dx`, the gradient of the mean loss over the `count` samples. */
  backward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Probability of each class, from the outputs for one sample, where the loss takes these for logits. */
  probabilities?(outputs: Float32Array): Float64Array;
}
