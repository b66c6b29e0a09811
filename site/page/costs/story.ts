/**
 * What is told of the rungs: made with the site, from the timeline and its committed results.
 *
 * @module
 */

/** A piece of code. */
export interface Code {
  readonly language: string;
  readonly text: string;
}

/** A rung: one way to train, which adds one thing to the one before. */
export interface Rung {
  readonly name: string;
  readonly title: string;
  /** How it is trained. */
  readonly target: string;
  readonly without?: readonly string[];
  readonly engine: "default" | "unchecked" | "packed";
  readonly threads: "one" | "all";
  /** The script with its code, beside the page's own, where a browser cannot take that from the compiler. */
  readonly module?: string;
  /** What is done beyond the rung before, why that helps, and why it does not where it does not. In Markdown. */
  readonly what: string;
  readonly why: string;
  readonly otherwise: string;
  /** Pieces of code, in the rung before and in this one. Left out where the code is the same. */
  readonly before?: Code;
  readonly after?: Code;
  /** As it was measured: images/s. */
  readonly rate?: number;
  /** Whether that was on a processor, in place of the GPU that it is for: then it is no rung. */
  readonly standIn?: true;
}

/** All of it. */
export interface Story {
  /** The net, as JSON. */
  readonly spec: unknown;
  readonly batchSize: number;
  /** Operations of a training step. */
  readonly work: number;
  readonly rungs: readonly Rung[];
  /** Where and when it was measured. */
  readonly measured: {
    readonly date: string;
    readonly cpu: string | null;
    readonly cores: number;
    readonly deno: string;
  };
  /** What each rung trains first, and the loss of each epoch, as plain loops have it. */
  readonly check: { readonly images: number; readonly epochs: number; readonly losses: readonly number[] };
  /** A loss further from what it must be than this share is of other work. */
  readonly tolerance: number;
  /** Gains below this share are none. */
  readonly same: number;
}

/** Whether losses are those that they must be. */
export function agree(losses: readonly number[], { check, tolerance }: Pick<Story, "check" | "tolerance">): boolean {
  return losses.length === check.losses.length &&
    check.losses.every((loss, i) => Math.abs(losses[i] - loss) <= tolerance * Math.abs(loss));
}

/** Images/s, in three digits. */
export const rateText = (rate: number): string => rate.toLocaleString("en", { maximumSignificantDigits: 3 });
