/**
 * What a rung brought, in words that follow from the figures.
 *
 * @module
 */
import type { Phase, RungOutcome } from "../../workers/rung.ts";
import type { Rung, Story } from "./story.ts";

/** What is known of a rung here. */
export type State =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly phase: Phase | "loading" }
  | { readonly kind: "ran"; readonly outcome: RungOutcome; readonly rate: number }
  | { readonly kind: "wrong"; readonly outcome: RungOutcome }
  /** It cannot run here, or it was tried and failed. */
  | { readonly kind: "cannot" | "failed"; readonly reason: string };

/** The rungs that another one is compared with: the last ones before it. */
export interface Before {
  /** One that has run here, and its images/s. */
  readonly here?: { readonly rung: Rung; readonly rate: number };
  /** One that was measured there. */
  readonly there?: Rung;
}

/** A text, in Markdown, and what stands before it with more weight. */
export interface Verdict {
  readonly strong?: string;
  readonly text: string;
  /** Whether something went wrong. */
  readonly alarm?: true;
}

/** What is said of a rung. */
export function verdictOf(rung: Rung, state: State, { here, there }: Before, story: Story): Verdict {
  if (state.kind === "wrong") return { text: wrongText(state.outcome, story), alarm: true };
  if (state.kind === "failed") return { text: state.reason, alarm: true };
  const notes = notesOn(rung, story);
  if (state.kind === "ran" && state.outcome.software) {
    const { device } = state.outcome;
    return {
      text: `There is no GPU here: ${device} computes on the processor. That it is right can be seen, and how fast a ` +
        `GPU is cannot.${notes}`,
    };
  }
  if (state.kind === "ran" && here) {
    const gain = state.rate / here.rate, other = gainThere(rung, here.rung, story);
    const besides = other === undefined ? "" : `; there ${gainText(other, story.same)}`;
    const reason = gain >= 1 + story.same ? rung.why : `It did not help here: ${continued(rung.otherwise)}`;
    return {
      strong: `${capital(gainText(gain, story.same))} as “${here.rung.title}”${besides}.`,
      text: `${reason}${notes}`,
    };
  }
  const gain = there && gainThere(rung, there, story);
  const strong = gain === undefined ? undefined : `There ${gainText(gain, story.same)} as “${there!.title}”.`;
  if (state.kind === "cannot") return { strong, text: state.reason };
  const helped = gain === undefined || gain >= 1 + story.same;
  return { strong, text: `${helped ? rung.why : `It did not help: ${continued(rung.otherwise)}`}${notes}` };
}

/** How many times as fast as another one a rung is in the committed results. */
function gainThere(rung: Rung, other: Rung, story: Story): number | undefined {
  return isGpuFallback(rung, story) || !rung.rate || !other.rate ? undefined : rung.rate / other.rate;
}

/** How many times, in three digits. */
export const timesText = (times: number): string => times.toFixed(times < 9.995 ? 2 : times < 99.95 ? 1 : 0);

/** Times as fast, or as slow, or neither. */
function gainText(gain: number, same: number): string {
  if (gain >= 1 + same) return `${timesText(gain)} times as fast`;
  return gain <= 1 - same ? `${timesText(1 / gain)} times as slow` : "as fast";
}

const isGpuFallback = ({ target }: Rung, { measured }: Story) => target === "webgpu" && measured.gpuFallback;

/** How the committed figure was made, where that is not as here. */
function notesOn(rung: Rung, story: Story): string {
  if (isGpuFallback(rung, story)) return " There was no GPU there either: a processor stood in for one.";
  return rung.engine === "packed"
    ? " The figure of there is with vectors of 256 bits, which a page cannot ask for."
    : "";
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
