/**
 * An index space as a grid: each register tile is computed by an invocation of its own, or by several that share the terms
 * of its sums.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../../../ir/affine.ts";
import { expressions } from "../../../ir/expr.ts";
import {
  type Axis,
  type Expr,
  type Grid,
  gridInvocations,
  gridPoints,
  membersOf,
  type Offset,
  WORKGROUP,
  WORKGROUP_BYTES,
  workgroupBytes,
} from "../../../ir/ir.ts";
import { grouping } from "../../../lower/loops.ts";
import type { Lowering, Members, Space, SpreadOf } from "../../../lower/lowering.ts";
import { group, type Point, variable } from "../../../lower/points.ts";
import type { Scope } from "../../../lower/scope.ts";
import { ScheduleError } from "../../../schedule/schedule.ts";
import type { Workgroup } from "./boxes.ts";
import { takingOf } from "./taking.ts";

type Loop = Grid["loops"][number];

/** Goes through the index spaces of a kernel by grids, each with the invocations behind those of the one before. */
export const grids: SpreadOf = ({ name }) => {
  let taken = 0;
  return {
    open(space, scope, lowering, inside) {
      const grid = openGrid(space, scope.inner(), lowering, inside);
      // those that wait for each other are of one workgroup
      const first = grid.members || grid.places ? Math.ceil(taken / WORKGROUP) * WORKGROUP : taken;
      taken = first + gridInvocations(grid);
      scope.emit({ kind: "grid", first, ...grid });
    },
    finish(body) {
      const bytes = workgroupBytes(body);
      if (bytes <= WORKGROUP_BYTES) return { invocations: taken };
      throw new ScheduleError(
        `${name}: shared sums and what is staged take ${bytes} bytes of a workgroup's ${WORKGROUP_BYTES}; use smaller tiles`,
      );
    },
  };
};

/** A grid over the axes that the schedule names, with all that lies inside. */
function openGrid(
  { axes, opened, points, values }: Space,
  scope: Scope,
  lowering: Lowering,
  inside: (space: Space, scope: Scope, lowering: Lowering) => void,
): Omit<Grid, "kind" | "first"> {
  const { kernel: { name }, schedule } = lowering, { grid = [], workgroup } = schedule;
  const outer = axes.filter((axis) => grid.includes(axis.name))
    .sort((a, b) => grid.indexOf(a.name) - grid.indexOf(b.name));
  const members = shareTerms(values, scope, lowering), each = [...members.values()];
  const tiles = spreadPoints(outer, points, members, scope, lowering), { loops, places } = tiles;
  const taking = takingOf(scope, members, lowering, workgroup && workgroupOf(name, loops, places, each));
  inside(
    {
      axes: axes.filter((axis) => !outer.includes(axis)),
      opened: new Set([...opened, ...outer]),
      points: tiles.points,
      values,
    },
    scope,
    { ...lowering, taking },
  );
  taking.end();
  return { loops, ...workgroup && { places }, ...each.length > 0 && { members: each }, body: scope.statements };
}

/** The loops of a grid over its axes, and, for workgroup tiles, those inside of a workgroup; and the points of its tiles. */
function spreadPoints(
  axes: readonly Axis[],
  start: readonly Point[],
  members: ReadonlyMap<string, Members>,
  scope: Scope,
  { kernel: { name }, schedule }: Lowering,
): { loops: Loop[]; places: Loop[]; points: readonly Point[] } {
  const { tile, workgroup } = schedule, loops: Loop[] = [], places: Loop[] = [];
  const begin = (of: Loop[], wish: string, to: number, step: number): Offset => {
    if (to === step) return constantOffset(0);
    const name = scope.name(wish, "i32");
    of.push({ variable: name, to, step });
    return variable(name);
  };
  let points = start;
  for (const axis of axes) {
    const taking = { membersAlong: (name: string) => members.get(name) };
    const { copies, width } = grouping(axis, tile?.[axis.name] ?? 1, { schedule, taking });
    const step = copies * width, together = step * (workgroup?.[axis.name] ?? 1);
    if (axis.extent % step !== 0) {
      throw new ScheduleError(
        `${name}: steps of ${step} along ${axis.name} leave a rest of its ${axis.extent}, and a grid has none`,
      );
    }
    if (axis.extent % together !== 0) {
      throw new ScheduleError(
        `${name}: workgroups of ${together} along ${axis.name} leave a rest of its ${axis.extent}`,
      );
    }
    const first = begin(loops, together > step ? `${axis.name}_group` : axis.name, axis.extent, together);
    const place = begin(places, `${axis.name}_place`, together, step);
    const coordinates = group(sumOffsets([first, 1], [place, 1]), copies, width);
    points = points.flatMap((point) => coordinates.map((c) => new Map([...point, [axis, c]])));
  }
  return { loops, places, points };
}

/** What the invocations of a workgroup have in common, and what not. */
function workgroupOf(
  kernel: string,
  loops: readonly Loop[],
  places: readonly Loop[],
  members: readonly Members[],
): Workgroup {
  const invocations = membersOf({ members }) * gridPoints({ loops: places });
  if (invocations !== WORKGROUP) {
    throw new ScheduleError(`${kernel}: workgroup tiles of ${invocations} invocations, not ${WORKGROUP}`);
  }
  const differing = [...places, ...members.map((member) => ({ ...member, step: 1 }))];
  return {
    joint: new Set(loops.map(({ variable }) => variable)),
    ranges: new Map(differing.map(({ variable, to, step }) => [variable, { largest: to - step, step, term: false }])),
  };
}

/** The members that share the sums of a part, by axis, if the schedule says so. */
function shareTerms(
  values: readonly Expr[],
  scope: Scope,
  { kernel: { name }, schedule }: Lowering,
): Map<string, Members> {
  const members = new Map<string, Members>();
  const split = Object.entries(schedule.split ?? {}).filter(([, to]) => to > 1);
  const axes = new Map(
    expressions(...values).flatMap((e) => e.kind === "reduce" ? e.axes : []).map((axis) => [axis.name, axis]),
  );
  for (const [axis, to] of split) {
    const { extent } = axes.get(axis) ?? { extent: 0 };
    if (extent < to) throw new ScheduleError(`${name}: ${to} cannot share a sum along ${axis}`);
    members.set(axis, { variable: scope.name(`${axis}_member`, "i32"), to });
    const together = to * grouping({ name: axis, extent }, 1, { schedule }).width;
    if (extent % together !== 0) {
      throw new ScheduleError(`${name}: shares of ${together} along ${axis} leave a rest of its ${extent}`);
    }
  }
  return members;
}
