/**
 * How a GPU is told to run a step: which dispatches, on which buffers, by how many workgroups.
 *
 * @module
 */
import { type LoopNest, WORKGROUP } from "../../ir/ir.ts";
import type { Plan } from "../../plan/plan.ts";
import { buffersOf, partsOf, type Together, togetherOf } from "./together.ts";

export type { Together } from "./together.ts";

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
  /** Tensors that lie in one buffer, one behind the other, by the first of them. All others have buffers of their own. */
  readonly together: Together;
}

/** One start of a GPU, for a kernel or for several. */
export interface Dispatch {
  /** The kernels it runs. */
  readonly kernels: readonly string[];
  /** Workgroups along x and y. */
  readonly workgroups: readonly [number, number];
  /** Its tensors; one that shares another one's storage stands by that one's name. */
  readonly tensors: readonly string[];
  /** The binding, in group 1, of the buffer that has each of them. */
  readonly bindings: readonly number[];
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
  plan: Plan,
): Dispatch {
  const storage = (symbol: string) => plan.tensors[bindings[symbol]].alias ?? bindings[symbol];
  const symbols = Object.keys(nest.tensors);
  return {
    kernels,
    workgroups: workgroups(nest),
    tensors: symbols.map(storage),
    bindings: buffersOf(symbols, partsOf(symbols, bindings, togetherOf(plan))),
    writes: nest.outputs.map(storage),
  };
}
