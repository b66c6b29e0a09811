/**
 * At which points of its index space a large kernel is checked: all kinds of places, whatever is drawn.
 *
 * @module
 */
import type { Coordinates } from "../../codegen/ir/interpret.ts";
import { type Axis, type Kernel, LANES, type Part } from "../../codegen/ir/ir.ts";
import { points as pointsOf, reductions } from "../../codegen/schedule/candidates.ts";
import type { Schedule } from "../../codegen/schedule/schedule.ts";

/** Terms up to which a kernel is checked everywhere, and terms that are computed of a larger one. */
const SMALL = 4e6, TERMS = 1e6;
/** Points of a part of which each combination of places in tiles is among the points. */
const COMBINATIONS = 4096;

/** Some points of each part, or nothing where the kernel is small enough to be checked everywhere. */
export function checkedPoints(
  kernel: Kernel,
  schedule: Schedule,
  draw: () => number,
): Coordinates[][] | undefined {
  const terms = (part: Part) => Math.max(1, ...reductions(part).map(({ axes }) => pointsOf(axes)));
  const all = kernel.parts.reduce((sum, part) => sum + pointsOf(part.axes) * terms(part), 0);
  if (all <= SMALL) return undefined;
  return kernel.parts.map((part) =>
    somePoints(part.axes, schedule, draw, Math.floor(TERMS / (kernel.parts.length * terms(part))))
  );
}

/**
 * Points of an index space, each once: all its corners, every coordinate along every axis, every combination of a place in
 * a tile or in what is left over of one, and as many others as are wanted.
 */
export function somePoints(
  axes: readonly Axis[],
  schedule: Schedule,
  draw: () => number,
  wanted: number,
): Coordinates[] {
  const found = new Map<number, Coordinates>(), all = pointsOf(axes);
  // by its number among all points
  const add = (point: Coordinates) => found.set(point.reduce((at, x, d) => at * axes[d].extent + x, 0), point);
  const below = (count: number) => Math.floor(draw() * count);
  for (const corner of combinations(axes.map(({ extent }) => [0, extent - 1]))) add(corner);
  // along each axis in an order of its own
  const orders = axes.map(({ extent }) => shuffled(extent, below));
  for (let i = 0; i < Math.max(0, ...axes.map(({ extent }) => extent)); i++) {
    add(orders.map((order) => order[i % order.length]));
  }
  const places = axes.map((axis) => placesOf(axis, schedule));
  if (places.reduce((product, { length }) => product * length, 1) <= COMBINATIONS) {
    for (const combination of combinations(places)) add(combination.map((place) => place[below(place.length)]));
  }
  // of a small space nearly all points may be there already
  for (let tries = 0; found.size < Math.min(wanted, all) && tries < 2 * wanted; tries++) {
    add(axes.map(({ extent }) => below(extent)));
  }
  return [...found.values()];
}

/** The coordinates along an axis by what code computes them: each place in a tile, and each that is left over. */
export function placesOf({ name, extent }: Axis, { tile, vectorize }: Schedule): number[][] {
  const width = name === vectorize && extent >= LANES ? LANES : 1;
  const step = Math.max(1, Math.min(tile?.[name] ?? 1, Math.floor(extent / width))) * width;
  const iterations = Math.floor(extent / step), whole = iterations * step;
  return [
    ...Array.from({ length: step }, (_, place) => Array.from({ length: iterations }, (_, i) => i * step + place)),
    ...Array.from({ length: extent - whole }, (_, i) => [whole + i]),
  ];
}

/** One of each, in all ways. */
function combinations<Value>(choices: readonly (readonly Value[])[]): Value[][] {
  return choices.reduce<Value[][]>((all, values) => all.flatMap((one) => values.map((value) => [...one, value])), [[]]);
}

function shuffled(extent: number, below: (count: number) => number): number[] {
  const order = Array.from({ length: extent }, (_, i) => i);
  for (let i = extent - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
