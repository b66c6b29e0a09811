/**
 * Stage 4: a draft to a draft whose tensors lie so that vectors can be loaded.
 *
 * Two layouts, both found from the accesses:
 *
 * - Samples innermost, in blocks. A tensor [n, c, h, w] is stored as [n / 16, c, h, w, n % 16], so that the same element
 *   of 16 samples is one contiguous piece, and no window, stride or channel count stands in a vector's way.
 * - Weights in panels. The gradient of a weight [o, i] sums over the samples, so its vectors must lie along o or i: it is
 *   stored as [o / 16, i, o % 16] (or the other way round), and the one operand that has o gets a copy by rows.
 *
 * Two kinds of sums are taken in two kernels. One over samples and positions, such as a convolution's weight gradient:
 * first one for each of the 16 samples of a block, or for each sample. And a long one: first one for each chunk of its
 * terms, so that what is multiplied stays in the nearest cache.
 *
 * What comes out is index notation over more axes, so no later stage knows of layouts.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions } from "../../ir/expr.ts";
import type { Index } from "../../ir/ir.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";
import { blocked } from "./layouts.ts";
import { copyKernel, familiesOf, panels, redirect, type RowCopy } from "./panels.ts";
import { split } from "./split.ts";
import { chunkSums, type SampleSums, sampleSums } from "./sums.ts";

/** Samples in a block, most wanted first: two vectors of 256 bits, one, or one of 128. */
const BLOCKS = [16, 8, 4];

/**
 * How tensors lie: row-major; or as told above; or in those blocks and panels, but no copy by rows, and in two kernels
 * only sums of many results, for targets whose invocations can share a sum.
 */
export type LayoutName = "row_major" | "lanes" | "blocks";

/** Where results are few, invocations share a sum instead of one for each sample. */
const SAMPLE_SUMS: Readonly<Record<"lanes" | "blocks", SampleSums>> = {
  lanes: { least: 0, most: 16_384, terms: 128, ofBatch: false },
  blocks: { least: 4096, most: 2 ** 17, terms: 64, ofBatch: true },
};

/** Gives tensors their layouts and rewrites all kernels; a batch that makes no whole blocks is left as it is. */
export function arrange(draft: Draft, name: "lanes" | "blocks" = "lanes"): Draft {
  const block = blockOf(draft.batchSize);
  if (block === undefined) return draft;
  const kernels = [...new Set([...draft.train, ...draft.evaluate])];
  const layouts = new Map<string, Layout>(), indices = indicesOf(kernels);
  for (const name of Object.keys(draft.tensors)) {
    if (isOfSamples(name, draft, indices.get(name))) layouts.set(name, blocked(draft.tensors[name].shape, 0, block));
  }
  const copies = new Map<PlannedKernel, RowCopy>(), families = familiesOf(draft.tensors);
  for (const planned of kernels) {
    const choice = panels(planned, draft, layouts, families);
    if (!choice?.tensors.every((name) => indices.get(name)?.every((index) => index.every(plainAxis)) ?? true)) continue;
    for (const name of choice.tensors) layouts.set(name, choice.layout);
    if (name === "blocks") continue;
    layouts.set(choice.copy.name, choice.copy.layout);
    copies.set(planned, choice.copy);
  }
  const tensors = { ...draft.tensors };
  for (const { name, of } of copies.values()) tensors[name] = { ...tensors[of], name, kept: true };
  for (const [name, layout] of layouts) {
    const { dtype } = tensors[name];
    tensors[name] = {
      ...tensors[name],
      shape: layout.dimensions.map(({ extent }) => extent),
      // vectors have four lanes of 32 bits
      dtype: dtype === "u8" ? "i32" : dtype,
      layout,
    };
  }
  const rewritten = new Map<PlannedKernel, readonly PlannedKernel[]>();
  for (const planned of kernels) {
    const copy = copies.get(planned);
    const before = copy ? [copyKernel(copy, draft)] : [];
    const source = copy ? redirect(planned, copy) : planned;
    const kernel = split(source, draft, layouts, block);
    rewritten.set(planned, [
      ...before.map((each) => split(each, draft, layouts, block)),
      ...sampleSums(kernel, block, SAMPLE_SUMS[name], tensors) ??
        (name === "lanes" ? chunkSums(kernel, tensors) : undefined) ?? [kernel],
    ]);
  }
  const apply = (list: readonly PlannedKernel[]) => list.flatMap((planned) => rewritten.get(planned)!);
  return { ...draft, tensors, train: apply(draft.train), evaluate: apply(draft.evaluate) };
}

/** Samples in a block of a batch, if it makes whole blocks. */
export function blockOf(batchSize: number): number | undefined {
  return BLOCKS.find((size) => batchSize % size === 0);
}

/** The smallest batch that is laid out as one of this size: several blocks where it has more than one. */
export function smallestAlike(batchSize: number): number {
  const block = blockOf(batchSize);
  // twice a smaller block would be one of the next size
  return block === undefined ? Math.min(batchSize, 2) : Math.min(batchSize, (block === BLOCKS[0] ? 2 : 3) * block);
}

/** All accesses to each tensor. */
function indicesOf(kernels: readonly PlannedKernel[]): ReadonlyMap<string, readonly (readonly Index[])[]> {
  const found = new Map<string, (readonly Index[])[]>();
  const add = (name: string, index: readonly Index[]) => {
    const known = found.get(name);
    if (known) known.push(index);
    else found.set(name, [index]);
  };
  for (const { kernel, bindings } of kernels) {
    for (const { tensor, index, value } of kernel.parts.flatMap(({ assignments }) => assignments)) {
      add(bindings[tensor], index);
      for (const e of expressions(value)) if (e.kind === "load") add(bindings[e.tensor], e.index);
    }
  }
  return found;
}

function isOfSamples(
  name: string,
  { tensors, batch }: Draft,
  indices: readonly (readonly Index[])[] | undefined,
): boolean {
  const { role } = tensors[name];
  if (role !== "value" && role !== "gradient") return false;
  return indices?.every(([first]) => first !== undefined && plainAxis(first) === batch) ?? false;
}
