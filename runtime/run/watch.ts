/**
 * Listeners that are called by a timer while something runs.
 *
 * @module
 */

/** A listener that is called now and then. What it throws, or rejects with, ends the run, not the process from its timer. */
export class Watch {
  readonly #timer: ReturnType<typeof setInterval>;
  #waiting: Promise<void> | undefined;
  #failed: { readonly error: unknown } | undefined;

  constructor(call: () => unknown) {
    this.#timer = setInterval(() => {
      if (!this.#failed) this.#waiting ??= this.#call(call);
    }, 100);
  }

  /** No more calls. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Waits for the last call. @throws what a call has thrown. */
  async end(): Promise<void> {
    await this.#waiting;
    if (this.#failed) throw this.#failed.error;
  }

  async #call(call: () => unknown): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#failed = { error };
    }
    this.#waiting = undefined;
  }
}
