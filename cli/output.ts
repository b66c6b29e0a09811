/**
 * Standard output and standard error: what is written, and what happens when nobody reads it.
 *
 * @module
 */
import { styleText } from "node:util";
import { asStarted, InputError, printable } from "../mod.ts";
import { program } from "../runtime/platform/program/here.ts";
import type { OutputStream } from "../runtime/platform/program/program.ts";
import { ERROR, PIPE_CLOSED } from "./command.ts";

/** Standard output: the exit code where it could not be written, and whether the command goes on all the same. */
let output: { lost?: number; readonly goesOn?: boolean } = {};

/** A command begins. `goesOn`: whether it does all the same where its output cannot be written. */
export function begin(goesOn?: boolean): void {
  output = { goesOn };
}

/** The exit code that tells that output could not be written, if so. */
export function lost(): number | undefined {
  return output.lost;
}

/** Writes text, in which commands of Deno become those that work here. */
export function print(text: string, stream: OutputStream = program.stdout): void {
  write(asStarted(text), stream);
}

/** Writes text as it is. What cannot be written to standard error is left out: there is nobody to tell. */
export function write(text: string, stream: OutputStream = program.stdout): void {
  if (stream === program.stdout && output.lost !== undefined) return;
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(stream.write(rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // a pipe that its other end has made so: it takes more when that has read
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      else return stream === program.stdout ? cannotPrint(error as NodeJS.ErrnoException) : undefined;
    }
  }
}

/**
 * Nobody reads standard output any more, as in `deno task show mnist_cnn | head`, or a disk is full. A command that is
 * there for the files that it writes goes on; any other one has nothing left to do.
 */
function cannotPrint(error: NodeJS.ErrnoException): void {
  const closed = error.code === "EPIPE";
  if (closed && !output.goesOn) program.exit(PIPE_CLOSED);
  const reason = closed
    ? "nobody reads it any more"
    : error.code === "ENOSPC"
    ? "the disk is full"
    : error.message.split("\n")[0];
  if (!output.goesOn) throw new InputError(`standard output cannot be written: ${reason}`);
  output.lost = closed ? PIPE_CLOSED : ERROR;
  print(`warning: standard output cannot be written: ${reason}; the command goes on\n`, program.stderr);
}

/** Writes an error to standard error, in one line. */
export function complain(message: string): void {
  print(
    `${isColored(program.stderr) ? styleText("red", "error:", { validateStream: false }) : "error:"} ${
      printable(message)
    }\n`,
    program.stderr,
  );
}

/** Whether a terminal is at the other end, and does what it is told by escape codes, such as to erase a line. */
export function takesCodes(stream: OutputStream): boolean {
  return stream.isTerminal && program.variable("TERM") !== "dumb";
}

/** Whether text may have colours. An empty NO_COLOR is none. */
export function isColored(stream: OutputStream): boolean {
  return takesCodes(stream) && !program.variable("NO_COLOR");
}

/** Columns of the terminal. */
export function columns(): number {
  return program.columns() || 80;
}
