/**
 * How a kernel is run: data, made by a target's candidates or by tuning, and carried out by `lower.ts`.
 *
 * @module
 */

/** Directives by axis name; an axis without one gets a plain loop. */
export interface Schedule {
  /** Loops over the index space, outermost first; axes left out follow in the kernel's order. */
  readonly order?: readonly string[];
  /** Register tiles: so many neighbouring elements along an axis of the index space are computed together, unrolled. */
  readonly tile?: Readonly<Record<string, number>>;
  /** Copies of a reduction's body per iteration; the extent unrolls it whole. */
  readonly unroll?: Readonly<Record<string, number>>;
  /**
   * The axis along which four neighbours are computed side by side; tiles and copies along it count vectors. Of an axis
   * of a sum, each lane sums every fourth term. What is left over is done one by one.
   */
  readonly vectorize?: string;
  /** The axis whose iterations threads share; the outermost loop. */
  readonly parallel?: string;
  /**
   * For a GPU, in place of `parallel`: the axes of the index space whose loops become a grid of invocations, the last one
   * fastest. Tiles and vectors along them must leave no rest. Loops along other axes stay inside of an invocation.
   */
  readonly grid?: readonly string[];
  /**
   * With a grid: axes of a sum along which so many invocations share its terms, each every so-many-th, and add up what
   * they have. Together a power of two, at most a workgroup.
   */
  readonly split?: Readonly<Record<string, number>>;
  /**
   * With a grid: workgroup tiles, so many points along each axis; with the members of `split` they fill a workgroup.
   * Without, a workgroup has points that follow each other.
   */
  readonly workgroup?: Readonly<Record<string, number>>;
  /**
   * With `workgroup`: axes of a sum, so many of whose terms at a time find in the workgroup's memory what several of its
   * invocations load; of the sum's other axes, one term at a time.
   */
  readonly stage?: Readonly<Record<string, number>>;
}

/** A schedule in words: `order o, n · tile n 2, o 4 · unroll i 2 · parallel o`. */
export function scheduleText(
  { order = [], tile = {}, unroll = {}, vectorize, parallel, grid, split = {}, workgroup = {}, stage = {} }: Schedule,
): string {
  const sizes = (name: string, sizes: Readonly<Record<string, number>>) => {
    const set = Object.entries(sizes).filter(([, size]) => size > 1);
    return set.length === 0 ? [] : [`${name} ${set.map(([axis, size]) => `${axis} ${size}`).join(", ")}`];
  };
  const words = [
    ...order.length > 0 ? [`order ${order.join(", ")}`] : [],
    ...sizes("tile", tile),
    ...sizes("unroll", unroll),
    ...vectorize === undefined ? [] : [`vectorize ${vectorize}`],
    ...parallel === undefined ? [] : [`parallel ${parallel}`],
    ...grid === undefined ? [] : [`grid ${grid.join(", ") || "one point"}`],
    ...sizes("split", split),
    ...sizes("workgroup", workgroup),
    ...sizes("stage", stage),
  ];
  return words.length === 0 ? "plain loops" : words.join(" · ");
}

/** A schedule that cannot be carried out for a kernel. */
export class ScheduleError extends Error {
  /** Always "ScheduleError". */
  override name = "ScheduleError";
}
