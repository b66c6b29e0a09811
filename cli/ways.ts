/**
 * How to train on a machine: as fast as is legal, and as fast as can be with the engine's own checks.
 *
 * @module
 */
import { PACKAGE, PERMISSIONS, startHere } from "../runtime/platform/commands.ts";
import type { Platform } from "../runtime/platform/platform.ts";
import { canPack, v8Flags } from "../runtime/platform/v8_flags.ts";

/** Two command lines; the same one where checks cost nothing. */
export interface Ways {
  readonly fastest: string;
  readonly checked: string;
}

/** The ways of a machine, by where the program runs and how it was started. */
export function waysOf({ arch, versions }: Pick<Platform, "arch" | "versions">, start = startHere()): Ways {
  if (start.clone !== undefined) return { fastest: "deno task train", checked: "deno task train:checked" };
  if (versions.deno !== undefined) {
    const flagged = (checked: boolean) =>
      start.command.replace(
        `${PERMISSIONS} ${PACKAGE}`,
        `${PERMISSIONS} --v8-flags=${v8Flags(arch, checked)} ${PACKAGE}`,
      );
    return { fastest: `${flagged(false)} train`, checked: `${flagged(true)} train` };
  }
  // checks cost nothing there; where vectors could be packed and are not, another engine does it
  const command = arch === "x86_64" && !canPack(versions) ? WITH_NODE_26 : start.command;
  return { fastest: `${command} train`, checked: `${command} train` };
}

/** The package with an engine that packs, whatever engine is installed. */
const WITH_NODE_26 = "npx --yes -p node@26 -- kernelwright";
