/**
 * A convolution as products of what is transformed: Winograd's filtering, nested for two dimensions.
 *
 * Tiles of the data and of the filter are transformed to planes, one for each product of the filtering; the products of
 * all channels are summed plane by plane; and these sums are transformed to tiles of the output. Four kernels in index
 * notation, the second of which is not needed where another convolution has transformed the same tiles.
 *
 * A dimension has blocks of `tile` positions along its long axis: outputs, where the window is summed, or taps of the
 * filter, where the window is what comes out. In both cases the data's tiles begin at the same places and have the same
 * transform, since it depends on the number of products alone. So the gradient of a weight finds what the forward pass
 * has transformed.
 *
 * @module
 */
import { operationsOf } from "../../ir/cost.ts";
import { rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Expr, Load, Part } from "../../ir/ir.ts";
import { axis, div, mul, part, plus, sum, Tensor, times } from "../../language/notation.ts";
import { kernelName, prune } from "../kernel.ts";
import type { Draft, DraftTensor, PlannedKernel } from "../plan.ts";
import { nested } from "./combinations.ts";
import { affineIndex, type Convolution, type Sliding } from "./convolution.ts";
import { type Filter, filterOf, type Matrix } from "./filter.ts";

/** What is written for a convolution, and what it writes. */
export interface Written {
  readonly kernels: readonly PlannedKernel[];
  readonly tensors: readonly DraftTensor[];
}

/** A long axis in tiles. */
interface Tiled {
  readonly window: Sliding;
  readonly tile: number;
  readonly filter: Filter;
  /** Over all tiles, the last of which may hang over. */
  readonly tiles: Axis;
}

/** One convolution while it is rewritten. */
interface Tiling {
  readonly convolution: Convolution;
  readonly tiled: readonly [Tiled, Tiled];
  readonly planes: Axis;
  readonly draft: Pick<Draft, "batch" | "tensors">;
}

/** Products of a tile along rows and along columns: as many as elements of the data. */
export type Products = readonly [number, number];

/** Outputs of such a tile along a dimension, or taps, of a window of so many elements. */
export const tileOf = ({ short }: Pick<Sliding, "short">, products: number): number => products + 1 - short.extent;

/** The filtering along one dimension of a convolution. */
export function filterAlong(sums: Convolution["sums"], window: Pick<Sliding, "short">, products: number): Filter {
  const tile = tileOf(window, products), { extent } = window.short;
  return sums === "short" ? filterOf(tile, extent) : filterOf(extent, tile);
}

/** What is the same for equal tiles of one tensor, whoever reads them. */
export function tilesKey({ planned, data, windows }: Convolution, products: Products, batch: Axis): string {
  const dimensions = affineIndex(data.index).map((index, d) => {
    const along = windows.findIndex(({ dimension }) => dimension === d);
    if (along < 0) return only(index) === batch ? "samples" : only(index).extent;
    const window = windows[along], tile = tileOf(window, products[along]);
    return `${Math.ceil(window.long.extent / tile)} tiles by ${tile} of ${products[along]} from ${start(window)}`;
  });
  return [planned.bindings[data.tensor], ...dimensions].join(", ");
}

/** Where the first tile begins: the least position that is read. */
const start = ({ sign, constant, short }: Pick<Sliding, "sign" | "constant" | "short">) =>
  constant - (sign < 0 ? short.extent - 1 : 0);

/**
 * The kernels of a convolution by tiles.
 *
 * @param known the data's tiles, where they are transformed already.
 * @param free a name for a new tensor, like the wish.
 */
export function byTiles(
  convolution: Convolution,
  products: Products,
  draft: Pick<Draft, "batch" | "tensors">,
  known: DraftTensor | undefined,
  free: (wish: string) => string,
): Written & { readonly data: DraftTensor } {
  const { planned, windows, sums, data, filter, assignment } = convolution;
  const [first, second] = windows.map((window, i): Tiled => {
    const tile = tileOf(window, products[i]);
    const tiles = axis(`${window.long.name}t`, Math.ceil(window.long.extent / tile));
    return { window, tile, tiles, filter: filterAlong(sums, window, products[i]) };
  });
  const planes = axis("k", products[0] * products[1]);
  const whole: Tiling = { convolution, tiled: [first, second], planes, draft };
  const [x, w, y] = [data.tensor, filter.tensor, assignment.tensor].map((symbol) => planned.bindings[symbol]);
  const tensor = (of: string, what: string, axes: readonly Axis[], like: string): DraftTensor => ({
    name: free(`${of}.${what}`),
    role: draft.tensors[like].role === "gradient" ? "gradient" : "value",
    dtype: "f32",
    shape: axes.map(({ extent }) => extent),
    kept: true,
  });
  const v = known ?? tensor(x, "tiles", dataAxes(whole), x);
  const u = tensor(w, sums === "short" ? "planes" : "taps", filterAxes(whole), w === x ? x : y);
  const m = tensor(y, "products", productAxes(whole), y);
  const kernels = [
    kernelOf(whole, `transform_${wordOf(draft.tensors[w])}`, [filterPart(whole)], {
      [`${filter.tensor}_planes`]: u.name,
    }),
    ...known ? [] : [
      kernelOf(whole, `transform_${wordOf(draft.tensors[x])}`, [dataPart(whole)], {
        [`${data.tensor}_tiles`]: v.name,
      }),
    ],
    kernelOf(whole, "products", [productPart(whole)], {
      [`${filter.tensor}_planes`]: u.name,
      [`${data.tensor}_tiles`]: v.name,
      [`${assignment.tensor}_products`]: m.name,
    }),
    kernelOf(whole, undefined, outputParts(whole), { [`${assignment.tensor}_products`]: m.name }),
  ];
  return { kernels: credited(kernels, convolution), tensors: [u, ...known ? [] : [v], m], data: v };
}

/** What a tensor is to a layer, in the names of kernels. */
function wordOf({ role }: DraftTensor): string {
  return role === "parameter" ? "weight" : role === "gradient" ? "gradient" : "input";
}

/** A kernel of a convolution; the last one, without a word, makes what that made. */
function kernelOf(
  { convolution: { planned } }: Tiling,
  what: string | undefined,
  parts: readonly Part[],
  bindings: Readonly<Record<string, string>>,
): PlannedKernel {
  const { title, kernel } = planned;
  const wrt = what === undefined ? title.wrt : title.wrt === undefined ? what : `${title.wrt}_${what}`;
  const own = { ...title, ...wrt !== undefined && { wrt } };
  return prune({
    title: own,
    bindings: { ...planned.bindings, ...bindings },
    kernel: { ...kernel, name: kernelName(own), parts },
  });
}

/**
 * The kernels with what they save: the products are credited with the sum that they stand for, the transforms with
 * nothing, and the last one with what stands around the sum.
 */
function credited(kernels: readonly PlannedKernel[], { planned, sum, assignment }: Convolution): PlannedKernel[] {
  const { saves = 0 } = planned;
  const { parts: [{ axes }] } = planned.kernel;
  const summed = operationsOf([{ axes, assignments: [{ ...assignment, value: sum }] }]);
  const around = operationsOf(planned.kernel.parts) - summed;
  return kernels.map((each, i) => {
    const credit = [around, summed + saves][kernels.length - 1 - i] ?? 0;
    return { ...each, saves: credit - operationsOf(each.kernel.parts) };
  });
}

/**
 * Axes in the order in which planes have them: samples, planes, tiles, channels. What the products of a plane sum lies side
 * by side, and the products of a tile for all channels follow each other.
 */
function withPlanes({ planes, tiled, draft: { batch } }: Tiling, axes: readonly Axis[]): Axis[] {
  const isTile = (axis: Axis) => tiled.some(({ tiles }) => tiles === axis);
  const isChannel = (axis: Axis) => axis !== batch && !isTile(axis);
  return [...axes.filter((axis) => axis === batch), planes, ...axes.filter(isTile), ...axes.filter(isChannel)];
}

/** Axes with those along the image in tiles. */
function inTiles({ tiled }: Tiling, axes: readonly Axis[]): Axis[] {
  return axes.map((axis) => tiled.find(({ window }) => window.long === axis)?.tiles ?? axis);
}

/** Axes without those of the window. */
function withoutWindow({ tiled }: Tiling, axes: readonly Axis[]): Axis[] {
  return axes.filter((axis) => tiled.every(({ window }) => window.short !== axis));
}

const only = ({ terms: [{ axis }] }: Affine) => axis;

/** A matrix for rows and one for columns. */
const matrices = (
  { tiled: [{ filter: rows }, { filter: columns }] }: Tiling,
  of: (filter: Filter) => Matrix,
): readonly [Matrix, Matrix] => [of(rows), of(columns)];

function dataAxes(tiling: Tiling): Axis[] {
  const { convolution: { data, windows } } = tiling;
  const axes = affineIndex(data.index).map((index, d) =>
    windows.find(({ dimension }) => dimension === d)?.long ?? only(index)
  );
  return withPlanes(tiling, inTiles(tiling, axes));
}

/** What is summed is before what is written, whose elements then are neighbours. */
function filterAxes(tiling: Tiling): Axis[] {
  const { convolution: { filter, sum } } = tiling,
    axes = withoutWindow(
      tiling,
      affineIndex(filter.index).filter(({ terms }) => terms.length > 0).map(only),
    );
  const summed = axes.filter((axis) => sum.axes.includes(axis));
  return withPlanes(tiling, inTiles(tiling, [...summed, ...axes.filter((axis) => !summed.includes(axis))]));
}

function productAxes(tiling: Tiling): Axis[] {
  return withPlanes(tiling, inTiles(tiling, withoutWindow(tiling, tiling.convolution.assignment.index.map(only))));
}

/** A tensor over axes, and its element where the planes' axis is a number. */
function planar({ planes }: Tiling, symbol: string, axes: readonly Axis[]) {
  const tensor = new Tensor(symbol, axes.map(({ extent }) => extent));
  const at = (plane: number, places: ReadonlyMap<Axis, Affine> = new Map()) =>
    axes.map((axis) => axis === planes ? plus(plane) : places.get(axis) ?? plus(axis));
  return { tensor, at };
}

/** The load with some axes at other places. */
function moved(load: Load, places: ReadonlyMap<Axis, Affine>, padded: boolean): Load {
  return { ...load, padded, index: affineIndex(load.index).map((index) => move(index, places)) };
}

function move({ constant, terms }: Affine, places: ReadonlyMap<Axis, Affine>): Affine {
  return plus(constant, ...terms.map(({ axis, coefficient }) => times(places.get(axis) ?? axis, coefficient)));
}

/** A grid of as many rows and columns as there are columns in two matrices. */
function grid<Value>([first, second]: readonly Matrix[], value: (i: number, j: number) => Value): Value[][] {
  return first[0].map((_, i) => second[0].map((_, j) => value(i, j)));
}

/** A part that writes a value to each plane. */
function planesPart(tiling: Tiling, symbol: string, axes: readonly Axis[], values: readonly (readonly Expr[])[]): Part {
  const { tensor, at } = planar(tiling, symbol, axes);
  return part(
    axes.filter((axis) => axis !== tiling.planes),
    ...values.flatMap((row, i) => row.map((value, j) => tensor.set(at(i * row.length + j), value))),
  );
}

function dataPart(tiling: Tiling): Part {
  const { convolution: { data }, tiled } = tiling, transform = matrices(tiling, ({ data }) => data);
  const values = grid(transform, (...offsets) => {
    const index = [...affineIndex(data.index)];
    for (const [i, { window, tile, tiles }] of tiled.entries()) {
      index[window.dimension] = plus(times(tiles, tile), offsets[i] + start(window));
    }
    return { ...data, index, padded: true };
  });
  return planesPart(
    tiling,
    `${data.tensor}_tiles`,
    dataAxes(tiling),
    nested(transform, values, `${data.tensor}_half`),
  );
}

/** Where the window's axis is at its element number `i`, counted the way the data go. */
const tap = ({ sign, short }: Sliding, i: number) => plus(sign > 0 ? i : short.extent - 1 - i);

function filterPart(tiling: Tiling): Part {
  const { convolution: { filter: load, sums }, tiled } = tiling, transform = matrices(tiling, ({ weights }) => weights);
  const [rows, columns] = tiled.map(({ filter: { divisors } }) => divisors);
  const values = grid(transform, (...offsets) => {
    const places = tiled.map(({ window, tile, tiles }, i) =>
      sums === "short"
        ? [window.short, tap(window, offsets[i])] as const
        : [window.long, plus(times(tiles, tile), offsets[i])] as const
    );
    return moved(load, new Map(places), load.padded || sums === "long" && tiled.some(hangsOver));
  });
  const scaled = nested(transform, values, `${load.tensor}_half`).map((row, i) =>
    row.map((value, j) => quotient(value, rows[i] * columns[j]))
  );
  return planesPart(tiling, `${load.tensor}_planes`, filterAxes(tiling), scaled);
}

/** Whether the last tile has elements behind the end. */
function hangsOver({ window: { long }, tile }: Tiled): boolean {
  return long.extent % tile > 0;
}

/** A quotient with one rounding at most: dividing by a power of two has none. */
function quotient(value: Expr, divisor: number): Expr {
  return divisor === 1 ? value : Number.isInteger(Math.log2(divisor)) ? mul(value, 1 / divisor) : div(value, divisor);
}

function productPart(tiling: Tiling): Part {
  const { convolution: { data, filter, assignment, sum: { axes } } } = tiling;
  const w = planar(tiling, `${filter.tensor}_planes`, filterAxes(tiling)).tensor;
  const x = planar(tiling, `${data.tensor}_tiles`, dataAxes(tiling)).tensor;
  const y = planar(tiling, `${assignment.tensor}_products`, productAxes(tiling)).tensor;
  const total = sum(
    inTiles(tiling, withoutWindow(tiling, axes)),
    mul(w.at(...filterAxes(tiling)), x.at(...dataAxes(tiling))),
  );
  return part(productAxes(tiling), y.set(productAxes(tiling), total));
}

/** Some tiles of one dimension, and how many of their outputs there are: all, or those before the end. */
interface Run {
  /** The axis over them; one of a kind needs none. */
  readonly axes: readonly Axis[];
  readonly tile: Affine;
  readonly outputs: number;
}

function runsOf({ window: { long }, tile, tiles }: Tiled): Run[] {
  const whole = Math.floor(long.extent / tile), rest = long.extent % tile, inner = axis(tiles.name, whole);
  return [
    ...whole > 0 ? [{ axes: [inner], tile: plus(inner), outputs: tile }] : [],
    ...rest > 0 ? [{ axes: [], tile: plus(whole), outputs: rest }] : [],
  ];
}

/** What is written, by tiles: those at the end may have fewer outputs, and are parts of their own. */
function outputParts(tiling: Tiling): Part[] {
  const { convolution: { sums }, tiled } = tiling, whole = tiled.map(({ filter: { outputs } }) => outputs);
  if (sums === "long") {
    const places = (i: number, j: number) =>
      new Map(tiled.map(({ window }, d) => [window.short, tap(window, [i, j][d])]));
    return [outputPart(tiling, whole, new Map(), places)];
  }
  const [rows, columns] = tiled.map(runsOf);
  return rows.flatMap((row) =>
    columns.map((column) => {
      const runs = [row, column], tiles = new Map(tiled.map(({ tiles }, d) => [tiles, runs[d].tile]));
      const places = (i: number, j: number) =>
        new Map(tiled.map(({ window, tile }, d) => [window.long, plus(times(runs[d].tile, tile), [i, j][d])]));
      return outputPart(tiling, [row.outputs, column.outputs], tiles, places);
    })
  );
}

/** So many rows and columns of outputs of each of some tiles. */
function outputPart(
  tiling: Tiling,
  outputs: readonly number[],
  tiles: ReadonlyMap<Axis, Affine>,
  places: (i: number, j: number) => ReadonlyMap<Axis, Affine>,
): Part {
  const { convolution: { assignment, sum: whole } } = tiling, [rows, columns] = outputs;
  const axes = productAxes(tiling), { tensor, at } = planar(tiling, `${assignment.tensor}_products`, axes);
  const [first, second] = matrices(tiling, ({ result }) => result);
  const products = grid([first, second], (i, j) => tensor.at(...at(i * second[0].length + j, tiles)));
  const values = nested([first.slice(0, rows), second.slice(0, columns)], products, `${assignment.tensor}_half`);
  return part(
    axes.filter((axis) => axis !== tiling.planes).flatMap((axis) =>
      tiles.get(axis)?.terms.map((t) => t.axis) ?? [axis]
    ),
    ...values.flatMap((row, i) =>
      row.map((value, j) => {
        const index = (index: Affine) => move(index, places(i, j));
        const around = rewriter((node) => node === whole ? value : undefined, index);
        return { ...assignment, index: assignment.index.map(index), value: around(assignment.value) };
      })
    ),
  );
}
