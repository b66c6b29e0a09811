/**
 * How well estimates of schedules agree with what was measured: by ranks, since what an estimate is for is to choose.
 *
 * @module
 */

/** A schedule of a kernel, estimated and measured. */
export interface Pair {
  readonly net: string;
  readonly kernel: string;
  /** In words. */
  readonly schedule: string;
  /** Whether it is the first guess. */
  readonly isFirst: boolean;
  /** Multiplications and additions of a run, or elements written where there are more. */
  readonly terms: number;
  /** Estimated cycles of a run. */
  readonly cycles: number;
  readonly seconds: number;
}

/** What the pairs of one kernel say. */
export interface Ranked {
  readonly net: string;
  readonly kernel: string;
  readonly pairs: readonly Pair[];
  /** Seconds of the first guess, as a part of those of all kernels of its net that were timed. */
  readonly share: number;
  /** Between what is estimated and what is measured, by ranks; of three pairs or more that differ. */
  readonly correlation?: number;
  readonly first: Pair;
  /** The fastest. */
  readonly best: Pair;
  /** The one that is estimated to be the fastest. */
  readonly chosen: Pair;
}

/** What all pairs say. */
export interface Ranking {
  readonly kernels: readonly Ranked[];
  readonly pairs: number;
  /** Mean of the kernels' correlations, each by its share. */
  readonly within: number;
  /** Between estimated cycles and measured seconds for a term, over all pairs. */
  readonly all: number;
  /** Seconds of a step with the fastest schedules, and with those estimated to be, as a part of that with first guesses. */
  readonly best: number;
  readonly chosen: number;
}

/** A kernel needs so many pairs to have a correlation. */
const LEAST_PAIRS = 4;

/** Compares estimates with measurements. There must be pairs, and a first guess of each kernel. */
export function rank(pairs: readonly Pair[]): Ranking {
  const nets = Map.groupBy(pairs, ({ net }) => net);
  const kernels = [...nets.values()].flatMap((own) => {
    const total = sum(own.filter(({ isFirst }) => isFirst).map(({ seconds }) => seconds));
    return [...Map.groupBy(own, ({ kernel }) => kernel).values()].map((pairs) => rankKernel(pairs, total));
  });
  const known = kernels.filter(({ correlation }) => correlation !== undefined);
  const weighed = (value: (kernel: Ranked) => number) => sum(kernels.map((kernel) => value(kernel) * kernel.share));
  return {
    kernels,
    pairs: pairs.length,
    within: sum(known.map(({ correlation, share }) => correlation! * share)) / sum(known.map(({ share }) => share)),
    all: spearman(pairs.map(({ cycles, terms }) => cycles / terms), pairs.map(({ seconds, terms }) => seconds / terms)),
    best: weighed(({ best, first }) => best.seconds / first.seconds) / nets.size,
    chosen: weighed(({ chosen, first }) => chosen.seconds / first.seconds) / nets.size,
  };
}

function rankKernel(pairs: readonly Pair[], total: number): Ranked {
  const first = pairs.find(({ isFirst }) => isFirst)!, [{ net, kernel }] = pairs;
  const least = (value: (pair: Pair) => number) => pairs.reduce((a, b) => value(a) <= value(b) ? a : b);
  return {
    ...{ net, kernel, pairs, first, share: first.seconds / total },
    best: least(({ seconds }) => seconds),
    chosen: least(({ cycles }) => cycles),
    ...pairs.length >= LEAST_PAIRS &&
      { correlation: spearman(pairs.map(({ cycles }) => cycles), pairs.map(({ seconds }) => seconds)) },
  };
}

/** Kernels by what of its net's step is lost where the estimate chooses; the worst first. */
export function misjudged({ kernels }: Ranking): Ranked[] {
  const loss = ({ chosen, best, first, share }: Ranked) => share * (chosen.seconds - best.seconds) / first.seconds;
  return kernels.filter((kernel) => loss(kernel) > 0).sort((a, b) => loss(b) - loss(a));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The rank correlation of Spearman: of equal values each has the mean of their ranks. 0 where all are equal. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map(ranks), middle = (a.length - 1) / 2;
  const product = (x: readonly number[], y: readonly number[]) =>
    sum(x.map((_, i) => (x[i] - middle) * (y[i] - middle)));
  const scale = Math.sqrt(product(x, x) * product(y, y));
  return scale === 0 ? 0 : product(x, y) / scale;
}

function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}
