/**
 * Which schedules suit WGSL: all of the index space is a grid, each invocation computes a register tile, straight-line as
 * far as can be, since loops and dynamic indices are dear (a counter in every loop, a test at every access).
 *
 * @module
 */
import { distinctLoads, type Group, mainPart, points, reductions } from "../../candidates.ts";
import { expressions, freeAxes } from "../../expr.ts";
import { type Axis, BYTES, type Kernel, LANES, type Load, type Part, type Reduce } from "../../ir.ts";
import { lower, ScheduleError, strides } from "../../lower.ts";
import type { Schedule } from "../../schedule.ts";

/** Sums of an invocation: what waits in registers. */
const MOST_SUMS = 32;
/** Sizes of tiles, in scalars or in vectors. */
const SIZES = [1, 2, 4, 8];
/** Invocations that a GPU wants at least, to have enough to do. */
const ENOUGH = 512;
/** What four neighbours cost to load, of what four scalars cost. */
const WIDE_LOAD = 0.5;
/** Reductions of up to so many iterations are unrolled whole, most wanted first. */
const UNROLLED = [32, 16, 8, 4];
/** Scalar operations that a body may have: drivers take seconds to compile thousands. */
const STRAIGHT = 1000;
/** Copies of the body of a long one, most wanted first. */
const COPIES = [8, 7, 6, 5, 4];
/** Schedules that are proposed. */
const PROPOSALS = 12;

/** Schedules that fit the kernel, best guess first. */
export function* candidates(kernel: Kernel): Generator<Schedule> {
  const part = mainPart(kernel);
  const grid = [...new Set(kernel.parts.flatMap(({ axes }) => axes.map(({ name }) => name)))];
  const lanes = part.axes.filter(({ name, extent }) =>
    extent % LANES === 0 && divides(kernel, name, LANES) && contiguous(kernel, name)
  );
  const work = workOf(part, unrolled(kernel, UNROLLED[0]));
  const guesses = [undefined, ...lanes].flatMap((axis) =>
    tiles(kernel, part, axis, work).map((tile) => ({
      cost: cost(part, tile, axis, work),
      tile,
      schedule: {
        tile: Object.fromEntries(tile.filter(({ count }) => count > 1).map(({ axis, count }) => [axis.name, count])),
        ...axis && { vectorize: axis.name },
      },
    }))
  ).sort((a, b) => a.cost - b.cost).slice(0, PROPOSALS);
  for (const { schedule, tile } of guesses) {
    for (const unroll of [...UNROLLED.map((most) => unrolled(kernel, most)), {}]) {
      const proposed = { ...schedule, unroll, grid };
      if (operations(tile, workOf(part, unroll)) > STRAIGHT || !fits(kernel, proposed)) continue;
      yield proposed;
      break;
    }
  }
  yield { grid };
}

/** Whether an axis is whole steps in every part that has it. */
function divides({ parts }: Kernel, name: string, by: number): boolean {
  return parts.every(({ axes }) => axes.every((axis) => axis.name !== name || axis.extent % by === 0));
}

/** The sum of a part that does the work, and what is unrolled around and inside of it. */
interface Work {
  readonly core?: Reduce;
  readonly around: readonly Group[];
  readonly copies: readonly Group[];
}

function workOf(part: Part, unroll: Readonly<Record<string, number>>): Work {
  const all = reductions(part);
  const core = all.reduce<Reduce | undefined>((a, b) => a && points(a.axes) >= points(b.axes) ? a : b, undefined);
  const group = (axis: Axis): Group => ({ axis, count: Math.min(axis.extent, unroll[axis.name] ?? 1), width: 1 });
  const outer = core === undefined ? [] : all.filter((r) => r !== core && expressions(r.body).includes(core));
  return {
    ...core && { core },
    // a maximum and its place go through the same axes
    around: [...new Set(outer.flatMap(({ axes }) => axes))].map(group),
    copies: core?.axes.map(group) ?? [],
  };
}

const pointsOf = (groups: readonly Group[]) => groups.reduce((product, { count, width }) => product * count * width, 1);

/** Register tiles of up to three axes that leave no rest. */
function tiles(kernel: Kernel, part: Part, lanes: Axis | undefined, { around }: Work): Group[][] {
  let all: Group[][] = [[]];
  for (const axis of part.axes) {
    const width = axis === lanes ? LANES : 1;
    const sizes = SIZES.filter((count) =>
      (count === 1 || axis.extent >= count * width) && divides(kernel, axis.name, count * width)
    );
    all = all.flatMap((tile) => sizes.map((count) => [...tile, { axis, count, width }])).filter((groups) =>
      groups.filter(({ count }) => count > 1).length <= 3 && pointsOf([...groups, ...around]) <= MOST_SUMS
    );
  }
  return all;
}

/** What is loaded for each multiplication, and more where too few invocations are left. */
function cost(part: Part, tile: readonly Group[], lanes: Axis | undefined, { core, around, copies }: Work): number {
  const sums = pointsOf(tile), invocations = points(part.axes) / sums;
  // without a sum there is nothing to share: neighbours are stored together, and no more
  if (!core) return sums === (lanes ? LANES : 1) ? (lanes ? 1 - 0.001 * part.axes.indexOf(lanes) : 2) : 3 + sums;
  const loads = expressions(core.body).filter((e) => e.kind === "load");
  const groups = [...tile, ...around, ...copies];
  const scalars = distinctLoads(loads, groups).loads.reduce(
    (sum, load) => sum + (lanes && freeAxes(load).has(lanes) ? LANES * WIDE_LOAD : 1),
    0,
  );
  return (pointsOf(copies) + scalars) / pointsOf(groups) * Math.max(1, Math.sqrt(ENOUGH / invocations)) + 1e-4 * sums;
}

/** Scalar operations of the unrolled body of the sum. */
function operations(tile: readonly Group[], { core, around, copies }: Work): number {
  const each = core ? expressions(core.body).filter((e) => e.kind === "op").length : 1;
  return pointsOf([...tile, ...around, ...copies]) * each;
}

/** Copies by axis of reductions: small ones whole, of long ones some along the innermost axis. */
function unrolled(kernel: Kernel, small: number): Record<string, number> {
  const unroll: Record<string, number> = {};
  for (const { axes } of kernel.parts.flatMap(reductions)) {
    let copies = 1;
    for (const { name, extent } of axes.toReversed()) {
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

/** Whether every access moves by one element of four bytes along an axis, or not at all. */
function contiguous({ parts, tensors }: Kernel, name: string): boolean {
  const steps = (tensor: string, index: Load["index"]) => {
    const stride = strides(tensors[tensor]);
    let step = 0;
    for (const [d, i] of index.entries()) {
      if (i.kind === "load") {
        if ([...freeAxes(i)].some((axis) => axis.name === name)) return false;
      } else for (const { axis, coefficient } of i.terms) if (axis.name === name) step += coefficient * stride[d];
    }
    return step === 0 || (step === 1 && BYTES[tensors[tensor].dtype] === 4);
  };
  return parts.every(({ assignments }) =>
    assignments.every(({ tensor, index, value }) =>
      steps(tensor, index) && expressions(value).every((e) => e.kind !== "load" || steps(e.tensor, e.index))
    )
  );
}

function fits(kernel: Kernel, schedule: Schedule): boolean {
  try {
    lower(kernel, schedule);
    return true;
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}
