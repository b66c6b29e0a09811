/**
 * How a run ends that does not come to its end.
 *
 * @module
 */
import type { NotFinite } from "../backends/session.ts";
import type { Checkpoint } from "../files/checkpoint.ts";
import type { Trained } from "./run_options.ts";

/** The kernels could not be timed, after the net had been trained and tested. */
export class ProfileError extends Error {
  /** What the run gave before. */
  readonly trained: Trained;

  /** Of something that was thrown. */
  constructor(thrown: unknown, trained: Trained) {
    super(`no profile: ${thrown instanceof Error ? thrown.message : thrown}`, { cause: thrown });
    this.name = "ProfileError";
    this.trained = trained;
  }
}

/** The run was stopped by its signal. */
export class StoppedError extends Error {
  /** What was reached; `onCheckpoint` has been called with it. */
  readonly checkpoint: Checkpoint;

  /** At a checkpoint. */
  constructor(checkpoint: Checkpoint) {
    super("training was stopped");
    this.name = "StoppedError";
    this.checkpoint = checkpoint;
  }
}

/** The loss or a weight is infinite or no number: what follows would be of no use, and no checkpoint is made of it. */
export class DivergedError extends Error {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The last step that was done in it, from 1. */
  readonly step: number;

  /** Found after a step. `what`: the loss, or a tensor, and its value. */
  constructor(epoch: number, step: number, what: string) {
    super(`${what} by step ${step} of epoch ${epoch}: training has diverged; lower the learning rate`);
    this.name = "DivergedError";
    this.epoch = epoch;
    this.step = step;
  }
}

/** @throws {DivergedError} when an element was found that is infinite or NaN. */
export function checkDiverged(found: NotFinite | undefined, epoch: number, step: number): void {
  if (found) throw new DivergedError(epoch, step, `${found.name} has become ${found.value}`);
}
