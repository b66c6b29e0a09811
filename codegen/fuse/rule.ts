/**
 * What a rule of fusion is: it takes a tensor out of a draft, and merges the kernels that make and read it.
 *
 * @module
 */
import { accesses, type Draft, type PlannedKernel } from "../plan.ts";

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

/** A rule that takes a tensor out of a draft, or does not apply to it. */
export type Rule = (tensor: string, draft: Draft, fusions: Fusion[]) => Draft | undefined;

/** A rule for a tensor with one kernel that makes it and one that reads it. */
export function pairRule(
  rule: FusionRule,
  fits: (tensor: string, producer: PlannedKernel, consumer: PlannedKernel) => boolean,
  merge: (producer: PlannedKernel, consumer: PlannedKernel, tensor: string) => PlannedKernel,
): Rule {
  return (tensor, draft, fusions) => {
    if (!mergeable(tensor, draft, fits)) return undefined;
    const merged = new Map<string, PlannedKernel>();
    const apply = (kernels: readonly PlannedKernel[]) => {
      const { producer, consumer } = around(tensor, kernels);
      if (!producer || !consumer) return kernels;
      const key = `${producer.kernel.name} ${consumer.kernel.name}`;
      if (!merged.has(key)) {
        merged.set(key, merge(producer, consumer, tensor));
        fusions.push({ rule, producer: producer.kernel.name, consumer: consumer.kernel.name, tensor });
      }
      const [place, gone] = meetingPlace(producer, consumer, kernels) === "consumer"
        ? [consumer, producer]
        : [producer, consumer];
      return kernels.filter((k) => k !== gone).map((k) => k === place ? merged.get(key)! : k);
    };
    return { ...draft, train: apply(draft.train), evaluate: apply(draft.evaluate) };
  };
}

/** The kernels that write and that read a tensor in one list. */
function around(tensor: string, kernels: readonly PlannedKernel[]) {
  const writers = kernels.filter((k) => accesses(k).writes.has(tensor));
  const readers = kernels.filter((k) => accesses(k).reads.has(tensor));
  return { writers, readers, producer: writers[0], consumer: readers[0] };
}

/** Whether a tensor is only of the step, and nothing outside asks for it. */
export function isInner(tensor: string, { tensors, graph }: Draft): boolean {
  const { role, kept } = tensors[tensor];
  return !kept && (role === "value" || role === "gradient") && tensor !== "input" &&
    tensor !== `${graph.output}.output`;
}

function mergeable(
  tensor: string,
  draft: Draft,
  fits: (tensor: string, producer: PlannedKernel, consumer: PlannedKernel) => boolean,
): boolean {
  if (!isInner(tensor, draft)) return false;
  let pairs = 0;
  for (const kernels of [draft.train, draft.evaluate]) {
    const { writers, readers, producer, consumer } = around(tensor, kernels);
    if (writers.length === 0 && readers.length === 0) continue;
    if (writers.length !== 1 || readers.length !== 1 || producer === consumer) return false;
    if (producer.reshapes || consumer.reshapes || !fits(tensor, producer, consumer)) return false;
    const made = accesses(producer), used = accesses(consumer);
    if (overlap(used.writes, made.reads)) return false;
    if ([...made.writes].some((name) => name !== tensor && used.reads.has(name))) return false;
    if (meetingPlace(producer, consumer, kernels) === undefined) return false;
    pairs++;
  }
  return pairs > 0;
}

export const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].some((name) => b.has(name));

/** Where in the list the merged kernel can stand: no kernel in between may disturb the one that moves, or need it. */
function meetingPlace(
  producer: PlannedKernel,
  consumer: PlannedKernel,
  kernels: readonly PlannedKernel[],
): "producer" | "consumer" | undefined {
  const first = kernels.indexOf(producer), last = kernels.indexOf(consumer);
  // what is read before it is written is of the step before
  if (last < first) return undefined;
  const made = accesses(producer), used = accesses(consumer);
  const between = kernels.slice(first + 1, last).map(accesses);
  const undisturbed = (moved: typeof made) =>
    between.every(({ reads, writes }) =>
      !overlap(writes, moved.reads) && !overlap(reads, moved.writes) && !overlap(writes, moved.writes)
    );
  return undisturbed(made) ? "consumer" : undisturbed(used) ? "producer" : undefined;
}
