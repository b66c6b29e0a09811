/**
 * What a schedule moves between caches: the lines that its loops touch, from which level on they fit, and how often the
 * loops around these bring them again.
 *
 * @module
 */
import { type Axis, BYTES, type Index, type Kernel, type TensorType } from "../../ir/ir.ts";
import type { Access, Work } from "./work.ts";

/** A cache, as far as a kernel's loops may count on it, and cycles for a line that comes from behind it. */
interface Cache {
  readonly bytes: number;
  readonly line: number;
}

/** Bytes of a line. */
const LINE = 64;
/** The first and the second cache of the smaller processors among today's. Lines of the third are mostly foreseen. */
const CACHES: readonly Cache[] = [{ bytes: 28_000, line: 1.5 }, { bytes: 900_000, line: 2.5 }];
/** A line that is written is read before, and written back. */
const WRITTEN = 2;

/** A loop, outermost first in a list: iterations, and elements along its axis in each. */
export interface Loop {
  readonly axis: Axis;
  readonly iterations: number;
  readonly block: number;
}

/** Cycles in which lines come to the first cache from behind it, in all of a part's run. */
export function traffic({ accesses }: Work, loops: readonly Loop[], tensors: Kernel["tensors"]): number {
  // by depth: the lines of each access in the loops from there on
  const depths = Array.from({ length: loops.length + 1 }, (_, depth) => {
    const spans = new Map(
      loops.map(({ axis, iterations, block }, i) => [axis, i < depth ? block : iterations * block]),
    );
    return accesses.map((access) => linesOf(access, tensors[access.tensor], spans));
  });
  const sizes = depths.map((lines) => LINE * lines.reduce((sum, count) => sum + count, 0));
  return CACHES.reduce((cycles, { bytes, line }) => {
    const depth = sizes.findIndex((size) => size <= bytes), fits = depth < 0 ? loops.length : depth;
    return cycles + line * accesses.reduce((sum, access, i) => {
          // what the loop right around does not move is still there
          const times = loops.slice(0, fits).reduce(
            (product, { axis, iterations }, d) =>
              d === fits - 1 && !access.index.some((index) => movesAlong(index, axis)) ? product : product * iterations,
            1,
          );
          return sum + times * depths[fits][i] * (access.writes ? WRITTEN : 1);
        }, 0);
  }, 0);
}

function movesAlong(index: Index, axis: Axis): boolean {
  return index.kind === "load"
    ? index.index.some((i) => movesAlong(i, axis))
    : index.terms.some((term) => term.axis === axis && term.coefficient !== 0);
}

/** Lines of a tensor that accesses touch while their axes go through so many values. */
function linesOf(
  { index, constants }: Access,
  { dtype, shape, halo }: TensorType,
  spans: ReadonlyMap<Axis, number>,
): number {
  let lines = 1, run = BYTES[dtype], isWhole = true;
  for (let d = shape.length - 1; d >= 0; d--) {
    const one = reach(index[d], spans), { count, spread } = constants[d], range = one.range + spread;
    const values = Math.min(one.values * count, range), extent = shape[d] + halo[d][0] + halo[d][1];
    if (isWhole) {
      // neighbours follow each other without a gap
      lines = values === range ? run * values / LINE : Math.min(values, run * range / LINE) * Math.max(1, lines);
      run *= values;
      isWhole = values === range && values === extent;
    } else lines = Math.max(1, lines) * values;
  }
  return Math.max(1, lines);
}

/** How many values an index takes, at most, and how far it goes. */
function reach(index: Index, spans: ReadonlyMap<Axis, number>): { values: number; range: number } {
  if (index.kind === "load") {
    const values = index.index.reduce((product, i) => product * reach(i, spans).values, 1);
    return { values, range: Infinity };
  }
  let values = 1, range = 1;
  for (const { axis, coefficient } of index.terms) {
    const span = spans.get(axis) ?? 1;
    values *= span;
    range += Math.abs(coefficient) * (span - 1);
  }
  return { values: Math.min(values, range), range };
}
