/**
 * Rows of images: as many as there are samples, where the batch's axis has rows up to whole blocks and channels lie
 * innermost. Blocks of samples are of no use to what is only done to images, and rows without a sample take time.
 *
 * A kernel that touches images goes through the samples alone. Where it also touches what has its samples in blocks, as
 * flatten does, it goes through whole blocks, and through what the last one has in a part of its own; what it writes there
 * in rows without a sample is 0, which is as finite as any sample is.
 *
 * @module
 */
import { expressions } from "../../ir/expr.ts";
import type { Assignment, Axis, Expr, Part } from "../../ir/ir.ts";
import { axis, part } from "../../language/notation.ts";
import { accessesIn, withAxis } from "../kernel.ts";
import type { Draft, DraftTensor, Layout, PlannedKernel } from "../plan.ts";

/** Images, whose rows are samples, in a draft whose batch has more. */
export interface OwnRows {
  readonly images: ReadonlySet<string>;
  /** The axis over the samples, in place of the batch's. */
  readonly samples: Axis;
  /** Tensors that have the samples in blocks, and how many are in one. */
  readonly blocks: ReadonlySet<string>;
  readonly block: number;
}

/** What is known of tensors when rows of images are counted. */
export interface Known {
  readonly block: number | undefined;
  readonly layouts: ReadonlyMap<string, Layout>;
  /** Whether a tensor is an image, whose samples are in no blocks. */
  readonly isImage: (name: string) => boolean;
  readonly isOfSamples: (name: string) => boolean;
}

/** Images without rows that hold no sample, if the batch has such, and kernels can do without. */
export function ownRows(
  { batch, batchSize, tensors }: Draft,
  kernels: readonly PlannedKernel[],
  { block, layouts, isImage, isOfSamples }: Known,
): OwnRows | undefined {
  if (batchSize === batch.extent || block === undefined) return undefined;
  const ofSamples = Object.keys(tensors).filter(isOfSamples), images = new Set(ofSamples.filter(isImage));
  const blocks = new Set(ofSamples.filter((name) => layouts.has(name) && !isImage(name)));
  const rows: OwnRows = { images, samples: axis(batch.name, batchSize), blocks, block };
  return kernels.every((planned) => goesThroughSamples(planned, batch, rows)) ? rows : undefined;
}

/** Whether no sum of a kernel goes through images and through blocks of samples. */
function goesThroughSamples({ kernel, bindings }: PlannedKernel, batch: Axis, { images, blocks }: OwnRows): boolean {
  return kernel.parts.every((part) => {
    const touched = new Set(accessesIn([part]).map(({ tensor }) => bindings[tensor]));
    if (touched.isDisjointFrom(images) || touched.isDisjointFrom(blocks)) return true;
    const values = part.assignments.map(({ value }) => value);
    return expressions(...values).every((e) => e.kind !== "reduce" || !e.axes.includes(batch));
  });
}

/** The tensors of a draft, where images have a row for each sample. */
export function imagesOfSamples(tensors: Draft["tensors"], { images, samples }: OwnRows): Draft["tensors"] {
  const own = (tensor: DraftTensor) => ({ ...tensor, shape: [samples.extent, ...tensor.shape.slice(1)] });
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, images.has(name) ? own(tensor) : tensor]),
  );
}

/** The layout of an image with a row for each sample. */
export function layoutOfRows({ shape, dimensions }: Layout, { samples: { extent } }: OwnRows): Layout {
  return {
    shape: [extent, ...shape.slice(1)],
    dimensions: dimensions.map((own) => own.of === 0 ? { ...own, extent } : own),
  };
}

/** A kernel through the samples alone, if it touches images. */
export function throughOwnRows(planned: PlannedKernel, { batch, tensors }: Draft, rows: OwnRows): PlannedKernel {
  const { kernel, bindings } = planned, { images, samples, blocks, block } = rows;
  const parts = kernel.parts.flatMap((part): Part[] => {
    const touched = new Set(accessesIn([part]).map(({ tensor }) => bindings[tensor]));
    if (touched.isDisjointFrom(images)) return [part];
    if (!part.axes.includes(batch) || touched.isDisjointFrom(blocks)) {
      return [withAxis(part, batch, samples), ...behind(part, batch, samples.extent, bindings, tensors, images)];
    }
    const full = Math.floor(samples.extent / block) * block, rest = axis(batch.name, samples.extent - full);
    return [
      ...full > 0 ? [withAxis(part, batch, axis(batch.name, full))] : [],
      withAxis(part, batch, rest, full),
      ...behind(part, batch, samples.extent, bindings, tensors, images),
    ];
  });
  return { ...planned, kernel: { ...kernel, parts } };
}

/** Zeros in the rows without a sample of what a part writes beside images. */
function behind(
  whole: Part,
  batch: Axis,
  from: number,
  bindings: PlannedKernel["bindings"],
  tensors: Draft["tensors"],
  images: ReadonlySet<string>,
): Part[] {
  const hasRows = ({ tensor, index }: Assignment) =>
    !images.has(bindings[tensor]) && index.some(({ terms }) => terms.some(({ axis }) => axis === batch));
  const assignments = whole.assignments.filter(hasRows).map((own) => {
    const { dtype } = tensors[bindings[own.tensor]],
      value: Expr = {
        ...{ kind: "constant", value: 0 },
        type: dtype === "u8" ? "i32" : dtype,
      };
    return { ...own, value };
  });
  if (assignments.length === 0) return [];
  const left = axis(batch.name, batch.extent - from);
  return [withAxis(part(whole.axes, ...assignments), batch, left, from)];
}
