/**
 * Whether threads can share memory: not every engine lets them.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";

/** Why threads cannot share memory here; undefined where they can. */
export function sharingFault(): string | undefined {
  // a page that is not isolated may have the class all the same, but cannot send what it makes to a worker
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer !== "undefined" && crossOriginIsolated !== false) return undefined;
  return "threads cannot share memory here: a page has to be cross-origin isolated";
}

/** @throws {InputError} where threads cannot share memory. */
export function requireSharing(): void {
  const fault = sharingFault();
  if (fault !== undefined) throw new InputError(fault);
}
