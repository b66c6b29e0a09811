/**
 * Sums some of whose terms at a time find their operands in the workgroup's memory.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../../../ir/affine.ts";
import { expressions, freeAxes } from "../../../ir/expr.ts";
import { type Axis, LANES, membersOf, type Offset } from "../../../ir/ir.ts";
import type { Instance, Lowering, Members, Reductions, TakeTerms } from "../../../lower/lowering.ts";
import { variable } from "../../../lower/points.ts";
import type { Scope } from "../../../lower/scope.ts";
import { ScheduleError } from "../../../schedule/schedule.ts";
import {
  type Box,
  boxesOf,
  boxKey,
  placeInBox,
  type Range,
  splitIndices,
  type Use,
  useOf,
  type Workgroup,
} from "./boxes.ts";

/** A box in the workgroup's memory, by its name there. */
type NamedBox = Box & { readonly name: string };

/**
 * Takes sums so many terms at a time, as the schedule says, for which all that several invocations load is copied first.
 *
 * @returns whether anything was worth it.
 */
export function takeStaged(
  { accumulators, axes }: Reductions,
  workgroup: Workgroup,
  members: ReadonlyMap<string, Members>,
  scope: Scope,
  lowering: Lowering,
  takeTerms: TakeTerms,
): boolean {
  const { stage = {} } = lowering.schedule;
  refuseNested(accumulators, lowering);
  const terms = axes.map(({ name, extent }) => ({ name, extent: Math.min(stage[name] ?? 1, extent) }));
  let staged = false;
  inChunks(axes, terms, members, scope, lowering, (begins, scope) => {
    const joint = workgroup.joint.union(variablesOf(begins));
    const uses = usesOf(accumulators, begins, joint, lowering);
    const ranges = new Map([...workgroup.ranges, ...rangesOf(terms, lowering)]);
    const boxes = emitBoxes(uses, ranges, members, scope, lowering);
    staged ||= boxes.size > 0;
    takeTerms(terms, begins, scope, {
      ...lowering,
      copyOf(load, point) {
        const indices = splitIndices(load, point, joint), box = indices && boxes.get(boxKey(load.tensor, indices));
        return box && { name: box.name, offset: placeInBox(box, indices) };
      },
    });
  });
  return staged;
}

/** @throws {ScheduleError} when a sum has another reduction in it over its own terms. */
function refuseNested(instances: readonly Instance[], { kernel: { name } }: Lowering): void {
  const nested = instances.some(({ node }) =>
    expressions(node.body).some((e) => e.kind === "reduce" && node.axes.some((axis) => freeAxes(e).has(axis)))
  );
  if (nested) {
    throw new ScheduleError(
      `${name}: what is staged must be a sum with no other one in it; unroll it, and stage that one`,
    );
  }
}

/** Loops over the terms of sums, so many at a time along each axis; `body` gets where they begin. */
function inChunks(
  axes: readonly Axis[],
  terms: readonly Axis[],
  members: ReadonlyMap<string, Members>,
  scope: Scope,
  { kernel, schedule: { vectorize } }: Lowering,
  body: (begins: ReadonlyMap<string, Offset>, scope: Scope) => void,
): void {
  const begins = new Map<string, Offset>();
  const open = (d: number, scope: Scope): void => {
    if (d === axes.length) return body(begins, scope);
    const { name, extent } = axes[d], step = terms[d].extent;
    const least = (members.get(name)?.to ?? 1) * (name === vectorize ? LANES : 1);
    if (extent % step !== 0 || step % least !== 0) {
      throw new ScheduleError(
        `${kernel.name}: ${step} terms at a time along ${name} are no part of its ${extent}${
          least > 1 ? `, or no multiple of ${least}` : ""
        }`,
      );
    }
    if (extent === step) {
      begins.set(name, constantOffset(0));
      return open(d + 1, scope);
    }
    const inside = scope.inner(), from = inside.name(`${name}_from`, "i32");
    begins.set(name, variable(from));
    open(d + 1, inside);
    scope.emit({ kind: "loop", variable: from, from: 0, to: extent, step, parallel: false, body: inside.statements });
  };
  open(0, scope);
}

function variablesOf(offsets: ReadonlyMap<string, Offset>): Set<string> {
  return new Set([...offsets.values()].flatMap(({ terms }) => terms.map(({ variable }) => variable)));
}

/** The variable that stands for a term along an axis while boxes are looked for. */
const termOf = ({ name }: Axis) => `term ${name}`;

/** The values of those variables. */
function rangesOf(terms: readonly Axis[], { schedule: { vectorize } }: Lowering): [string, Range][] {
  return terms.map((axis) => {
    const step = axis.name === vectorize ? LANES : 1;
    return [termOf(axis), { largest: axis.extent - step, step, term: true }];
  });
}

/** What sums load for some of their terms and can be staged. */
function usesOf(
  sums: readonly Instance[],
  begins: ReadonlyMap<string, Offset>,
  joint: ReadonlySet<string>,
  lowering: Lowering,
): Use[] {
  const uses: Use[] = [], lanes = lowering.schedule.vectorize;
  for (const { node, point } of sums) {
    const at = new Map(point);
    for (const axis of node.axes) {
      const offset = sumOffsets([begins.get(axis.name)!, 1], [variable(termOf(axis)), 1]);
      at.set(axis, { offset, ...axis.name === lanes && { lanes: true } });
    }
    for (const load of expressions(node.body)) {
      if (load.kind !== "load" || !node.axes.some((axis) => freeAxes(load).has(axis))) continue;
      // of another reduction, which does not depend on the terms and was taken before
      if (![...freeAxes(load)].every((axis) => at.has(axis))) continue;
      const use = useOf(load, at, joint, lowering);
      if (use) uses.push(use);
    }
  }
  return uses;
}

/** The copies to the workgroup's memory that are worth it, by what accesses of each have in common. */
function emitBoxes(
  uses: readonly Use[],
  ranges: ReadonlyMap<string, Range>,
  members: ReadonlyMap<string, Members>,
  scope: Scope,
  { kernel: { tensors } }: Lowering,
): Map<string, NamedBox> {
  const boxes = new Map<string, NamedBox>();
  for (const box of boxesOf(uses, ranges, tensors, membersOf({ members: [...members.values()] }))) {
    const name = scope.name(`${box.stage.tensor}_staged`, box.stage.type);
    scope.emit({ ...box.stage, name });
    boxes.set(box.key, { ...box, name });
  }
  return boxes;
}
