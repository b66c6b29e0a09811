/**
 * An epoch as every session runs it: the tables that change from step to step, and the sums that come of it.
 *
 * @module
 */
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { shuffleEpoch, streamKey } from "../run/random.ts";
import type { Epoch, EpochSums, Result } from "./session.ts";

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
export const BEGINNING: EpochSums = { steps: 0, loss: 0, hits: 0 };

/** The tables of an epoch of training: a shuffled order, the optimizer's numbers, what dropout drops. */
export function fillTraining(plan: RunPlan, tables: StepTables, { seed, epoch, first, params }: Epoch): void {
  const { order, samples, keys, steps } = tables, before = first ?? epoch * steps;
  shuffleEpoch(order, samples, seed, epoch);
  spread(plan, tables);
  fillParams(plan, tables, params);
  if (!keys) return;
  for (let step = 0; step < steps; step++) {
    for (const [column, name] of plan.keys.entries()) {
      keys[step * plan.keys.length + column] = streamKey(seed, name, before + step);
    }
  }
}

/** The tables of a test: samples in their own order. */
export function fillEvaluation(plan: RunPlan, tables: StepTables): void {
  for (let i = 0; i < tables.samples; i++) tables.order[i] = i;
  spread(plan, tables);
  fillParams(plan, tables, () => ({}));
}

/**
 * Brings samples from the first places of the order to the rows of their steps. A row that holds no sample repeats the
 * first one of its step: what is computed of it is finite where the batch is, and counts nothing.
 */
function spread({ batchSize, batchRows }: RunPlan, { order, samples, steps }: StepTables): void {
  // the last one first: none is overwritten before it is moved
  for (let step = steps - 1; step >= 0; step--) {
    const from = step * batchSize, count = Math.min(batchSize, samples - from), to = step * batchRows;
    order.copyWithin(to, from, from + count);
    order.fill(order[to], to + count, to + batchRows);
  }
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

/**
 * The sums of an epoch when it has gone on to `steps`. Hits are exact, and n losses, none of which is negative, right to
 * n 2^-53 of their sum: 1.1e-8 for 10^8 samples.
 *
 * @param loss that of each row of the batch in each step after those `before`, and `hit` 1 where its sample is right;
 *   both are 0 where there is no sample.
 */
export function addUp(before: EpochSums, steps: number, loss: Float32Array, hit: Float32Array = loss): EpochSums {
  let { loss: sum, hits } = before;
  for (let i = 0; i < loss.length; i++) {
    sum += loss[i];
    hits += hit[i];
  }
  return { steps, loss: sum, hits };
}

/** The means of an epoch from its sums. */
export function resultOf(
  { batchSize }: RunPlan,
  { samples }: Pick<StepTables, "samples">,
  { steps, loss, hits }: EpochSums,
): Result {
  return { loss: loss / Math.min(samples, steps * batchSize), correct: hits, steps, lossSum: loss };
}
