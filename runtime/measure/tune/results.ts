/**
 * What tuning tells of a kernel.
 *
 * @module
 */
import type { TunedKernel } from "../../../codegen/schedule/tuning_schema.ts";

/** A candidate that was not timed, or not to the end. */
export interface Refusal {
  /** Its schedule, in words. */
  readonly schedule: string;
  /** Why. */
  readonly reason: string;
  /** Whether it computed something else than the interpreter: a fault of the compiler. */
  readonly wrong: boolean;
}

/** What tuning found for a kernel. */
export interface TunedRow {
  /** Its name. */
  readonly kernel: string;
  /** Its part of a training step's time; undefined where only this kernel was asked for. */
  readonly share?: number;
  /** Seconds of one run on one thread: as it was, and with the schedule that was chosen. */
  readonly before: number;
  /** The same number where nothing was faster. */
  readonly after: number;
  /** The schedule that was chosen, in words. */
  readonly schedule: string;
  /** Whether it is another one than was stored, or than the first guess where nothing was. */
  readonly changed: boolean;
  /** Candidates that were timed. */
  readonly tried: number;
  /** Candidates that were given up, or are wrong. */
  readonly refused: readonly Refusal[];
  /**
   * What to store; nothing where the target's first guess is best.
   *
   * @ignore the compiler's own types
   */
  readonly entry?: TunedKernel;
}
