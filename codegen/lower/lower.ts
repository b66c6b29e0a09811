/**
 * A kernel and a schedule to a loop nest.
 *
 * The index space's loops are opened one after the other; at each depth, what depends only on axes already open is computed
 * there (part.ts). In the innermost body stand all points of the register tile: their reductions run together, so that a
 * load serves every point that needs it (reductions.ts), and then each point is stored. Rest iterations of a tiled loop are
 * made by the same functions with a smaller tile (loops.ts). A target may open index spaces in a way of its own
 * (lowering.ts).
 *
 * @module
 */
import type { Kernel, LoopNest, Statement } from "../ir/ir.ts";
import { type Schedule, ScheduleError } from "../schedule/schedule.ts";
import { checkDirectives } from "./directives.ts";
import { grouping } from "./loops.ts";
import type { SpreadOf } from "./lowering.ts";
import { lowerPart, together } from "./part.ts";
import { type NestState, Scope } from "./scope.ts";

/** Of one kernel, by schedule. */
type Nests = Map<string, LoopNest>;

/** Stands for the way of targets that have no other one than loops. */
const LOOPS = {};

/**
 * Nests by the target's way through index spaces, and kernel: targets lower a schedule to see whether it fits, and the
 * compiler does it again.
 */
const lowered = new WeakMap<SpreadOf | typeof LOOPS, WeakMap<Kernel, Nests>>();

function nestsOf(kernel: Kernel, way: SpreadOf | typeof LOOPS): Nests {
  const kernels = lowered.get(way) ?? new WeakMap<Kernel, Nests>(), nests: Nests = kernels.get(kernel) ?? new Map();
  lowered.set(way, kernels.set(kernel, nests));
  return nests;
}

/**
 * Carries out a schedule.
 *
 * @param spreadOf how the target goes through the index spaces of a kernel with a grid.
 * @throws {ScheduleError} when the schedule names what the kernel does not have, or unrolls over the budget.
 */
export function lower(kernel: Kernel, schedule: Schedule, spreadOf?: SpreadOf): LoopNest {
  const key = JSON.stringify(schedule), nests = nestsOf(kernel, spreadOf ?? LOOPS);
  const nest = nests.get(key) ?? carryOut(kernel, withoutOnes(schedule), spreadOf);
  nests.set(key, nest);
  return nest;
}

/** A point along each axis is no tile, and a term at a time is not staged: tuning leaves out what is 1. */
function withoutOnes({ workgroup, stage, ...others }: Schedule): Schedule {
  const said = (sizes: Readonly<Record<string, number>> = {}) => Object.values(sizes).some((size) => size > 1);
  return { ...others, ...said(workgroup) && { workgroup }, ...said(stage) && { stage } };
}

function carryOut(kernel: Kernel, schedule: Schedule, spreadOf: SpreadOf | undefined): LoopNest {
  const { name, parts, tensors } = kernel;
  checkDirectives(kernel, schedule);
  if (schedule.grid && !spreadOf) throw new ScheduleError(`${name} has a grid, and its target has none`);
  const spread = schedule.grid && spreadOf?.(kernel, schedule);
  const parallel = shareOf(kernel, schedule);
  const body: Statement[] = [], state: NestState = { kernel: name, kinds: new Map(), statements: 0 };
  // a grid's invocations cannot go on from points of another part's
  const groups = spread ? parts.map((part) => [part]) : together(parts);
  for (const group of groups) {
    const scope = new Scope(state);
    scope.reserve([...Object.keys(tensors), "step", "from", "to"]);
    lowerPart(group, kernel, schedule, spread, scope);
    const last = parallel !== undefined && !group[0].axes.some(({ name }) => name === parallel.axis);
    body.push(...groups.length > 1 ? [{ kind: "block", last, body: scope.statements } as const] : scope.statements);
  }
  const outputs = [...new Set(parts.flatMap(({ assignments }) => assignments.map(({ tensor }) => tensor)))];
  return { name, tensors, outputs, ...parallel && { parallel }, ...spread?.finish(body), body };
}

/** The loop that threads share, if there is one; the thread with its last iteration does the parts without its axis. */
export function shareOf(kernel: Kernel, schedule: Schedule): LoopNest["parallel"] {
  const { parallel: name } = schedule;
  if (name === undefined) return undefined;
  const axes = kernel.parts.flatMap(({ axes }) => axes.filter((axis) => axis.name === name));
  const extents = new Set(axes.map(({ extent }) => extent)), [extent] = extents;
  if (extent === undefined || extents.size > 1) {
    throw new ScheduleError(
      `${kernel.name} cannot be shared along ${name}: its parts do not have that axis with one extent`,
    );
  }
  const { copies, width } = grouping({ name, extent }, schedule.tile?.[name] ?? 1, { schedule });
  const step = copies * width;
  return { axis: name, iterations: Math.floor(extent / step), step };
}
