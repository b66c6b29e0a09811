/**
 * The kernels of a step while some of them are merged.
 *
 * @module
 */
import { type Accesses, accesses } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";

/**
 * Kernels in order, each once, and for each tensor those that write and that read it: kept up to date, so that who looks
 * for them need not go through all kernels.
 */
export class KernelList {
  /** A kernel that is gone leaves its place empty. */
  readonly #kernels: (PlannedKernel | undefined)[];
  readonly #places: Map<PlannedKernel, number>;
  readonly #writers = new Map<string, Set<number>>();
  readonly #readers = new Map<string, Set<number>>();

  constructor(kernels: readonly PlannedKernel[]) {
    this.#kernels = [...kernels];
    this.#places = new Map(kernels.map((planned, place) => [planned, place]));
    for (const [planned, place] of this.#places) this.#note(planned, place);
  }

  /** All kernels, in order. */
  all(): PlannedKernel[] {
    return this.#kernels.filter((planned) => planned !== undefined);
  }

  /** The kernels that write a tensor, in order. */
  writers(tensor: string): PlannedKernel[] {
    return this.#at(this.#writers.get(tensor));
  }

  /** The kernels that read a tensor, in order. */
  readers(tensor: string): PlannedKernel[] {
    return this.#at(this.#readers.get(tensor));
  }

  /** Whether a kernel is in the list. */
  has(planned: PlannedKernel): boolean {
    return this.#places.has(planned);
  }

  /** Whether a kernel of the list stands before another one of it. */
  isBefore(planned: PlannedKernel, other: PlannedKernel): boolean {
    return this.#places.get(planned)! < this.#places.get(other)!;
  }

  /** Whether a kernel between two of the list writes one of some tensors. */
  writesBetween(first: PlannedKernel, last: PlannedKernel, tensors: ReadonlySet<string>): boolean {
    return this.#between(first, last, tensors, this.#writers);
  }

  /** Whether a kernel between two of the list reads one of some tensors. */
  readsBetween(first: PlannedKernel, last: PlannedKernel, tensors: ReadonlySet<string>): boolean {
    return this.#between(first, last, tensors, this.#readers);
  }

  /** Takes a kernel out, or puts another one in its place. */
  replace(old: PlannedKernel, by?: PlannedKernel): void {
    const place = this.#places.get(old)!;
    const { reads, writes } = accesses(old);
    for (const name of writes) this.#writers.get(name)!.delete(place);
    for (const name of reads) this.#readers.get(name)!.delete(place);
    this.#places.delete(old);
    this.#kernels[place] = by;
    if (!by) return;
    this.#places.set(by, place);
    this.#note(by, place);
  }

  #note(planned: PlannedKernel, place: number): void {
    const { reads, writes }: Accesses = accesses(planned);
    const add = (places: Map<string, Set<number>>, name: string) => {
      const known = places.get(name);
      if (known) known.add(place);
      else places.set(name, new Set([place]));
    };
    for (const name of writes) add(this.#writers, name);
    for (const name of reads) add(this.#readers, name);
  }

  #at(places: ReadonlySet<number> = new Set()): PlannedKernel[] {
    return [...places].sort((a, b) => a - b).map((place) => this.#kernels[place]!);
  }

  #between(
    first: PlannedKernel,
    last: PlannedKernel,
    tensors: ReadonlySet<string>,
    users: ReadonlyMap<string, ReadonlySet<number>>,
  ): boolean {
    const [after, before] = [this.#places.get(first)!, this.#places.get(last)!];
    return tensors.values().some((name) =>
      users.get(name)?.values().some((place) => place > after && place < before) ?? false
    );
  }
}
