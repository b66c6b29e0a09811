/**
 * The tensors whose rows a run supplies: how many rows they have, and where they lie behind the arena.
 *
 * A row of `data`, `labels` or `targets` belongs to a sample; one of `order`, `params`, `keys`, `loss` and `hit` to a step.
 *
 * @module
 */
import { BYTES } from "../../codegen/ir/ir.ts";
import { lineFrom } from "../../codegen/plan/layout/lines.ts";
import type { RunPlan, RunTensor } from "../../codegen/plan/plan.ts";
import { sizeOf } from "../data/numbers.ts";

/** Rows of the tensors that have one for each sample, and of those that have one for each step. */
export interface RowCounts {
  readonly samples: number;
  readonly steps: number;
}

/** Byte offset and elements of the tensors whose rows the run supplies, by name. */
export type RowPlaces = Readonly<Record<string, readonly [offset: number, elements: number]>>;

/** Steps of an epoch; the last one may have fewer samples than a batch. */
export function stepsInEpoch({ batchSize }: { readonly batchSize: number }, samples: number): number {
  return Math.ceil(samples / batchSize);
}

/** The rows that a data set of so many samples needs. */
export function rowCounts(plan: RunPlan, samples: number): RowCounts {
  return { samples, steps: stepsInEpoch(plan, samples) };
}

/** The tensors of a plan whose rows the run supplies. */
function runTensors({ tensors }: RunPlan): RunTensor[] {
  return Object.values(tensors).filter(({ role }) => role === "run");
}

/** Elements of such a tensor. */
export function elementsOf({ shape, rows }: RunTensor, counts: RowCounts): number {
  return counts[rows!] * sizeOf(shape.slice(1));
}

/** Where they lie, one behind the other from a byte on, and where the last one ends. */
export function placeRows(plan: RunPlan, counts: RowCounts, from: number): { rows: RowPlaces; end: number } {
  const rows: Record<string, readonly [number, number]> = {};
  let end = from;
  for (const tensor of runTensors(plan)) {
    const elements = elementsOf(tensor, counts);
    end = lineFrom(end);
    rows[tensor.name] = [end, elements];
    end += elements * BYTES[tensor.dtype];
  }
  return { rows, end };
}
