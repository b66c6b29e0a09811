/**
 * What a command is, and how it ends.
 *
 * @module
 */

/**
 * Exit codes: as it should be, an error, a wrong command line, training has diverged, nobody reads what is written (a
 * shell's 128 + SIGPIPE).
 */
export const OK = 0, ERROR = 1, USAGE = 2, DIVERGED = 3, PIPE_CLOSED = 141;

/** A wrong command line. */
export class UsageError extends Error {}

/** An option of a command, as `--name`. */
export interface Flag {
  /** How help calls its value; a flag without one is on or off. */
  readonly value?: string;
  /** What help says of it. */
  readonly text: string;
  /** All values that it may have. */
  readonly choices?: readonly string[];
  /** Smallest and largest whole number. */
  readonly range?: readonly [number, number];
}

/** A command: what help says of it, what it takes, and what it does. */
export interface Command {
  /** What it does, in a line. */
  readonly text: string;
  /** How help calls the arguments that are no flags, and how many there may be. */
  readonly words: string;
  readonly least?: number;
  readonly most: number;
  /** Lines that help has below the usage. */
  readonly notes?: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly example: string;
  /** It is there for the files that it writes: it goes on where its output cannot be written. */
  readonly writes?: boolean;
  /** Returns the exit code. */
  run(line: Line): Promise<number>;
}

/** A command line that has been checked. */
export interface Line {
  /** As they were given. */
  readonly args: readonly string[];
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | undefined>>;
}
