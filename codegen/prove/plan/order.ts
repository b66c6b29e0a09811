/**
 * That kernels which touch what another one writes run one after the other.
 *
 * @module
 */
import type { Plan, Step } from "../../plan/plan.ts";
import { storagesOf } from "./touched.ts";
import { unproven } from "./unproven.ts";

/** A kernel, and the number of the group that it runs in; all of a group run side by side. */
interface Turn {
  readonly name: string;
  readonly group: number;
}

/**
 * Of two kernels, one of which touches what the other one writes, the first in the order of the step is in an earlier
 * group. Each storage remembers who wrote it last and the latest of those who have read it since: all before these have
 * been compared with them.
 *
 * @param groups the names of the kernels of a step; each group begins when all before it have ended.
 * @throws {VerifyError} naming both kernels and the tensor.
 */
export function proveOrder({ name: net, tensors }: Plan, step: Step, groups: readonly (readonly string[])[]): void {
  const turns = new Map<string, number>();
  for (const [group, names] of groups.entries()) {
    for (const name of names) {
      if (turns.has(name)) throw unproven(net, `${name} runs twice in a step`);
      turns.set(name, group);
    }
  }
  if (turns.size !== step.kernels.length) {
    throw unproven(net, `a step has ${step.kernels.length} kernels, and ${turns.size} run`);
  }
  const written = new Map<string, Turn>(), read = new Map<string, Turn>();
  for (const planned of step.kernels) {
    const { name } = planned.kernel, group = turns.get(name), { reads, writes } = storagesOf(planned, tensors);
    if (group === undefined) throw unproven(net, `${name} does not run`);
    const wait = (before: Turn | undefined, does: string, storage: string, other: string) => {
      if (!before || before.group < group) return;
      throw unproven(net, `${name} ${does} ${storage}, which ${before.name} ${other}, and does not wait for it`);
    };
    for (const storage of reads) wait(written.get(storage), "reads", storage, "writes");
    for (const storage of writes) {
      wait(written.get(storage), "writes", storage, "writes");
      wait(read.get(storage), "writes", storage, "reads");
    }
    for (const storage of reads.difference(writes)) {
      const latest = read.get(storage);
      if (!latest || latest.group < group) read.set(storage, { name, group });
    }
    for (const storage of writes) {
      written.set(storage, { name, group });
      read.delete(storage);
    }
  }
}
