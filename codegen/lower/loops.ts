/**
 * Loops over axes: in groups, by vectors, and what is left over.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../ir/affine.ts";
import { type Axis, LANES, type Offset } from "../ir/ir.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { Lowering, Taking } from "./lowering.ts";
import { type Coordinate, group, variable } from "./points.ts";
import type { Scope } from "./scope.ts";

/** How the copies of a body lie along an axis. */
export interface Grouping {
  readonly copies: number;
  /** Elements of each: a vector's, or one. */
  readonly width: number;
  /** From one to the next. */
  readonly stride: number;
}

/** How so many copies lie along an axis: as many as it has room for. */
export function grouping(
  { name, extent }: Axis,
  copies: number,
  { schedule, taking }: { readonly schedule: Schedule; readonly taking?: Pick<Taking, "membersAlong"> },
): Grouping {
  const width = name === schedule.vectorize && extent >= LANES ? LANES : 1;
  const stride = width * (taking?.membersAlong(name)?.to ?? 1);
  return { copies: Math.min(copies, Math.floor(extent / stride)), width, stride };
}

/** Coordinates of so many neighbours from a place on; of what members share, those of a member. */
function neighbours(axis: Axis, base: Offset, count: number, width: number, { taking }: Lowering): Coordinate[] {
  const members = taking?.membersAlong(axis.name);
  if (!members) return group(base, count, width);
  return group(sumOffsets([base, 1], [variable(members.variable), width]), count, width, width * members.to);
}

/**
 * A loop along an axis in groups, then what is left over. `body` gets the coordinates of its copies.
 *
 * @param wanted copies in a group.
 */
export function loop(
  axis: Axis,
  wanted: number,
  parallel: boolean,
  scope: Scope,
  lowering: Lowering,
  body: (coordinates: Coordinate[], scope: Scope) => void,
): void {
  const { copies, width, stride } = grouping(axis, wanted, lowering);
  const iterations = Math.floor(axis.extent / (copies * stride)), end = iterations * copies * stride;
  if (iterations === 1 && !parallel && end === axis.extent) {
    return body(neighbours(axis, constantOffset(0), copies, width, lowering), scope);
  }
  const inside = scope.inner();
  if (iterations === 1 && !parallel) {
    body(neighbours(axis, constantOffset(0), copies, width, lowering), inside);
    scope.emit({ kind: "block", last: false, body: inside.statements });
  } else {
    const name = inside.name(axis.name, "i32"), step = copies * stride;
    body(neighbours(axis, variable(name), copies, width, lowering), inside);
    scope.emit({ kind: "loop", variable: name, from: 0, to: end, step, parallel, body: inside.statements });
  }
  // what is left: vectors as far as they go, then one by one
  const vectors = stride > 1 ? Math.floor((axis.extent - end) / stride) : 0;
  const single = end + vectors * stride;
  for (const [base, count, wide] of [[end, vectors, width], [single, axis.extent - single, 1]]) {
    if (count === 0) continue;
    const after = scope.inner();
    body(neighbours(axis, constantOffset(base), count, wide, lowering), after);
    scope.emit({ kind: "block", last: parallel, body: after.statements });
  }
}
