/**
 * Signals that stop a run.
 *
 * @module
 */
import { print } from "../output.ts";

/** What stops training, and the exit code then: a shell's 128 + the signal's number. */
const STOPPING = { SIGINT: 130, SIGTERM: 143 } as const;
/** Milliseconds in which it counts once: a terminal sends Ctrl-C to `deno task` too, which hands it on. */
const SAME_KEY = 500;

/** Signals that stop a run: the first one after a step, the second one at once. */
export class Stopping {
  /** When the first one came. */
  #since = 0;
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [Deno.Signal, () => void])[];
  /** The exit code of a run that was stopped. */
  code?: number;

  /** `before`: called before something is printed. `rest`: what is finished first. */
  constructor(before: () => void, rest: string) {
    const names = (Object.keys(STOPPING) as (keyof typeof STOPPING)[])
      .filter((name) => name !== "SIGTERM" || Deno.build.os !== "windows");
    this.#listeners = names.map((name) => [name, () => {
      if (this.code === STOPPING[name] && performance.now() - this.#since < SAME_KEY) return;
      if (this.code !== undefined) Deno.exit(STOPPING[name]);
      this.code = STOPPING[name];
      this.#since = performance.now();
      before();
      print(`${name}: stopping after ${rest}; once more stops at once\n`, Deno.stderr);
      this.#controller.abort();
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Signals do again what they did before. */
  end(): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}
