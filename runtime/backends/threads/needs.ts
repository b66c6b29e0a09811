/**
 * What threads need of the engine, and not every one has.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { platform } from "../../platform/here.ts";

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

/**
 * A script without its types.
 *
 * @throws {InputError} where nothing can take them off.
 */
export function withoutTypes(script: string): string {
  requireStripping();
  return platform.stripTypes!(script);
}

/** @throws {InputError} where nothing takes types off a script. */
export function requireStripping(): void {
  if (platform.stripTypes) return;
  throw new InputError("nothing here takes the types off a script, as target typescript needs it; use another target");
}
