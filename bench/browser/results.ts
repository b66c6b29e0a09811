/**
 * What a run of `../browser.ts` measures, and what follows from it.
 *
 * @module
 */
import type { Environment } from "../measure/environment.ts";
import { median } from "../measure/summary.ts";
import { type Bar, BARS, REFERENCE } from "./rows.ts";

/** What was measured of a row. */
export interface Row {
  /** Images/s of each round. */
  readonly rates: readonly number[];
  /** In how many rounds the machine gave less than it can. */
  readonly slow?: number;
  /** Losses of the first steps, all with one batch. */
  readonly losses: readonly number[];
  /** Of a bundle: which of its modules the engine took, and how many threads there were. */
  readonly target?: string;
  readonly threads?: number;
  /** The WebGPU adapter it used. */
  readonly adapter?: string;
  /** Why it cannot run, as it says itself. */
  readonly reason?: string;
}

/** What was measured of a net. */
export interface NetResult {
  readonly batchSize: number;
  readonly rows: Readonly<Record<string, Row>>;
}

/** All that a run measured. */
export interface Results extends Environment {
  /** V8's flags, by the names that rows have for them. */
  readonly flags: Readonly<Record<"full" | "packed", string>>;
  readonly rounds: number;
  /** Whether each was measured so briefly that its figures are no more than a hint. */
  readonly quick?: boolean;
  readonly nets: Readonly<Record<string, NetResult>>;
}

/** A row whose loss in any of the first steps is further from ours did other work. */
const TOLERANCE = 0.001;

/** The median of a row that was measured. */
export const rateOf = (row: Row | undefined): number | undefined =>
  row && row.reason === undefined && row.rates.length > 0 ? median(row.rates) : undefined;

/** A bar, and what was reached on a net. */
export interface Reached extends Bar {
  readonly net: string;
  readonly share: number;
}

/** What was reached of each bar, where both rows were measured. */
export function reached({ nets }: Pick<Results, "nets">): Reached[] {
  return Object.entries(nets).flatMap(([net, { rows }]) =>
    BARS.flatMap((bar) => {
      const [own, other] = [rateOf(rows[bar.row]), rateOf(rows[bar.of])];
      return own && other ? [{ ...bar, net, share: own / other }] : [];
    })
  );
}

/** How far losses of a row are from those of the reference, at most. */
function gapOf({ rows }: NetResult, { losses }: Row): number {
  // where the reference was not measured, another of ours will do
  const ours = (rows[REFERENCE] ?? Object.values(rows).find(({ target }) => target !== undefined))?.losses ?? [];
  return Math.max(0, ...losses.slice(0, ours.length).map((loss, i) => Math.abs(loss - ours[i])));
}

/** What failed: bundles that could not be measured, and what did other work. A line each. */
export function failures({ nets }: Pick<Results, "nets">, isOurs: (row: string) => boolean): string[] {
  return Object.entries(nets).flatMap(([name, net]) =>
    Object.entries(net.rows).flatMap(([row, measured]) => {
      if (measured.reason !== undefined) return isOurs(row) ? [`${name}: ${row}: ${measured.reason}`] : [];
      const gap = gapOf(net, measured);
      return gap <= TOLERANCE
        ? []
        : [`${name}: ${row} does other work: its losses differ from ours by ${gap.toFixed(4)}`];
    })
  );
}
