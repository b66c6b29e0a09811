/// <reference lib="dom" />
/**
 * The workers that compile. What is compiled of a text that has changed meanwhile is ended with its worker; another one is
 * ready by then.
 *
 * @module
 */
import { type Called, CallError, type Connection } from "../../workers/calls.ts";
import type { CompilerMethods } from "../../workers/compiler_methods.ts";
import { startCompiler } from "../compiler_worker.ts";

/** What can be asked of a worker. */
export type Compiler = Called<CompilerMethods>;

/** It was ended, since something else is wanted by now. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** Seconds that a net may take: whoever edits does not wait longer. */
const PATIENCE = 60;
/** Milliseconds in which a worker has to end what is not wanted any more: one that goes on is faster than a new one. */
const GRACE = 1000;

/** A worker, and how much it is asked at the time. */
interface Worked extends Connection<CompilerMethods> {
  calls: number;
}

const started = (): Worked => ({ ...startCompiler(), calls: 0 });

/** Workers in turn: one that works, and one that waits. */
export class Compiling {
  #now: Worked | undefined;
  #next: Worked | undefined;
  #turn = 0;

  /**
   * Does something in place of all that is being done.
   *
   * @param work may be begun anew, with another worker.
   * @throws {Superseded} when something else has taken its place.
   * @throws {Error} in one line, when it takes too long.
   */
  async instead<Result>(work: (compiler: Compiler) => Promise<Result>): Promise<Result> {
    return await this.#do(++this.#turn, work);
  }

  /** Does something beside, or behind, what is being done. @throws as `instead` does. */
  async beside<Result>(work: (compiler: Compiler) => Promise<Result>): Promise<Result> {
    return await this.#do(this.#turn, work);
  }

  /** Ends a worker that works. */
  #end(worker: Worked): void {
    worker.close();
    if (this.#now === worker) this.#now = undefined;
  }

  async #do<Result>(turn: number, work: (compiler: Compiler) => Promise<Result>): Promise<Result> {
    const own = this.#now ??= this.#next ?? started(), before = own.calls;
    if (own === this.#next) this.#next = undefined;
    const ended = { late: false, busy: false };
    let answered = false;
    const after = (milliseconds: number, why: keyof typeof ended) =>
      setTimeout(() => {
        if (turn !== this.#turn || why === "busy" && answered) return;
        ended[why] = true;
        this.#end(own);
      }, milliseconds);
    const late = after(1000 * PATIENCE, "late"), busy = before > 0 ? after(GRACE, "busy") : undefined;
    try {
      const heard = (name: string) => {
        answered = true;
        // code to look at may take longer
        if (name === "compile") clearTimeout(late);
      };
      return await work(this.#guarded(own, turn, heard));
    } catch (error) {
      if (turn !== this.#turn) throw new Superseded();
      if (ended.busy) return await this.#do(turn, work);
      if (!ended.late) {
        // one that has failed may be dead: the next call gets another
        if (!(error instanceof CallError && error.isInput)) this.#end(own);
        throw error;
      }
      throw new Error(`this net was not compiled in ${PATIENCE} s, and that was ended: make it smaller`);
    } finally {
      clearTimeout(late);
      clearTimeout(busy);
      // while nothing is asked, there is time to load another one
      if (this.#now === own && own.calls === 0) this.#next ??= started();
    }
  }

  /** What a worker can be asked as long as nothing else is wanted. */
  #guarded(worker: Worked, turn: number, answered: (name: string) => void): Compiler {
    const guard = () => {
      if (turn !== this.#turn) throw new Superseded();
    };
    return new Proxy(worker.methods, {
      get: (methods, name) => async (...args: unknown[]) => {
        guard();
        worker.calls++;
        try {
          // deno-lint-ignore no-explicit-any -- the type says what a name stands for, not the proxy
          const result = await (methods as any)[name](...args);
          answered(String(name));
          return result;
        } finally {
          worker.calls--;
          guard();
        }
      },
    });
  }
}
