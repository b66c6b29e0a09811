/**
 * What the figures of a run can be that a checkpoint says it comes from: one that is read, or given, may say anything, and
 * what is trained on from it is to have a report that can be read again.
 *
 * @module
 */
import { isObject } from "../../codegen/json.ts";
import type { MetricKind } from "../../codegen/language/loss.ts";
import { MOST_EPOCHS } from "../../codegen/language/schema.ts";
import { said } from "../data/arrays.ts";
import { METRICS, type Metrics, metricsIn } from "./metrics.ts";
import type { PartialEpoch } from "./training_report.ts";

/** Largest time, speed or amount of a report. */
export const LARGEST_AMOUNT = 1e18;
/** Most seconds of an epoch: those of all epochs together are an amount too. */
const MOST_SECONDS = LARGEST_AMOUNT / MOST_EPOCHS;

type Bounds = readonly [least: number, most: number];

// a loss may be negative: a GPU's logarithm of 1 may be a little below 0
const ANY: Bounds = [-Number.MAX_VALUE, Number.MAX_VALUE], POSITIVE: Bounds = [0, Number.MAX_VALUE];
const EPOCH = { loss: ANY, learningRate: POSITIVE, seconds: [0, MOST_SECONDS] } as const;

/** Figures that every epoch has. */
export const FIGURES = Object.keys(EPOCH) as readonly (keyof typeof EPOCH)[];

/** What is wrong with the figures of an epoch, in words; nothing where all can be. */
export function wrongFigure(epoch: Readonly<Record<keyof typeof EPOCH, unknown>> & Metrics): string | undefined {
  return first([
    ...FIGURES.map((name) => wrong(name, epoch[name], EPOCH[name])),
    ...metricsIn(epoch).map((name) => wrong(name, epoch[name], boundsOf(name, 1))),
  ]);
}

/** What the sum of a metric over so many samples can be; the mean of any is not below 0. */
function boundsOf(metric: string, samples: number): Bounds {
  const { share = false } = METRICS[metric as keyof Metrics] ?? {};
  return share ? [0, samples] : POSITIVE;
}

/** The same of the part of an epoch that is done: `steps` of whole batches. */
export function wrongPartial(
  { steps, seconds, sums }: PartialEpoch,
  ofSteps: number,
  { batchSize, metrics }: {
    readonly batchSize: number;
    readonly metrics: readonly Pick<MetricKind, "type" | "symbol">[];
  },
): string | undefined {
  const sum = (symbol: string, bounds: Bounds) =>
    wrong(`the sum of ${symbol}`, isObject(sums) ? sums[symbol] : undefined, bounds);
  return first([
    wrong("steps", steps, [1, ofSteps - 1], true),
    // the rest of the epoch takes some too
    wrong("seconds", seconds, [0, MOST_SECONDS / 2]),
    sum("loss", ANY),
    ...metrics.map(({ type, symbol }) => sum(symbol, boundsOf(type, steps * batchSize))),
  ]);
}

const first = (found: readonly (string | undefined)[]) => found.find((text) => text !== undefined);

function wrong(name: string, value: unknown, [least, most]: Bounds, whole = false): string | undefined {
  if (typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  const range = least < 0 ? "" : most === Number.MAX_VALUE ? `, at least ${least}` : ` from ${least} to ${most}`;
  return `${name} is ${said(value)}; expected a ${whole ? "whole number" : "number"}${range}`;
}
