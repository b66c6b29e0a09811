/**
 * The rule `cases`: a kernel that makes elements without summing, by cases of their position, goes into those that sum
 * over these positions.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { operationsOf } from "../../ir/cost.ts";
import { expressions, exprKey, rewriter } from "../../ir/expr.ts";
import type { Affine, Assignment, Axis, Expr, Load, Reduce } from "../../ir/ir.ts";
import { add, named, plus, sum, times } from "../../language/notation.ts";
import { accesses, kernelName, prune, withWork, workIn } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";
import { freeName, isNameable, joinBindings, joinTitles } from "./join.ts";
import { type Fusion, isInner, type Merging, overlap } from "./rule.ts";

/**
 * How often a reader may make each element, at most: once for each weight of a window of 5 by 5 over one channel. With
 * more, what is made again takes longer than a pass through memory; with fewer already where what it is made of is no
 * smaller, and is read again as often.
 */
const MOST_REPEATS = { smaller: 32, asLarge: 8 };

/** A tensor made by cases of its position goes into all kernels that sum over it, if all can take it. */
export function casesRule(tensor: string, merging: Merging, fusions: Fusion[]): readonly PlannedKernel[] {
  const { train, evaluate } = merging;
  if (!isInner(tensor, merging)) return [];
  const writers = [...train.writers(tensor), ...evaluate.writers(tensor)];
  const readers = [...train.readers(tensor), ...evaluate.readers(tensor)];
  const [producer] = writers;
  if (writers.length !== 1 || readers.length === 0 || producer.reshapes || accesses(producer).writes.size !== 1) {
    return [];
  }
  const values = producer.kernel.parts.flatMap(({ assignments }) => assignments.flatMap((a) => expressions(a.value)));
  if (values.some(({ kind }) => kind === "reduce") || sumsInFull(producer)) return [];
  if (!train.has(producer)) return [];
  const { reads } = accesses(producer);
  const disturbed = readers.some((reader) =>
    !train.has(reader) || train.isBefore(reader, producer) || overlap(accesses(reader).writes, reads) ||
    train.writesBetween(producer, reader, reads)
  );
  if (disturbed || !readers.every((reader) => isNameable(producer, reader))) return [];
  if (!readers.every((reader) => sumsOver(tensor, producer, reader))) return [];
  const elements = (name: string) => product(merging.tensors[name].shape);
  const most = MOST_REPEATS[reads.values().every((name) => elements(name) < elements(tensor)) ? "smaller" : "asLarge"];
  if (readers.some((reader) => repeats(tensor, reader) > most)) return [];
  const merged = new Map(readers.map((reader, i) => [reader, credited(producer, reader, tensor, i === 0)]));
  for (const reader of readers) {
    fusions.push({ rule: "cases", producer: producer.kernel.name, consumer: reader.kernel.name, tensor });
  }
  train.replace(producer);
  for (const [reader, by] of merged) train.replace(reader, by);
  return [producer, ...readers];
}

/** Whether a kernel makes an element of several of one tensor: a sum that is written out, which readers would repeat. */
function sumsInFull({ kernel: { parts } }: PlannedKernel): boolean {
  return parts.flatMap(({ assignments }) => assignments).some(({ value }) => {
    const read = new Map<string, string>();
    return expressions(value).some((expr) => {
      if (expr.kind !== "load") return false;
      const key = exprKey(expr), known = read.get(expr.tensor) ?? key;
      read.set(expr.tensor, known);
      return known !== key;
    });
  });
}

/** How often a reader takes each element of a tensor: for each point of its own axes that are no positions of it. */
function repeats(tensor: string, reader: PlannedKernel): number {
  const [{ axes, assignments }] = reader.kernel.parts;
  return Math.max(...assignments.flatMap((assignment) => {
    const factor = factorOf(tensor, reader, assignment);
    if (!factor) return [];
    const of = new Set(factor.load.index.map(plainAxis));
    return product(axes.filter((axis) => !of.has(axis)).map(({ extent }) => extent));
  }));
}

function product(extents: readonly number[]): number {
  return extents.reduce((product, extent) => product * extent, 1);
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
  const [sum] = sums;
  if (sums.length !== 1 || sum.reduction !== "sum") return undefined;
  const factors = sum.body.kind === "op" && sum.body.op === "mul" ? sum.body.operands : [sum.body];
  const [load, ...others] = loads(factors);
  return load && others.length === 0 && loads(all).length === 1 ? { sum, load } : undefined;
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
        part.axes.every((partAxis) =>
          index.filter(({ terms }) => terms.some(({ axis }) => axis === partAxis)).length === 1
        )
      )
    );
  });
}

/**
 * The merged reader with the work that it stands for: that of the reader, and of the producer once, in one of its readers,
 * however often it makes an element.
 */
function credited(producer: PlannedKernel, reader: PlannedKernel, tensor: string, isFirst: boolean): PlannedKernel {
  const own = operationsOf(mergeCases(producer, reader, tensor, true).kernel.parts) + (reader.saves ?? 0);
  return withWork(mergeCases(producer, reader, tensor), own + (isFirst ? workIn(producer) : 0));
}

/** The reader, summing the producer's formula of each case; or, to count what it does itself, an element in its place. */
function mergeCases(producer: PlannedKernel, reader: PlannedKernel, tensor: string, counting = false): PlannedKernel {
  const { bindings, symbols } = joinBindings(reader.bindings, producer.bindings, tensor);
  const [part] = reader.kernel.parts;
  const totals = new Map<Expr, Expr>(), known = new Map<string, Expr>();
  for (const { load, sum: whole } of part.assignments.flatMap((a) => factorOf(tensor, reader, a) ?? [])) {
    const { axes, body, name } = whole;
    const loadAxes = load.index.map((index) => plainAxis(index)!);
    const sums = producer.kernel.parts.map((made) => {
      // axes of the producer that stand for one of the reader's keep the reader's name
      const names = new Map<Axis, Axis>();
      const stays = new Set<Axis>();
      for (const [d, axis] of loadAxes.entries()) {
        const same = made.assignments.map(({ index }) => plainAxis(index[d]));
        if (same.every((a) => a && a === same[0])) {
          names.set(same[0]!, axis);
          stays.add(axis);
        }
      }
      const taken = new Set(
        [...part.axes, ...axes.filter((axis) => stays.has(axis) || !loadAxes.includes(axis))].map((a) => a.name),
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
        const at = new Map(loadAxes.map((axis, d) => [axis, translate(a.index[d])]));
        const move = (index: Affine) =>
          plus(index.constant, ...index.terms.map((t) => times(at.get(t.axis) ?? t.axis, t.coefficient)));
        return rewriter(
          (node) =>
            exprKey(node) === exprKey(load)
              ? counting
                ? { ...load, index: load.index.map((i) => move(i as Affine)) }
                : named(load.tensor, value(a.value))
              : undefined,
          move,
        )(body);
      });
      const replaced = axes.filter((axis) => loadAxes.includes(axis) && !stays.has(axis));
      const inserted = made.axes.filter((axis) => !loadAxes.includes(names.get(axis)!)).map((axis) => names.get(axis)!);
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
  const merged = { ...title, pass: reader.title.pass };
  return prune({
    title: merged,
    bindings,
    kernel: { name: kernelName(merged), source, parts: [{ axes: part.axes, assignments }], tensors: {} },
  });
}
