/**
 * Binds generated code to memory, in whatever thread runs it.
 *
 * @module
 */
import type { RowPlaces } from "../rows.ts";
import { instantiate, type Member } from "./instantiate.ts";
import type { Code } from "./load.ts";

/** Runs one step, by its row number. */
export interface Steps {
  train(step: number): void;
  evaluate(step: number): void;
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
