/**
 * That kernels which touch what another one writes run one after the other.
 *
 * @module
 */
import type { Plan, Step } from "../../plan/plan.ts";
import type { Linked } from "./chains.ts";
import { storagesOf } from "./touched.ts";
import { unproven } from "./unproven.ts";

/**
 * A kernel, and the number of the group that it runs in; all of a group run side by side, but for those of a chain, which a
 * thread runs one after the other on each block of rows.
 */
interface Turn {
  readonly name: string;
  readonly group: number;
  readonly chain?: Linked;
}

/**
 * Of two kernels, one of which touches what the other one writes, the first in the order of the step is in an earlier
 * group; or earlier in the same chain, and both touch of it only the rows of a block. Each storage remembers who wrote it
 * last and those who have read it since: all before these have been compared with them.
 *
 * @param groups the names of the kernels of a step; each group begins when all before it have ended.
 * @param chains of kernels of one group.
 * @throws {VerifyError} naming both kernels and the tensor.
 */
export function proveOrder(
  { name: net, tensors }: Plan,
  step: Step,
  groups: readonly (readonly string[])[],
  chains: readonly Linked[] = [],
): void {
  const turns = new Map<string, number>(),
    linked = new Map(chains.flatMap((chain) => chain.kernels.map((name) => [name, chain])));
  for (const [group, names] of groups.entries()) {
    for (const name of names) {
      if (turns.has(name)) throw unproven(net, `${name} runs twice in a step`);
      turns.set(name, group);
    }
  }
  if (turns.size !== step.kernels.length) {
    throw unproven(net, `a step has ${step.kernels.length} kernels, and ${turns.size} run`);
  }
  const written = new Map<string, Turn>(), read = new Map<string, Turn[]>();
  for (const planned of step.kernels) {
    const { name } = planned.kernel, group = turns.get(name), { reads, writes } = storagesOf(planned, tensors);
    if (group === undefined) throw unproven(net, `${name} does not run`);
    const chain = linked.get(name), turn: Turn = { name, group, ...chain && { chain } };
    const wait = (before: Turn | undefined, does: string, storage: string, other: string) => {
      if (!before || before.group < group || isBehind(turn, before, storage)) return;
      throw unproven(net, `${name} ${does} ${storage}, which ${before.name} ${other}, and does not wait for it`);
    };
    for (const storage of reads) wait(written.get(storage), "reads", storage, "writes");
    for (const storage of writes) {
      wait(written.get(storage), "writes", storage, "writes");
      for (const reader of read.get(storage) ?? []) wait(reader, "writes", storage, "reads");
    }
    for (const storage of reads.difference(writes)) {
      const readers = read.get(storage);
      if (readers) readers.push(turn);
      else read.set(storage, [turn]);
    }
    for (const storage of writes) {
      written.set(storage, turn);
      read.delete(storage);
    }
  }
}

/** Whether a thread comes to a kernel behind another one on each block of rows, and both touch those rows alone. */
function isBehind({ name, group, chain }: Turn, before: Turn, storage: string): boolean {
  return chain !== undefined && chain === before.chain && group === before.group &&
    chain.kernels.indexOf(before.name) < chain.kernels.indexOf(name) &&
    [name, before.name].every((kernel) => chain.isOwn(kernel, storage));
}
