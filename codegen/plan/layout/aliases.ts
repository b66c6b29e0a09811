/**
 * Tensors that are others under another shape: renaming elements then needs no kernel.
 *
 * @module
 */
import type { PlannedKernel } from "../plan.ts";
import { type Halos, isCompact } from "./halos.ts";

/** Tensors by name, and those whose storage they have; these may be aliases themselves. */
export type Aliases = Readonly<Record<string, string>>;

/** The tensors of kernels that only rename elements, where neither side has a halo. */
export function inferAliases(kernels: readonly PlannedKernel[], halos: Halos): Aliases {
  const aliases: Record<string, string> = {};
  for (const planned of kernels) {
    const renamed = renaming(planned, halos);
    if (renamed) aliases[renamed.to] = renamed.from;
  }
  return aliases;
}

/** The tensor that has a tensor's storage. */
export function storageOf(name: string, aliases: Aliases): string {
  return aliases[name] === undefined ? name : storageOf(aliases[name], aliases);
}

/** What a kernel makes an alias of what, if that is all it does. */
export function renaming(
  { kernel: { parts }, bindings, reshapes }: PlannedKernel,
  halos: Halos,
): { readonly to: string; readonly from: string } | undefined {
  if (!reshapes) return undefined;
  const [{ assignments: [{ tensor, value }] }] = parts;
  if (value.kind !== "load") return undefined;
  const [to, from] = [bindings[tensor], bindings[value.tensor]];
  return isCompact(to, halos) && isCompact(from, halos) ? { to, from } : undefined;
}
