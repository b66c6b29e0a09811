/**
 * Elementwise kernels go before what only renames their input, where they can meet the one that makes it.
 *
 * @module
 */
import { expressions, rewriter } from "../expr.ts";
import type { Affine } from "../ir.ts";
import { accesses, type Draft, type PlannedKernel } from "../plan.ts";
import { isElementwiseIn } from "./elementwise.ts";
import { isInner } from "./rule.ts";

/** Elementwise kernels of a renamed tensor before the renaming: what is left to rename is their result. */
export function renameLater(draft: Draft): Draft {
  for (const tensor of Object.keys(draft.tensors)) {
    if (!isInner(tensor, draft)) continue;
    const all = [...new Set([...draft.train, ...draft.evaluate])];
    const writers = all.filter((k) => accesses(k).writes.has(tensor));
    const readers = all.filter((k) => accesses(k).reads.has(tensor));
    const [reshape] = writers, [reader] = readers;
    if (writers.length !== 1 || readers.length !== 1 || !reshape.reshapes || reader.reshapes) continue;
    const reads = accesses(reader).reads, writes = [...accesses(reader).writes];
    if (reads.size !== 1 || writes.length !== 1 || !isElementwiseIn(tensor, reshape, reader)) continue;
    const [{ axes, assignments: [renamed] }] = reshape.kernel.parts;
    const [{ assignments: [made] }] = reader.kernel.parts;
    if (renamed.value.kind !== "load" || expressions(made.value).some(({ kind }) => kind === "position")) continue;
    const from = renamed.value, [to] = writes;
    const rewrite = rewriter(
      (node) => node.kind === "load" ? { ...from, tensor: node.tensor } : undefined,
      (index) => index,
    );
    const { shape, layout, dtype } = draft.tensors[reshape.bindings[from.tensor]];
    const { layout: _, ...unlaid } = draft.tensors[tensor];
    const early: PlannedKernel = {
      ...reader,
      bindings: Object.fromEntries(
        Object.entries(reader.bindings).map(([symbol, name]) => [
          symbol,
          name === tensor ? reshape.bindings[from.tensor] : name === to ? tensor : name,
        ]),
      ),
      kernel: {
        ...reader.kernel,
        parts: [{
          axes,
          assignments: [{ tensor: made.tensor, index: from.index as Affine[], value: rewrite(made.value) }],
        }],
      },
    };
    const late: PlannedKernel = {
      ...reshape,
      bindings: Object.fromEntries(
        Object.entries(reshape.bindings).map(([symbol, name]) => [symbol, name === tensor ? to : tensor]),
      ),
    };
    const apply = (kernels: readonly PlannedKernel[]) =>
      kernels.map((k) => k === reshape ? early : k === reader ? late : k);
    draft = {
      ...draft,
      tensors: { ...draft.tensors, [tensor]: { ...unlaid, shape, dtype, ...(layout && { layout }) } },
      train: apply(draft.train),
      evaluate: apply(draft.evaluate),
    };
  }
  return draft;
}
