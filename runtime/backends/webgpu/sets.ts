/**
 * What goes to the buffers of a data set: its samples, and the tables of an epoch.
 *
 * @module
 */
import type { RunPlan } from "../../../codegen/plan/plan.ts";
import { type Dataset, inputsOf } from "../../data/data.ts";
import type { StepTables } from "../epoch.ts";
import { elementsOf, type RowCounts, rowCounts } from "../rows.ts";
import { fillGiven, givenOf } from "../samples.ts";
import { inBuffer } from "./buffers.ts";
import type { SetMemory } from "./memory.ts";

/** The tables of an epoch over a data set with so many rows, on the way to its buffers. */
export function emptyTables(plan: RunPlan, counts: RowCounts): StepTables {
  const length = (name: string) => elementsOf(plan.tensors[name], counts);
  return {
    ...counts,
    order: new Int32Array(length("order")),
    params: new Float32Array(length("params")),
    ...plan.tensors.keys && { keys: new Uint32Array(length("keys")) },
  };
}

/** Brings an epoch's tables to the device. */
export function writeTables({ queue }: GPUDevice, tables: StepTables, { buffers }: SetMemory): void {
  for (const name of ["order", "params", "keys"] as const) {
    const table = tables[name];
    // Deno cannot write nothing
    if (table?.length && buffers[name]) queue.writeBuffer(buffers[name], 0, table as BufferSource);
  }
}

/** Copies a data set to its buffers. */
export function writeSet(plan: RunPlan, { queue }: GPUDevice, set: Dataset, { buffers }: SetMemory): void {
  queue.writeBuffer(buffers.data, 0, inBuffer(plan.tensors.data, inputsOf(set)));
  for (const tensor of givenOf(plan)) {
    const { name, dtype } = tensor, length = elementsOf(tensor, rowCounts(plan, set.samples));
    const rows = dtype === "i32" ? new Int32Array(length) : new Float32Array(length);
    fillGiven(plan, name, rows, set);
    queue.writeBuffer(buffers[name], 0, rows);
  }
}
