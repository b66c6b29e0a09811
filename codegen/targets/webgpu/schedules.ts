/**
 * Which schedules suit WGSL: all of the index space is a grid, each invocation computes a register tile, straight-line as
 * far as can be, since loops and dynamic indices are dear (a counter in every loop, a test at every access). Where that
 * would leave most of a GPU idle, invocations share the terms of a sum.
 *
 * @module
 */
import {
  contiguous,
  distinctLoads,
  elementsIn,
  fits,
  gridAxes,
  type Group,
  mainPart,
  plainLoops,
  points,
  reductions,
} from "../../schedule/candidates.ts";
import { expressions } from "../../ir/expr.ts";
import { type Axis, type Kernel, LANES, type Part, type Reduce, WORKGROUP, WORKGROUP_BYTES } from "../../ir/ir.ts";
import type { Schedule } from "../../schedule/schedule.ts";
import {
  type Body,
  bodyOf,
  costs,
  driverCopies,
  finish,
  finishAccesses,
  nested,
  operations,
  pointsOf,
  type Work,
  workOf,
} from "./estimate.ts";
import { grids } from "./lower/grid.ts";

/** Sums of an invocation: what waits in registers. */
const MOST_SUMS = 128;
/** Sizes of tiles, in scalars or in vectors. */
const SIZES = [1, 2, 4, 8];
/** An axis of up to so many is a tile as a whole, too. */
const LONGEST = 8;
/** Sizes of teams that share a sum. */
const TEAMS = [1, 4, 8, 16, 32, 64];
/** Reductions of up to so many iterations are unrolled whole, most wanted first. */
const UNROLLED = [32, 16, 8, 4];
/** Scalar operations that an unrolled body may have, and one that is not: drivers take seconds to compile thousands. */
const STRAIGHT = 512, LEAST_STRAIGHT = 640;
/** Loads that an unrolled body may have, which take a driver longest to compile. */
const MOST_LOADS = 48;
/** Loads, of which scalars count less, that a driver may make of it, which unrolls short loops too. */
const MOST_EXPANDED = 64;
/** Loads and stores behind the sums of a tile. */
const FINISH_ACCESSES = 112;
/** Operations of all points of a tile behind their sums: an optimizer has dozens for each. */
const FINISH = 700;
/** Copies of the body of a long one, most wanted first. */
const COPIES = [8, 7, 6, 5, 4];
/** Schedules that are proposed, and of them those that stage, which only measuring can know to be better. */
const PROPOSALS = 12, STAGED = 3;
/** What is staged at a time: half of a workgroup's memory. */
const MOST_STAGED = WORKGROUP_BYTES / 2;

/** Schedules that fit the kernel, best guess first. */
export function* candidates(kernel: Kernel): Generator<Schedule> {
  const part = mainPart(kernel);
  const grid = gridAxes(kernel);
  const lanes = part.axes.filter(({ name, extent }) =>
    extent % LANES === 0 && divides(kernel, name, LANES) && contiguous(kernel, name)
  );
  const work = workOf(part, unrolled(kernel, UNROLLED[0]));
  const inner = work.core && work.around.length === 0
    ? work.core.axes.filter(({ extent }) => extent % LANES === 0)
    : [];
  const across = inner.filter(({ name }) => contiguous(kernel, name));
  const guesses = [undefined, ...lanes, ...across].flatMap((axis) => {
    const shares = teams(kernel, axis), vectors = axis && { vectorize: axis.name };
    return tiles(kernel, part, axis, work).flatMap((tile) => {
      const [straight] = bodies(kernel, part, tile, axis, { ...vectors });
      if (!straight) return [];
      const costOf = costs(kernel, part, tile, axis, straight);
      const counts = Object.fromEntries(
        tile.filter(({ count }) => count > 1).map(({ axis, count }) => [axis.name, count]),
      );
      return shares.map((split) => ({
        cost: costOf(split),
        tile,
        axis,
        schedule: { tile: counts, ...vectors, ...Object.keys(split).length > 0 && { split } },
      }));
    });
  }).filter(({ cost }) => cost < Infinity).sort((a, b) => a.cost - b.cost);
  const unrolling = function* (guess: Schedule, { tile, axis }: typeof guesses[number]): Generator<Schedule> {
    for (const { unroll } of bodies(kernel, part, tile, axis, guess)) {
      const proposed = { ...guess, unroll, grid };
      if (fits(kernel, proposed, grids)) return yield proposed;
    }
  };
  const proposed = new Set<typeof guesses[number]>();
  for (const guess of guesses) {
    for (const schedule of unrolling(guess.schedule, guess)) {
      proposed.add(guess);
      yield schedule;
    }
    if (proposed.size === PROPOSALS) break;
  }
  let left = STAGED;
  for (const guess of proposed) {
    const { schedule, tile } = guess, wish = left > 0 && !schedule.split && staged(schedule, tile, work);
    if (!wish) continue;
    for (const proposed of unrolling(wish, guess)) {
      yield proposed;
      left--;
    }
  }
  yield plainLoops(kernel, true);
}

/** The unrolled bodies of a tile's sum that are short enough, the longest first. */
function* bodies(
  kernel: Kernel,
  part: Part,
  tile: readonly Group[],
  axis: Axis | undefined,
  schedule: Pick<Schedule, "vectorize" | "split" | "stage">,
): Generator<Body & { readonly unroll: Readonly<Record<string, number>> }> {
  for (const unroll of [...UNROLLED.map((most) => unrolled(kernel, most, schedule)), outer(kernel), {}]) {
    const some = Object.keys(unroll).length > 0, work = workOf(part, unroll);
    if (operations(tile, work, axis?.name) > (some ? STRAIGHT : LEAST_STRAIGHT)) continue;
    const body = bodyOf(tile, axis, work);
    if (some && body.loads > MOST_LOADS) continue;
    if (body.weight * driverCopies(body, tile, axis, schedule) <= MOST_EXPANDED) yield { ...body, unroll };
  }
}

/** A schedule with the workgroup tile that has the fewest loads, and as many terms at a time as its memory has room for. */
function staged(schedule: Schedule, tile: readonly Group[], { core }: Work): Schedule | undefined {
  if (!core || expressions(core.body).some(({ kind }) => kind === "reduce")) return undefined;
  const loads = expressions(core.body).filter((e) => e.kind === "load");
  let all: Group[][] = [[]];
  for (const { axis, count, width } of tile) {
    const sizes = [1, 2, 4, 8, 16, 32, 64].filter((size) => axis.extent % (count * width * size) === 0);
    all = all.flatMap((some) => sizes.map((size) => [...some, { axis, count: size, width: count * width }]));
  }
  const scalars = tile.map(({ axis, count, width }) => ({ axis, count: count * width, width: 1 }));
  const best = all.filter((places) => places.reduce((product, { count }) => product * count, 1) === WORKGROUP)
    .map((places) => ({ places, elements: elementsIn(distinctLoads(loads, [...scalars, ...places]).elements) }))
    .reduce<{ places: Group[]; elements: number } | undefined>(
      (a, b) => a && a.elements <= b.elements ? a : b,
      undefined,
    );
  if (!best) return undefined;
  const stage: Record<string, number> = {};
  let bytes = 4 * best.elements;
  for (const { name, extent } of core.axes.toReversed()) {
    const least = name === schedule.vectorize ? LANES : 1;
    const terms = Array.from({ length: extent }, (_, i) => extent - i)
      .find((size) => extent % size === 0 && size % least === 0 && bytes * size <= MOST_STAGED);
    if (terms === undefined) return undefined;
    stage[name] = terms;
    bytes *= terms;
    if (terms < extent) break;
  }
  if (Object.values(stage).every((terms) => terms === 1)) return undefined;
  const workgroup = Object.fromEntries(
    best.places.filter(({ count }) => count > 1).map(({ axis, count }) => [axis.name, count]),
  );
  return { ...schedule, workgroup, stage };
}

/** Whether an axis is whole steps in every part that has it. */
function divides({ parts }: Kernel, name: string, by: number): boolean {
  return parts.every(({ axes }) => axes.every((axis) => axis.name !== name || axis.extent % by === 0));
}

/** Register tiles of up to three axes that leave no rest. */
function tiles(kernel: Kernel, part: Part, lanes: Axis | undefined, { core, around }: Work): Group[][] {
  // in lanes of a sum each accumulator is a vector
  const across = lanes && core?.axes.includes(lanes) ? LANES : 1;
  const width = lanes && across === 1 ? LANES : 1;
  const accesses = FINISH_ACCESSES * width / (finishAccesses(part) * kernel.parts.length);
  const finished = core ? Math.max(width, Math.min(FINISH / finish(part), accesses)) : MOST_SUMS;
  let all: Group[][] = [[]];
  for (const axis of part.axes) {
    const width = axis === lanes ? LANES : 1;
    const sizes = [...new Set([...SIZES, axis.extent])].filter((count) =>
      count <= LONGEST &&
      (count === 1 || axis.extent >= count * width) && divides(kernel, axis.name, count * width)
    );
    all = all.flatMap((tile) => sizes.map((count) => [...tile, { axis, count, width }])).filter((groups) =>
      groups.filter(({ count }) => count > 1).length <= 3 && pointsOf([...groups, ...around]) <= MOST_SUMS / across &&
      pointsOf(groups) <= finished
    );
  }
  return all;
}

/** Ways to share the sums of a kernel: members by axis, of the innermost ones first. */
function teams(kernel: Kernel, lanes: Axis | undefined): Record<string, number>[] {
  const sums = kernel.parts.map(reductions);
  // one sum to each point, or several over the same axes
  const [first] = sums[0] ?? [], key = ({ axes }: Reduce) => axes.map(({ name, extent }) => `${name}${extent}`).join();
  const alone = first !== undefined &&
    sums.every((all) =>
      all.length > 0 && all.every((r) => r.reduction === "sum" && key(r) === key(first) && !nested(r))
    );
  if (!alone) return [{}];
  return TEAMS.flatMap((team) => {
    const split: Record<string, number> = {};
    let left = team;
    for (const { name, extent } of first.axes.toReversed()) {
      const width = name === lanes?.name ? LANES : 1;
      let members = left;
      while (members > 1 && extent % (members * width) !== 0) members /= 2;
      if (members > 1) split[name] = members;
      left /= members;
    }
    return left === 1 ? [split] : [];
  });
}

/** Copies of small reductions that have others in them. */
function outer({ parts }: Kernel): Record<string, number> {
  const axes = parts.flatMap(reductions).filter(nested).flatMap(({ axes }) => axes);
  return points(axes) <= UNROLLED[0] ? Object.fromEntries(axes.map(({ name, extent }) => [name, extent])) : {};
}

/** Copies by axis of reductions: small ones whole, of long ones some along the innermost axis. */
function unrolled(
  kernel: Kernel,
  small: number,
  { vectorize, split = {}, stage }: Pick<Schedule, "vectorize" | "split" | "stage"> = {},
): Record<string, number> {
  const unroll: Record<string, number> = {};
  for (const { axes } of kernel.parts.flatMap(reductions)) {
    let copies = 1;
    const terms = stage && axes.some(({ name }) => name in stage) ? stage : undefined;
    for (const { name, extent: all } of axes.toReversed()) {
      const extent = Math.min(all, terms ? terms[name] ?? 1 : all) /
        ((split[name] ?? 1) * (name === vectorize ? LANES : 1));
      if (copies * extent <= small) unroll[name] = extent;
      else {
        if (copies === 1) unroll[name] = COPIES.find((size) => size <= small && extent % size === 0) ?? 4;
        break;
      }
      copies *= extent;
    }
  }
  return unroll;
}
