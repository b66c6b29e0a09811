/**
 * Signals that stop a run.
 *
 * @module
 */
import { platform } from "../../runtime/platform/here.ts";
import { program } from "../../runtime/platform/program/here.ts";
import { type StopSignal, systemOf } from "../../runtime/platform/systems.ts";
import { print } from "../output.ts";

/** What stops training, and the exit code then: a shell's 128 + the signal's number. */
const STOPPING: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };
/** Milliseconds in which it counts once: a terminal sends Ctrl-C to `deno task` and `npx` too, which hand it on. */
const SAME_KEY = 500;

/** Signals that stop a run: the first one after a step, the second one at once. */
export class Stopping {
  /** When the first one came. */
  #since = 0;
  readonly #controller = new AbortController();
  /** What ends listening. */
  readonly #endings: readonly (() => void)[];
  /** The exit code of a run that was stopped. */
  code?: number;

  /** `before`: called before something is printed. `rest`: what is finished first. */
  constructor(before: () => void, rest: string) {
    const onSignal = (name: StopSignal) => {
      if (this.code === STOPPING[name] && performance.now() - this.#since < SAME_KEY) return;
      if (this.code !== undefined) program.exit(STOPPING[name]);
      this.code = STOPPING[name];
      this.#since = performance.now();
      before();
      print(`${name}: stopping after ${rest}; once more stops at once\n`, program.stderr);
      this.#controller.abort();
    };
    this.#endings = systemOf(platform.os).stopSignals.map((name) => program.onSignal(name, () => onSignal(name)));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Signals do again what they did before. */
  end(): void {
    for (const end of this.#endings) end();
  }
}
