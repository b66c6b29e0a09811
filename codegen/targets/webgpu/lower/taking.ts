/**
 * How the reductions inside of a grid are taken: by each invocation for itself, or by several that combine their sums, from
 * tensors or from what a workgroup has staged.
 *
 * @module
 */
import type { Lowering, Members, Taking } from "../../../lower/lowering.ts";
import type { Scope } from "../../../lower/scope.ts";
import { ScheduleError } from "../../../schedule/schedule.ts";
import type { Workgroup } from "./boxes.ts";
import { takeStaged } from "./stage.ts";

/**
 * How reductions are taken in one grid.
 *
 * @param grid where all invocations of a point come by.
 * @returns `end` refuses when nothing was shared or staged that the schedule speaks of.
 */
export function takingOf(
  grid: Scope,
  members: ReadonlyMap<string, Members>,
  { kernel: { name }, schedule: { stage } }: Lowering,
  workgroup: Workgroup | undefined,
): Taking & { end(): void } {
  let combined = false, staged = false;
  return {
    membersAlong: (axis) => members.get(axis),
    take(reductions, scope, lowering, terms) {
      const { accumulators, axes, sums } = reductions;
      if (members.size > 0) {
        if (scope !== grid || combined || !sums) {
          throw new ScheduleError(`${name}: what is shared must be one sum, or several over the same axes`);
        }
        // from here on, so that a sum in its body is refused
        combined = true;
      }
      if (stage && sums && axes.some((axis) => (stage[axis.name] ?? 1) > 1)) {
        if (scope !== grid || !workgroup) {
          throw new ScheduleError(`${name}: what is staged must be a sum that no loop is around`);
        }
        if (takeStaged(reductions, workgroup, members, scope, lowering, terms)) staged = true;
      } else terms(axes, new Map(), scope, lowering);
      if (members.size === 0) return;
      const locals = accumulators.flatMap(({ best, rest }) => rest ? [best, rest] : [best]);
      scope.emit({ kind: "combine", sums: locals.map(({ name, type }) => ({ name, type })) });
    },
    end() {
      if (members.size > 0 && !combined) throw new ScheduleError(`${name} has no sum to share`);
      if (stage && !staged) throw new ScheduleError(`${name} has nothing to stage`);
    },
  };
}
