/**
 * Kernels that do not wait for each other as one dispatch: starting one costs what a small kernel takes.
 *
 * @module
 */
import { WORKGROUP } from "../../dispatch.ts";
import type { LoopNest, Statement, TensorType, Value } from "../../ir.ts";
import { accesses, type Plan, type PlannedKernel } from "../../plan.ts";

/** Most storage buffers of a dispatch of several kernels. */
const MOST_BINDINGS = 16;

/** A nest, and the tensors of the plan that its symbols stand for. */
export interface BoundNest {
  readonly nest: LoopNest;
  readonly bindings: Readonly<Record<string, string>>;
}

/** Kernels by the earliest place at which each can run: those of one place touch nothing that another of them writes. */
export function levels(kernels: readonly PlannedKernel[], { tensors }: Plan): PlannedKernel[][] {
  const storage = (names: ReadonlySet<string>) => new Set([...names].map((name) => tensors[name].alias ?? name));
  const before: { level: number; reads: Set<string>; writes: Set<string> }[] = [], result: PlannedKernel[][] = [];
  for (const planned of kernels) {
    const own = accesses(planned), reads = storage(own.reads), writes = storage(own.writes);
    const conflicts = before.filter((other) =>
      !other.writes.isDisjointFrom(reads) || !other.writes.isDisjointFrom(writes) || !other.reads.isDisjointFrom(writes)
    );
    const level = Math.max(-1, ...conflicts.map(({ level }) => level)) + 1;
    before.push({ level, reads, writes });
    (result[level] ??= []).push(planned);
  }
  return result;
}

/** Groups of nests, in order, each of which has no more storage buffers than a dispatch may have. */
export function groups<Item extends BoundNest>(items: readonly Item[]): Item[][] {
  const result: Item[][] = [];
  for (const item of items) {
    const last = result.at(-1);
    const together = last && merge("", [...last, item]);
    if (together && Object.keys(together.bindings).length <= MOST_BINDINGS) last.push(item);
    else result.push([item]);
  }
  return result;
}

/** Several nests as one, each with invocations of its own; none may touch what another one writes. */
export function merge(name: string, items: readonly BoundNest[]): BoundNest {
  const tensors: Record<string, TensorType> = {}, bindings: Record<string, string> = {};
  const taken = new Set(items.flatMap(({ nest }) => [...localsOf(nest.body)]));
  const outputs: string[] = [], body: Statement[] = [];
  let invocations = 0;
  for (const { nest, bindings: own } of items) {
    const names = new Map<string, string>();
    for (const [symbol, type] of Object.entries(nest.tensors)) {
      // tables have one type of access everywhere; other tensors may be vectors for one kernel only
      const shared = type.rows !== undefined && Object.keys(bindings).find((other) => bindings[other] === own[symbol]);
      let fresh = symbol;
      for (let i = 2; fresh in tensors || taken.has(fresh); i++) fresh = `${symbol}_${i}`;
      const final = shared || fresh;
      names.set(symbol, final);
      tensors[final] = type;
      bindings[final] = own[symbol];
    }
    outputs.push(...nest.outputs.map((symbol) => names.get(symbol)!));
    // a workgroup is of one kernel
    body.push({ kind: "block", last: false, body: moved(nest.body, names, invocations) });
    invocations += Math.ceil(nest.invocations! / WORKGROUP) * WORKGROUP;
  }
  return { nest: { name, tensors, outputs, invocations, body }, bindings };
}

function localsOf(body: readonly Statement[]): Set<string> {
  return new Set(body.flatMap((s): string[] => {
    const own = s.kind === "let" || s.kind === "variable"
      ? [s.name]
      : s.kind === "loop"
      ? [s.variable]
      : s.kind === "grid"
      ? s.loops.map(({ variable }) => variable)
      : [];
    return "body" in s ? [...own, ...localsOf(s.body)] : own;
  }));
}

/** Statements with tensors by other names, and grids further on. */
function moved(body: readonly Statement[], names: ReadonlyMap<string, string>, by: number): Statement[] {
  const value = (v: Value): Value => {
    if (v.kind === "element") return { ...v, tensor: names.get(v.tensor)! };
    if (v.kind === "splat" || v.kind === "total") return { ...v, value: value(v.value) };
    return v.kind === "apply" ? { ...v, operands: v.operands.map(value) } : v;
  };
  return body.map((s): Statement => {
    if (s.kind === "comment") return s;
    if (s.kind === "grid") return { ...s, first: s.first + by, body: moved(s.body, names, by) };
    if ("body" in s) return { ...s, body: moved(s.body, names, by) };
    if (s.kind === "store") return { ...s, tensor: names.get(s.tensor)!, value: value(s.value) };
    return { ...s, value: value(s.value) };
  });
}
