/**
 * All that a spec can name, and how every step begins.
 *
 * @module
 */
import type { Axis, Part } from "../ir/ir.ts";
import type { LayerKind, Tensors } from "./layer.ts";
import type { LossKind, MetricKind } from "./loss.ts";
import type { Tensor } from "./notation.ts";
import type { OptimizerKind, SchedulerKind } from "./optimizer.ts";

/** The kernels that begin every step, whatever the layers. */
export interface BatchKind {
  readonly source: string;
  /** Writes `x` from `data` at the samples that `order` names. `bytes`: scaled from 0..255 to 0..1. */
  gatherInputs(n: Axis, tensors: Tensors, bytes: boolean): Part[];
  /** Writes the targets of the batch from those of all samples; `order`: which samples the batch has. */
  gatherTargets(n: Axis, batch: Tensor, all: Tensor, order: Tensor): Part[];
}

/**
 * All that a spec can name.
 *
 * @ignore the compiler's own types
 */
export interface Registry {
  readonly schedulers: readonly SchedulerKind[];
  readonly layers: readonly LayerKind[];
  readonly losses: readonly LossKind[];
  /** Of these a net is told all that fit it. */
  readonly metrics: readonly MetricKind[];
  readonly optimizers: readonly OptimizerKind[];
  readonly batch: BatchKind;
}
