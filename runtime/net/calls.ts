/**
 * A worker's object, called by messages.
 *
 * @module
 */
import type { Thread } from "../platform/platform.ts";

/** A call, or its answer. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What a worker says: the value of a call, or how it failed; or, without a call's number, how far it is. */
export type Answer =
  | { readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly progress: number };

/** Calls the object that a worker has. */
export class Caller {
  /** Steps done, as the worker has told. */
  progress = 0;
  readonly #thread: Thread;
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #id = 0;
  #ended: Error | undefined;

  /** Sends the worker what it makes its object of. `onFailure`: called when the worker itself has failed, and ended. */
  constructor(thread: Thread, begin: unknown, onFailure?: (error: Error) => void) {
    this.#thread = thread;
    thread.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("progress" in data) {
        this.progress = data.progress;
        return;
      }
      const call = this.#calls.get(data.id);
      this.#calls.delete(data.id);
      if (data.error === undefined) call?.resolve(data.value);
      else call?.reject(new Error(data.error));
    };
    thread.onerror = (event) => {
      event.preventDefault();
      const error = new Error(event.message || "a worker could not be started");
      this.end(error);
      onFailure?.(error);
    };
    thread.postMessage(begin);
  }

  /** Calls a method; what it throws, the promise is rejected with. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#id++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#thread.postMessage({ id, name, args } satisfies Call);
    });
  }

  /** Ends the worker, and all calls with an error. */
  end(error: Error): void {
    this.#ended ??= error;
    this.#thread.terminate();
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}
