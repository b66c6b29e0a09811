/**
 * A net in a memory that only this thread sees.
 *
 * @module
 */
import { CONTROL_WORDS, HALT, LAST, NEVER, PROGRESS } from "../backends/threads/control.ts";
import type { Work } from "../backends/threads/team.ts";
import { warmUp } from "../backends/threads/warm.ts";
import { pause } from "../platform/pause.ts";
import type { Host, Layout, Mode } from "./host.ts";
import { Member } from "./member.ts";
import { MemoryHost } from "./memory_host.ts";

/** Milliseconds after which this thread does something else for once. */
export const SLICE = 20;

/** The calling thread alone. */
export class LocalHost extends MemoryHost implements Host {
  readonly threads = 0;
  readonly #control = new Int32Array(CONTROL_WORDS);
  readonly #member: Member;
  readonly #told: ((progress: number) => void) | undefined;
  #warm: readonly string[];
  #closed: Error | undefined;
  /** When it does something else: what takes less than a slice, such as an epoch of a few samples, shares one. */
  #until = 0;

  /**
   * @param module one whose memory is not shared.
   * @param warm kernels that are made fast before the first step.
   * @param told is called now and then with the steps that are done.
   */
  constructor(module: WebAssembly.Module, warm: readonly string[] = [], told?: (progress: number) => void) {
    super(false);
    this.#member = new Member(module, this.#control);
    this.#warm = warm;
    this.#told = told;
  }

  /** See {@linkcode Host}. */
  get progress(): number {
    return this.#control[PROGRESS];
  }

  /** See {@linkcode Host}. */
  place({ pages, kept, ...layout }: Layout): void {
    warmUp(this.#member.bind(this.atLeast(pages, kept), layout), this.#warm, 0, 1);
    this.#warm = [];
  }

  /** See {@linkcode Host}. */
  once(set: number, mode: Mode): void {
    this.#member.once(set, mode);
  }

  /** See {@linkcode Host}. The thread does something else in between. */
  async run(work: Work): Promise<number> {
    const control = this.#control;
    let at = control[PROGRESS] = work.from;
    control[HALT] = 0;
    control[LAST] = NEVER;
    for (;;) {
      at = this.#member.run(work, at, this.#until);
      this.#told?.(at);
      const ends = at >= work.to || at > control[LAST];
      if (ends && performance.now() < this.#until) return at;
      await pause();
      this.#until = performance.now() + SLICE;
      if (this.#closed) throw this.#closed;
      if (ends) return at;
    }
  }

  /** See {@linkcode Host}. */
  halt(): void {
    this.#control[HALT] = 1;
  }

  /** See {@linkcode Host}. */
  close(error: Error): void {
    this.#closed = error;
    this.halt();
  }
}
