/**
 * All that a spec can name, and how every step begins.
 *
 * @module
 */
import type { Axis, Part } from "../ir/ir.ts";
import type { LayerKind, Tensors } from "./layer.ts";
import type { LossKind } from "./loss.ts";
import type { OptimizerKind, SchedulerKind } from "./optimizer.ts";

/** The kernels that begin every step, whatever the layers. */
export interface BatchKind {
  readonly source: string;
  /** Writes `x` from `data` at the samples that `order` names. `bytes`: scaled from 0..255 to 0..1. */
  gatherInputs(n: Axis, tensors: Tensors, bytes: boolean): Part[];
  /** Writes `label` from `labels`. */
  gatherLabels(n: Axis, tensors: Tensors): Part[];
  /** Writes `target` from `targets`. */
  gatherTargets(n: Axis, tensors: Tensors): Part[];
}

/** All that a spec can name. */
export interface Registry {
  readonly schedulers: readonly SchedulerKind[];
  readonly layers: readonly LayerKind[];
  readonly losses: readonly LossKind[];
  readonly optimizers: readonly OptimizerKind[];
  readonly batch: BatchKind;
}
