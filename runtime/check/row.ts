/**
 * What a check tells.
 *
 * @module
 */

/** One line of the table of `verify`. */
export interface VerifyRow {
  /** A kernel's name, or what of the whole net was checked. */
  readonly check: string;
  /** Elements compared. */
  readonly cases: number;
  /** Elements that there are, where not all of them are compared. */
  readonly of?: number;
  /** Largest difference. */
  readonly error: number;
  /** Largest difference that rounding explains. */
  readonly tolerance: number;
  /** Whether the check passed. */
  readonly ok: boolean;
  /** What else is worth knowing. */
  readonly note?: string;
}
