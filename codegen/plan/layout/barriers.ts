/**
 * Where threads wait for each other.
 *
 * @module
 */
import { accesses } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";

/**
 * A barrier before each kernel that touches what another one has written, or writes what another has touched, since the
 * last one.
 *
 * @param storage the tensor that has a tensor's storage.
 */
export function placeBarriers(kernels: readonly PlannedKernel[], storage: (name: string) => string): boolean[] {
  let reads = new Set<string>(), writes = new Set<string>();
  return kernels.map((planned) => {
    const accessed = accesses(planned);
    const read = [...accessed.reads].map(storage), written = [...accessed.writes].map(storage);
    const barrier = [...read, ...written].some((name) => writes.has(name)) || written.some((name) => reads.has(name));
    if (barrier) [reads, writes] = [new Set(), new Set()];
    for (const name of read) reads.add(name);
    for (const name of written) writes.add(name);
    return barrier;
  });
}
