/**
 * What an optimizer and a schedule of learning rates must say of themselves.
 *
 * @module
 */
import type { z } from "../zod.ts";
import type { Axis, Part } from "../ir/ir.ts";
import type { Tensors } from "./layer.ts";

/**
 * Gradients below this are noise, and their squares still are normal numbers. It stops weights that only L2 moves at
 * `NEGLIGIBLE / l2`, instead of shrinking them for ever.
 */
export const NEGLIGIBLE = 2 ** -50;
/** A kind of optimizer. Tensors: `w` the parameter, `dw` its gradient, and its state. */
// deno-lint-ignore no-explicit-any -- as for layers
export interface OptimizerKind<Options = any> {
  readonly type: string;
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** Symbols of the tensors it keeps per parameter, each of the parameter's shape, from 0. */
  readonly state: readonly string[];
  /** Writes `w` and the state. `decay`: with L2. */
  update(axes: readonly Axis[], tensors: Tensors, decay: boolean): Part[];
  /** The params its kernels read, for step `step` (from 1) at a learning rate. */
  params(options: Options, learningRate: number, step: number): Readonly<Record<string, number>>;
}

/** How the learning rate changes from epoch to epoch. */
// deno-lint-ignore no-explicit-any -- as for layers
export interface SchedulerKind<Options = any> {
  readonly type: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** The rate after `epochs` finished epochs, from the rate of the first. */
  rate(options: Options, initial: number, epochs: number): number;
}
