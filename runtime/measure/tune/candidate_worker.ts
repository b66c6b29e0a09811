/**
 * The worker of one candidate, which may hang.
 *
 * @module
 */
import type { Storage } from "../../../codegen/ir/interpret.ts";
import { platform } from "../../platform/here.ts";
import type { Thread } from "../../platform/platform.ts";
import type { Answer, Trial, Turn } from "./worker.ts";

/** Milliseconds that a worker has to start: longer than it takes to check the types of its file. */
const STARTING = 180_000;
/** Milliseconds until a worker that hangs has really stopped (Deno takes two seconds). */
const ENDING = 2500;

function startWorker(): Thread {
  const { RunawayWorker: Worker } = platform;
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

/** The worker of one candidate, which may hang. */
export class CandidateWorker {
  readonly #worker = startWorker();
  readonly #patience: number;
  #hangs = false;

  constructor(patience: number) {
    this.#patience = patience;
    this.#deaf();
  }

  /** To be called at once: it waits for the message that the worker has started. */
  async run(trial: Trial): Promise<readonly Storage[]> {
    await this.#answer(STARTING);
    return (await this.#ask(trial) as Extract<Answer, { storages: unknown }>).storages;
  }

  async time(turn: Turn): Promise<number> {
    return (await this.#ask(turn) as Extract<Answer, { milliseconds: unknown }>).milliseconds;
  }

  end(): void {
    this.#worker.terminate();
  }

  /** Ends it; if it hangs, waits until it takes no time from others any more. */
  async stopped(): Promise<void> {
    this.end();
    if (this.#hangs) await new Promise((resolve) => setTimeout(resolve, ENDING));
  }

  async #ask(message: Trial | Turn): Promise<Answer> {
    this.#worker.postMessage(message);
    return await this.#answer(this.#patience);
  }

  /** @throws {Error} when the candidate fails, or does not answer. */
  async #answer(patience: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      this.#hangs = true;
      reject(new Error(`no answer in ${patience / 1000} s`));
    }, patience);
    this.#worker.onmessage = ({ data: answer }: MessageEvent<Answer>) =>
      "error" in answer ? reject(new Error(answer.error)) : resolve(answer);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#deaf();
    }
  }

  /** What fails while nothing is asked is told by the silence to the next question. */
  #deaf(): void {
    this.#worker.onmessage = null;
    this.#worker.onerror = (event) => event.preventDefault();
  }
}
