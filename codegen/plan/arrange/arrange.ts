/**
 * Stage 4: a draft to a draft whose tensors lie so that vectors can be loaded.
 *
 * Three layouts, all found from the accesses:
 *
 * - Samples innermost, in blocks. A tensor [n, c, h, w] is stored as [n / 16, c, h, w, n % 16], so that the same element
 *   of 16 samples is one contiguous piece, and no window, stride or channel count stands in a vector's way.
 * - Weights in panels. The gradient of a weight [o, i] sums over the samples, so its vectors must lie along o or i: it is
 *   stored as [o / 16, i, o % 16] (or the other way round), and the one operand that has o gets a copy by rows.
 * - Channels innermost in images, in blocks, where they are many (channels.ts).
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
import type { Index } from "../../ir/ir.ts";
import { accesses, accessesIn, sameWork } from "../kernel.ts";
import type { Draft, DraftTensor, Layout, PlannedKernel } from "../plan.ts";
import { blockOf } from "./blocks.ts";
import { apart, channelLayouts, exchanged, isAsGiven, lacksRoom, leavesImages, suitsChannels } from "./channels.ts";
import { type Copy, copyKernel, redirect } from "./copy.ts";
import { blocked } from "./layouts.ts";
import { overhanging } from "./overhang.ts";
import { familiesOf, panels } from "./panels.ts";
import { imagesOfSamples, layoutOfRows, type OwnRows, ownRows, throughOwnRows } from "./rows.ts";
import { inRuns } from "./runs.ts";
import { split } from "./split.ts";
import { channelSums, chunkSums, type SampleSums, sampleSums } from "./sums.ts";

/**
 * How tensors lie: row-major; or as told above: `lanes`, of the two that follow, the one that suits the net; `samples`
 * innermost; `channels` innermost in images. Or `blocks`: samples in those blocks and weights in panels, but no copy by
 * rows, and in two kernels only sums of many results, for targets whose invocations can share a sum.
 */
export type LayoutName = "row_major" | "lanes" | "samples" | "channels" | "blocks";

/** Where results are few, a GPU's invocations share a sum instead of one for each sample. */
const SAMPLE_SUMS: Readonly<Record<"samples" | "channels" | "blocks", SampleSums>> = {
  samples: { least: 0, most: 16_384, terms: 32, ofBatch: false },
  channels: { least: 0, most: 16_384, terms: 32, ofBatch: false },
  blocks: { least: 4096, most: 2 ** 17, terms: 64, ofBatch: true },
};

/** The layout that suits a net, where a target takes one of two. */
export function layoutOf(draft: Draft, name: LayoutName, channels: boolean): Exclude<LayoutName, "lanes"> {
  if (name !== "lanes") return name;
  return channels && suitsChannels(draft) ? "channels" : "samples";
}

/** Gives tensors their layouts and rewrites all kernels; what suits no layout is left as it is. */
export function arrange(draft: Draft, name: "samples" | "channels" | "blocks" = "samples"): Draft {
  const kernels = [...new Set([...draft.train, ...draft.evaluate])];
  const arrangement = chooseLayouts(draft, kernels, name);
  if (arrangement.layouts.size === 0) return draft;
  const own = arrangement.rows ? { ...draft, tensors: imagesOfSamples(draft.tensors, arrangement.rows) } : draft;
  const tensors = laidOut(own.tensors, arrangement);
  const rewritten = new Map(
    kernels.map((planned) => [planned, inLayouts(planned, own, tensors, { ...arrangement, name })]),
  );
  const apply = (list: readonly PlannedKernel[]) => list.flatMap((planned) => rewritten.get(planned)!);
  return { ...draft, tensors, train: apply(draft.train), evaluate: apply(draft.evaluate) };
}

/** How the tensors of a draft are going to lie. */
interface Arrangement {
  /** Samples in a block, if the batch makes whole ones. */
  readonly block: number | undefined;
  readonly layouts: ReadonlyMap<string, Layout>;
  /** Those of them in which channels are innermost. */
  readonly channels: ReadonlyMap<string, Layout>;
  /** What a kernel wants a copy of. */
  readonly copies: ReadonlyMap<PlannedKernel, Copy>;
  /** Images without the rows that hold no sample, if the batch has such. */
  readonly rows?: OwnRows;
}

function chooseLayouts(
  draft: Draft,
  kernels: readonly PlannedKernel[],
  name: "samples" | "channels" | "blocks",
): Arrangement {
  const block = blockOf(draft.batch.extent), families = familiesOf(draft.tensors), indices = indicesOf(kernels);
  const ofSamples = (tensor: string) => isOfSamples(tensor, draft, indices.get(tensor));
  const told = { kernels, indices, families, isOfSamples: ofSamples };
  const channels = name === "channels" ? channelLayouts(draft, told) : new Map<string, Layout>();
  const isMixed = leavesImages(draft, told, channels);
  if (name === "channels" && (isMixed || lacksRoom(draft, told, channels))) {
    return chooseLayouts(draft, kernels, "samples");
  }
  const layouts = new Map<string, Layout>(channels), copies = new Map<PlannedKernel, Copy>();
  if (block !== undefined) {
    for (const [tensor, { shape }] of Object.entries(draft.tensors)) {
      // each element is put in every lane
      if (name === "channels" && isAsGiven(tensor, draft.tensors)) continue;
      if (!channels.has(tensor) && ofSamples(tensor)) layouts.set(tensor, blocked(shape, 0, block));
    }
  }
  for (const planned of kernels) {
    const exchange = exchanged(planned, draft, channels);
    if (exchange) copies.set(planned, exchange);
    const choice = block === undefined ? undefined : panels(planned, draft, layouts, families);
    if (!choice?.tensors.every((name) => indices.get(name)?.every((index) => index.every(plainAxis)) ?? true)) continue;
    for (const name of choice.tensors) layouts.set(name, choice.layout);
    if (name !== "blocks") copies.set(planned, choice.copy);
  }
  for (const { name, layout } of copies.values()) layouts.set(name, layout);
  const isImage = (tensor: string) => channels.has(tensor) || (name === "channels" && isAsGiven(tensor, draft.tensors));
  const rows = ownRows(draft, kernels, { block, layouts, isImage, isOfSamples: ofSamples });
  for (const name of rows?.images ?? []) {
    const layout = layouts.get(name);
    if (layout) layouts.set(name, layoutOfRows(layout, rows!));
  }
  return { block, layouts, channels, copies, ...rows && { rows } };
}

/** The tensors of a draft as they are going to lie, and copies of some. */
function laidOut(drafted: Draft["tensors"], { layouts, copies }: Arrangement): Record<string, DraftTensor> {
  const tensors = { ...drafted };
  for (const { name, of } of copies.values()) {
    const { initial: _, role, ...copied } = tensors[of];
    tensors[name] = { ...copied, name, role: role === "parameter" ? "value" : role, kept: true };
  }
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
  return tensors;
}

/** A kernel over the axes of layouts, with what copies its inputs before it, or in two. */
function inLayouts(
  planned: PlannedKernel,
  draft: Draft,
  tensors: Record<string, DraftTensor>,
  { name, block, layouts, channels, copies, rows }: Arrangement & { readonly name: "samples" | "channels" | "blocks" },
): readonly PlannedKernel[] {
  const copy = copies.get(planned), moving = moves(planned, layouts, channels);
  const ofChannels = isOf(channels, planned);
  // what is done before and behind it has vectors, and it has none
  if (moving) keep(planned, tensors, "reads", "writes");
  const ofSamples = rows ? throughOwnRows(planned, draft, rows) : planned, { reshapes: _, ...moved } = ofSamples;
  const own = moving ? moved : ofSamples, source = copy ? redirect(own, copy) : own;
  const pieces = ofChannels ? inRuns(source, layouts, draft.tensors) : undefined;
  const { whole, masked } = pieces
    ? { whole: pieces, masked: false }
    : overhanging(ofChannels ? apart(source) : source, layouts, draft.tensors);
  // a mask keeps the engine from packing what would be merged with it
  if (masked) keep(whole, tensors, "reads");
  // zeros behind the last channel, and rows without a sample, are no work
  const kernel = sameWork(planned, split(whole, draft, layouts, block, moving));
  const before = copy
    ? [split(overhanging(copyKernel(copy, draft), layouts, draft.tensors).whole, draft, layouts, block)]
    : [];
  const byBlocks = block !== undefined && !ofChannels && sampleSums(kernel, block, SAMPLE_SUMS[name], tensors);
  const byChunks = () =>
    ofChannels
      ? channelSums(kernel, rows?.samples ?? draft.batch, tensors)
      : name === "blocks"
      ? undefined
      : chunkSums(kernel, tensors);
  return [...before, ...byBlocks || byChunks() || [kernel]];
}

/** Whether a kernel touches one of some tensors. */
function isOf(layouts: ReadonlyMap<string, Layout>, { bindings }: PlannedKernel): boolean {
  return Object.values(bindings).some((name) => layouts.has(name));
}

/** Whether what only renames elements has to move them: its tensors are not in one order. */
function moves(
  planned: PlannedKernel,
  layouts: ReadonlyMap<string, Layout>,
  channels: ReadonlyMap<string, Layout>,
): boolean {
  const blocked = Object.values(planned.bindings).map((name) => layouts.has(name));
  return planned.reshapes === true && (isOf(channels, planned) || blocked.some((one) => one !== blocked[0]));
}

/** What a kernel reads, or writes, is stored, so that the kernel is not merged with those that make it, or read it. */
function keep(planned: PlannedKernel, tensors: Record<string, DraftTensor>, ...which: ("reads" | "writes")[]): void {
  for (const name of which.flatMap((own) => [...accesses(planned)[own]])) {
    tensors[name] = { ...tensors[name], kept: true };
  }
}

/** All accesses to each tensor. */
function indicesOf(kernels: readonly PlannedKernel[]): ReadonlyMap<string, readonly (readonly Index[])[]> {
  const found = new Map<string, (readonly Index[])[]>();
  for (const { kernel, bindings } of kernels) {
    for (const { tensor, index } of accessesIn(kernel.parts)) {
      const name = bindings[tensor], known = found.get(name);
      if (known) known.push(index);
      else found.set(name, [index]);
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
