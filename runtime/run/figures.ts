/**
 * What the figures of a run can be that a checkpoint says it comes from: one that is read, or given, may say anything, and
 * what is trained on from it is to have a report that can be read again.
 *
 * @module
 */
import { MOST_EPOCHS } from "../../codegen/language/schema.ts";
import { said } from "../data/arrays.ts";
import type { PartialEpoch } from "./training_report.ts";

/** Largest time, speed or amount of a report. */
export const LARGEST_AMOUNT = 1e18;
/** Most seconds of an epoch: those of all epochs together are an amount too. */
const MOST_SECONDS = LARGEST_AMOUNT / MOST_EPOCHS;

type Bounds = readonly [least: number, most: number];

// a loss may be negative: a GPU's logarithm of 1 may be a little below 0
const ANY: Bounds = [-Number.MAX_VALUE, Number.MAX_VALUE], POSITIVE: Bounds = [0, Number.MAX_VALUE];
const EPOCH = { loss: ANY, accuracy: [0, 1], learningRate: POSITIVE, seconds: [0, MOST_SECONDS] } as const;

/** Figures that every epoch has. */
export const FIGURES = Object.keys(EPOCH) as readonly (keyof typeof EPOCH)[];

/** What is wrong with the figures of an epoch, in words; nothing where all can be. */
export function wrongFigure(epoch: Readonly<Record<keyof typeof EPOCH, unknown>>): string | undefined {
  return first(FIGURES.map((name) => wrong(name, epoch[name], EPOCH[name])));
}

/** The same of the part of an epoch that is done: `steps` of whole batches. */
export function wrongPartial(
  { steps, seconds, lossSum, hitSum }: PartialEpoch,
  ofSteps: number,
  batchSize: number,
): string | undefined {
  return first([
    wrong("steps", steps, [1, ofSteps - 1], true),
    // the rest of the epoch takes some too
    wrong("seconds", seconds, [0, MOST_SECONDS / 2]),
    wrong("lossSum", lossSum, ANY),
    wrong("hitSum", hitSum, [0, steps * batchSize], true),
  ]);
}

const first = (found: readonly (string | undefined)[]) => found.find((text) => text !== undefined);

function wrong(name: string, value: unknown, [least, most]: Bounds, whole = false): string | undefined {
  if (typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  const range = least < 0 ? "" : most === Number.MAX_VALUE ? `, at least ${least}` : ` from ${least} to ${most}`;
  return `${name} is ${said(value)}; expected a ${whole ? "whole number" : "number"}${range}`;
}
