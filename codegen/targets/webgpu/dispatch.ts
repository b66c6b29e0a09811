/**
 * How a GPU is told to run a step: which dispatches, on which buffers, by how many workgroups.
 *
 * @module
 */
import { type LoopNest, WORKGROUP } from "../../ir/ir.ts";
import type { Plan } from "../../plan/plan.ts";

/** Most workgroups along one dimension, on every device. */
const MOST = 65_535;

/** The generated `step.json`. */
export interface Dispatches {
  /** The net, and the command that writes this. */
  readonly about: string;
  /** By name; the text of each is in a file of its name. */
  readonly kernels: Readonly<Record<string, Dispatch>>;
  /** The dispatches of a step, in order. */
  readonly train: readonly string[];
  readonly evaluate: readonly string[];
}

/** One start of a GPU, for a kernel or for several. */
export interface Dispatch {
  /** The kernels it runs. */
  readonly kernels: readonly string[];
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

/** How a nest is started. */
export function dispatchOf(
  kernels: readonly string[],
  nest: LoopNest,
  bindings: Readonly<Record<string, string>>,
  { tensors }: Plan,
): Dispatch {
  const storage = (symbol: string) => tensors[bindings[symbol]].alias ?? bindings[symbol];
  return {
    kernels,
    workgroups: workgroups(nest),
    tensors: Object.keys(nest.tensors).map(storage),
    writes: nest.outputs.map(storage),
  };
}
