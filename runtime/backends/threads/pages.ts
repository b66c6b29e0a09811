/**
 * Memory of WebAssembly, in pages.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { megabytes } from "../../../codegen/amounts.ts";

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65536;
/** Largest memory of a session, in bytes. */
const LARGEST = 2 ** 32;

/**
 * Pages of a memory of so many bytes.
 *
 * @throws {InputError} when there can be none so large.
 */
export function pagesFor(bytes: number): number {
  if (bytes <= LARGEST) return Math.ceil(bytes / PAGE);
  throw new InputError(
    `net and data need ${megabytes(bytes)} of memory, at most ${megabytes(LARGEST)} are possible; use fewer samples`,
  );
}

/** Memory that workers can share. */
export function sharedMemory(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
