/**
 * Where tensors may begin.
 *
 * @module
 */

/** Alignment of tensors in bytes: a cache line. */
export const LINE = 64;

/** The first byte from one on that begins a line. */
export function lineFrom(byte: number): number {
  return Math.ceil(byte / LINE) * LINE;
}
