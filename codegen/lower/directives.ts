/**
 * Whether a schedule speaks of a kernel, and does not contradict itself.
 *
 * @module
 */
import { expressions } from "../ir/expr.ts";
import { type Kernel, WORKGROUP } from "../ir/ir.ts";
import { type Schedule, ScheduleError } from "../schedule/schedule.ts";

/** @throws {ScheduleError} when a schedule names what the kernel does not have, or directives do not go together. */
export function checkDirectives(kernel: Kernel, schedule: Schedule): void {
  const { name } = kernel, { parallel, grid, split = {}, workgroup, stage } = schedule, known = axisNames(kernel);
  for (const axis of namedAxes(schedule)) {
    if (!known.has(axis)) throw new ScheduleError(`${name} has no axis ${axis}`);
  }
  if (grid && parallel !== undefined) throw new ScheduleError(`${name} cannot be both parallel and a grid`);
  const sharing = Object.values(split).reduce((product, members) => product * members, 1);
  if (sharing > 1 && (!grid || sharing > WORKGROUP || !Number.isInteger(Math.log2(sharing)))) {
    throw new ScheduleError(
      `${name} cannot be split among ${sharing}: that takes a grid, and a power of two up to ${WORKGROUP}`,
    );
  }
  if (workgroup && !grid) throw new ScheduleError(`${name} has workgroups only in a grid`);
  if (stage && !workgroup) throw new ScheduleError(`${name} cannot be staged without workgroup tiles`);
}

/** The axes of index spaces and of reductions. */
function axisNames({ parts }: Kernel): Set<string> {
  const axes = parts.flatMap(({ axes, assignments }) => [
    ...axes,
    ...expressions(...assignments.map(({ value }) => value)).flatMap((e) => e.kind === "reduce" ? e.axes : []),
  ]);
  return new Set(axes.map(({ name }) => name));
}

/** The axes that a schedule names, but for the one that threads share. */
function namedAxes(
  { order = [], tile = {}, unroll = {}, vectorize, grid = [], split = {}, workgroup = {}, stage = {} }: Schedule,
): string[] {
  return [
    ...order,
    ...Object.keys(tile),
    ...Object.keys(unroll),
    ...vectorize ? [vectorize] : [],
    ...grid,
    ...[split, workgroup, stage].flatMap(Object.keys),
  ];
}
