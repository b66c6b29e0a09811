/**
 * What a rung brought, in words that follow from the figures.
 *
 * @module
 */
import type { Phase, RungOutcome } from "../../workers/rung_methods.ts";
import type { Rung, Story } from "./story.ts";

/** What is known of a rung here. */
export type State =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly phase: Phase | "loading" }
  | { readonly kind: "ran"; readonly outcome: RungOutcome; readonly rate: number }
  | { readonly kind: "wrong"; readonly outcome: RungOutcome }
  /** It cannot run here, or it was tried and failed. */
  | { readonly kind: "cannot" | "failed"; readonly reason: string };

/** A rung that ran, with its images/s. */
export interface Ran {
  readonly rung: Rung;
  readonly rate: number;
}

/** The rungs that another one is compared with: the last ones before it that ran, here and there. */
export interface Before {
  readonly here?: Ran;
  readonly there?: Ran;
}

/** How many times as fast as the one before a rung is; left out where there is nothing to compare. */
export interface Gains {
  readonly here?: number;
  readonly there?: number;
}

/** A text, in Markdown. */
export interface Told {
  /** What stands before it with more weight. */
  readonly strong?: string;
  readonly text: string;
}

/** What a rung and the state it is in come to, beside the ones before. */
export function gainsOf({ rate, standIn }: Rung, state: State, { here, there }: Before): Gains {
  return {
    ...here && counts(state) && { here: state.rate / here.rate },
    ...there && rate && !standIn && { there: rate / there.rate },
  };
}

/** Whether others are compared with a rung in this state: it ran, and on what it is for. */
export function counts(state: State): state is State & { readonly kind: "ran" } {
  return state.kind === "ran" && !state.outcome.software;
}

/** What is said at once, below the figures; nothing where they say all. */
export function noteOf({ standIn }: Rung, state: State, story: Story): string | undefined {
  if (state.kind === "wrong") return wrongText(state.outcome, story);
  if (state.kind === "cannot" || state.kind === "failed") return state.reason;
  if (state.kind !== "ran" || !state.outcome.software) {
    return standIn && "There was no GPU there: a processor stood in for one.";
  }
  return `There is no GPU here: ${state.outcome.device}, answers for one. That it is right can be seen, and how fast a ` +
    "GPU is cannot.";
}

/** What a rung brought, and why. */
export function verdictOf(rung: Rung, gains: Gains, { here, there }: Before, story: Story): Told {
  const { why, otherwise, engine } = rung, { same } = story, parts: string[] = [];
  if (gains.here && here) parts.push(`here ${gainText(gains.here, same)} as “${here.rung.title}”`);
  if (gains.there && there) {
    const isSame = parts.length > 0 && there.rung === here?.rung;
    parts.push(`there ${gainText(gains.there, same)}${isSame ? "" : ` as “${there.rung.title}”`}`);
  }
  const gain = gains.here ?? gains.there ?? Infinity;
  const reason = gain >= 1 + same ? why : `It did not help${gains.here ? " here" : ""}: ${continued(otherwise)}`;
  const notes = engine === "packed" ? " There it has vectors of 256 bits, which a page cannot ask for." : "";
  return { ...parts.length > 0 && { strong: `${capital(parts.join(", "))}.` }, text: `${reason}${notes}` };
}

/** How many times, in three digits. */
export const timesText = (times: number): string => times.toFixed(times < 9.995 ? 2 : times < 99.95 ? 1 : 0);

/** Times as fast, or as slow, or neither. */
function gainText(gain: number, same: number): string {
  if (gain >= 1 + same) return `${timesText(gain)} times as fast`;
  return gain <= 1 - same ? `${timesText(1 / gain)} times as slow` : "as fast";
}

function wrongText({ losses }: RungOutcome, { check }: Story): string {
  const listed = (losses: readonly number[]) => losses.map((loss) => loss.toFixed(5)).join(", ");
  return `Its losses are ${listed(losses)}, and must be ${listed(check.losses)}: it computes something else. A fast ` +
    "kernel that is wrong is worthless, so no speed is shown.";
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

/** A sentence as it goes on after a colon. */
const continued = (sentence: string) =>
  /^[A-Z]{2}|^(Deno|V8)\b/.test(sentence) ? sentence : sentence[0].toLowerCase() + sentence.slice(1);
