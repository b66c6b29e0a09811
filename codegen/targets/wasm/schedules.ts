/**
 * Which schedules suit V8's WebAssembly compiler: vectors of four, or, where it packs them, pairs of these.
 *
 * @module
 */
import { contiguous, fits, type Group, mainPart, points, reductions, withThreads } from "../../schedule/candidates.ts";
import { expressions, freeAxes } from "../../ir/expr.ts";
import { type Axis, type Kernel, LANES, type Op, type Part, strides } from "../../ir/ir.ts";
import type { Schedule } from "../../schedule/schedule.ts";
import { arithmeticOf, estimate, type Packing, REGISTERS, type Shape, shapeOf, slides } from "./estimate.ts";
import { SMALL, type Work, workOf } from "./work.ts";

/** An axis of a sum is unrolled whole up to here. */
const SHORT = 7;
/** Copies of the body of a long sum along one axis, most wanted first; and along two, at most. */
const COPIES = [4, 5, 6, 7, 3, 2], MOST_COPIES = 8;
/** Elements that are moved one by one in an iteration: a loop costs as much as two or three of them. */
const MOVED = 16;
/** Elements of each row that are moved at once, where several rows are gathered side by side. */
const OF_ROW = 4;
/** Operations of a body without a long sum, at most, of which a tile has four vectors and not only two. */
const SHORT_BODY = 32;
/** Points along an axis whose products share a factor. */
const SHARING = [2, 3, 4, 6];
/** Longest tile along an axis, in vectors or elements. */
const LONGEST = 8;
/** What a copy of a body costs, since code takes time to compile: a share of its time, and cycles for each point. */
const COPY = 0.004, CODE = 100;
/** What a tile along the axis that threads share costs. */
const COARSE = 1.13;
/** Tiles for one axis of vectors that are looked at closely, and schedules that are proposed. */
const CLOSELY = 6, PROPOSALS = 6;

/** Schedules that fit the kernel, best guess first. */
export function* candidates(kernel: Kernel, packing: Packing): Generator<Schedule> {
  const part = mainPart(kernel);
  const axes = new Map(
    [...part.axes, ...reductions(part).flatMap(({ axes }) => axes)].map((axis) => [axis.name, axis]),
  );
  const options: (string | undefined)[] = [...axes.values()].filter(({ extent, name }) =>
    extent >= LANES && contiguous(kernel, name)
  ).map(({ name }) => name);
  const all = [...options, undefined].flatMap((vectorize) => guesses(kernel, part, vectorize, packing));
  for (const schedule of cheapestFirst(all, priceIn(kernel, packing))) if (fits(kernel, schedule)) yield schedule;
}

function cheapestFirst<Value>(values: readonly Value[], cost: (value: Value) => number): Value[] {
  return values.map((value) => ({ value, cost: cost(value) })).sort((a, b) => a.cost - b.cost)
    .map(({ value }) => value);
}

/** What a schedule is chosen by: its cycles, and a little for what does not show where a kernel runs alone. */
function priceIn(kernel: Kernel, packing: Packing): (schedule: Schedule) => number {
  return (schedule) => {
    const { parallel, tile = {}, unroll = {} } = schedule;
    const [points, copies] = [tile, unroll].map((counts) => Object.values(counts).reduce((a, b) => a * b, 1));
    // chains go through samples one by one, and threads share what is not cut into pieces better
    const isCoarse = parallel !== undefined && (tile[parallel] ?? 1) > 1;
    return estimate(kernel, schedule, packing) * (1 + COPY * copies) * (isCoarse ? COARSE : 1) + CODE * points * copies;
  };
}

/**
 * One by one, several elements an iteration: what only moves them has little else to do. Of rows that are gathered side
 * by side a few elements are taken at once, and all of the rows before the next ones: so processors see what comes next.
 */
function copiesOf(part: Part, tensors: Kernel["tensors"]): Schedule {
  const { axes, assignments } = part, inner = axes.at(-1);
  if (!inner) return {};
  const tile = { [inner.name]: Math.min(MOVED, inner.extent) };
  const choosing = new Set(
    assignments.flatMap(({ value }) => expressions(value)).flatMap((expr) =>
      expr.kind === "load" ? expr.index.flatMap((i) => i.kind === "load" ? [...freeAxes(i)] : []) : []
    ),
  );
  const [outer] = axes, along = axes.findLast((axis) => !choosing.has(axis));
  const written = writtenAlong(part, tensors);
  if (choosing.size === 0 && written && written !== inner) {
    const order = [...axes.filter((axis) => axis !== written), written].map(({ name }) => name);
    return { order, tile: { [written.name]: Math.min(MOVED, written.extent) } };
  }
  if (!choosing.has(inner) || !along) return { tile };
  return {
    tile: { [along.name]: Math.min(OF_ROW, along.extent), ...tile },
    ...choosing.has(outer) && outer !== inner && outer.extent > 1 && { parallel: outer.name },
  };
}

/**
 * The axis along which neighbours are written: lines are written whole, and read from as many rows as it takes. A
 * processor does not wait for loads, but for stores to lines that are in each other's way.
 */
function writtenAlong({ axes, assignments: [{ tensor, index }] }: Part, tensors: Kernel["tensors"]): Axis | undefined {
  const last = strides(tensors[tensor]).flatMap((stride, d) => stride === 1 ? index[d].terms : []);
  return last.find(({ axis, coefficient }) => coefficient === 1 && axes.includes(axis))?.axis;
}

/** The best schedules with vectors along one axis. */
function guesses(kernel: Kernel, part: Part, vectorize: string | undefined, packing: Packing): Schedule[] {
  const { core, around } = workOf(part), unroll: Record<string, number> = {};
  for (const { axes } of reductions(part)) {
    const isWhole = axes.some((axis) => around.includes(axis)) ||
      points(axes) <= SMALL && !axes.some(({ name }) => name === vectorize);
    if (isWhole) { for (const { name, extent } of axes) unroll[name] = extent; }
  }
  const base: Schedule = { unroll, ...vectorize !== undefined && { vectorize } };
  const shared = (schedule: Schedule) => schedule.parallel === undefined ? withThreads(kernel, schedule) : schedule;
  const work = workOf(part), shape = shapeOf(work, base, packing);
  const price = priceIn(kernel, packing);
  if (!core) return plainTiles(kernel, part, shape).map((tile) => shared({ ...base, ...tile }));
  const [few, ...more] = copiesIn(work, vectorize);
  const first = shapeOf(work, { ...base, unroll: { ...unroll, ...few } }, packing);
  // by arithmetic first: it is most of it; and one that leaves the axis alone that threads share
  const cheapest = cheapestFirst(tiles(work, first), (tile) => arithmeticOf(work, { ...first, tile }));
  const isFine = (tile: readonly Group[]) => tile.every(({ axis, count }) => axis !== part.axes[0] || count === 1);
  const best = new Set([...cheapest.slice(0, CLOSELY), ...cheapest.filter(isFine).slice(0, 1)]);
  const close = [...best].flatMap((groups) => {
    const counts = groups.filter(({ count }) => count > 1).map(({ axis, count }) => [axis.name, count]);
    const tile: Record<string, number> = Object.fromEntries(counts);
    return [few, ...more].map((copies) => shared({ ...base, tile, unroll: { ...unroll, ...copies } }));
  });
  return cheapestFirst(close, price).slice(0, PROPOSALS);
}

/** A maximum over so many places waits for the one before, but for others beside it: so many vectors go together. */
const LONG_MAXIMUM = 32, CHAINS = 4;

/** Tiles where there is no long sum: pairs of vectors, so that they can be packed, or two of these; else some elements. */
function plainTiles({ tensors }: Kernel, part: Part, { lanes, vectorize, packing }: Shape): Schedule[] {
  if (vectorize === undefined) return [reductions(part).length === 0 ? copiesOf(part, tensors) : {}];
  const most = lanes ? Math.floor(lanes.extent / LANES) : 0, { loads, operations } = workOf(part).rest;
  const isShort = operations <= SHORT_BODY && loads.length <= SHORT_BODY / 2;
  const waits = reductions(part).some(({ axes, reduction }) => reduction !== "sum" && points(axes) >= LONG_MAXIMUM);
  const wishes = waits ? [Math.min(CHAINS, most)] : [packing, ...isShort ? [2 * packing] : []];
  const counts = wishes.filter((count) => count > 0 && count <= most);
  if (counts.length === 0) return [{}];
  const beside = [{}, ...lanes ? sharingTiles(part, lanes) : [], ...isShort ? [] : neighbours(part, lanes)];
  return counts.flatMap((count) => beside.map((tile) => ({ tile: { ...tile, [lanes!.name]: count } })));
}

/** Points side by side where each is a long row of operations, one after the other; and what makes such rows. */
const BESIDE = 4, ROWS: ReadonlySet<Op> = new Set(["exp", "tanh"]);

/** A tile along the innermost axis but that of the vectors, where nothing is reduced and operations wait for each other. */
function neighbours(part: Part, lanes: Axis | undefined): Record<string, number>[] {
  const all = expressions(...part.assignments.map(({ value }) => value));
  const waits = all.some((e) => e.kind === "op" && ROWS.has(e.op)) && all.every(({ kind }) => kind !== "reduce");
  const inner = part.axes.findLast((axis) => axis !== lanes);
  return waits && inner && inner.extent >= BESIDE ? [{ [inner.name]: BESIDE }] : [];
}

/**
 * Tiles along other axes than that of the vectors, where these are products of two that both move along it, as in a depthwise
 * convolution: what one factor loads is shared by points along the axes that it has not.
 */
function sharingTiles(part: Part, lanes: Axis): Record<string, number>[] {
  const axes = new Set<Axis>();
  for (const { reduction, body } of reductions(part)) {
    if (reduction !== "sum" || body.kind !== "op" || body.op !== "mul") continue;
    const factors = body.operands.map((factor) => factor.kind === "load" ? freeAxes(factor) : new Set<Axis>());
    if (factors.some((own) => !own.has(lanes))) continue;
    for (const axis of part.axes) if (factors.some((own) => !own.has(axis))) axes.add(axis);
  }
  const [inner, outer] = [...axes].filter(({ extent }) => extent > 1).toReversed();
  if (!inner) return [];
  const some = SHARING.filter((count) => count <= inner.extent).map((count) => ({ [inner.name]: count }));
  return outer ? [...some, ...some.slice(0, 2).map((tile) => ({ ...tile, [outer.name]: 2 }))] : some;
}

/**
 * Copies of a sum's body: those for which tiles are looked for first. Along its innermost axis, and along the one around
 * that, too; none where what one copy loads is kept for the next, or where a body of several terms is long as it is.
 */
function copiesIn(
  { part, core, sums, term: { loads, terms } }: Work,
  vectorize: string | undefined,
): Record<string, number>[] {
  const [inner, outer] = core!.axes.filter(({ extent, name }) => extent > 1 && name !== vectorize).toReversed();
  if (!inner) return [{}];
  const wholly = ({ extent }: Axis, most: number) => COPIES.find((count) => extent % count === 0 && count <= most);
  const few = inner.extent <= SHORT ? inner.extent : wholly(inner, SHORT) ?? COPIES[0];
  const along = outer && (outer.extent * few <= MOST_COPIES ? outer.extent : wholly(outer, MOST_COPIES / few));
  const isKept = terms > sums || loads.some((load) => slides(load, inner, part.axes));
  return [
    ...isKept ? [{}] : [],
    { [inner.name]: few },
    ...along && terms === sums ? [{ [inner.name]: few, [outer.name]: along }] : [],
  ];
}

/** Tiles of up to three axes, as far as registers go; along the vectors' axis whole registers, where there are enough. */
function tiles({ part: { axes }, sums: beside }: Work, { lanes, packing }: Shape): Group[][] {
  const sizes = (axis: Axis): Group[] => {
    const width = axis === lanes ? LANES : 1, most = Math.floor(axis.extent / width);
    const by = axis === lanes && most >= packing ? packing : 1;
    return Array.from({ length: LONGEST }, (_, i) => (i + 1) * by)
      .filter((count) => count <= most && (count > 1 || axis === lanes))
      .map((count) => ({ axis, count, width }));
  };
  const others = axes.filter((axis) => axis.extent > 1 && axis !== lanes).map(sizes);
  const single = others.flatMap((groups) => groups.map((group) => [group]));
  const double = others.flatMap((a, i) =>
    others.slice(i + 1).flatMap((b) => a.flatMap((x) => b.map((y): Group[] => [x, y])))
  );
  const all = [[], ...single, ...double];
  const whole = lanes ? sizes(lanes).flatMap((group) => all.map((groups) => [...groups, group])) : all;
  const fitting = whole.filter((groups) => {
    const per = lanes && groups.at(-1)!.count % packing === 0 ? packing : 1;
    return groups.reduce((sums, { count }) => sums * count, beside) <= REGISTERS[packing] * per;
  });
  return fitting.map((groups) => groups.sort((a, b) => axes.indexOf(a.axis) - axes.indexOf(b.axis)));
}
