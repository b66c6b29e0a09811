/**
 * That kernels may be run block of rows by block of rows: none of them needs a row of another block.
 *
 * @module
 */
import type { LoopNest } from "../../ir/ir.ts";
import type { Plan, PlannedKernel, PlannedTensor, Step } from "../../plan/plan.ts";
import type { CompiledKernel, Group, PrintedChain } from "../../targets/target.ts";
import { rootOf, storagesOf, type Tensors, touchedBy, typeKey } from "./touched.ts";
import { unproven } from "./unproven.ts";

/** Kernels by name, as they are planned. */
export type Planned = ReadonlyMap<string, PlannedKernel>;

/** Some kernels, in the order in which a thread runs them on each of its blocks. */
export interface Linked {
  readonly kernels: readonly string[];
  /** Whether a kernel touches, for each row of the axis that threads share, that row of a storage alone. */
  isOwn(kernel: string, storage: string): boolean;
}

/**
 * A printed chain: it goes through all rows, and its blocks are such as its kernels can be given.
 *
 * @throws {VerifyError} naming the kernel.
 */
export function proveChain(
  { kernels: names, blocks, block }: PrintedChain,
  kernels: ReadonlyMap<string, CompiledKernel>,
  planned: Planned,
  { name: net, tensors }: Plan,
): Linked {
  const rows = blocks * block;
  for (const name of names) {
    const shared = kernels.get(name)?.nest.parallel, { kernel: { parts } } = planned.get(name)!;
    // of what is left over behind the last iteration, no block would be the last
    const isWhole = parts.every(({ axes }) => axes.some((axis) => axis.name === shared?.axis && axis.extent === rows));
    if (!shared || shared.iterations * shared.step !== rows || block % shared.step !== 0 || !isWhole) {
      throw unproven(net, `${name} is run by blocks of ${block} of ${rows} rows, and is not made for that`);
    }
  }
  const isOwn = (name: string, storage: string) =>
    touchesOwnRows(planned.get(name)!, storage, kernels.get(name)!.nest.parallel, tensors);
  return { kernels: names, isOwn };
}

/** Whether each access to a storage is at the row of the axis that threads share. */
function touchesOwnRows(
  planned: PlannedKernel,
  storage: string,
  shared: LoopNest["parallel"],
  tensors: Tensors,
): boolean {
  const { reads, writes } = touchedBy(planned), rows = shared!.iterations * shared!.step;
  const all = [...reads.map(({ load }) => load), ...writes.map(({ assignment }) => assignment)];
  return all.filter(({ tensor }) => rootOf(planned.bindings[tensor], tensors) === storage).every(
    ({ tensor, index }) => {
      const { shape, halo } = tensors[planned.bindings[tensor]], [first] = index;
      if (first?.kind !== "affine" || first.constant !== 0 || first.terms.length !== 1) return false;
      const [{ axis, coefficient }] = first.terms;
      return axis.name === shared!.axis && coefficient === 1 && shape[0] === rows && halo[0][0] + halo[0][1] === 0;
    },
  );
}

/**
 * What lies in scratch memory: apart from what is in use at the same time (tenants.ts), and touched in one chain of a step alone, whose blocks fit there, by
 * rows, and first by who writes it. So a block finds what it has written itself. Each kernel is handed the right place.
 *
 * @throws {VerifyError} naming kernel and tensor.
 */
export function proveScratch(
  plan: Plan,
  step: Step,
  groups: readonly Group[],
  kernels: ReadonlyMap<string, CompiledKernel>,
  linked: readonly Linked[],
): void {
  const { name: net, tensors } = plan, printed = groups.flatMap(({ chains = [] }) => chains);
  for (const planned of step.kernels) {
    const { kernel: { name }, bindings } = planned, { reads, writes } = storagesOf(planned, tensors);
    const fail = (what: string) => unproven(net, `${name} ${what}`);
    const i = linked.findIndex(({ kernels }) => kernels.includes(name)), chain = printed[i];
    for (const storage of reads.union(writes)) {
      const { scratch } = tensors[storage];
      if (scratch === undefined) continue;
      if (!chain) throw fail(`touches ${storage}, which is scratch, outside of a chain`);
      if (chain.block > scratch) throw fail(`is run on ${chain.block} rows at a time, and ${storage} has ${scratch}`);
      if (!linked[i].isOwn(name, storage)) {
        throw fail(`touches other rows of ${storage}, which is scratch, than its own`);
      }
    }
    const begins = Object.keys(kernels.get(name)!.nest.begins ?? {});
    for (const symbol of Object.keys(bindings)) {
      if (begins.includes(symbol) !== (tensors[bindings[symbol]].scratch !== undefined)) {
        throw fail(`takes ${bindings[symbol]} for where it is not`);
      }
    }
    const given = chain?.scratch[chain.kernels.indexOf(name)] ?? [];
    const expected = begins.map((symbol) => tensors[bindings[symbol]]);
    if (
      given.length !== expected.length ||
      given.some(({ offset, row }, at) => offset !== expected[at].offset || row !== rowOf(expected[at]))
    ) throw fail("is not given its places in scratch memory");
  }
  for (const { name } of Object.values(tensors).filter(({ scratch }) => scratch !== undefined)) {
    const users = step.kernels.filter((planned) => {
      const { reads, writes } = storagesOf(planned, tensors);
      return reads.has(name) || writes.has(name);
    });
    const chains = new Set(users.map(({ kernel }) => linked.findIndex(({ kernels }) => kernels.includes(kernel.name))));
    if (chains.size > 1) throw unproven(net, `${name} is scratch, and several chains touch it`);
    if (users.length > 0 && storagesOf(users[0], tensors).reads.has(name)) {
      throw unproven(net, `${name} is scratch, and ${users[0].kernel.name} reads it before it is written`);
    }
  }
}

/** Bytes from one row to the next. */
const rowOf = ({ bytes, scratch }: PlannedTensor) => bytes / scratch!;

/**
 * A plan with chains has the kernels and tensors of the one that it was made of, whatever their order and places.
 *
 * @throws {VerifyError} naming the kernel or the tensor.
 */
export function proveSame(plan: Plan, before: Plan): void {
  for (const step of ["train", "evaluate"] as const) {
    const known = new Set(before[step].kernels);
    const other = plan[step].kernels.find((planned) => !known.has(planned));
    if (other) throw unproven(plan.name, `${other.kernel.name} was not planned`);
  }
  for (const name of new Set([...Object.keys(plan.tensors), ...Object.keys(before.tensors)])) {
    const [own, planned] = [plan, before].map(({ tensors }) =>
      tensors[name] && [typeKey(tensors[name]), tensors[name].role, tensors[name].alias].join()
    );
    if (own === undefined || own !== planned) throw unproven(plan.name, `${name} is another tensor than was planned`);
  }
}
