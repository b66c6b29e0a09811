/**
 * What scripts need of the engine, and not every one has.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { platform } from "../../platform/here.ts";

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
