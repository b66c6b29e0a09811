/**
 * A command line in Deno.
 *
 * @module
 */
import type { OutputStream, Program } from "./program.ts";

/** Deno's. */
export function denoProgram(): Program {
  return {
    args: Deno.args,
    stdout: stream(Deno.stdout),
    stderr: stream(Deno.stderr),
    // it prints nothing of its own, and takes flags of the engine only when it starts
    begin() {},
    exit: (code) => Deno.exit(code),
    folder: () => Deno.cwd(),
    variable,
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return undefined;
      }
    },
    onSignal(signal, listener) {
      Deno.addSignalListener(signal, listener);
      return () => Deno.removeSignalListener(signal, listener);
    },
  };
}

/** Nobody is asked whether it may be known; Deno itself tells one of them to all. */
function variable(name: string): string | undefined {
  if (name === "NO_COLOR") return Deno.noColor ? "1" : undefined;
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

function stream(to: typeof Deno.stdout | typeof Deno.stderr): OutputStream {
  return {
    get isTerminal() {
      return to.isTerminal();
    },
    write(bytes) {
      try {
        return to.writeSync(bytes);
      } catch (error) {
        if (error instanceof Deno.errors.WouldBlock) throw Object.assign(error, { code: "EAGAIN" });
        if (error instanceof Deno.errors.BrokenPipe) throw Object.assign(error, { code: "EPIPE" });
        throw error;
      }
    },
  };
}
