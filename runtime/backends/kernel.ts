/**
 * A kernel that can be called alone, on whatever its target runs.
 *
 * @module
 */
import type { Storage } from "../../codegen/ir/interpret.ts";

/** A kernel, ready to be called on storages of its own. */
export interface LoadedKernel {
  /** Puts storages, in the order of its tensors, where the kernel reads and writes. */
  load(storages: readonly Storage[]): void;
  /** Runs it; `from` and `to`: the share of a parallel loop. */
  run(step: number, from: number, to: number): void;
  /** Of a GPU: runs it so often, handed over at once, and waits for the end. */
  repeat?(step: number, times: number): Promise<void>;
  /** Milliseconds of a run, of so many that they take about so long. Only a GPU's: single runs of it cannot be timed. */
  measure?(step: number, milliseconds: number): Promise<number>;
  /** Copies what is where the kernel writes into the storages; of a GPU, it has to be waited for. */
  read(storages: readonly Storage[]): void | Promise<void>;
}
