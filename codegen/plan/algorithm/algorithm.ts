/**
 * Between stages 3 and 4: a draft to a draft that computes the same with fewer operations.
 *
 * One rule, `winograd`: convolutions of windows up to 5 by 5 by steps of one, forward and both gradients, as products of
 * transformed tiles. Of a window of 3 by 3, tiles of 2 by 2 take 16 multiplications in place of 36, tiles of 4 by 4 take
 * 36 in place of 144, and round more: see docs/decisions/winograd.md.
 *
 * @module
 */
import { accesses } from "../kernel.ts";
import type { LayoutName } from "../arrange/arrange.ts";
import { blockOf } from "../arrange/blocks.ts";
import { isAsGiven } from "../arrange/channels.ts";
import type { Draft, DraftTensor, PlannedKernel } from "../plan.ts";
import { plainAxis } from "../../ir/affine.ts";
import { operationsOf } from "../../ir/cost.ts";
import { type Axis, BYTES } from "../../ir/ir.ts";
import { affineIndex, type Convolution, convolutionOf } from "./convolution.ts";
import { amplification } from "./filter.ts";
import { byTiles, filterAlong, type Products, tileOf, tilesKey } from "./winograd.ts";

/** The rules of this stage. */
export const ALGORITHM_RULES = ["winograd"] as const;

/** What is computed otherwise than it was drafted, for `plan.txt`. */
export interface Chosen {
  readonly rule: typeof ALGORITHM_RULES[number];
  /** The kernel that was replaced. */
  readonly kernel: string;
  /** Outputs of a tile, or taps, along rows and columns. */
  readonly tile: readonly [number, number];
  /** How many times larger the bound of rounding errors is than that of a direct sum. */
  readonly rounding: number;
}

/** Products of a tile along one dimension: with a window of 3, tiles of 2 or of 4. */
export type Size = 4 | 6;

/** Sizes of tiles that may be used. */
export interface TileSizes {
  /** Of outputs: forward, and for gradients of inputs. */
  readonly outputs: readonly Size[];
  /** Of taps: for gradients of weights. */
  readonly taps: readonly Size[];
  /** Times as much as by tiles that the direct sum must take. Default: some. */
  readonly gain?: number;
  /** Whether of the samples as they are given, too. Default: yes. */
  readonly ofGiven?: boolean;
  /** What an operation of a transform takes, beside one of a product. Default: what it takes without vectors. */
  readonly transforming?: number;
}

/** No tiles. */
export const DIRECT: TileSizes = { outputs: [], taps: [] };

/**
 * Sizes that pay, by how tensors lie: as measured. Where samples lie in lanes, sums over them gain nothing; where they
 * might, and make no blocks, transforms have no vectors, and only the long sums of weights' gradients gain. Nor have
 * those of the samples as they are given, where only the channels of other images lie innermost.
 *
 * @param rows of the batch.
 */
export function payingTiles(layout: Exclude<LayoutName, "lanes">, rows: number): TileSizes {
  switch (layout) {
    case "row_major":
      return { outputs: [6, 4], taps: [6, 4] };
    case "channels":
      return { outputs: [6, 4], taps: [6, 4], ofGiven: false, transforming: IN_VECTORS };
    case "samples":
      return blockOf(rows) === undefined ? { outputs: [], taps: [6, 4] } : { outputs: [6, 4], taps: [] };
    case "blocks":
      return DIRECT;
  }
}

/** How many times larger the bound of rounding errors is, at most, than that of a direct sum. */
export function roundingOf(chosen: readonly Chosen[]): number {
  return Math.max(1, ...chosen.map(({ rounding }) => rounding));
}

/** Channels on both sides, at least: with fewer, transforms take more than the products save. */
const LEAST_CHANNELS = 16;
/** Elements of a window along a dimension, at most: of more, six products make one output. */
const LARGEST_WINDOW = 5;
/** Tiles in a row and in a column, at least. */
const LEAST_TILES = 2;
/** How many times as much as by tiles the direct sum must take. */
const LEAST_GAIN = 1.2;
/**
 * What an operation of a transform takes, beside one of a product, as measured: without vectors, where transforms move
 * much and compute little; and in vectors along channels.
 */
const TRANSFORMING = 8, IN_VECTORS = 1.5;

/** Bytes that a net's tensors need at once, planes among them, at most: half of the largest arena, since halos come on top. */
const MOST_BYTES = 2 ** 30;
/** Bytes of all of them, at most, before any lie where others lay: a plan of more is refused. */
const MOST_IN_ALL = 0.8 * 2 ** 31;

/**
 * Replaces convolutions where it pays.
 *
 * @param tiles sizes of tiles that may be used.
 */
export function chooseAlgorithms(draft: Draft, tiles: TileSizes): { draft: Draft; chosen: Chosen[] } {
  const chosen: Chosen[] = [], tensors: Record<string, DraftTensor> = { ...draft.tensors };
  const replaced = new Map<PlannedKernel, readonly PlannedKernel[]>();
  const made = new Map<string, { readonly tensor: DraftTensor; readonly by: PlannedKernel }>();
  // planes of values may be wanted again in the backward pass; all others share the room of the largest
  let kept = bytesOf(Object.values(tensors)), passing = 0, all = kept;
  const free = (wish: string) => {
    let name = wish;
    for (let i = 2; tensors[name]; i++) name = `${wish}_${i}`;
    return name;
  };
  for (const planned of new Set([...draft.train, ...draft.evaluate])) {
    const convolution = convolutionOf(planned);
    if (!convolution || !suits(convolution, draft)) continue;
    if (tiles.ofGiven === false && isAsGiven(planned.bindings[convolution.data.tensor], draft.tensors)) continue;
    const ways = fittingTiles(convolution, tiles).map((products) => {
      const key = tilesKey(convolution, products, draft.batch), known = made.get(key);
      const there = known && isThere(known.by, planned, planned.bindings[convolution.data.tensor], draft);
      return { products, key, there, ...byTiles(convolution, products, draft, there ? known.tensor : undefined, free) };
    });
    const cost = (kernels: readonly PlannedKernel[]) => costOf(kernels, tiles.transforming ?? TRANSFORMING);
    const best = ways.toSorted((a, b) => cost(a.kernels) - cost(b.kernels))[0];
    const direct = operationsOf(planned.kernel.parts);
    if (!best || direct < (tiles.gain ?? LEAST_GAIN) * cost(best.kernels)) continue;
    const bytes = bytesOf(best.tensors), stays = best.there || best.data.role !== "value" ? 0 : bytesOf([best.data]);
    if (kept + stays + Math.max(passing, bytes - stays) > MOST_BYTES || all + bytes > MOST_IN_ALL) continue;
    kept += stays;
    passing = Math.max(passing, bytes - stays);
    all += bytes;
    for (const tensor of best.tensors) tensors[tensor.name] = tensor;
    if (!best.there) made.set(best.key, { tensor: best.data, by: planned });
    replaced.set(planned, best.kernels);
    chosen.push({ rule: "winograd", kernel: planned.kernel.name, ...tileSizes(convolution, best.products) });
  }
  const apply = (list: readonly PlannedKernel[]) => list.flatMap((planned) => replaced.get(planned) ?? [planned]);
  return { draft: { ...draft, tensors, train: apply(draft.train), evaluate: apply(draft.evaluate) }, chosen };
}

/** Whether a kernel finds what an earlier one makes of a tensor: wherever it runs, that runs before, and the tensor stays. */
function isThere(maker: PlannedKernel, user: PlannedKernel, tensor: string, { train, evaluate }: Draft): boolean {
  return [train, evaluate].every((list) => {
    const [from, to] = [list.indexOf(maker), list.indexOf(user)];
    return to < 0 || from >= 0 && from < to && !list.slice(from, to).some((each) => accesses(each).writes.has(tensor));
  });
}

/** Products along rows and columns of the tiles for which an image is large enough. */
function fittingTiles({ windows, sums }: Convolution, { outputs, taps }: TileSizes): readonly Products[] {
  const sizes = sums === "short" ? outputs : taps;
  const [rows, columns] = windows.map((window) =>
    window.short.extent === 1 ? [1] : sizes.filter((size) => {
      const tile = tileOf(window, size);
      return tile > 1 && window.long.extent >= tile * LEAST_TILES;
    })
  );
  return rows.flatMap((row) => columns.map((column) => [row, column] as const));
}

/** Tiles of so many products, for `plan.txt`. */
function tileSizes({ windows, sums }: Convolution, products: Products): Pick<Chosen, "tile" | "rounding"> {
  const [rows, columns] = windows.map((window, i) => tileOf(window, products[i]));
  return {
    tile: [rows, columns],
    rounding: amplification(...windows.map((window, i) => filterAlong(sums, window, products[i]))),
  };
}

/** Bytes of the tensors of a step. */
function bytesOf(tensors: readonly DraftTensor[]): number {
  return tensors.filter(({ role }) => role !== "run")
    .reduce((sum, { dtype, shape }) => sum + shape.reduce((bytes, extent) => bytes * extent, BYTES[dtype]), 0);
}

/** What kernels take, in operations of products: all but sums are transforms. */
function costOf(kernels: readonly PlannedKernel[], transforming: number): number {
  return kernels.reduce((cost, { kernel: { parts } }) => {
    const isProduct = parts[0].assignments[0].value.kind === "reduce";
    return cost + operationsOf(parts) * (isProduct ? 1 : transforming);
  }, 0);
}

/** Whether the window is neither one element nor too large, there are channels enough, and what is read may have zeros around it. */
function suits({ planned, data, filter, windows }: Convolution, { batch, tensors }: Draft): boolean {
  const extents = windows.map(({ short }) => short.extent);
  if (Math.max(...extents) === 1 || Math.max(...extents) > LARGEST_WINDOW) return false;
  const read = [data, filter].map(({ tensor }) => tensors[planned.bindings[tensor]]);
  if (read.some(({ dtype }) => dtype !== "f32")) return false;
  // zeros stand around values and gradients only
  if (read[0].role !== "value" && read[0].role !== "gradient") return false;
  const moving = windows.flatMap(({ long, short }) => [long, short]);
  const axes = [data, filter].map(({ index }) => affineIndex(index).flatMap((i) => plainAxis(i) ?? []));
  const channels = (some: readonly Axis[]) =>
    some.filter((axis) => axis !== batch && !moving.includes(axis)).reduce(
      (product, { extent }) => product * extent,
      1,
    );
  const outer = channels(axes[1].filter((axis) => !axes[0].includes(axis)));
  return Math.min(channels(axes[0]), outer) >= LEAST_CHANNELS;
}
