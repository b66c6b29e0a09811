/**
 * How the page of a report writes numbers.
 *
 * @module
 */
import { lossText } from "../run/metrics.ts";
import { count, duration } from "../run/progress.ts";

/** A number of things. */
export function plural(number: number, noun: string, ending = "s"): string {
  return `${count(number)} ${noun}${number === 1 ? "" : ending}`;
}

/** A share from 0 to 1. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A loss, which may have become NaN or infinite. */
export const loss = lossText;

/** A time of an epoch or a run. */
export function seconds(value: number): string {
  return value < 100 ? `${value.toFixed(value < 10 ? 2 : 1)} s` : duration(value);
}

/** Three digits. */
export function rate(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** A time of a kernel or a step. */
export function time(value: number): string {
  return value < 1e-3 ? `${(1e6 * value).toFixed(1)} µs` : `${(1e3 * value).toFixed(2)} ms`;
}

/** Date and time in UTC. */
export function moment(date: string): string {
  return `${new Date(date).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
