/**
 * How proofs refuse.
 *
 * @module
 */

/** Something that could not be proven. It is a fault of the compiler or of a layer's file, not of a spec. */
export class VerifyError extends Error {
  /** Always "VerifyError". */
  override name = "VerifyError";
}
