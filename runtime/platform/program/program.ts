/**
 * What a program with a command line asks of where it runs. It is apart from `platform.ts`, so that what has no command
 * line carries none of it.
 *
 * @module
 */
import type { StopSignal } from "../systems.ts";

/** Where the command line runs. */
export interface Program {
  /** The words of the command line, behind the program's own. */
  readonly args: readonly string[];
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /**
   * Called before anything else: from now on nothing but the program itself prints, and the engine gets those of
   * `v8_flags.ts` that it takes while it runs.
   */
  begin(): void;
  /** Ends the process with all its threads. */
  exit(code: number): never;
  /** The current folder. */
  folder(): string;
  /** A variable of the environment; undefined, too, where it may not be asked for. */
  variable(name: string): string | undefined;
  /** Columns of the terminal that is written to; undefined where it is none. */
  columns(): number | undefined;
  /** Calls a function when the process gets a signal, in place of what it does else. Returns what ends that. */
  onSignal(signal: StopSignal, listener: () => void): () => void;
}

/** Standard output, or standard error. */
export interface OutputStream {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /**
   * Writes bytes, some of them at least. Returns how many.
   *
   * @throws {Error} whose `code` is EAGAIN where it takes nothing now, EPIPE where nobody reads it any more, or else the
   * system's own word, such as ENOSPC.
   */
  write(bytes: Uint8Array): number;
}
