/**
 * What a run of `../nets.ts` measures, and what follows from it.
 *
 * @module
 */
import type { Environment } from "../measure/environment.ts";
import { median } from "../measure/summary.ts";
import { CONFIGURATIONS, OURS } from "./configurations.ts";

/** What was measured of a net by one configuration. */
export interface Row {
  /** Samples/s of each round: the median of its passes. */
  readonly rates: readonly number[];
  /** In how many rounds the machine gave less than it can. */
  readonly slow?: number;
  /** Seconds from the start of a process to the end of its first step, of each round; where they were asked for. */
  readonly firstSteps: readonly number[];
  /** Largest resident memory of each round, in bytes. */
  readonly peakBytes: readonly number[];
  /** Losses of the first steps, all with one batch. */
  readonly losses: readonly number[];
  /** What roundings of the samples change of them at most, as shares of them; where it was measured. */
  readonly apart?: readonly number[];
  /** Why it could not be measured, or not to the end. */
  readonly reason?: string;
}

/** What was measured of a net. */
export interface NetResult {
  readonly batchSize: number;
  /** Multiplications and additions of a step. */
  readonly work: number;
  readonly configurations: Readonly<Record<string, Row>>;
  /** The spec, of a net that was made at random. */
  readonly spec?: unknown;
  /** Why nothing could be measured. */
  readonly reason?: string;
}

/** Which PyTorch there is, or why there is none. */
export type Torch = { readonly version: string; readonly library: string } | { readonly reason: string };

/** All that a run measured. */
export interface Results extends Environment {
  readonly v8Flags: string;
  readonly pytorch: Torch;
  readonly rounds: number;
  /** Whether each was measured so briefly that its figures are no more than a hint. */
  readonly quick?: boolean;
  readonly nets: Readonly<Record<string, NetResult>>;
}

/**
 * Losses of the first steps that differ by more than these shares of ours are those of other work. The first tells of the
 * net alone, and differs by what f32 rounds. Adam's first step then moves every weight by the learning rate, whatever the
 * size of its gradient, and so the other way where that is but rounding: on `vgg_deep`, whose loss grows, the third loss
 * differs by 0.0002, on `nin` by a millionth of it.
 */
export const TOLERANCES: readonly number[] = [0.0002, 0.002, 0.02];

/**
 * Where PyTorch's own configurations differ, so many times their median deviation is allowed, and so many times what
 * roundings change: on `mobilenet_v1`, whose norms divide by small deviations, second losses differ by up to 0.0065.
 */
const DEVIATIONS = 4;

/** A configuration that was measured, its median rate, and what it was measured by. */
export interface Rated {
  readonly name: string;
  readonly title: string;
  readonly rate: number;
  readonly row: Row;
}

/** The configurations of a net that were measured, by PyTorch or by us. */
export function ratedOf({ configurations }: NetResult, program: "kernelwright" | "pytorch"): Rated[] {
  return CONFIGURATIONS.filter((each) => each.program === program).flatMap(({ name, title }) => {
    const row = configurations[name];
    return row && row.reason === undefined && row.rates.length > 0
      ? [{ name, title, rate: median(row.rates), row }]
      : [];
  });
}

/** Ours on all cores, if it was measured. */
export const oursOf = (net: NetResult): Rated | undefined =>
  ratedOf(net, "kernelwright").find(({ name }) => name === OURS.name);

/** PyTorch's fastest, if any was measured. */
export const bestOf = (net: NetResult): Rated | undefined =>
  ratedOf(net, "pytorch").toSorted((a, b) => b.rate - a.rate).at(0);

/** How many times as fast as PyTorch's fastest ours is. */
export function ratioOf(net: NetResult): number | undefined {
  const ours = oursOf(net), best = bestOf(net);
  return ours && best && ours.rate / best.rate;
}

/** How far losses of a step lie apart: the median of how far each is from their median, as a share of that. */
function deviation(losses: readonly number[]): number {
  const middle = median(losses);
  return median(losses.map((loss) => Math.abs(loss - middle))) / Math.abs(middle);
}

/** What a loss of each step may differ by, as a share of ours. */
function tolerancesOf({ configurations }: NetResult): number[] {
  const theirs = CONFIGURATIONS.filter(({ program }) => program === "pytorch")
    .flatMap(({ name }) => configurations[name] ?? []);
  return TOLERANCES.map((tolerance, i) => {
    const losses = theirs.flatMap(({ losses }) => losses[i] ?? []);
    return losses.length < 3 ? tolerance : Math.max(tolerance, DEVIATIONS * deviation(losses) || 0);
  });
}

/** The first step whose loss is not ours, and by what share it differs. */
function strayStep(
  { losses, apart = [] }: Row,
  ours: readonly number[],
  tolerances: readonly number[],
): { step: number; gap: number } | undefined {
  const gaps = losses.slice(0, ours.length).map((loss, i) => Math.abs(loss / ours[i] - 1));
  const step = gaps.findIndex((gap, i) => !(gap <= Math.max(tolerances[i], DEVIATIONS * (apart[i] ?? 0))));
  return step < 0 ? undefined : { step: step + 1, gap: gaps[step] };
}

/** What failed: what could not be measured, and what did other work. A line each. */
export function failures({ nets }: Pick<Results, "nets">): string[] {
  return Object.entries(nets).flatMap(([net, result]) => {
    const { reason, configurations } = result, tolerances = tolerancesOf(result);
    return [
      ...reason === undefined ? [] : [`${net}: ${reason}`],
      ...Object.entries(configurations).flatMap(([name, row]) => {
        if (row.reason !== undefined) return [`${net}: ${name}: ${row.reason}`];
        const stray = strayStep(row, configurations[OURS.name]?.losses ?? [], tolerances);
        if (!stray) return [];
        const { step, gap } = stray;
        return [
          `${net}: ${name} does other work: its loss in step ${step} differs from ours by ${(100 * gap).toFixed(2)} %`,
        ];
      }),
    ];
  });
}
