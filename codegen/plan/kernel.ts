/**
 * Kernels of a plan: their names, and what they touch.
 *
 * @module
 */
import { cost, operationsOf } from "../ir/cost.ts";
import { expressions, rewriter } from "../ir/expr.ts";
import type { Affine, Axis, Index, Kernel, Part } from "../ir/ir.ts";
import { plus, times } from "../language/notation.ts";
import type { Plan, PlannedKernel } from "./plan.ts";

/** `conv1_relu1_forward`, `linear1_backward_update_weight`. */
export function kernelName({ stem, pass, wrt }: PlannedKernel["title"]): string {
  return wrt === undefined ? `${stem}_${pass}` : `${stem}_${pass}_${wrt}`;
}

/** The kernel of a name that a plan has; of several, such as those of both steps, the first. */
export function plannedKernel({ train, evaluate }: Pick<Plan, "train" | "evaluate">, name: string): PlannedKernel {
  return [...train.kernels, ...evaluate.kernels].find(({ kernel }) => kernel.name === name)!;
}

/** All kernels of a plan by name, each once, in the order in which they first run. */
export function plannedKernels({ train, evaluate }: Pick<Plan, "train" | "evaluate">): Map<string, PlannedKernel> {
  return new Map([...train.kernels, ...evaluate.kernels].map((planned) => [planned.kernel.name, planned]));
}

/** Operations of the mathematics that a kernel stands for, whatever it executes: its formula may take fewer, or more. */
export function workOf({ kernel, saves = 0 }: PlannedKernel): number {
  return cost(kernel).flops + saves;
}

/** A kernel in place of another one, that stands for the same mathematics: what it executes more, or less, is no work. */
export function sameWork(before: PlannedKernel, after: PlannedKernel): PlannedKernel {
  return withWork(after, workIn(before));
}

/** A kernel that stands for so many operations. */
export function withWork({ saves: _, ...planned }: PlannedKernel, work: number): PlannedKernel {
  const saves = work - operationsOf(planned.kernel.parts);
  return saves === 0 ? planned : { ...planned, saves };
}

/** What {@linkcode workOf} says, of a kernel whose tensors need not be known yet. */
export function workIn({ kernel: { parts }, saves = 0 }: PlannedKernel): number {
  return operationsOf(parts) + saves;
}

/** A kernel whose work is that of the samples: a batch may have more rows, up to whole blocks. */
export function workOfSamples(planned: PlannedKernel, batch: Axis, samples: number): PlannedKernel {
  if (batch.extent === samples) return planned;
  const few = { ...batch, extent: samples };
  return withWork(planned, operationsOf(planned.kernel.parts.map((part) => withAxis(part, batch, few))));
}

/** A part with an axis in place of another one, which begins at some place of that. */
export function withAxis({ axes, assignments }: Part, whole: Axis, instead: Axis, from = 0): Part {
  const index = (i: Affine): Affine =>
    plus(i.constant, ...i.terms.map((t) => times(t.axis === whole ? plus(instead, from) : t.axis, t.coefficient)));
  const swap = (axes: readonly Axis[]) => axes.map((axis) => axis === whole ? instead : axis);
  const rewrite = rewriter(() => undefined, index, swap);
  return {
    axes: swap(axes),
    assignments: assignments.map(({ tensor, index: written, value }) => ({
      tensor,
      index: written.map(index),
      value: rewrite(value),
    })),
  };
}

/** Leaves only the bindings a kernel uses, in the order of its use. */
export function prune(planned: PlannedKernel): PlannedKernel {
  const used = new Set<string>();
  for (const { assignments } of planned.kernel.parts) {
    for (const expr of expressions(...assignments.map(({ value }) => value))) {
      if (expr.kind === "load") used.add(expr.tensor);
    }
  }
  for (const { assignments } of planned.kernel.parts) for (const { tensor } of assignments) used.add(tensor);
  return { ...planned, bindings: Object.fromEntries([...used].map((symbol) => [symbol, planned.bindings[symbol]])) };
}

/** An element that a kernel writes or loads: the tensor by its symbol, and the index. */
export interface Access {
  readonly tensor: string;
  readonly index: readonly Index[];
}

const found = new WeakMap<Kernel["parts"], readonly Access[]>();

/** All that parts write and load, in order: what is written, then what its value loads. */
export function accessesIn(parts: Kernel["parts"]): readonly Access[] {
  const all = found.get(parts) ?? parts.flatMap(({ assignments }) =>
    assignments.flatMap(({ tensor, index, value }) => [
      { tensor, index },
      ...expressions(value).filter((e) => e.kind === "load"),
    ])
  );
  found.set(parts, all);
  return all;
}

/** Tensors of the plan that a kernel reads and writes. */
export interface Accesses {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

const accessed = new WeakMap<PlannedKernel, Accesses>();

/** What a kernel reads and writes. */
export function accesses(planned: PlannedKernel): Accesses {
  const known = accessed.get(planned);
  if (known) return known;
  const { kernel, bindings } = planned;
  const reads = new Set<string>(), writes = new Set<string>();
  for (const { assignments } of kernel.parts) {
    for (const { tensor } of assignments) writes.add(bindings[tensor]);
    for (const expr of expressions(...assignments.map(({ value }) => value))) {
      if (expr.kind === "load") reads.add(bindings[expr.tensor]);
    }
  }
  accessed.set(planned, { reads, writes });
  return { reads, writes };
}
