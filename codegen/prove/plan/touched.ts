/**
 * What a kernel of the plan touches, read from its formulas.
 *
 * @module
 */
import {
  type Affine,
  type Assignment,
  type Axis,
  type Expr,
  type Load,
  type Param,
  STEP,
  type TensorType,
} from "../../ir/ir.ts";
import type { PlannedKernel, PlannedTensor } from "../../plan/plan.ts";

/** A read, the part of the kernel that it is in, and whether a sum or maximum goes over it. */
export interface Read {
  readonly part: number;
  readonly load: Load;
  readonly reduced: boolean;
}

/** A write, and the part of the kernel that it is in. */
export interface Write {
  readonly part: number;
  readonly assignment: Assignment;
}

/** All reads and writes of a kernel. */
export interface Touched {
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
  readonly params: ReadonlySet<Param>;
}

/** The tensors of a plan by name. */
export type Tensors = Readonly<Record<string, PlannedTensor>>;

/** The tensor that has a tensor's storage. */
export function rootOf(name: string, tensors: Tensors): string {
  return tensors[name]?.alias ?? name;
}

const known = new WeakMap<PlannedKernel["kernel"]["parts"], Touched>();

/** All reads and writes of a kernel; a node that formulas share is visited once, or twice where it is reduced too. */
export function touchedBy({ kernel: { parts } }: PlannedKernel): Touched {
  const before = known.get(parts);
  if (before) return before;
  const reads: Read[] = [], writes: Write[] = [], params = new Set<Param>();
  for (const [part, { assignments }] of parts.entries()) {
    const seen = [new Set<Expr>(), new Set<Expr>()];
    const visit = (expr: Expr, reduced: boolean): void => {
      if (seen[Number(reduced)].has(expr)) return;
      seen[Number(reduced)].add(expr);
      if (expr.kind === "param") params.add(expr);
      if (expr.kind === "op") { for (const operand of expr.operands) visit(operand, reduced); }
      if (expr.kind === "reduce") visit(expr.body, true);
      if (expr.kind !== "load") return;
      reads.push({ part, load: expr, reduced });
      for (const index of expr.index) if (index.kind === "load") visit(index, reduced);
    };
    for (const assignment of assignments) {
      writes.push({ part, assignment });
      visit(assignment.value, false);
    }
  }
  const touched = { reads, writes, params };
  known.set(parts, touched);
  return touched;
}

/** The storages that a kernel reads and writes. */
export function storagesOf(planned: PlannedKernel, tensors: Tensors): { reads: Set<string>; writes: Set<string> } {
  const { reads, writes } = touchedBy(planned), root = (symbol: string) => rootOf(planned.bindings[symbol], tensors);
  return {
    reads: new Set(reads.map(({ load }) => root(load.tensor))),
    writes: new Set(writes.map(({ assignment }) => root(assignment.tensor))),
  };
}

/** A text that is the same for tensors of one type and one order in memory. */
export function typeKey({ dtype, shape, halo, below, rows, columns }: TensorType): string {
  return [dtype, shape.join(), halo.join(), below, rows, columns?.join()].join(" ");
}

/** Smallest and largest value of an index; that of the step has no largest. */
export function rangeOf({ constant, terms }: Affine): [low: number, high: number] {
  let low = constant, high = constant;
  for (const { axis, coefficient } of terms) {
    const last = coefficient * (axis === STEP ? Infinity : axis.extent - 1);
    low += Math.min(0, last);
    high += Math.max(0, last);
  }
  return [low, high];
}

/** An element of a storage: its place as a sum of axes times elements. */
export interface Place {
  readonly constant: number;
  readonly terms: ReadonlyMap<Axis, number>;
}

/** Where an access lies in the storage of its tensor; undefined where an index was loaded. */
export function placeOf(
  index: readonly Load["index"][number][],
  { shape, halo }: Pick<PlannedTensor, "shape" | "halo">,
): Place | undefined {
  const terms = new Map<Axis, number>();
  let constant = 0, stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const position = index[d];
    if (position?.kind !== "affine") return undefined;
    constant += (position.constant + halo[d][0]) * stride;
    for (const { axis, coefficient } of position.terms) {
      // an axis of one element moves nothing
      if (axis.extent > 1) terms.set(axis, (terms.get(axis) ?? 0) + coefficient * stride);
    }
    stride *= shape[d] + halo[d][0] + halo[d][1];
  }
  return { constant, terms };
}

/** Whether two accesses are to the same element, wherever in the index space. */
export function samePlace(a: Place | undefined, b: Place | undefined): boolean {
  if (!a || !b || a.constant !== b.constant) return false;
  const axes = new Set([...a.terms.keys(), ...b.terms.keys()]);
  return [...axes].every((axis) => (a.terms.get(axis) ?? 0) === (b.terms.get(axis) ?? 0));
}
