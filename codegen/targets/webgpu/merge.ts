/**
 * Kernels that do not wait for each other as one dispatch: starting one costs what a small kernel takes.
 *
 * @module
 */
import {
  type Statement,
  type TensorType,
  type Value,
  WORKGROUP,
  WORKGROUP_BYTES,
  workgroupBytes,
} from "../../ir/ir.ts";
import { cost } from "../../ir/cost.ts";
import { alignedOnly } from "./aligned.ts";
import { accesses } from "../../plan/kernel.ts";
import type { Plan, PlannedKernel } from "../../plan/plan.ts";
import type { BoundNest } from "../target.ts";
import { partsOf, type Together, togetherOf } from "./together.ts";

/** Most storage buffers of a dispatch of several kernels: as many as browsers let one have. */
const MOST_BINDINGS = 10;
/** Operations of a kernel that takes a GPU as long as starting another one does: joining it with others saves nothing. */
const LARGE = 2 ** 27;

/**
 * Nests of a step in few dispatches: each has what waits for nothing that is still to come, the longest chain first, and
 * no more storage buffers and workgroup memory than a dispatch may have. What no other waits for fills the dispatches
 * that have room. Large kernels have dispatches of their own.
 */
export function rounds<Item extends BoundNest>(
  items: readonly (Item & { readonly planned: PlannedKernel })[],
  plan: Plan,
  mostBindings: number = MOST_BINDINGS,
): Item[][] {
  const before = predecessors(items.map(({ planned }) => planned), plan.tensors), together = togetherOf(plan);
  const after = items.map((): number[] => []);
  for (const [i, all] of before.entries()) for (const j of all) after[j].push(i);
  // how many dispatches must follow each one's
  const follow = items.map(() => 0);
  for (let i = items.length - 1; i >= 0; i--) for (const j of before[i]) follow[j] = Math.max(follow[j], follow[i] + 1);
  const buffers = items.map((item) => buffersOf(item, together)), waits = before.map(({ size }) => size);
  const result: Item[][] = [];
  let ready = [...items.keys()].filter((i) => waits[i] === 0);
  while (ready.length > 0) {
    const round = new Set<number>(), bound = new Set<string>(), blocks: Statement[] = [];
    for (const i of ready.sort((a, b) => follow[b] - follow[a] || a - b)) {
      const block: Statement = { kind: "block", last: false, body: items[i].nest.body };
      const alone = [...round, i].some((j) => isLarge(items[j].planned));
      const fits = !alone && bound.union(buffers[i]).size <= mostBindings &&
        workgroupBytes([...blocks, block]) <= WORKGROUP_BYTES;
      if (round.size > 0 && !fits) continue;
      round.add(i);
      blocks.push(block);
      for (const name of buffers[i]) bound.add(name);
    }
    ready = ready.filter((i) => !round.has(i));
    for (const i of round) for (const j of after[i]) if (--waits[j] === 0) ready.push(j);
    // in the order of the step, which people read
    result.push([...round].sort((a, b) => a - b).map((i) => items[i]));
  }
  return result;
}

/** Whether a kernel's work hides what starting another one costs. */
function isLarge({ kernel }: PlannedKernel): boolean {
  return cost(kernel).flops >= LARGE;
}

/** The kernels before each one that touch what it writes, or write what it touches. */
function predecessors(kernels: readonly PlannedKernel[], tensors: Plan["tensors"]): Set<number>[] {
  const writers = new Map<string, number[]>(), readers = new Map<string, number[]>();
  const add = (users: Map<string, number[]>, name: string, i: number) => {
    const known = users.get(name);
    if (known) known.push(i);
    else users.set(name, [i]);
  };
  return kernels.map((planned, i) => {
    const { reads, writes } = accesses(planned);
    const [read, written] = [reads, writes].map((names) => new Set([...names].map((n) => tensors[n].alias ?? n)));
    const before = new Set([
      ...[...read, ...written].flatMap((name) => writers.get(name) ?? []),
      ...[...written].flatMap((name) => readers.get(name) ?? []),
    ]);
    for (const name of read) add(readers, name, i);
    for (const name of written) add(writers, name, i);
    return before;
  });
}

/** What a nest needs a storage buffer each for: one that is all vectors is another one than that of single elements. */
function buffersOf({ nest, bindings }: BoundNest, together: Together): Set<string> {
  const wide = alignedOnly(nest), symbols = Object.keys(nest.tensors), parts = partsOf(symbols, bindings, together);
  return new Set(symbols.map((symbol) => {
    const part = parts.get(symbol);
    return part ? `all of ${bindings[part.first]}` : `${bindings[symbol]}${wide.has(symbol) ? " x4" : ""}`;
  }));
}

/** Several nests as one, each with invocations of its own; none may touch what another one writes. */
export function merge(name: string, items: readonly BoundNest[]): BoundNest {
  const tensors: Record<string, TensorType> = {}, bindings: Record<string, string> = {};
  const taken = new Set(items.flatMap(({ nest }) => [...localsOf(nest.body)]));
  const outputs: string[] = [], body: Statement[] = [];
  let invocations = 0;
  const vectors = new Set<string>();
  for (const { nest, bindings: itemBindings } of items) {
    const names = new Map<string, string>(), wide = alignedOnly(nest);
    for (const [symbol, type] of Object.entries(nest.tensors)) {
      // one that is all vectors for one kernel and not for the other is bound twice
      const shared = Object.keys(bindings).find((other) =>
        bindings[other] === itemBindings[symbol] && vectors.has(other) === wide.has(symbol)
      );
      let fresh = symbol;
      for (let i = 2; fresh in tensors || taken.has(fresh); i++) fresh = `${symbol}_${i}`;
      const final = shared ?? fresh;
      names.set(symbol, final);
      if (wide.has(symbol)) vectors.add(final);
      tensors[final] = type;
      bindings[final] = itemBindings[symbol];
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
    const names = s.kind === "let" || s.kind === "variable" || s.kind === "stage"
      ? [s.name]
      : s.kind === "loop"
      ? [s.variable]
      : s.kind === "grid"
      ? [...s.loops, ...s.places ?? [], ...s.members ?? []].map(({ variable }) => variable)
      : [];
    return "body" in s ? [...names, ...localsOf(s.body)] : names;
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
    if (s.kind === "comment" || s.kind === "combine") return s;
    if (s.kind === "grid") return { ...s, first: s.first + by, body: moved(s.body, names, by) };
    if ("body" in s) return { ...s, body: moved(s.body, names, by) };
    if (s.kind === "stage") return { ...s, tensor: names.get(s.tensor)! };
    if (s.kind === "store") return { ...s, tensor: names.get(s.tensor)!, value: value(s.value) };
    return { ...s, value: value(s.value) };
  });
}
