/**
 * Tensors that lie in one buffer: a parameter and what the optimizer keeps of it. Kernels that update it write all of them,
 * and bind one storage buffer in place of several: devices let a kernel have few.
 *
 * @module
 */
import type { Plan, PlannedTensor } from "../../plan/plan.ts";
import { accesses, plannedKernels } from "../../plan/kernel.ts";

/** The tensors of a buffer, one behind the other, by the name of the first: a parameter. */
export type Together = Readonly<Record<string, readonly string[]>>;

/** Most bytes of a buffer of several tensors: those that a kernel may bind on every device. */
const MOST = 2 ** 27;

const known = new WeakMap<Plan, Together>();

/** What lies together in a plan: where every kernel that touches one of the optimizer's tensors writes them all. */
export function togetherOf(plan: Plan): Together {
  const before = known.get(plan);
  if (before) return before;
  const all = Object.values(plan.tensors), kernels = [...plannedKernels(plan).values()];
  const found = all.filter(({ role }) => role === "parameter").map((parameter): [string, readonly string[]] => {
    const state = all.filter(({ name, role }) => role === "state" && name.startsWith(`${parameter.name}.`));
    return [parameter.name, [parameter, ...state].map(({ name }) => name)];
  }).filter(([, names]) => {
    const members = names.map((name) => plan.tensors[name]);
    if (names.length === 1 || names.length * members[0].bytes > MOST) return false;
    return members.every((tensor) => isPlain(tensor, members[0])) &&
      kernels.every((planned) => {
        const { reads, writes } = accesses(planned), touched = reads.union(writes);
        return names.every((name) => writes.has(name)) || !names.slice(1).some((name) => touched.has(name));
      });
  });
  const together = Object.fromEntries(found);
  known.set(plan, together);
  return together;
}

/** Whether a tensor is floats in a storage of its own, as large as another one. */
function isPlain({ dtype, alias, bytes }: PlannedTensor, other: PlannedTensor): boolean {
  return dtype === "f32" && alias === undefined && bytes === other.bytes;
}

/** The symbols of a nest that are parts of a buffer: of each the symbol of the first one, and all of them in order. */
export type Parts = ReadonlyMap<string, { readonly first: string; readonly all: readonly string[] }>;

/** What a nest binds of whole buffers, where several tensors lie. */
export function partsOf(
  symbols: readonly string[],
  bindings: Readonly<Record<string, string>>,
  together: Together,
): Parts {
  const parts = new Map<string, { readonly first: string; readonly all: readonly string[] }>();
  for (const symbol of symbols) {
    const names = together[bindings[symbol]];
    if (!names) continue;
    const all = names.map((name) => symbols.find((other) => bindings[other] === name));
    // who only reads a parameter binds nothing else of its buffer
    if (!all.every((other) => other !== undefined)) continue;
    for (const part of all) parts.set(part, { first: symbol, all });
  }
  return parts;
}

/** The number of the storage buffer that has each symbol of a nest. */
export function buffersOf(symbols: readonly string[], parts: Parts): number[] {
  const numbers = new Map<string, number>();
  return symbols.map((symbol) => {
    const buffer = parts.get(symbol)?.first ?? symbol, number = numbers.get(buffer) ?? numbers.size;
    numbers.set(buffer, number);
    return number;
  });
}
