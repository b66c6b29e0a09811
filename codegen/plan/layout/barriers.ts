/**
 * Where threads wait for each other.
 *
 * @module
 */
import { accesses } from "../kernel.ts";
import type { Chain, PlannedKernel } from "../plan.ts";

/**
 * A barrier before each kernel that touches what another one has written, or writes what another has touched, since the
 * last one. Those of a chain count as one.
 *
 * @param storage the tensor that has a tensor's storage.
 */
export function placeBarriers(
  kernels: readonly PlannedKernel[],
  storage: (name: string) => string,
  chains: readonly Chain[] = [],
): boolean[] {
  let reads = new Set<string>(), writes = new Set<string>();
  return inUnits(kernels, chains).flatMap((unit) => {
    const accessed = unit.map(accesses);
    const read = accessed.flatMap(({ reads }) => [...reads].map(storage));
    const written = accessed.flatMap(({ writes }) => [...writes].map(storage));
    const barrier = [...read, ...written].some((name) => writes.has(name)) || written.some((name) => reads.has(name));
    if (barrier) [reads, writes] = [new Set(), new Set()];
    for (const name of read) reads.add(name);
    for (const name of written) writes.add(name);
    return unit.map((_, i) => barrier && i === 0);
  });
}

/** What is run as one: the kernels of each chain, and each other kernel by itself. */
export function inUnits<Kernel>(kernels: readonly Kernel[], chains: readonly Chain[] = []): readonly Kernel[][] {
  const units: Kernel[][] = [];
  for (let i = 0; i < kernels.length;) {
    const count = chains.find(({ first }) => first === i)?.count ?? 1;
    units.push(kernels.slice(i, i += count));
  }
  return units;
}
