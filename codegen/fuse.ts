/**
 * Stage 4: plan to plan, with kernels merged where a tensor in between need not be stored.
 *
 * One rule: an elementwise kernel goes into the kernel that makes its input, when nothing else reads that input.
 * Formulas are substituted into formulas, so the merged kernel is a kernel like any other.
 *
 * @module
 */
import { expressions, rewriter } from "./expr.ts";
import type { Affine, Assignment, Expr, Part } from "./ir.ts";
import { plus, times } from "./notation.ts";
import { accesses, type Draft, kernelName, type PlannedKernel, prune } from "./plan.ts";

/** What was merged, for `plan.txt`. */
export interface Fusion {
  readonly producer: string;
  readonly consumer: string;
  /** The tensor that is no longer stored. */
  readonly tensor: string;
}

/** Merges kernels until the rule fits nowhere. */
export function fuse(draft: Draft): { draft: Draft; fusions: Fusion[] } {
  const fusions: Fusion[] = [];
  for (;;) {
    const tensor = Object.keys(draft.tensors).find((name) => fusable(name, draft));
    if (tensor === undefined) return { draft, fusions };
    const merged = new Map<string, PlannedKernel>();
    const apply = (kernels: readonly PlannedKernel[]) => {
      const { producer, consumer } = around(tensor, kernels);
      if (!producer || !consumer) return kernels;
      const key = `${producer.kernel.name} ${consumer.kernel.name}`;
      if (!merged.has(key)) {
        merged.set(key, merge(producer, consumer, tensor));
        fusions.push({ producer: producer.kernel.name, consumer: consumer.kernel.name, tensor });
      }
      const [place, gone] = meetingPlace(producer, consumer, kernels) === "consumer"
        ? [consumer, producer]
        : [producer, consumer];
      return kernels.filter((k) => k !== gone).map((k) => k === place ? merged.get(key)! : k);
    };
    draft = { ...draft, train: apply(draft.train), evaluate: apply(draft.evaluate) };
  }
}

/** The kernels that write and that read a tensor in one list. */
function around(tensor: string, kernels: readonly PlannedKernel[]) {
  const writers = kernels.filter((k) => accesses(k).writes.has(tensor));
  const readers = kernels.filter((k) => accesses(k).reads.has(tensor));
  return { writers, readers, producer: writers[0], consumer: readers[0] };
}

function fusable(tensor: string, { tensors, train, evaluate, graph }: Draft): boolean {
  const { role } = tensors[tensor];
  if ((role !== "value" && role !== "gradient") || tensor === "input" || tensor === `${graph.output}.output`) {
    return false;
  }
  let pairs = 0;
  for (const kernels of [train, evaluate]) {
    const { writers, readers, producer, consumer } = around(tensor, kernels);
    if (writers.length === 0 && readers.length === 0) continue;
    if (writers.length !== 1 || readers.length !== 1 || producer === consumer) return false;
    if (producer.reshapes || consumer.reshapes || !isElementwiseIn(tensor, consumer)) return false;
    const made = accesses(producer), used = accesses(consumer);
    if (overlap(used.writes, made.reads)) return false;
    if ([...made.writes].some((name) => name !== tensor && used.reads.has(name))) return false;
    if (meetingPlace(producer, consumer, kernels) === undefined) return false;
    pairs++;
  }
  return pairs > 0;
}

const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].some((name) => b.has(name));

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

/** One part, no reductions, and the tensor read just at the part's own axes. */
function isElementwiseIn(tensor: string, { kernel: { parts }, bindings }: PlannedKernel): boolean {
  if (parts.length !== 1) return false;
  const [{ axes, assignments }] = parts;
  return assignments.flatMap(({ value }) => expressions(value)).every((expr) => {
    if (expr.kind === "reduce") return false;
    // only indices over the part's own axes can be substituted
    const indices = expr.kind === "load" ? expr.index : expr.kind === "position" ? [expr.index] : [];
    if (!indices.every((i) => i.kind === "affine" && i.terms.every(({ axis }) => axes.includes(axis)))) return false;
    if (expr.kind !== "load" || bindings[expr.tensor] !== tensor) return true;
    return !expr.padded && expr.index.length === axes.length &&
      expr.index.every((index, d) =>
        index.kind === "affine" && index.constant === 0 && index.terms.length === 1 &&
        index.terms[0].axis === axes[d] && index.terms[0].coefficient === 1
      );
  });
}

/** The producer with the consumer's formulas in place of its assignments to the tensor. */
function merge(producer: PlannedKernel, consumer: PlannedKernel, tensor: string): PlannedKernel {
  const made = Object.entries(producer.bindings).find(([, name]) => name === tensor)![0];
  // the consumer's symbols, renamed where the producer means another tensor by them
  const bindings = Object.fromEntries(Object.entries(producer.bindings).filter(([symbol]) => symbol !== made));
  const symbols: Record<string, string> = {};
  for (const [symbol, name] of Object.entries(consumer.bindings)) {
    if (name === tensor) continue;
    const known = Object.keys(bindings).find((known) => bindings[known] === name);
    let free = symbol;
    while (bindings[free] !== undefined && bindings[free] !== name) free += "2";
    symbols[symbol] = known ?? free;
    bindings[symbols[symbol]] = name;
  }
  const name = bindings[made] === undefined ? made : "value";
  const [{ axes, assignments }] = consumer.kernel.parts;
  const substitute = (written: Assignment): Assignment[] => {
    const index = (affine: Affine) =>
      plus(affine.constant, ...affine.terms.map((t) => times(written.index[axes.indexOf(t.axis)], t.coefficient)));
    const value: Expr = written.value.kind === "op" || written.value.kind === "reduce"
      ? { ...written.value, name: written.value.name ?? name }
      : written.value;
    const rewrite = rewriter((node) => {
      if (node.kind !== "load") return undefined;
      if (consumer.bindings[node.tensor] === tensor) return value;
      const at = node.index.map((i) => i.kind === "affine" ? index(i) : i);
      return { ...node, tensor: symbols[node.tensor], index: at };
    }, index);
    return assignments.map((assignment) => ({
      tensor: symbols[assignment.tensor],
      index: assignment.index.map(index),
      value: rewrite(assignment.value),
    }));
  };
  const parts: Part[] = producer.kernel.parts.map((part) => ({
    axes: part.axes,
    assignments: part.assignments.flatMap((a) => producer.bindings[a.tensor] === tensor ? substitute(a) : [a]),
  }));
  const join = (a: string, b: string) => a === b ? a : `${a}_${b}`;
  const title = {
    stem: join(producer.title.stem, consumer.title.stem),
    pass: join(producer.title.pass, consumer.title.pass),
    wrt: consumer.title.wrt ?? producer.title.wrt,
  };
  const source = join(producer.kernel.source, consumer.kernel.source).replaceAll("_kernels", " + kernels");
  return prune({ title, bindings, kernel: { name: kernelName(title), source, parts, tensors: {} } });
}
