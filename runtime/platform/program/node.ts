/**
 * A command line in Node, or in Bun.
 *
 * @module
 */
import { builtin } from "../builtin.ts";
import { platform } from "../here.ts";
import { flagsWhileRunning } from "../v8_flags.ts";
import type { OutputStream, Program } from "./program.ts";

/** Node's, which Bun has, too. */
export function nodeProgram(): Program {
  const process = builtin("node:process");
  return {
    args: process.argv.slice(2),
    stdout: stream(1),
    stderr: stream(2),
    begin() {
      // what Node has to say of experiments is nothing to who trains a net
      process.removeAllListeners("warning");
      for (const flag of flagsWhileRunning(platform)) builtin("node:v8").setFlagsFromString(flag);
    },
    exit: (code) => process.exit(code),
    folder: () => process.cwd(),
    variable: (name) => process.env[name],
    columns: () => process.stdout.columns,
    onSignal(signal, listener) {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
  };
}

/** A file of the system: what Node makes of it may keep what is written until later. */
function stream(file: number): OutputStream {
  const { writeSync } = builtin("node:fs"), { isatty } = builtin("node:tty");
  return {
    get isTerminal() {
      return isatty(file);
    },
    write(bytes) {
      try {
        return writeSync(file, bytes);
      } catch (error) {
        // what Windows says of a pipe that nobody reads
        if ((error as NodeJS.ErrnoException).code === "EOF") throw Object.assign(error as Error, { code: "EPIPE" });
        throw error;
      }
    },
  };
}
