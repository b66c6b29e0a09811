/**
 * A worker's place in a team.
 *
 * @module
 */
import { abandon, barrier, ORDER, ORDERS, waitForChange } from "../backends/threads/control.ts";
import type { Work } from "../backends/threads/team.ts";
import { warmUp } from "../backends/threads/warm.ts";
import type { Layout, Mode } from "./host.ts";
import { Member } from "./member.ts";

/** Single steps by their number in an order. */
export const ORDERED: readonly Mode[] = ["train", "evaluate"];

/** What a worker is told when it begins. */
export interface Begin {
  readonly module: WebAssembly.Module;
  /** Kernels that are made fast before the first step. */
  readonly warm: readonly string[];
  /** Of a team. */
  readonly control?: SharedArrayBuffer;
  readonly thread?: number;
  readonly threads?: number;
}

/** What the thread that calls can ask of a worker of its team. */
export class Seat {
  readonly #control: Int32Array;
  readonly #member: Member;
  #warm: ((bound: object) => void) | undefined;

  /** Of a team. */
  constructor({ module, warm, control, thread = 0, threads = 1 }: Begin) {
    this.#control = new Int32Array(control!);
    this.#member = new Member(module, this.#control, thread, threads, barrier(this.#control, threads));
    this.#warm = (bound) => warmUp(bound, warm, thread, threads);
  }

  /** Binds the module to a memory. */
  bind(memory: WebAssembly.Memory, layout: Pick<Layout, "scratch" | "rows">): void {
    const bound = this.#member.bind(memory, layout);
    this.#warm?.(bound);
    this.#warm = undefined;
  }

  /** Its share of some steps. */
  run(work: Work): void {
    this.#whole(() => this.#member.run(work));
  }

  /** Its share of each single step that is ordered, until the team is dismissed. `seen`: orders up to now. */
  waitForOrders(seen: number): void {
    this.#whole(() => {
      for (let orders = seen;; orders = (orders + 1) | 0) {
        waitForChange(this.#control, ORDERS, orders);
        const order = Atomics.load(this.#control, ORDER);
        if (order < 0) return;
        this.#member.once(order >> 1, ORDERED[order & 1]);
      }
    });
  }

  /** What fails, fails for all: others would wait for ever. */
  #whole(work: () => void): void {
    try {
      work();
    } catch (error) {
      abandon(this.#control);
      throw error;
    }
  }
}
