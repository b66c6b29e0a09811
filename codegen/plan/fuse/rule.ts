/**
 * What a rule of fusion is: it takes a tensor out of a draft, and merges the kernels that make and read it.
 *
 * @module
 */
import { type Accesses, accesses, workIn } from "../kernel.ts";
import type { Draft, PlannedKernel } from "../plan.ts";
import { isNameable } from "./join.ts";
import type { KernelList } from "./kernel_list.ts";

/** The rules, in the order in which they are tried. */
export const FUSION_RULES = ["loss", "elementwise", "window", "cases"] as const;
/** The name of a rule. */
export type FusionRule = typeof FUSION_RULES[number];

/** What was merged, for `plan.txt`. */
export interface Fusion {
  readonly rule: FusionRule;
  readonly producer: string;
  readonly consumer: string;
  /** The tensor that is no longer stored. */
  readonly tensor?: string;
}

/** A draft whose kernels are being merged. */
export interface Merging extends Pick<Draft, "graph" | "tensors"> {
  readonly train: KernelList;
  readonly evaluate: KernelList;
}

/** A rule that takes a tensor out of the lists: it gives the kernels that it replaced, none if it does not apply. */
export type Rule = (tensor: string, merging: Merging, fusions: Fusion[]) => readonly PlannedKernel[];

/** A rule for a tensor with one kernel that makes it and one that reads it. */
export function pairRule(
  rule: FusionRule,
  fits: Fits,
  merge: (producer: PlannedKernel, consumer: PlannedKernel, tensor: string) => PlannedKernel,
): Rule {
  return (tensor, merging, fusions) => {
    const merged: { producer: PlannedKernel; consumer: PlannedKernel; kernel: PlannedKernel }[] = [];
    const replaced = new Set<PlannedKernel>();
    for (const list of mergeableIn(tensor, merging, fits)) {
      const [producer] = list.writers(tensor), [consumer] = list.readers(tensor);
      // a pair of both lists stays one kernel
      let pair = merged.find((known) => known.producer === producer && known.consumer === consumer);
      if (!pair) {
        pair = { producer, consumer, kernel: merge(producer, consumer, tensor) };
        merged.push(pair);
        fusions.push({ rule, producer: producer.kernel.name, consumer: consumer.kernel.name, tensor });
      }
      const [place, gone] = meetingPlace(producer, consumer, list) === "consumer"
        ? [consumer, producer]
        : [producer, consumer];
      list.replace(gone);
      list.replace(place, pair.kernel);
      replaced.add(producer).add(consumer);
    }
    return [...replaced];
  };
}

/** Whether a tensor is only of the step, and nothing outside asks for it. */
export function isInner(tensor: string, { tensors, graph }: Pick<Draft, "graph" | "tensors">): boolean {
  const { role, kept } = tensors[tensor];
  return !kept && (role === "value" || role === "gradient") && tensor !== "input" &&
    tensor !== `${graph.output}.output`;
}

/** Whether a producer and a consumer of a tensor can be merged, by what they compute. */
type Fits = (tensor: string, producer: PlannedKernel, consumer: PlannedKernel) => boolean;

/**
 * The steps in which a tensor is not stored: those that have it, if its kernels can be merged in all of them. Or the test
 * alone, of a tensor that several kernels of training read, for what a layer computes only in a test, such as with running
 * statistics in place of those of the batch: the layer before it then has a kernel of its own there. A copy is not worth
 * that.
 */
function mergeableIn(tensor: string, merging: Merging, fits: Fits): readonly KernelList[] {
  if (!isInner(tensor, merging)) return [];
  const { train, evaluate } = merging, uses = (list: KernelList) => [...list.writers(tensor), ...list.readers(tensor)];
  const lists = [train, evaluate].filter((list) => uses(list).length > 0);
  const fitting = lists.filter((list) => isMergeable(tensor, list, fits));
  if (fitting.length === lists.length) return lists;
  const own = uses(evaluate).filter((planned) => !train.has(planned) && workIn(planned) > 0);
  return fitting.includes(evaluate) && train.readers(tensor).length > 1 && own.length > 0 ? [evaluate] : [];
}

function isMergeable(tensor: string, list: KernelList, fits: Fits): boolean {
  const writers = list.writers(tensor), readers = list.readers(tensor), [producer] = writers, [consumer] = readers;
  if (writers.length !== 1 || readers.length !== 1 || producer === consumer) return false;
  if (producer.reshapes || consumer.reshapes || !isNameable(producer, consumer)) return false;
  if (!fits(tensor, producer, consumer)) return false;
  const made = accesses(producer), used = accesses(consumer);
  if (overlap(used.writes, made.reads)) return false;
  if ([...made.writes].some((name) => name !== tensor && used.reads.has(name))) return false;
  return meetingPlace(producer, consumer, list) !== undefined;
}

/** Whether two sets have something in common. */
export const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => !a.isDisjointFrom(b);

/** Where in the list the merged kernel can stand: no kernel in between may disturb the one that moves, or need it. */
function meetingPlace(
  producer: PlannedKernel,
  consumer: PlannedKernel,
  list: KernelList,
): "producer" | "consumer" | undefined {
  // what is read before it is written is of the step before
  if (!list.isBefore(producer, consumer)) return undefined;
  const undisturbed = ({ reads, writes }: Accesses) =>
    !list.writesBetween(producer, consumer, reads) && !list.readsBetween(producer, consumer, writes) &&
    !list.writesBetween(producer, consumer, writes);
  return undisturbed(accesses(producer)) ? "consumer" : undisturbed(accesses(consumer)) ? "producer" : undefined;
}
