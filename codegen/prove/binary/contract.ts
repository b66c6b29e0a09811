/**
 * What a module may touch, as the checker takes it: places in memory, what each function may read and write of them, and
 * what the run says of what it hands over.
 *
 * @module
 */
import { BYTES } from "../../ir/ir.ts";
import { accesses } from "../../plan/kernel.ts";
import type { Plan, PlannedKernel, PlannedTensor } from "../../plan/plan.ts";

/** Bytes of memory that belong to one tensor. */
export type Place =
  & {
    readonly tensor: string;
    /** Whole numbers in it are at least 0 and below this; `samples`: numbers of samples. */
    readonly below?: number | "samples";
  }
  & (
    /** From an address on. */
    | { readonly kind: "arena"; readonly address: number; readonly bytes: number }
    /** A row for each step or sample, at the address that a global tells. */
    | { readonly kind: "rows"; readonly of: "steps" | "samples"; readonly bytes: number }
    /** In the thread's scratch memory; a row has so many bytes. */
    | { readonly kind: "scratch"; readonly offset: number; readonly bytes: number; readonly row: number }
  );

/** What a kernel may do, and how it is called. */
export interface KernelContract {
  readonly reads: readonly Place[];
  readonly writes: readonly Place[];
  /** Iterations that threads share, and what each adds to the loop's variable: it takes two numbers of them. */
  readonly shared?: { readonly iterations: number; readonly step: number };
  /** Tensors of which it is told where they begin. */
  readonly begins: readonly Place[];
}

/** What a module may do. */
export interface Contract {
  readonly arenaBytes: number;
  readonly scratchBytes: number;
  readonly places: readonly Place[];
  readonly kernels: ReadonlyMap<string, KernelContract>;
}

/** What must be known of a kernel's loop nest. */
type Nest = {
  readonly parallel?: { readonly iterations: number; readonly step: number };
  readonly begins?: Readonly<Record<string, string>>;
};

/** Tensors that hold the numbers that a run gives its steps. */
const TABLES = ["params", "keys"];

/** The contract that a plan makes. */
export function contractOf(plan: Plan, nests: ReadonlyMap<string, { readonly nest: Nest }>): Contract {
  const places = new Map(Object.values(plan.tensors).map((tensor) => [tensor.name, placeOf(tensor)]));
  const kernel = (planned: PlannedKernel): [string, KernelContract] => {
    const { kernel: { name }, bindings } = planned, { parallel, begins = {} } = nests.get(name)!.nest;
    const { reads, writes } = accesses(planned),
      find = (tensors: Iterable<string>) => Array.from(tensors, (tensor) => places.get(tensor)!);
    return [name, {
      // numbers of the run are expressions of their own, and stand in tables
      reads: find(new Set([...reads, ...TABLES.filter((table) => table in bindings)])),
      writes: find(writes),
      ...parallel && { shared: parallel },
      begins: find(Object.keys(begins).map((symbol) => bindings[symbol])),
    }];
  };
  return {
    arenaBytes: plan.arenaBytes,
    scratchBytes: plan.scratchBytes ?? 0,
    places: [...places.values()],
    kernels: new Map([...plan.train.kernels, ...plan.evaluate.kernels].map(kernel)),
  };
}

function placeOf({ name: tensor, dtype, shape, rows, below, scratch, offset, bytes }: PlannedTensor): Place {
  const what = { tensor, ...below !== undefined && { below } };
  if (rows !== undefined) {
    const row = BYTES[dtype] * shape.slice(1).reduce((a, b) => a * b, 1);
    return { ...what, kind: "rows", of: rows, bytes: row };
  }
  if (scratch !== undefined) return { ...what, kind: "scratch", offset, bytes, row: bytes / scratch };
  return { ...what, kind: "arena", address: offset, bytes };
}
