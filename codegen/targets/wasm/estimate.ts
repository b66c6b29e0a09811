/**
 * How long a schedule takes V8's WebAssembly code, about: registers, loads, decoding, and lines of the first cache.
 *
 * @module
 */
import { distinctLoads, elementsIn, type Group, points } from "../../schedule/candidates.ts";
import { expressions, freeAxes } from "../../ir/expr.ts";
import { type Axis, LANES, type Load, type Part, type Reduce } from "../../ir/ir.ts";
import { termsOf } from "../../lower/accumulators.ts";

/** Vectors of four to a register: 2 where the engine packs pairs of neighbours. */
export type Packing = 1 | 2;

/** Registers of x64 that hold sums and what is loaded, of 16: the engine keeps one, and a product that is no fma takes two. */
export const REGISTERS: Readonly<Record<Packing, number>> = { 1: 13, 2: 15 };

/** Share of what a body of several terms loads that waits in registers; found by timing kernels of such bodies. */
const WAITING = 0.55;

/** So many sums side by side keep two multipliers busy, each of which takes four cycles. */
const BUSY = 8;
/** Bytes of the first cache that a sum may count on, and of a line of it. */
const FIRST_CACHE = 28_000, LINE = 64;
/** Bytes that come from the second cache in a cycle. */
const SECOND_CACHE = 24;
/** Cycles that add up the lanes of a vector. */
const TOTAL = 8;
/** What a load costs although two are done in a cycle beside the arithmetic. */
const LOADS = 0.1;
/** Share of its time that a tile along an axis one further out costs. */
const FAR = 0.02;
/** Instructions that begin and end an iteration. */
const LOOP = 4;
/** Instructions that are decoded in a cycle. */
const WIDTH = 4;

/** What a tile is put into. */
export interface Body {
  readonly part: Part;
  /** The sum that does the work, and the unrolled windows around it. */
  readonly core: Reduce;
  readonly around: readonly Group[];
  /** The copies of its innermost loop's body. */
  readonly inner?: Group;
  readonly vectorize: string | undefined;
  readonly packing: Packing;
  /** The axis of the vectors, if it is one of the index space. */
  readonly lanes: Axis | undefined;
  /** What the sum is of: its loads, operations and terms. */
  readonly loads: readonly Load[];
  readonly operations: number;
  readonly terms: number;
}

/** What a body knows of its sum. */
export function summed(core: Reduce): Pick<Body, "loads" | "operations" | "terms"> {
  const all = expressions(core.body);
  return {
    loads: all.filter((expr) => expr.kind === "load"),
    operations: all.filter((expr) => expr.kind === "op").length,
    terms: termsOf(core).length,
  };
}

/** Cycles for one term of one output, or nothing if the registers do not hold the tile. */
export function estimate(tile: readonly Group[], body: Body): number | undefined {
  const { part, core, vectorize, lanes } = body;
  const whole = lanes && !tile.some(({ axis }) => axis === lanes)
    ? [...tile, { axis: lanes, count: 1, width: LANES }]
    : tile;
  if (!fitsRegisters(whole, body)) return undefined;
  const sums = whole.reduce((product, { count }) => product * count, 1);
  const across = core.axes.find(({ name }) => name === vectorize);
  const cycles = shares(whole).reduce((sum, { tile, share }) => sum + share * cyclesOf(tile, body), 0);
  return reach(tile, part.axes) * (across ? passes(across) : 1) * cycles + (across ? TOTAL / points(core.axes) : 0) +
    1e-6 * sums;
}

/**
 * The tiles that an index space is gone through in, each with its share of the points: whole ones, and what is left at
 * the end of each axis, of vectors and one by one.
 */
function shares(tile: readonly Group[]): { readonly tile: readonly Group[]; readonly share: number }[] {
  return tile.reduce<{ tile: readonly Group[]; share: number }[]>(
    (all, { axis, count, width }) => {
      const groups = Math.floor(axis.extent / width), left = groups % count;
      const along = [
        { axis, count, width, points: (groups - left) * width },
        { axis, count: left, width, points: left * width },
        { axis, count: axis.extent % width, width: 1, points: axis.extent % width },
      ].filter(({ points }) => points > 0);
      return all.flatMap(({ tile, share }) =>
        along.map(({ points, ...group }) => ({ tile: [...tile, group], share: share * points / axis.extent }))
      );
    },
    [{ tile: [], share: 1 }],
  );
}

/** Vectors that the engine puts into one register, in a tile. */
function packed(tile: readonly Group[], { lanes, packing }: Body): Packing {
  const fill = tile.some(({ axis, count, width }) => axis === lanes && width > 1 && count % packing === 0);
  return fill ? packing : 1;
}

/** Whether what a tile sums and keeps waits in registers. */
function fitsRegisters(tile: readonly Group[], body: Body): boolean {
  const { around, inner, packing, loads, terms } = body, groups = [...tile, ...around], per = packed(tile, body);
  const sums = groups.reduce((product, { count }) => product * count, 1);
  // what does not change with the outermost group is loaded once and waits in registers, and so does what the next copy
  // of the body reads again, as windows do; one more is just used. Of several terms, much of what one has loaded waits
  // for the next.
  const outermost = (around.length > 0 ? around : tile).find(({ count }) => count > 1)?.axis;
  const again = (load: Load) =>
    inner !== undefined && inner.count > 1 && groups.some(({ axis }) => slides(load, axis, [inner.axis]));
  const waiting = () => {
    if (terms > 1) return WAITING * distinct(loads, copied(groups, inner), tile, body).wide / per;
    const kept = distinct(
      loads.filter((l) => !outermost || !freeAxes(l).has(outermost) || again(l)),
      groups,
      tile,
      body,
    );
    return kept.wide / per + kept.single + 1;
  };
  return sums / per <= REGISTERS[packing] && sums / per + waiting() <= REGISTERS[packing];
}

const copied = (groups: readonly Group[], inner: Group | undefined) => inner ? [...groups, inner] : groups;

/** Cycles for one term of one output of a tile. */
function cyclesOf(tile: readonly Group[], body: Body): number {
  const { core, around, inner, vectorize, loads, operations: work, terms } = body,
    groups = [...tile, ...around],
    per = packed(tile, body);
  const sums = groups.reduce((product, { count }) => product * count, 1);
  const { points: bodies, wide, single } = distinct(loads, copied(groups, inner), tile, body);
  const multiplies = bodies * terms / per, loaded = wide / per + single;
  const cycles = LOADS * loaded + Math.max(
    multiplies / 2 * Math.max(1, BUSY / (sums / per)),
    loaded / 2,
    (multiplies + loaded + bodies * Math.max(0, work - 2 * terms) / per / 2 + LOOP) / WIDTH,
    (inner?.count ?? 1) * lines(loads, tile, body) * LINE / SECOND_CACHE,
  );
  const elements = tile.reduce((product, { width }) => product * width, 1);
  const across = core.axes.some(({ name }) => name === vectorize);
  return cycles / (bodies * terms * (across ? 1 : elements));
}

/** Whether an access reads along one dimension by an axis and by one of others: the window of a convolution. */
function slides({ index }: Load, axis: Axis, others: readonly Axis[]): boolean {
  return index.some((i) =>
    i.kind === "affine" && i.terms.some((t) => t.axis === axis) &&
    i.terms.some((t) => t.axis !== axis && others.includes(t.axis))
  );
}

/** Cache lines that an iteration is the first to read, if all that the sum reads is more than the first cache holds. */
function lines(loads: readonly Load[], tile: readonly Group[], { core, vectorize, lanes }: Body): number {
  const width = (load: Load) => [...freeAxes(load)].some(({ name }) => name === vectorize) ? LANES : 1;
  const read = loads.reduce((bytes, load) => {
    const free = freeAxes(load);
    const along = [...core.axes.map((axis) => ({ axis, count: axis.extent })), ...tile];
    return bytes + 4 * width(load) * along.reduce((n, { axis, count }) => free.has(axis) ? n * count : n, 1);
  }, 0);
  if (!lanes || read <= FIRST_CACHE) return 0;
  const vectors = tile.find(({ axis }) => axis === lanes)?.count ?? 1;
  const others = tile.filter(({ axis }) => axis !== lanes);
  return loads.filter((load) => width(load) > 1).reduce((sum, load) => {
    // what a window slides over was read before
    const fresh = others.filter(({ axis }) => freeAxes(load).has(axis) && !slides(load, axis, core.axes));
    return sum + fresh.reduce((n, { count }) => n * count, 1) * Math.ceil(vectors * LANES * 4 / LINE);
  }, 0);
}

/** Vectors and single elements that an axis of a sum is gone through in, by its extent: a quarter, and more for a rest. */
function passes({ extent }: Axis): number {
  return (Math.floor(extent / LANES) + extent % LANES) / extent;
}

/** What it costs that elements along outer axes are far from each other in memory: 1, and a little more for each axis. */
function reach(tile: readonly Group[], axes: readonly Axis[]): number {
  return tile.reduce(
    (cost, { axis, count }) => cost + (count > 1 ? FAR * (axes.length - 1 - axes.indexOf(axis)) : 0),
    1,
  );
}

/** Loads of vectors and of single elements that a group needs, each once. */
function distinct(
  loads: readonly Load[],
  groups: readonly Group[],
  tile: readonly Group[],
  { vectorize, lanes }: Body,
): { points: number; wide: number; single: number } {
  const found = distinctLoads(loads, groups);
  const vectors = !lanes || tile.some(({ axis, width }) => axis === lanes && width > 1);
  const isWide = ({ index }: Load) =>
    vectors && index.some((i) => i.kind === "affine" && i.terms.some(({ axis }) => axis.name === vectorize));
  const wide = elementsIn(found.elements.filter(({ load }) => isWide(load)));
  return { points: found.points, wide, single: elementsIn(found.elements) - wide };
}
