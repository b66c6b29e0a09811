/**
 * Checkpoints of a run.
 *
 * @module
 */
import { type Checkpoint, holdsSomething, InputError, printable, saveCheckpoint } from "../../mod.ts";
import { program } from "../../runtime/platform/program/here.ts";
import { print } from "../output.ts";
import { shortPath } from "../text.ts";
import { reached } from "./text.ts";

/** Checkpoints of a run, all into one file. */
export class Saving {
  readonly #path: string;
  readonly #before: () => void;
  readonly #spared: (checkpoint: Checkpoint) => boolean;
  /** Whether what was there before the run stays. */
  #kept = false;
  /** What is in the file. */
  saved?: Checkpoint;
  /** Why the last attempt came to nothing. */
  failed?: InputError;

  /** `before`: called before something is printed. `spared`: whether what is there is worth more than a checkpoint. */
  constructor(path: string, before: () => void, spared: (checkpoint: Checkpoint) => boolean) {
    this.#path = path;
    this.#before = before;
    this.#spared = spared;
  }

  /** A disk that is full now may have room again when the next epoch is done: the run goes on. */
  async save(checkpoint: Checkpoint): Promise<void> {
    this.#kept = this.#spared(checkpoint) && await holdsSomething(this.#path);
    if (this.#kept) return;
    try {
      await saveCheckpoint(this.#path, checkpoint);
      this.saved = checkpoint;
      this.failed = undefined;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.failed = error;
      this.#before();
      print(`warning: not saved, with ${reached(checkpoint)}: ${printable(error.message)}\n`, program.stderr);
    }
  }

  words(): string {
    if (this.#kept) return `${shortPath(this.#path)} stays as it was: no step was done`;
    return this.saved ? `${shortPath(this.#path)}, ${reached(this.saved)}` : "none was saved by this run";
  }
}
