/**
 * The rungs that ran, how figures are written, and what must be said of them.
 *
 * @module
 */
import { median, NOISY, slowNote, summary } from "../measure/summary.ts";
import type { Configuration, Rung } from "./ladder.ts";
import { busy, type Measured, type Results } from "./results.ts";
import { storyOf } from "./stories.ts";

export const figure = (value: number, decimals = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
export const factor = (value: number) => figure(value, value < 10 ? 2 : 1);
export const percent = (share: number) => `${figure(100 * share, share < 0.1 ? 1 : 0)} %`;
export const plural = (rounds: number) => `${rounds} round${rounds === 1 ? "" : "s"}`;
export const rateOf = (measured: Measured) => median(measured.rates);

/** A rung that ran, and the one before it that did. */
export interface Step {
  readonly rung: Rung;
  readonly measured: Measured;
  readonly before?: { readonly rung: Rung; readonly measured: Measured };
}

/** Whether a rung ran on the processor although it is for a GPU: then it is none. */
export const isExtra = ({ target }: Configuration, { machine: { gpu } }: Results) =>
  target === "webgpu" && gpu !== null && gpu.fallback;

/** The rungs that ran, in order. */
export function stepsOf(results: Results): Step[] {
  const steps: Step[] = [];
  for (const rung of storyOf(results.net).ladder) {
    const measured = results.configurations[rung.name];
    if (measured === undefined || measured.reason !== undefined || isExtra(rung, results)) continue;
    const before = steps.at(-1);
    steps.push({ rung, measured, ...before && { before: { rung: before.rung, measured: before.measured } } });
  }
  return steps;
}

/** What is to be said about how far rounds differ, and about others on the machine. */
export function noiseOf(results: Results): string[] {
  const ran = Object.entries(results.configurations).filter(([, { reason }]) => reason === undefined);
  const noisy = ran.filter(([, measured]) => summary(measured.rates).spread > NOISY).map(([name]) => name);
  const widest = percent(Math.max(...ran.map(([, measured]) => summary(measured.rates).spread)));
  const slow = slowNote(Object.fromEntries(ran.map(([name, { rates, slow }]) => [name, { values: rates, slow }])));
  const noise = noisy.length === 0
    ? `Rounds of a configuration differ by ${widest} of their median at most.`
    : `Noisy: of ${
      noisy.length === ran.length ? "all" : `${noisy.length} of ${ran.length}`
    } configurations the slowest ` +
      `and the fastest round differ by more than ${percent(NOISY)} of the median, at most by ${widest}` +
      `${noisy.length === ran.length ? "" : ` (${noisy.join(", ")})`}.`;
  return [
    ...results.rounds === 1 ? [] : [noise],
    ...slow === undefined ? [] : [`${slow[0].toUpperCase()}${slow.slice(1)}.`],
    ...busy(results)
      ? [
        `Others used the machine: its load average before was ${
          figure(results.machine.load, 1)
        }. Take no figure here as more than a hint.`,
      ]
      : [],
    ...results.quick ? ["Each configuration was timed for less than usual."] : [],
  ];
}
