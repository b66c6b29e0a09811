/**
 * Stage 5: plan to plan, with kernels merged where a tensor in between need not be stored.
 *
 * Four rules, three of which put formulas into formulas, so that a merged kernel is a kernel like any other:
 *
 * - loss: a loss and its gradient become two parts of one kernel.
 * - elementwise: a kernel that works element by element goes into the one that makes its input.
 * - window: a kernel that makes elements goes into one that reads each of them once, in a window: a convolution into the
 *   pool behind it.
 * - cases: a kernel that makes elements without summing, by cases of their position, goes into those that sum over these
 *   positions: a pool's gradient into the gradients of a convolution's weight and bias, where each case is a term.
 *
 * Before them, elementwise kernels go before what only renames their input, where they can meet the one that makes it.
 *
 * @module
 */
import { plainAxis } from "./affine.ts";
import { expressions, exprKey, freeAxes, rewriter } from "./expr.ts";
import type { Affine, Assignment, Axis, Expr, Load, Part, Reduce } from "./ir.ts";
import { add, named, plus, sum, times } from "./notation.ts";
import { accesses, type Draft, kernelName, type PlannedKernel, prune } from "./plan.ts";

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

const RULES: Readonly<Record<Exclude<FusionRule, "loss">, Rule>> = {
  elementwise: pairRule("elementwise", isElementwiseIn, mergeElementwise),
  window: pairRule("window", isWindowOf, mergeWindow),
  cases: casesRule,
};

/**
 * Merges kernels until no rule fits anywhere.
 *
 * @param without rules that are left out.
 */
export function fuse(draft: Draft, without: ReadonlySet<string> = new Set()): { draft: Draft; fusions: Fusion[] } {
  const fusions: Fusion[] = [];
  let result = draft;
  for (const name of FUSION_RULES) {
    if (without.has(name)) continue;
    if (name === "loss") {
      result = mergeLoss(result, fusions);
      continue;
    }
    if (name === "elementwise") result = renameLater(result);
    for (;;) {
      const next = firstOf(Object.keys(result.tensors), (tensor) => RULES[name](tensor, result, fusions));
      if (!next) break;
      result = next;
    }
  }
  return { draft: result, fusions };
}

/** The loss and its gradient in one kernel: both start from the network's output, and neither needs the other. */
function mergeLoss(draft: Draft, fusions: Fusion[]): Draft {
  const [loss, gradient] = ["forward", "backward"].map((pass) =>
    draft.train.find(({ title }) => title.stem === "loss" && title.pass === pass)
  );
  if (!loss || !gradient) return draft;
  const { bindings, symbols } = joinBindings(loss.bindings, gradient.bindings, "");
  const rewrite = rewriter(
    (node) => node.kind === "load" ? { ...node, tensor: symbols[node.tensor] } : undefined,
    (index) => index,
  );
  const { parts } = gradient.kernel;
  const title = { stem: "loss", pass: "forward_backward" };
  const merged: PlannedKernel = {
    title,
    bindings,
    kernel: {
      ...loss.kernel,
      name: kernelName(title),
      parts: [
        ...loss.kernel.parts,
        ...parts.map(({ axes, assignments }) => ({
          axes,
          assignments: assignments.map((a) => ({ ...a, tensor: symbols[a.tensor], value: rewrite(a.value) })),
        })),
      ],
    },
  };
  fusions.push({ rule: "loss", producer: loss.kernel.name, consumer: gradient.kernel.name });
  return { ...draft, train: draft.train.filter((k) => k !== gradient).map((k) => k === loss ? merged : k) };
}

/** The first result that there is. */
function firstOf<T, Result>(values: readonly T[], attempt: (value: T) => Result | undefined): Result | undefined {
  for (const value of values) {
    const result = attempt(value);
    if (result !== undefined) return result;
  }
}

/** A rule that takes a tensor out of a draft, or does not apply to it. */
type Rule = (tensor: string, draft: Draft, fusions: Fusion[]) => Draft | undefined;

/** A rule for a tensor with one kernel that makes it and one that reads it. */
function pairRule(
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
function isInner(tensor: string, { tensors, graph }: Draft): boolean {
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
function isElementwiseIn(
  tensor: string,
  _producer: PlannedKernel,
  { kernel: { parts }, bindings }: PlannedKernel,
): boolean {
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
function mergeElementwise(producer: PlannedKernel, consumer: PlannedKernel, tensor: string): PlannedKernel {
  const made = Object.entries(producer.bindings).find(([, name]) => name === tensor)![0];
  const { bindings, symbols } = joinBindings(producer.bindings, consumer.bindings, tensor);
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
  const { title, source } = joinTitles(producer, consumer);
  return prune({ title, bindings, kernel: { name: kernelName(title), source, parts, tensors: {} } });
}

/** `b` is renamed to what is not yet taken in `taken`, unless it means the same tensor there. */
function joinBindings(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
  gone: string,
): { bindings: Record<string, string>; symbols: Record<string, string> } {
  const bindings = Object.fromEntries(Object.entries(a).filter(([, name]) => name !== gone));
  const symbols: Record<string, string> = {};
  for (const [symbol, name] of Object.entries(b)) {
    if (name === gone) continue;
    const known = Object.keys(bindings).find((known) => bindings[known] === name);
    let free = symbol;
    while (bindings[free] !== undefined && bindings[free] !== name) free += "2";
    symbols[symbol] = known ?? free;
    bindings[symbols[symbol]] = name;
  }
  return { bindings, symbols };
}

/** The name and source of a merged kernel. */
function joinTitles(
  producer: PlannedKernel,
  consumer: PlannedKernel,
): Pick<PlannedKernel, "title"> & { source: string } {
  const join = (a: string, b: string) => a === b || a.endsWith(`_${b}`) ? a : `${a}_${b}`;
  const wrt = consumer.title.wrt ?? producer.title.wrt;
  return {
    title: {
      stem: join(producer.title.stem, consumer.title.stem),
      pass: join(producer.title.pass, consumer.title.pass),
      ...(wrt !== undefined && { wrt }),
    },
    source: join(producer.kernel.source, consumer.kernel.source).replaceAll("_kernels", " + kernels"),
  };
}

/** A name like the wish that is not taken, and now is: texts and keys of expressions tell axes apart by their names. */
function freeName(wish: string, taken: Set<string>): string {
  const stem = wish.replace(/\d+$/, "");
  let name = wish;
  for (let i = 2; taken.has(name); i++) name = `${stem}${i}`;
  taken.add(name);
  return name;
}

/** The loads of a tensor in a kernel, equal ones once; those over other axes of the same names are others. */
function loadsOf(tensor: string, { kernel: { parts }, bindings }: PlannedKernel): Load[] {
  const loads = parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)))
    .filter((expr): expr is Load => expr.kind === "load" && bindings[expr.tensor] === tensor);
  const same = (a: Load, b: Load) => exprKey(a) === exprKey(b) && [...freeAxes(a)].every((own) => freeAxes(b).has(own));
  return loads.filter((load, i) => loads.findIndex((other) => same(other, load)) === i);
}

/** Every element of the tensor is made by one formula and read once: its index is never the same for two points. */
function isWindowOf(tensor: string, producer: PlannedKernel, consumer: PlannedKernel): boolean {
  if (producer.kernel.parts.length !== 1 || consumer.kernel.parts.length !== 1) return false;
  const [{ assignments }] = producer.kernel.parts;
  if (assignments.length !== 1 || !assignments[0].index.every((index) => plainAxis(index))) return false;
  const loads = loadsOf(tensor, consumer);
  if (loads.length !== 1 || loads[0].padded) return false;
  const seen = new Set<Axis>();
  return loads[0].index.every((index) => {
    if (index.kind === "load") return false;
    let reach = 0;
    const terms = index.terms.filter(({ axis }) => axis.extent > 1).sort((a, b) => a.coefficient - b.coefficient);
    for (const { axis, coefficient } of terms) {
      if (seen.has(axis) || coefficient <= reach) return false;
      seen.add(axis);
      reach += coefficient * (axis.extent - 1);
    }
    return true;
  }) && consumer.kernel.parts[0].axes.every((axis) => axis.extent === 1 || seen.has(axis));
}

/** The consumer with the producer's formula in place of what it loads. */
function mergeWindow(producer: PlannedKernel, consumer: PlannedKernel, tensor: string): PlannedKernel {
  const [{ axes, assignments: [made] }] = producer.kernel.parts;
  const { bindings, symbols } = joinBindings(producer.bindings, consumer.bindings, tensor);
  const [part] = consumer.kernel.parts;
  const reduced = (values: readonly Expr[]) =>
    values.flatMap(expressions).flatMap((e) => e.kind === "reduce" ? e.axes : []);
  const outer = new Set([...part.axes, ...reduced(part.assignments.map(({ value }) => value))].map(({ name }) => name));
  const taken = new Set([...outer, ...reduced([made.value]).map(({ name }) => name)]);
  // the producer's own reductions run inside of the consumer's
  const fresh = new Map<Axis, Axis>();
  const rename = (own: Axis) => {
    if (!outer.has(own.name)) return own;
    if (!fresh.has(own)) fresh.set(own, { ...own, name: freeName(own.name, taken) });
    return fresh.get(own)!;
  };
  const [load] = loadsOf(tensor, consumer);
  const substitute = (index: Affine) =>
    plus(
      index.constant,
      ...index.terms.map(({ axis, coefficient }) => {
        const d = made.index.findIndex((at) => plainAxis(at) === axis);
        return times(axes.includes(axis) ? load.index[d] as Affine : rename(axis), coefficient);
      }),
    );
  const value = rewriter(() => undefined, substitute, (axes) => axes.map(rename))(made.value);
  const rewrite = rewriter(
    (node) =>
      node.kind !== "load"
        ? undefined
        : consumer.bindings[node.tensor] === tensor
        ? value
        : { ...node, tensor: symbols[node.tensor] },
    (index) => index,
  );
  const { title, source } = joinTitles(producer, consumer);
  const parts = [{
    axes: part.axes,
    assignments: part.assignments.map((a) => ({ ...a, tensor: symbols[a.tensor], value: rewrite(a.value) })),
  }];
  return prune({ title, bindings, kernel: { name: kernelName(title), source, parts, tensors: {} } });
}

/** A tensor made by cases of its position goes into all kernels that sum over it, if all can take it. */
function casesRule(tensor: string, draft: Draft, fusions: Fusion[]): Draft | undefined {
  if (!isInner(tensor, draft)) return undefined;
  const all = [...draft.train, ...draft.evaluate];
  const writers = all.filter((k) => accesses(k).writes.has(tensor));
  const readers = all.filter((k) => accesses(k).reads.has(tensor));
  const [producer] = writers;
  if (writers.length !== 1 || readers.length === 0 || producer.reshapes || accesses(producer).writes.size !== 1) {
    return undefined;
  }
  const values = producer.kernel.parts.flatMap(({ assignments }) => assignments.flatMap((a) => expressions(a.value)));
  if (values.some(({ kind }) => kind === "reduce")) return undefined;
  const first = draft.train.indexOf(producer);
  if (first < 0) return undefined;
  const disturbed = readers.some((reader) => {
    const last = draft.train.indexOf(reader);
    return last < first || overlap(accesses(reader).writes, accesses(producer).reads) ||
      draft.train.slice(first + 1, last).some((k) => overlap(accesses(k).writes, accesses(producer).reads));
  });
  if (disturbed || !readers.every((reader) => sumsOver(tensor, producer, reader))) return undefined;
  const merged = new Map(readers.map((reader) => [reader, mergeCases(producer, reader, tensor)]));
  for (const reader of readers) {
    fusions.push({ rule: "cases", producer: producer.kernel.name, consumer: reader.kernel.name, tensor });
  }
  return {
    ...draft,
    train: draft.train.filter((k) => k !== producer).map((k) => merged.get(k) ?? k),
  };
}

/** The sum of an assignment that takes one element of a tensor, times something else or not, and that element. */
function factorOf(
  tensor: string,
  { bindings }: PlannedKernel,
  { value }: Assignment,
): { sum: Reduce; load: Load } | undefined {
  const loads = (exprs: readonly Expr[]) =>
    exprs.filter((e): e is Load => e.kind === "load" && bindings[e.tensor] === tensor);
  const all = expressions(value), sums = all.filter((e): e is Reduce => e.kind === "reduce");
  const [own] = sums;
  if (sums.length !== 1 || own.reduction !== "sum") return undefined;
  const factors = own.body.kind === "op" && own.body.op === "mul" ? own.body.operands : [own.body];
  const [load, ...others] = loads(factors);
  return load && others.length === 0 && loads(all).length === 1 ? { sum: own, load } : undefined;
}

/** Whether the reader sums over every dimension along which the tensor is made by cases. */
function sumsOver(tensor: string, producer: PlannedKernel, reader: PlannedKernel): boolean {
  if (reader.reshapes || reader.kernel.parts.length !== 1) return false;
  return reader.kernel.parts[0].assignments.every((assignment) => {
    const factor = factorOf(tensor, reader, assignment);
    if (!factor) {
      return expressions(assignment.value).every((e) => e.kind !== "load" || reader.bindings[e.tensor] !== tensor);
    }
    const { sum, load } = factor;
    const summed = new Set(sum.axes), axes = load.index.map(plainAxis);
    if (load.padded || new Set(axes).size !== axes.length || axes.includes(undefined)) return false;
    return producer.kernel.parts.every((part) =>
      part.assignments.every(({ index }) =>
        index.every((at, d) => summed.has(axes[d]!) || plainAxis(at) !== undefined) &&
        // an axis in two dimensions, or in none, is no position
        part.axes.every((own) => index.filter(({ terms }) => terms.some(({ axis }) => axis === own)).length === 1)
      )
    );
  });
}

/** The reader, summing the producer's formula of each case. */
function mergeCases(producer: PlannedKernel, reader: PlannedKernel, tensor: string): PlannedKernel {
  const { bindings, symbols } = joinBindings(reader.bindings, producer.bindings, tensor);
  const [part] = reader.kernel.parts;
  const totals = new Map<Expr, Expr>(), known = new Map<string, Expr>();
  for (const { load, sum: whole } of part.assignments.flatMap((a) => factorOf(tensor, reader, a) ?? [])) {
    const { axes, body, name } = whole;
    const own = load.index.map((index) => plainAxis(index)!);
    const sums = producer.kernel.parts.map((made) => {
      // axes of the producer that stand for one of the reader's keep the reader's name
      const names = new Map<Axis, Axis>();
      const stays = new Set<Axis>();
      for (const [d, axis] of own.entries()) {
        const same = made.assignments.map(({ index }) => plainAxis(index[d]));
        if (same.every((a) => a && a === same[0])) {
          names.set(same[0]!, axis);
          stays.add(axis);
        }
      }
      const taken = new Set(
        [...part.axes, ...axes.filter((axis) => stays.has(axis) || !own.includes(axis))].map((a) => a.name),
      );
      for (const axis of made.axes) {
        if (!names.has(axis)) names.set(axis, { ...axis, name: freeName(axis.name, taken) });
      }
      const translate = (index: Affine) =>
        plus(index.constant, ...index.terms.map((t) => times(names.get(t.axis)!, t.coefficient)));
      const value = rewriter(
        (node) =>
          node.kind === "load"
            ? {
              ...node,
              tensor: symbols[node.tensor],
              index: node.index.map((i) => i.kind === "affine" ? translate(i) : i),
            }
            : undefined,
        translate,
      );
      const terms = made.assignments.filter(({ value: v }) => v.kind !== "constant" || v.value !== 0).map((a) => {
        const at = new Map(own.map((axis, d) => [axis, translate(a.index[d])]));
        const move = (index: Affine) =>
          plus(index.constant, ...index.terms.map((t) => times(at.get(t.axis) ?? t.axis, t.coefficient)));
        return rewriter(
          (node) => exprKey(node) === exprKey(load) ? named(load.tensor, value(a.value)) : undefined,
          move,
        )(body);
      });
      const replaced = axes.filter((axis) => own.includes(axis) && !stays.has(axis));
      const inserted = made.axes.filter((axis) => !own.includes(names.get(axis)!)).map((axis) => names.get(axis)!);
      const place = axes.findIndex((axis) => replaced.includes(axis));
      const summed = axes.flatMap((axis, i) => i === place ? inserted : replaced.includes(axis) ? [] : [axis]);
      return terms.length === 0 ? undefined : sum(summed, add(terms[0], ...terms.slice(1)));
    }).filter((expr) => expr !== undefined);
    const total = known.get(exprKey(whole)) ?? (sums.length === 0 ? add(0) : add(sums[0], ...sums.slice(1)));
    known.set(exprKey(whole), total);
    totals.set(whole, name === undefined ? total : named(name, total));
  }
  const replace = rewriter((node) => totals.get(node), (index) => index);
  const assignments = part.assignments.map((a): Assignment => ({ ...a, value: replace(a.value) }));
  const { title, source } = joinTitles(producer, reader);
  const named_ = { ...title, pass: reader.title.pass };
  return prune({
    title: named_,
    bindings,
    kernel: { name: kernelName(named_), source, parts: [{ axes: part.axes, assignments }], tensors: {} },
  });
}

/** Elementwise kernels of a renamed tensor before the renaming: what is left to rename is their result. */
function renameLater(draft: Draft): Draft {
  for (const tensor of Object.keys(draft.tensors)) {
    if (!isInner(tensor, draft)) continue;
    const all = [...new Set([...draft.train, ...draft.evaluate])];
    const writers = all.filter((k) => accesses(k).writes.has(tensor));
    const readers = all.filter((k) => accesses(k).reads.has(tensor));
    const [reshape] = writers, [reader] = readers;
    if (writers.length !== 1 || readers.length !== 1 || !reshape.reshapes || reader.reshapes) continue;
    const reads = accesses(reader).reads, writes = [...accesses(reader).writes];
    if (reads.size !== 1 || writes.length !== 1 || !isElementwiseIn(tensor, reshape, reader)) continue;
    const [{ axes, assignments: [renamed] }] = reshape.kernel.parts;
    const [{ assignments: [made] }] = reader.kernel.parts;
    if (renamed.value.kind !== "load" || expressions(made.value).some(({ kind }) => kind === "position")) continue;
    const from = renamed.value, [to] = writes;
    const rewrite = rewriter(
      (node) => node.kind === "load" ? { ...from, tensor: node.tensor } : undefined,
      (index) => index,
    );
    const { shape, layout, dtype } = draft.tensors[reshape.bindings[from.tensor]];
    const { layout: _, ...unlaid } = draft.tensors[tensor];
    const early: PlannedKernel = {
      ...reader,
      bindings: Object.fromEntries(
        Object.entries(reader.bindings).map(([symbol, name]) => [
          symbol,
          name === tensor ? reshape.bindings[from.tensor] : name === to ? tensor : name,
        ]),
      ),
      kernel: {
        ...reader.kernel,
        parts: [{
          axes,
          assignments: [{ tensor: made.tensor, index: from.index as Affine[], value: rewrite(made.value) }],
        }],
      },
    };
    const late: PlannedKernel = {
      ...reshape,
      bindings: Object.fromEntries(
        Object.entries(reshape.bindings).map(([symbol, name]) => [symbol, name === tensor ? to : tensor]),
      ),
    };
    const apply = (kernels: readonly PlannedKernel[]) =>
      kernels.map((k) => k === reshape ? early : k === reader ? late : k);
    draft = {
      ...draft,
      tensors: { ...draft.tensors, [tensor]: { ...unlaid, shape, dtype, ...(layout && { layout }) } },
      train: apply(draft.train),
      evaluate: apply(draft.evaluate),
    };
  }
  return draft;
}
