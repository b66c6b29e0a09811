/**
 * Binds an assembled module to memory, in whatever thread runs it.
 *
 * @module
 */
import type { RowPlaces } from "../rows.ts";

/** A thread of a team, and how it waits for the others. */
export interface Member {
  readonly thread: number;
  readonly threads: number;
  wait(): void;
  /** Where its scratch memory begins. */
  readonly scratch: number;
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
