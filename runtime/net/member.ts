/**
 * One thread's share of all steps: the module, bound to memory for each data set.
 *
 * @module
 */
import type { Steps } from "../backends/threads/bind.ts";
import { instantiate } from "../backends/threads/instantiate.ts";
import { runSteps } from "../backends/threads/run_steps.ts";
import type { Work } from "../backends/threads/team.ts";
import type { Layout, Mode } from "./host.ts";

/** A thread of a team, or the only one. */
export class Member {
  readonly #module: WebAssembly.Module;
  readonly #control: Int32Array;
  readonly #thread: number;
  readonly #threads: number;
  readonly #wait: () => void;
  #memory: WebAssembly.Memory | undefined;
  #steps: readonly Steps[] = [];

  /** `wait`: the barrier of its team. */
  constructor(module: WebAssembly.Module, control: Int32Array, thread = 0, threads = 1, wait: () => void = () => {}) {
    this.#module = module;
    this.#control = control;
    this.#thread = thread;
    this.#threads = threads;
    this.#wait = wait;
  }

  /** Binds the module to a memory; what it exports. */
  bind(memory: WebAssembly.Memory, { scratch: { from, bytes }, rows }: Pick<Layout, "scratch" | "rows">): object {
    const thread = this.#thread;
    const member = { thread, threads: this.#threads, wait: this.#wait, scratch: from + thread * bytes };
    this.#memory = memory;
    this.#steps = rows.map((rows) => instantiate(this.#module, memory, rows, member).exports as unknown as Steps);
    return this.#steps[0];
  }

  /** Runs steps, see {@linkcode runSteps}. */
  run(work: Work, at?: number, until?: number): number {
    const step = this.#steps[work.set][work.mode];
    return runSteps({ step, memory: this.#memory!, control: this.#control, thread: this.#thread }, work, at, until);
  }

  /** Runs the first step of a data set; returns when all threads of the team have. */
  once(set: number, mode: Mode): void {
    this.#steps[set][mode](0);
    this.#wait();
  }
}
