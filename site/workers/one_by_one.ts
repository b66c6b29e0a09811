/// <reference lib="dom" />
/**
 * A worker ends its own workers one by one: Chromium leaves one for ever, and with it the worker that started it, now and
 * then where several end at once (7 of 100 pairs on a busy machine, 41 of 100 fours; one by one none).
 *
 * @module
 */

/** Milliseconds from one end to the next. */
const APART = 50;

/** Those that run, and the end of the last one that was to end. */
const running = new Set<Worker>();
let last: Promise<void> = Promise.resolve(), begun: () => void = () => {};

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, APART));

/** A worker that ends when those before it have. */
class OneByOne extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    super(address, options);
    running.add(this);
    begun();
  }

  override terminate(): void {
    if (!running.delete(this)) return;
    last = last.then(() => {
      super.terminate();
      return pause();
    });
  }
}

/** From now on, workers that are started here end so. `onBegun`: called when one is started. */
export function endOneByOne(onBegun: () => void): void {
  begun = onBegun;
  globalThis.Worker = OneByOne;
}

/** Ends all that run here; fulfilled when they have ended. */
export async function endAll(): Promise<void> {
  for (const worker of [...running]) worker.terminate();
  await last;
}
