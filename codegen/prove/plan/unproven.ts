/**
 * How the proof of a plan refuses.
 *
 * @module
 */
import { VerifyError } from "../error.ts";

/** What is thrown when something about a net is left unproven: a fault of the compiler, not of a spec. */
export function unproven(net: string, what: string): VerifyError {
  return new VerifyError(`unproven, generation stops: net ${net}: ${what}`);
}
