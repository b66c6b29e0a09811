/**
 * The memory that threads share: the arena of a net, and behind it the rows of each data set.
 *
 * @module
 */
import { lineFrom } from "../../../codegen/plan/layout/lines.ts";
import type { RunPlan } from "../../../codegen/plan/plan.ts";
import { type Dataset, inputsOf, readDataset } from "../../data/data.ts";
import { figuresOf, type StepTables } from "../epoch.ts";
import { placeRows, rowCounts, type RowPlaces } from "../rows.ts";
import { checkFit, fillGiven, givenOf } from "../samples.ts";
import { pagesFor } from "./pages.ts";

/** Where data sets are going to lie. */
export interface FittedMemory {
  readonly sets: readonly Dataset[];
  /** Of each data set. */
  readonly rows: readonly RowPlaces[];
  /** Where the scratch memory of the first thread begins: that of the next lies behind it. */
  readonly scratch: number;
  /** Of the whole memory. */
  readonly pages: number;
}

/**
 * Where data sets lie in a memory behind the tensors of a net, and how large it is.
 *
 * @throws {InputError} when a data set does not fit the network, or all of it no memory.
 */
export function fitMemory(plan: RunPlan, given: readonly Dataset[], threads: number): FittedMemory {
  const sets = given.map((set) => readDataset(set)), rows: RowPlaces[] = [];
  let end = plan.arenaBytes;
  for (const set of sets) {
    checkFit(plan, set);
    const placed = placeRows(plan, rowCounts(plan, set.samples), end);
    rows.push(placed.rows);
    end = placed.end;
  }
  const scratch = lineFrom(end);
  return { sets, rows, scratch, pages: pagesFor(scratch + threads * (plan.scratchBytes ?? 0)) };
}

/** A data set in the memory, and what the kernels say of each of its samples, a row for each step, by symbol. */
export interface LoadedSet extends StepTables {
  readonly figures: Readonly<Record<string, Float32Array>>;
}

/** Copies a data set to its rows. */
export function loadSet(plan: RunPlan, memory: ArrayBufferLike, rows: RowPlaces, set: Dataset): LoadedSet {
  (set.inputs instanceof Uint8Array ? new Uint8Array(memory, ...rows.data) : new Float32Array(memory, ...rows.data))
    .set(inputsOf(set));
  for (const { name, dtype } of givenOf(plan)) {
    const [offset, length] = rows[name];
    const given = dtype === "i32" ? new Int32Array(memory, offset, length) : new Float32Array(memory, offset, length);
    fillGiven(plan, name, given, set);
  }
  return {
    ...rowCounts(plan, set.samples),
    order: new Int32Array(memory, ...rows.order),
    params: new Float32Array(memory, ...rows.params),
    figures: Object.fromEntries(
      figuresOf(plan).map(({ symbol }) => [symbol, new Float32Array(memory, ...rows[symbol])]),
    ),
    ...(rows.keys && { keys: new Uint32Array(memory, ...rows.keys) }),
  };
}
