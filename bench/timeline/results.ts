/**
 * What the timeline measures, and the figures that follow from it.
 *
 * @module
 */
import { median } from "../results.ts";

/** What was measured of a configuration. */
export interface Measured {
  /** Training images/s, of each round. */
  readonly rates: readonly number[];
  /** Mean loss of each epoch of the check, which is the same work for all. */
  readonly losses: readonly number[];
  /** Images of a timed epoch. */
  readonly images: number;
  /** Threads it ran on; 0 on a GPU. */
  readonly threads: number;
  /** Why it could not run. */
  readonly reason?: string;
}

/** The contents of `timeline.json`. */
export interface Results {
  readonly net: string;
  readonly batchSize: number;
  /** Multiplications and additions of a training step. */
  readonly work: number;
  readonly date: string;
  readonly machine: {
    readonly cpu: string | null;
    readonly os: string;
    readonly arch: string;
    readonly cores: number;
    /** Mean number of processes that wanted a core in the minute before. */
    readonly load: number;
    /** Multiplications and additions in registers, in GFLOP/s: of one core, and of all at once. */
    readonly peak: { readonly one: number; readonly all: number };
    readonly gpu: { readonly name: string; readonly fallback: boolean } | null;
  };
  readonly versions: Readonly<Record<string, string>>;
  /** What each configuration trains first, whatever its speed. */
  readonly check: { readonly images: number; readonly epochs: number };
  readonly rounds: number;
  /** Whether each configuration was timed for less than usual. */
  readonly quick?: true;
  /** By the name of a configuration. */
  readonly configurations: Readonly<Record<string, Measured>>;
}

/** A configuration whose rounds differ by more than this share of their median is called noisy. */
export const NOISY = 0.1;
/** Gains below this share are none. */
export const SAME = 0.03;
/** A loss further from the first configuration's than this share is of other work: rounding changes its seventh digit. */
export const TOLERANCE = 1e-4;
/** Above so many processes for each core, others were at work. */
const BUSY = 0.3;

/** The reference program, as its author published it: seconds, for so many images. */
export const REFERENCE = { seconds: 1556.741, images: 600_000 };

/** Median of the images/s, their largest, and how far they are apart. */
export function summary({ rates }: Measured): { rate: number; best: number; spread: number } {
  const rate = median(rates), best = Math.max(...rates);
  return { rate, best, spread: (best - Math.min(...rates)) / rate };
}

/** GFLOP/s at so many images/s, and the share of what the threads could do. */
export function arithmetic(
  { work, batchSize, machine: { peak } }: Results,
  rate: number,
  threads: number,
): { gflops: number; share: number } {
  const gflops = rate * work / batchSize / 1e9;
  return { gflops, share: gflops / (threads === 1 ? peak.one : peak.all) };
}

/** Whether others used the machine. */
export function busy({ machine: { load, cores } }: Results): boolean {
  return load > BUSY * cores;
}

/** The configurations, by name, whose losses are not those of the first one that ran. */
export function wrongOnes({ configurations }: Results): string[] {
  const ran = Object.entries(configurations).filter(([, { reason }]) => reason === undefined);
  const [[, { losses: expected }] = [, { losses: [] as readonly number[] }]] = ran;
  return ran.filter(([, { losses }]) =>
    losses.length !== expected.length ||
    !losses.every((loss, i) => Math.abs(loss - expected[i]) <= TOLERANCE * Math.abs(expected[i]))
  ).map(([name]) => name);
}
