/**
 * What the timeline measures, and the figures that follow from it.
 *
 * @module
 */
import type { Environment } from "../measure/environment.ts";

/** What was measured of a configuration. */
export interface Measured {
  /** Training images/s, of each round. */
  readonly rates: readonly number[];
  /** In how many rounds the machine gave less than it can. */
  readonly slow?: number;
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
export interface Results extends Environment {
  readonly net: string;
  readonly batchSize: number;
  /** Multiplications and additions of a training step. */
  readonly work: number;
  /** What each configuration trains first, whatever its speed. */
  readonly check: { readonly images: number; readonly epochs: number };
  readonly rounds: number;
  /** Whether each configuration was timed for less than usual. */
  readonly quick?: true;
  /** By the name of a configuration. */
  readonly configurations: Readonly<Record<string, Measured>>;
}

/** Gains below this share are none. */
export const SAME = 0.03;
/** A loss further from the first configuration's than this share is of other work: rounding changes its seventh digit. */
export const TOLERANCE = 1e-4;
/** Above so many processes for each core, others were at work. */
const BUSY = 0.3;

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
