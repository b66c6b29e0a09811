/**
 * How a net is opened, and options as callers give them.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";

/** Most epochs of a call, and of a checkpoint: figures of each are kept. */
export const MOST_EPOCHS = 1_000_000;
/**
 * Most threads that train, test or measure. So many still have a share of the stream that is larger than the second cache's
 * test, see `measure/machine/machine.ts`.
 */
export const MOST_THREADS = 256;

/** How a net is opened. */
export interface OpenNetOptions {
  /**
   * Workers that train. 0: the calling thread computes, and lets others have their turn in between. Default: all cores,
   * and 1 where threads cannot share memory.
   */
  readonly threads?: number;
  /** What all random numbers follow from. Default 0. */
  readonly seed?: number;
  /** A checkpoint, in the format safetensors, to begin with. Default: weights drawn from the seed. */
  readonly weights?: Uint8Array;
  /** Closes the net when it is given. */
  readonly signal?: AbortSignal;
}

/** A value in a word or two. */
export function said(value: unknown): string {
  const kind = typeof value;
  if (kind === "number" || kind === "bigint" || value === undefined || value === null) return `${value}`;
  return Array.isArray(value) ? "a list" : kind === "object" ? "an object" : `a ${kind}`;
}

/** @throws {InputError} naming an option, what it is, and what was expected; null counts as left out. */
export function expect(name: string, value: unknown, fits: boolean, expected: string): void {
  if (fits || value === undefined || value === null) return;
  throw new InputError(`${name} is ${said(value)}; expected ${expected}`);
}

/** @throws {InputError} when an option is no whole number from one to another. */
export function expectWhole(name: string, value: unknown, least: number, most: number): void {
  const fits = Number.isSafeInteger(value) && value as number >= least && value as number <= most;
  expect(name, value, fits, `a whole number from ${least} to ${most}`);
}

/** @throws {InputError} when an option is nothing to call. */
export function expectFunction(name: string, value: unknown): void {
  expect(name, value, typeof value === "function", "a function");
}

/** @throws {InputError} when an option is nothing that stops. */
export function expectSignal(signal: unknown): void {
  expect("signal", signal, signal instanceof AbortSignal, "an AbortSignal");
}
