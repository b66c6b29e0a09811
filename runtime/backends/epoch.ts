/**
 * An epoch as every session runs it: the tables that change from step to step, and the sums that come of it.
 *
 * @module
 */
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { shuffleEpoch, streamKey } from "../run/random.ts";
import type { Epoch, EpochSums, Result, Sums } from "./session.ts";

/** What changes from step to step in one epoch over a data set, a row for each step. */
export interface StepTables {
  readonly samples: number;
  readonly steps: number;
  /** steps x the batch's rows: the samples of each step. */
  readonly order: Int32Array;
  /** steps x the plan's params. */
  readonly params: Float32Array;
  /** steps x the plan's keys, where it has any. */
  readonly keys?: Uint32Array;
}

/** Of an epoch that begins. */
export const BEGINNING: EpochSums = { steps: 0, sums: {} };

/** The tables of an epoch of training: a shuffled order, the optimizer's numbers, what dropout drops. */
export function fillTraining(plan: RunPlan, tables: StepTables, { seed, epoch, ...rest }: Epoch): void {
  const { order, samples, steps } = tables, { first = epoch * steps, params } = rest;
  shuffleEpoch(order, samples, seed, epoch);
  fillSteps(plan, tables, params);
  fillKeys(plan, tables, seed, first);
}

/** The tables of a test: samples in their own order. */
export function fillEvaluation(plan: RunPlan, tables: StepTables, params: Epoch["params"] = () => ({})): void {
  for (let i = 0; i < tables.samples; i++) tables.order[i] = i;
  fillSteps(plan, tables, params);
}

/** What dropout drops in steps of training before which there were so many. */
export function fillKeys({ keys: names }: RunPlan, { keys, steps }: StepTables, seed: number, first: number): void {
  if (!keys) return;
  for (let step = 0; step < steps; step++) {
    for (const [column, name] of names.entries()) {
      keys[step * names.length + column] = streamKey(seed, name, first + step);
    }
  }
}

/**
 * Brings samples from the first places of the order to the rows of their steps. A row that holds no sample repeats the
 * first one of its step: what is computed of it is finite where the batch is, and counts nothing.
 */
function fillSteps(plan: RunPlan, tables: StepTables, params: Epoch["params"]): void {
  const { batchSize, batchRows } = plan, { order, samples, steps } = tables;
  // the last one first: none is overwritten before it is moved
  for (let step = steps - 1; step >= 0; step--) {
    const from = step * batchSize, count = Math.min(batchSize, samples - from), to = step * batchRows;
    order.copyWithin(to, from, from + count);
    order.fill(order[to], to + count, to + batchRows);
  }
  fillParams(plan, tables, params);
}

function fillParams(plan: RunPlan, { params: table, steps, samples }: StepTables, params: Epoch["params"]): void {
  const { params: names, batchSize } = plan;
  for (let step = 0; step < steps; step++) {
    const values: Record<string, number> = {
      ...params(step),
      count: Math.min(batchSize, samples - step * batchSize),
    };
    for (const [column, name] of names.entries()) table[step * names.length + column] = values[name] ?? 0;
  }
}

/** @throws {RangeError} when the tables have no row for each step: one for each of the data set, and no more. */
export function checkSteps({ steps: all }: StepTables, steps: number, from = 0): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > all) throw new RangeError(`${steps} steps of ${all}`);
  if (!Number.isInteger(from) || from < 0 || from >= steps) throw new RangeError(`from step ${from} of ${steps}`);
}

/** What is told of each sample: of which kind, and by which tensor with a row for each step. */
export function figuresOf({ metrics }: Pick<RunPlan, "metrics">): RunPlan["metrics"] {
  return [{ type: "loss", symbol: "loss" }, ...metrics];
}

/**
 * The sums of an epoch when it has gone on to `steps`. Whole numbers are added up exactly, and n losses, none of which is
 * negative, right to n 2^-53 of their sum: 1.1e-8 for 10^8 samples.
 *
 * @param told by symbol, what is told of each row of the batch in each step after those `before`; 0 where there is no sample.
 */
export function addUp(
  before: EpochSums,
  steps: number,
  told: Iterable<readonly [symbol: string, rows: Float32Array]>,
): EpochSums {
  const sums = { ...before.sums };
  for (const [symbol, rows] of told) sums[symbol] = rows.reduce((sum, value) => sum + value, sums[symbol] ?? 0);
  return { steps, sums };
}

/** What an epoch gave, from its sums. */
export function resultOf(
  { batchSize }: RunPlan,
  { samples }: Pick<StepTables, "samples">,
  { steps, sums }: EpochSums,
): Result {
  return { loss: sums.loss / Math.min(samples, steps * batchSize), steps, sums };
}

/** Means over so many samples, of the loss and of metrics by their types. */
export function meansOf(
  plan: Pick<RunPlan, "metrics">,
  sums: Sums,
  samples: number,
): { readonly loss: number; readonly [metric: string]: number } {
  const means = figuresOf(plan).map(({ type, symbol }) => [type, sums[symbol] / samples]);
  return Object.fromEntries(means);
}

/** The loss of each sample of a data set that was tested, from the rows of its steps. */
export function lossesOf({ batchSize, batchRows }: RunPlan, samples: number, rows: Float32Array): Float32Array {
  const losses = new Float32Array(samples);
  for (let from = 0, row = 0; from < samples; from += batchSize, row += batchRows) {
    losses.set(rows.subarray(row, row + Math.min(batchSize, samples - from)), from);
  }
  return losses;
}
