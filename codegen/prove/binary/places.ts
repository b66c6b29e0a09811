/**
 * What a run gives a module beside the arena lies where the contract has it.
 *
 * @module
 */
import { BYTES } from "../../ir/ir.ts";
import type { RunPlan } from "../../plan/plan.ts";
import { VerifyError } from "../error.ts";

/** A thread's scratch memory, and what a run supplies, begins at a multiple of this. */
export const LINE = 64;

/** The tables of a data set: where each begins, its elements, and how many rows they must have. */
export interface Tables {
  readonly rows: Readonly<Record<string, readonly [address: number, elements: number]>>;
  readonly samples: number;
  readonly steps: number;
}

/** Bytes from an address on. */
export type Range = readonly [address: number, bytes: number];

/**
 * All of it lies behind the arena and inside the memory; nothing overlaps; there is a row for each step and each sample.
 *
 * @param scratch that of each thread, or that of each tensor where a kernel is run by itself.
 * @throws {VerifyError} naming what does not.
 */
export function checkPlaces(
  { name: net, tensors, arenaBytes }: RunPlan,
  memoryBytes: number,
  sets: readonly Tables[],
  scratch: readonly Range[],
): void {
  const fail = (what: string) => new VerifyError(`net ${net}: ${what}`), all: (readonly [string, ...Range])[] = [];
  for (const { rows, ...counts } of sets) {
    for (const { name, rows: of, dtype, shape } of Object.values(tensors)) {
      if (of === undefined) continue;
      const [address, elements] = rows[name] ?? [], needed = counts[of] * shape.slice(1).reduce((a, b) => a * b, 1);
      if (address === undefined || !(elements! >= needed)) throw fail(`table ${name} has not ${counts[of]} rows`);
      all.push([name, address, elements! * BYTES[dtype]]);
    }
  }
  for (const range of scratch) all.push(["scratch memory", ...range]);
  all.sort(([, a], [, b]) => a - b);
  let end = arenaBytes;
  for (const [name, address, bytes] of all) {
    if (!(address >= end && Number.isSafeInteger(address) && address % LINE === 0)) {
      throw fail(`${name} begins at byte ${address}, behind ${end}, or at no line of ${LINE}`);
    }
    end = address + bytes;
  }
  if (!(end <= Math.min(memoryBytes, 2 ** 32))) throw fail(`what it is given ends at byte ${end} of ${memoryBytes}`);
}
