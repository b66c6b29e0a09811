/**
 * Room between the places that one iteration touches, where these would be in each other's way in a cache.
 *
 * The nearest cache finds a line by its address but for multiples of 4,096 bytes, and has few places for lines that agree
 * in it. A transform to planes writes a line to each of 16 or 36 of them; where planes are 4,096 bytes apart, lines drive
 * each other out. So a dimension inside of a plane gets a halo that nobody reads.
 *
 * @module
 */
import { type Affine, BYTES } from "../../ir/ir.ts";
import { accessesIn } from "../kernel.ts";
import type { Draft, DraftTensor, PlannedKernel } from "../plan.ts";

/** An iteration that touches many places of a dimension. */
interface Fan {
  readonly tensor: string;
  readonly dimension: number;
  readonly places: number;
}

/** Bytes after which lines have the same place in the nearest cache. */
const WAY = 4096;
/** Lines that may have one place: two thirds of what a cache of 12 ways holds. */
const LINES = 8;

/** Where an iteration of a kernel touches more places of a dimension than may be in each other's way. */
export function fansIn(kernels: readonly PlannedKernel[], tensors: Draft["tensors"]): readonly Fan[] {
  const fans = new Map<string, Fan>();
  for (const { kernel, bindings } of kernels) {
    for (const part of kernel.parts) {
      for (const [symbol, all] of Map.groupBy(accessesIn([part]), ({ tensor }) => tensor)) {
        const tensor = bindings[symbol], { role, layout } = tensors[tensor];
        // only these may have halos; and where no layout is chosen, nothing is in vectors
        if (layout === undefined || role !== "value" && role !== "gradient") continue;
        for (const dimension of all[0].index.keys()) {
          const indices = all.map(({ index }) => index[dimension]).filter((at): at is Affine => at.kind === "affine");
          const places = new Set(indices.map(({ constant }) => constant)).size, key = `${tensor} ${dimension}`;
          if (places > Math.max(LINES, fans.get(key)?.places ?? 0)) fans.set(key, { tensor, dimension, places });
        }
      }
    }
  }
  return [...fans.values()];
}

/** Widens a dimension behind that of a fan, if that keeps its places apart. `halo`: of the tensor, is changed. */
export function spread({ dtype, shape }: DraftTensor, halo: [number, number][], { dimension, places }: Fan): void {
  const widths = () => shape.map((extent, d) => halo[d][0] + extent + halo[d][1]);
  const stride = () => widths().slice(dimension + 1).reduce((bytes, width) => bytes * width, BYTES[dtype]);
  const isCrowded = () => places * divisor(stride(), WAY) > LINES * WAY;
  // the innermost dimension is that of vectors
  for (let d = dimension + 1; d < shape.length - 1 && isCrowded(); d++) {
    halo[d][1]++;
    if (isCrowded()) halo[d][1]--;
  }
}

/** The greatest common divisor. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
