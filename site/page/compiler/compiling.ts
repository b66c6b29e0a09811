/// <reference lib="dom" />
/**
 * The workers that compile. What is compiled of a text that has changed meanwhile is ended with its worker; another one is
 * ready by then.
 *
 * @module
 */
import { type Called, connect, type Connection } from "../../workers/calls.ts";
import type { CompilerMethods } from "../../workers/compiler_methods.ts";

/** What can be asked of a worker. */
export type Compiler = Called<CompilerMethods>;

/** It was ended, since something else is wanted by now. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** A worker that runs the package. */
export const startCompiler = (): Connection<CompilerMethods> =>
  connect<CompilerMethods>(new Worker(new URL("../../workers/compiler.ts", import.meta.url), { type: "module" }));

/** Seconds that a net may take: whoever edits does not wait longer. */
const PATIENCE = 60;

/** Workers in turn: one that works, and one that waits. */
export class Compiling {
  #now: Connection<CompilerMethods> | undefined;
  #next: Connection<CompilerMethods> | undefined;
  #turn = 0;
  #works = 0;

  /**
   * Does something in place of all that is being done.
   *
   * @throws {Superseded} when something else has taken its place.
   * @throws {Error} in one line, when it takes too long.
   */
  async instead<Result>(work: (compiler: Compiler) => Promise<Result>): Promise<Result> {
    const turn = ++this.#turn;
    if (this.#works > 0) this.#end();
    return await this.#do(turn, work);
  }

  /** Does something beside, or behind, what is being done. @throws as `instead` does. */
  async beside<Result>(work: (compiler: Compiler) => Promise<Result>): Promise<Result> {
    return await this.#do(this.#turn, work);
  }

  /** Ends what is being done, and all workers. */
  close(): void {
    this.#turn++;
    this.#end();
    this.#next?.close();
    this.#next = undefined;
  }

  #end(): void {
    this.#now?.close();
    this.#now = undefined;
    this.#works = 0;
  }

  async #do<Result>(turn: number, work: (compiler: Compiler) => Promise<Result>): Promise<Result> {
    const own = this.#now ??= this.#next ?? startCompiler();
    if (own === this.#next) this.#next = undefined;
    this.#works++;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (this.#now === own) this.#end();
      else own.close();
    }, 1000 * PATIENCE);
    try {
      const result = await work(own.methods);
      if (turn !== this.#turn) throw new Superseded();
      return result;
    } catch (error) {
      if (late) {
        throw new Error(
          `this net was not compiled in ${PATIENCE} s, so that was ended; make it smaller, or take fewer layers`,
        );
      }
      throw turn === this.#turn ? error : new Superseded();
    } finally {
      clearTimeout(timer);
      if (this.#now === own) {
        this.#works--;
        // while nothing is asked, there is time to load another one
        if (this.#works === 0) this.#next ??= startCompiler();
      }
    }
  }
}
