/**
 * Binds generated code to memory, in whatever thread runs it.
 *
 * @module
 */
import type { RowPlaces } from "../rows.ts";
import type { Code } from "./load.ts";

/** Runs one step, by its row number. */
export interface Steps {
  train(step: number): void;
  evaluate(step: number): void;
}

/** A thread of a team, and how it waits for the others. */
export interface Member {
  readonly thread: number;
  readonly threads: number;
  wait(): void;
  /** Where its scratch memory begins. */
  readonly scratch: number;
}

/** What binds code to memory, for one data set. */
export async function binder(
  code: Code,
  memory: WebAssembly.Memory,
  member: Member,
): Promise<(rows: RowPlaces) => Steps> {
  if (typeof code === "string") {
    const { bind }: { bind(memory: ArrayBufferLike, rows: RowPlaces, member: Member): Steps } = await import(code);
    return (rows) => bind(memory.buffer, rows, member);
  }
  return (rows) => instantiate(code, memory, rows, member).exports as unknown as Steps;
}

/** A module in a memory, for one data set. */
export function instantiate(
  code: WebAssembly.Module,
  memory: WebAssembly.Memory,
  rows: RowPlaces,
  member: Member,
): WebAssembly.Instance {
  const addresses = Object.fromEntries(Object.entries(rows).map(([name, [address]]) => [name, address]));
  return new WebAssembly.Instance(code, { team: { memory, ...member }, rows: addresses });
}
