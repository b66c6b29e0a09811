/**
 * Kernels of a plan: their names, and what they touch.
 *
 * @module
 */
import { cost, operationsOf } from "../ir/cost.ts";
import { expressions, rewriter } from "../ir/expr.ts";
import type { Affine, Axis, Index, Kernel } from "../ir/ir.ts";
import type { Plan, PlannedKernel } from "./plan.ts";

/** `conv1_relu1_forward`, `linear1_backward_update_weight`. */
export function kernelName({ stem, pass, wrt }: PlannedKernel["title"]): string {
  return wrt === undefined ? `${stem}_${pass}` : `${stem}_${pass}_${wrt}`;
}

/** The kernel of a name that a plan has; of several, such as those of both steps, the first. */
export function plannedKernel({ train, evaluate }: Pick<Plan, "train" | "evaluate">, name: string): PlannedKernel {
  return [...train.kernels, ...evaluate.kernels].find(({ kernel }) => kernel.name === name)!;
}

/** All kernels of a plan by name; of several of one name, the first. */
export function plannedKernels({ train, evaluate }: Pick<Plan, "train" | "evaluate">): Map<string, PlannedKernel> {
  return new Map([...train.kernels, ...evaluate.kernels].toReversed().map((planned) => [planned.kernel.name, planned]));
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
  const few = { ...batch, extent: samples }, swap = (axis: Axis) => axis === batch ? few : axis;
  const index = ({ constant, terms }: Affine): Affine => ({
    ...{ kind: "affine", constant },
    terms: terms.map(({ axis, coefficient }) => ({ axis: swap(axis), coefficient })),
  });
  const rewrite = rewriter(() => undefined, index, (axes) => axes.map(swap));
  const parts = planned.kernel.parts.map(({ axes, assignments }) => ({
    axes: axes.map(swap),
    assignments: assignments.map((each) => ({ ...each, value: rewrite(each.value) })),
  }));
  return withWork(planned, operationsOf(parts));
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
