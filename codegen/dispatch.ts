/**
 * How a GPU is told to run a step: which kernels, on which buffers, by how many workgroups.
 *
 * @module
 */
import type { LoopNest } from "./ir.ts";

/** Invocations of a workgroup. */
export const WORKGROUP = 64;
/** Most workgroups along one dimension, on every device. */
const MOST = 65_535;

/** The generated `step.json`. */
export interface Dispatches {
  /** The net, and the command that writes this. */
  readonly about: string;
  /** By kernel; the text of each is in a file of its name. */
  readonly kernels: Readonly<Record<string, Dispatch>>;
  /** Kernels of a step, in order. */
  readonly train: readonly string[];
  readonly evaluate: readonly string[];
}

/** How a kernel is run. */
export interface Dispatch {
  /** Workgroups along x and y. */
  readonly workgroups: readonly [number, number];
  /** The tensors of group 1, by binding; a tensor that shares another one's storage stands by that one's name. */
  readonly tensors: readonly string[];
  /** Those that it writes. */
  readonly writes: readonly string[];
}

/** Workgroups along x and y that have an invocation for each point of a nest's grids. */
export function workgroups({ invocations = 1 }: LoopNest): readonly [number, number] {
  const all = Math.ceil(invocations / WORKGROUP), y = Math.ceil(all / MOST);
  return [Math.ceil(all / y), y];
}
