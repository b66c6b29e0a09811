/**
 * A net in memory that a team of workers shares with the thread that calls.
 *
 * @module
 */
import {
  abandon,
  barrier,
  CONTROL_WORDS,
  HALT,
  LAST,
  NEVER,
  ORDER,
  ORDERS,
  PROGRESS,
} from "../backends/threads/control.ts";
import type { Work } from "../backends/threads/team.ts";
import type { Thread } from "../platform/platform.ts";
import { Caller } from "./calls.ts";
import type { Host, Layout, Mode } from "./host.ts";
import { Member } from "./member.ts";
import { MemoryHost } from "./memory_host.ts";
import { ORDERED } from "./seat.ts";

/** Workers that train; a single step, the calling thread runs in place of the first of them. */
export class TeamHost extends MemoryHost implements Host {
  readonly threads: number;
  readonly #control: Int32Array;
  readonly #callers: readonly Caller[];
  readonly #member: Member;
  /** Whether the workers wait for single steps, and hear no messages. */
  #waiting = false;
  #closed: Error | undefined;

  /** Starts workers. */
  constructor(start: () => Thread, threads: number, module: WebAssembly.Module, warm: readonly string[]) {
    super(true);
    const control = new SharedArrayBuffer(4 * CONTROL_WORDS), words = new Int32Array(control);
    this.threads = threads;
    this.#control = words;
    this.#member = new Member(module, words, 0, threads, barrier(words, threads, maySleep()));
    this.#callers = Array.from(
      { length: threads },
      // without one of them the others would wait for ever
      (_, thread) => new Caller(start(), { module, warm, control, thread, threads }, (error) => this.close(error)),
    );
  }

  /** See {@linkcode Host}. */
  get progress(): number {
    return Atomics.load(this.#control, PROGRESS);
  }

  /** See {@linkcode Host}. */
  async place({ pages, kept, ...layout }: Layout): Promise<void> {
    // there may be no memory: whoever waits for orders waits on
    const memory = this.atLeast(pages, kept);
    this.#dismiss();
    this.#member.bind(memory, layout);
    await this.#all("bind", memory, layout);
  }

  /** See {@linkcode Host}. No message is sent but the one that makes the others wait for orders. */
  once(set: number, mode: Mode): void {
    // nobody would come to the barrier
    if (this.#closed) throw this.#closed;
    const control = this.#control;
    if (this.threads > 1) {
      if (!this.#waiting) this.#gather();
      Atomics.store(control, ORDER, 2 * set + ORDERED.indexOf(mode));
      Atomics.add(control, ORDERS, 1);
      Atomics.notify(control, ORDERS);
    }
    this.#member.once(set, mode);
  }

  /** See {@linkcode Host}. */
  async run(work: Work): Promise<number> {
    this.#dismiss();
    Atomics.store(this.#control, PROGRESS, work.from);
    Atomics.store(this.#control, LAST, NEVER);
    Atomics.store(this.#control, HALT, 0);
    await this.#all("run", work);
    return this.progress;
  }

  /** See {@linkcode Host}. */
  halt(): void {
    Atomics.store(this.#control, HALT, 1);
  }

  /** See {@linkcode Host}. */
  close(error: Error): void {
    this.#closed ??= error;
    this.#dismiss();
    this.halt();
    // a worker that waits for one that has ended would not end
    abandon(this.#control);
    for (const caller of this.#callers) caller.end(error);
  }

  /** All but the first worker, whose place the calling thread takes, wait for orders from now on. */
  #gather(): void {
    this.#waiting = true;
    const seen = Atomics.load(this.#control, ORDERS);
    for (const caller of this.#callers.slice(1)) {
      caller.call("waitForOrders", seen).catch((error) => this.close(error));
    }
  }

  /** They hear messages again. */
  #dismiss(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    Atomics.store(this.#control, ORDER, -1);
    Atomics.add(this.#control, ORDERS, 1);
    Atomics.notify(this.#control, ORDERS);
  }

  /** Calls a method of every worker. */
  async #all(name: string, ...args: readonly unknown[]): Promise<void> {
    await Promise.all(this.#callers.map((caller) => caller.call(name, ...args)));
  }
}

/** Whether this thread may sleep: that of a page may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
