/**
 * A net in the memory of one worker, where threads cannot share any.
 *
 * @module
 */
import type { Work } from "../backends/threads/team.ts";
import type { Thread } from "../platform/platform.ts";
import { Caller } from "./calls.ts";
import type { Host, Layout, Mode, Numbers } from "./host.ts";

/** One worker that is asked by messages; it runs a {@linkcode LocalHost}. */
export class RemoteHost implements Host {
  readonly threads = 1;
  readonly #caller: Caller;

  /** `module`: one whose memory is not shared. */
  constructor(thread: Thread, module: WebAssembly.Module, warm: readonly string[]) {
    this.#caller = new Caller(thread, { module, warm });
  }

  /** See {@linkcode Host}. */
  get progress(): number {
    return this.#caller.progress;
  }

  /** See {@linkcode Host}. */
  async place(layout: Layout): Promise<void> {
    await this.#caller.call("place", layout);
  }

  /** See {@linkcode Host}. */
  put(address: number, values: Numbers): void {
    // of a view, all that it is a view of would be sent; whatever fails, the next call fails too
    this.#caller.call("put", address, values.slice()).catch(() => {});
  }

  /** See {@linkcode Host}. */
  async get(address: number, bytes: number): Promise<ArrayBuffer> {
    return await this.#caller.call("get", address, bytes) as ArrayBuffer;
  }

  /** See {@linkcode Host}. */
  async once(set: number, mode: Mode): Promise<void> {
    await this.#caller.call("once", set, mode);
  }

  /** See {@linkcode Host}. */
  async run(work: Work): Promise<number> {
    this.#caller.progress = work.from;
    return await this.#caller.call("run", work) as number;
  }

  /** See {@linkcode Host}. */
  halt(): void {
    this.#caller.call("halt").catch(() => {});
  }

  /** See {@linkcode Host}. */
  close(error: Error): void {
    this.#caller.end(error);
  }
}
