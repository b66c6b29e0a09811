/**
 * Blocks of channels: how many are in one, and which indices go through them in order.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import type { Axis, Index } from "../../ir/ir.ts";
import type { Layout } from "../plan.ts";

/** Channels in a block, most wanted first: the register tile of two vectors of 256 bits, or of one. */
export const BLOCKS = [16, 8];

type Stored = Layout["dimensions"][number];

/** Whether a shape is that of images or series, samples first, or of the weights of their convolutions. */
export const isImage = ({ length }: readonly unknown[]): boolean => length === 3 || length === 4;

/** So many channels up to whole blocks, and how many are in one. */
function filled(channels: number): { extent: number; by: number } {
  const least = BLOCKS.at(-1)!, extent = Math.ceil(channels / least) * least;
  return { extent, by: BLOCKS.find((size) => extent % size === 0)! };
}

/** A dimension of channels: its blocks, if it has several, and the places in one. What does not fill a block is zeros. */
export function inBlocks(shape: readonly number[], of: number): { blocks: Stored[]; places: Stored } {
  const { extent, by } = filled(shape[of]);
  return {
    blocks: extent > by ? [{ of, every: by, extent: extent / by }] : [],
    places: { of, every: 1, extent: by },
  };
}

/** A dimension of channels in one piece, with room up to whole blocks. */
export function inOne(shape: readonly number[], of: number): Stored {
  return { of, every: 1, extent: filled(shape[of]).extent };
}

/** The axis along which an index goes from one element to the next: it is nothing else, or other terms are added. */
export function unitOf(index: Index): Axis | undefined {
  return index.kind === "affine" ? index.terms.find(({ coefficient }) => coefficient === 1)?.axis : undefined;
}

/**
 * Whether an index goes through so many channels block by block: it is an axis of just these, or one of whole blocks, those
 * of a group for example, and others that go on from block to block.
 */
export function inOrder(index: Index, channels: number): boolean {
  if (plainAxis(index)?.extent === channels) return true;
  const unit = unitOf(index), { extent, by } = filled(channels);
  if (!unit || index.kind !== "affine" || extent !== channels || unit.extent % by !== 0) return false;
  // a part of the channels is gone through in runs
  if (index.constant !== 0 || index.terms.length === 1) return false;
  // other tensors have the axis in blocks, too
  if (unit.extent > by && filled(unit.extent).by !== by) return false;
  return index.terms.every(({ axis, coefficient }) => axis === unit || coefficient % by === 0);
}
