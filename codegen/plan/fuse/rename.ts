/**
 * Elementwise kernels go before what only renames their input, where they can meet the one that makes it.
 *
 * @module
 */
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Affine } from "../../ir/ir.ts";
import { accesses } from "../kernel.ts";
import type { Draft, PlannedKernel } from "../plan.ts";
import { isElementwiseIn } from "./elementwise.ts";
import { KernelList } from "./kernel_list.ts";
import { isInner } from "./rule.ts";

/** Elementwise kernels of a renamed tensor before the renaming: what is left to rename is their result. */
export function renameLater(draft: Draft): Draft {
  const tensors = { ...draft.tensors };
  const train = new KernelList(draft.train), evaluate = new KernelList(draft.evaluate);
  for (const tensor of Object.keys(tensors)) {
    if (!isInner(tensor, draft)) continue;
    const writers = new Set([...train.writers(tensor), ...evaluate.writers(tensor)]);
    const readers = new Set([...train.readers(tensor), ...evaluate.readers(tensor)]);
    const [reshape] = writers, [reader] = readers;
    if (writers.size !== 1 || readers.size !== 1 || !reshape.reshapes || reader.reshapes) continue;
    const swapped = swap(tensor, reshape, reader);
    if (!swapped) continue;
    const { early, late, from } = swapped;
    const { shape, layout, dtype } = tensors[from];
    const { layout: _, ...unlaid } = tensors[tensor];
    tensors[tensor] = { ...unlaid, shape, dtype, ...(layout && { layout }) };
    for (const list of [train, evaluate]) {
      if (list.has(reshape)) list.replace(reshape, early);
      if (list.has(reader)) list.replace(reader, late);
    }
  }
  return { ...draft, tensors, train: train.all(), evaluate: evaluate.all() };
}

/** The reader of a renamed tensor as a kernel `early` on what is renamed, `from`, and the renaming behind it, `late`. */
function swap(
  tensor: string,
  reshape: PlannedKernel,
  reader: PlannedKernel,
): { early: PlannedKernel; late: PlannedKernel; from: string } | undefined {
  const { reads, writes } = accesses(reader);
  if (reads.size !== 1 || writes.size !== 1 || !isElementwiseIn(tensor, reshape, reader)) return undefined;
  const [{ axes, assignments: [renamed] }] = reshape.kernel.parts;
  const [{ assignments: [made] }] = reader.kernel.parts;
  if (renamed.value.kind !== "load" || expressions(made.value).some(({ kind }) => kind === "position")) {
    return undefined;
  }
  const load = renamed.value, from = reshape.bindings[load.tensor], [to] = writes;
  const rewrite = rewriter(
    (node) => node.kind === "load" ? { ...load, tensor: node.tensor } : undefined,
    (index) => index,
  );
  const rebound = ({ bindings }: PlannedKernel, name: (name: string) => string) =>
    Object.fromEntries(Object.entries(bindings).map(([symbol, tensor]) => [symbol, name(tensor)]));
  const early: PlannedKernel = {
    ...reader,
    bindings: rebound(reader, (name) => name === tensor ? from : name === to ? tensor : name),
    kernel: {
      ...reader.kernel,
      parts: [{
        axes,
        assignments: [{ tensor: made.tensor, index: load.index as Affine[], value: rewrite(made.value) }],
      }],
    },
  };
  return { early, late: { ...reshape, bindings: rebound(reshape, (name) => name === tensor ? to : tensor) }, from };
}
