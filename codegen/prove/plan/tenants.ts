/**
 * That tensors which share bytes are never in use at the same time.
 *
 * @module
 */
import { BYTES } from "../../ir/ir.ts";
import type { Plan, PlannedTensor, Step } from "../../plan/plan.ts";
import type { Linked } from "./chains.ts";
import { overlaps } from "./storage.ts";
import { rootOf, storagesOf } from "./touched.ts";
import { unproven } from "./unproven.ts";

/** Two tensors with storages of their own that share bytes. */
export type Tenants = readonly [PlannedTensor, PlannedTensor];

/**
 * What shares bytes with another tensor is of one step, and no one's but the step's. Halos stay the zeros that memory begins
 * with, since nothing is written there: both have zeros in the same bytes, or none.
 *
 * @returns all that share bytes, for {@linkcode proveTurns}.
 * @throws {VerifyError} naming the tensors.
 */
export function proveTenants({ name: net, tensors, graph }: Plan): Tenants[] {
  const pairs = overlaps(tensors), kept = new Set<string>();
  for (const { name, role } of Object.values(tensors)) {
    const isKept = role !== "value" && role !== "gradient" || name === `${graph.output}.output`;
    if (isKept) kept.add(rootOf(name, tensors));
  }
  for (const [a, b] of pairs) {
    const fail = (what: string) => unproven(net, `${a.name} and ${b.name} overlap, and ${what}`);
    for (const { name } of [a, b]) if (kept.has(name)) throw fail(`${name} is kept`);
    const [own, other] = [a, b].map(zerosOf), distance = b.offset - a.offset;
    if (own.pattern !== other.pattern || own.pattern !== "" && distance % own.period !== 0) {
      throw fail("one would be written where the other has zeros around it");
    }
  }
  return pairs;
}

/** Where a tensor has zeros, from its outermost dimension with a halo on, and after how many bytes that repeats itself. */
function zerosOf({ dtype, shape, halo }: PlannedTensor): { readonly pattern: string; readonly period: number } {
  let period = BYTES[dtype], outermost = shape.length;
  for (const [d, [before, after]] of halo.entries()) if (before + after > 0) outermost = Math.min(outermost, d);
  const dimensions = shape.slice(outermost).map((extent, i) => {
    const [before, after] = halo[outermost + i];
    period *= before + extent + after;
    return `${before}+${extent}+${after}`;
  });
  return { pattern: dimensions.length === 0 ? "" : `${dimensions.join()} of ${BYTES[dtype]} bytes`, period };
}

/** When a thread comes to a kernel: its group, and among the chains of a step, which and where in it. */
interface Turn {
  readonly kernel: string;
  readonly group: number;
  readonly chain: number;
  readonly link: number;
}

/**
 * Of two tensors that share bytes, a step touches one only after all have ended that touch the other one; where each thread
 * has a memory of its own, after it has ended them itself. Each is written, whole, before it is read. So it holds what was
 * written there until the last kernel has read it, and nothing from one step to the next.
 *
 * @param step in the order that counts.
 * @param groups the names of the kernels of a step; each group begins when all before it have ended.
 * @param chains in the order in which each thread comes to them.
 * @throws {VerifyError} naming the tensors and a kernel.
 */
export function proveTurns(
  { name: net, tensors }: Plan,
  { kernels }: Step,
  groups: readonly (readonly string[])[],
  chains: readonly Linked[],
  tenants: readonly Tenants[],
): void {
  const concerned = new Set(tenants.flatMap((pair) => pair.map(({ name }) => name)));
  const turns = new Map<string, Turn[]>(), groupOf = groupsByName(groups);
  for (const planned of kernels) {
    const { kernel: { name } } = planned, { reads, writes } = storagesOf(planned, tensors);
    const chain = chains.findIndex((each) => each.kernels.includes(name));
    const turn = { kernel: name, group: groupOf.get(name)!, chain, link: chains[chain]?.kernels.indexOf(name) ?? 0 };
    for (const storage of reads.union(writes).intersection(concerned)) {
      const before = turns.get(storage);
      if (before) before.push(turn);
      else if (reads.has(storage)) {
        throw unproven(net, `${name} reads ${storage}, where others lay, before it is written`);
      } else turns.set(storage, [turn]);
    }
  }
  for (const [a, b] of tenants) {
    const own = turns.get(a.name) ?? [], other = turns.get(b.name) ?? [];
    const isBefore = a.scratch === undefined ? groupBefore : linkBefore;
    if (allBefore(own, other, isBefore) || allBefore(other, own, isBefore)) continue;
    throw unproven(net, `${a.name} and ${b.name} overlap, and ${own[0].kernel} and ${other[0].kernel} need both`);
  }
}

function groupsByName(groups: readonly (readonly string[])[]): Map<string, number> {
  return new Map(groups.flatMap((names, group) => names.map((name) => [name, group] as const)));
}

type IsBefore = (a: Turn, b: Turn) => boolean;

/** Whether the last of some turns come before the first of others. */
function allBefore(some: readonly Turn[], others: readonly Turn[], isBefore: IsBefore): boolean {
  const last = some.reduce<Turn | undefined>((a, b) => a && isBefore(b, a) ? a : b, undefined);
  const first = others.reduce<Turn | undefined>((a, b) => a && !isBefore(b, a) ? a : b, undefined);
  return !last || !first || isBefore(last, first);
}

/** All have ended of a group before the next one begins. */
const groupBefore: IsBefore = (a, b) => a.group < b.group;

/** A thread runs chain after chain, and of each block of one, kernel after kernel. */
const linkBefore: IsBefore = (a, b) => a.chain < b.chain || a.chain === b.chain && a.link < b.link;
