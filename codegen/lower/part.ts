/**
 * A part of a kernel: its index space is opened, and in the innermost body stand all points of the register tile.
 *
 * @module
 */
import { countUses, expressions, exprKey } from "../ir/expr.ts";
import { type Axis, type Kernel, type Part, STEP } from "../ir/ir.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { fill } from "./fill.ts";
import { loop } from "./loops.ts";
import type { Body, Lowering, Space, Spread } from "./lowering.ts";
import { type Point, variable } from "./points.ts";
import { hoist } from "./reductions.ts";
import type { Scope } from "./scope.ts";

/**
 * Fills a scope with a part, and with others that go on from each of its points.
 *
 * @param spread how a target goes through index spaces, if not by loops.
 */
export function lowerPart(
  [part, ...further]: readonly Part[],
  kernel: Kernel,
  schedule: Schedule,
  spread: Spread | undefined,
  scope: Scope,
): void {
  const space: Space = {
    axes: outermostFirst(part, schedule),
    opened: new Set([STEP]),
    points: [new Map([[STEP, { offset: variable("step") }]])],
    values: valuesOf(part),
  };
  const body: Body = (points, scope, lowering) => {
    fill(part, points, scope, lowering);
    for (const other of further) goOn(other, points, scope, lowering);
  };
  const lowering = loweringOf(part, kernel, schedule);
  if (!spread) return open(space, scope, lowering, body);
  spread.open(space, scope, lowering, (space, scope, lowering) => open(space, scope, lowering, body));
}

/** Goes from points of another part, whose axes a part has too, through the axes that it has beside these. */
function goOn(part: Part, points: readonly Point[], scope: Scope, { kernel, schedule }: Lowering): void {
  const axisNamed = new Map(part.axes.map((axis) => [axis.name, axis]));
  const known = points.map((point) => new Map([...point].map(([axis, at]) => [axisNamed.get(axis.name) ?? axis, at])));
  const opened = new Set(known.flatMap((point) => [...point.keys()]));
  const space: Space = {
    axes: outermostFirst(part, schedule).filter((axis) => !opened.has(axis)),
    opened,
    points: known,
    values: valuesOf(part),
  };
  open(
    space,
    scope,
    loweringOf(part, kernel, schedule),
    (points, scope, lowering) => fill(part, points, scope, lowering),
  );
}

/**
 * Parts in groups: one behind another that goes through the same points, and further, and needs the same reductions, is
 * computed inside of its loops, where these are known.
 */
export function together(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [], reductions = parts.map(({ assignments }) => reductionsOf(assignments));
  for (const [i, part] of parts.entries()) {
    const first = groups.at(-1)?.[0], shared = first && reductions[parts.indexOf(first)].intersection(reductions[i]);
    const same = (axis: Axis) => part.axes.some(({ name, extent }) => name === axis.name && extent === axis.extent);
    if (first && shared!.size > 0 && first.axes.every(same)) groups.at(-1)!.push(part);
    else groups.push([part]);
  }
  return groups;
}

function reductionsOf(assignments: Part["assignments"]): Set<string> {
  return new Set(
    expressions(...assignments.map(({ value }) => value)).filter(({ kind }) => kind === "reduce").map(exprKey),
  );
}

const valuesOf = ({ assignments }: Part) => assignments.map(({ value }) => value);

function loweringOf(part: Part, kernel: Kernel, schedule: Schedule): Lowering {
  const uses = countUses(valuesOf(part));
  return { kernel, schedule, axes: part.axes, uses, purposes: purposesOf(part) };
}

/** The tensor that each reduction is for, by its key: the first one that is made of it. */
function purposesOf({ assignments }: Part): Map<string, string> {
  const purposes = new Map<string, string>();
  for (const { tensor, value } of assignments) {
    for (const expr of expressions(value)) {
      if (expr.kind === "reduce" && !purposes.has(exprKey(expr))) purposes.set(exprKey(expr), tensor);
    }
  }
  return purposes;
}

/** The axes of a part as a schedule orders them: what threads share is around all others. */
function outermostFirst({ axes }: Part, { order = [], parallel }: Schedule): Axis[] {
  const rank = (axis: Axis) => {
    if (axis.name === parallel) return -1;
    const place = order.indexOf(axis.name);
    return place < 0 ? order.length + axes.indexOf(axis) : place;
  };
  return [...axes].sort((a, b) => rank(a) - rank(b));
}

/** Opens the loops of an index space one after the other; at each depth, what needs no further axis is computed there. */
function open({ axes, opened, points, values }: Space, scope: Scope, lowering: Lowering, body: Body): void {
  if (axes.length === 0) return body(points, scope, lowering);
  for (const value of values) hoist(value, opened, points, scope, lowering);
  const [axis, ...inner] = axes, { tile, parallel } = lowering.schedule;
  loop(axis, tile?.[axis.name] ?? 1, axis.name === parallel, scope, lowering, (coordinates, scope) => {
    const product = points.flatMap((point) => coordinates.map((c) => new Map(point).set(axis, c)));
    const space: Space = { axes: inner, opened: new Set([...opened, axis]), points: product, values };
    open(space, scope, lowering, body);
  });
}
