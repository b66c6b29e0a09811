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
  /** The option that makes weights smaller, which a group of layers may have of its own: `l2`. */
  readonly decay: string;
  /** The option that is its momentum, which a schedule may cycle: `beta1`. Default: it has none. */
  readonly momentum?: string;
  /** Symbols of the tensors it keeps per parameter, each of the parameter's shape, from 0. */
  state(options: Options): readonly string[];
  /** Writes `w` and the state. `decay`: with L2, or what makes weights smaller in its place. */
  update(axes: readonly Axis[], tensors: Tensors, decay: boolean, options: Options): Part[];
  /** The params its kernels read, for step `step` (from 1) at a learning rate. */
  params(options: Options, learningRate: number, step: number): Readonly<Record<string, number>>;
}

/** How the learning rate changes from epoch to epoch, or from step to step. */
// deno-lint-ignore no-explicit-any -- as for layers
export interface SchedulerKind<Options = any> {
  readonly type: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** What it counts. Default: what the spec's `by` says, or epochs. */
  readonly counts?: "steps" | "nothing";
  /** The option that says how long it takes, where that is all of the training if a spec does not say it. */
  readonly span?: string;
  /** The rate after `count` finished epochs, or steps, from the first rate. `options`: the span is among them. */
  rate(options: Options, initial: number, count: number): number;
  /** What the optimizer's momentum is meanwhile, where the schedule says that. */
  momentum?(options: Options, count: number): number | undefined;
}
