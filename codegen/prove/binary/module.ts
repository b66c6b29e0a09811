/**
 * The bytes that will run: each load and store of each function lies in a tensor that the plan lists for it.
 *
 * The argument. A module may use what {@linkcode decode} reads and no more: one memory, functions, numbers that it is
 * given. So it can touch memory by the nine instructions of `ACCESSES` only. `walk` goes through every function that can
 * be called from outside, and through what these call, and bounds the address of each such instruction for all values
 * that a run can have. This file says what the numbers are that a module is given, and compares the bounds with the plan.
 *
 * What is taken as given, and checked where it enters: the number of the step is a row of the tables; a thread's number
 * is below that of all threads; numbers of samples, labels and places of maxima are below their limits (`below`); what
 * lies behind the arena lies where {@linkcode checkPlaces} has looked. Types are the engine's to check.
 *
 * It shares nothing with what prints and assembles: it knows bytes, and the plan.
 *
 * @module
 */
import { type Affine, rangeOf, single, times, type Unknown } from "./affine.ts";
import type { Contract, KernelContract, Place } from "./contract.ts";
import { ACCESSES, CODE, decode, type Module, RefusedError } from "./decode.ts";
import { type Access, type Surroundings, type Value, walk } from "./walk.ts";

/** What was found of an access. */
export interface Bound {
  /** The function it is in, and its place in the file. */
  readonly kernel: string;
  readonly at: number;
  readonly stores: boolean;
  readonly tensor: string;
  /** First and last byte of the tensor, or of its row, that it touches; and how many the tensor or row has. */
  readonly low: number;
  readonly high: number;
  readonly bytes: number;
}

const PAGE = 65536;
/** A tensor in scratch memory begins at a multiple of this, as all memory of a thread does. */
const LINE = 64;

/**
 * `$share(iterations, thread)`, the iterations before those of a thread: iterations * thread / threads, in 64 bits. No
 * more than `iterations`, since the thread is no more than `threads`; and no less than 0.
 */
const SHARE = [
  ...[[CODE.getLocal, 0], [0xad, 0], [CODE.getLocal, 1], [0xad, 0], [0x7e, 0], [CODE.getGlobal, -1], [0xad, 0]],
  ...[[0x80, 0], [0xa7, 0], [CODE.end, 0]],
] as const;

/**
 * Checks a module.
 *
 * @param onBound called for each access; those of functions that are called from several places come several times.
 * @throws {RefusedError} naming the function, the instruction, and what is not known of it.
 */
export function checkBinary(bytes: Uint8Array, contract: Contract, onBound: (bound: Bound) => void = () => {}): void {
  new Checker(decode(bytes), contract, onBound).check();
}

class Checker {
  readonly #module: Module;
  readonly #contract: Contract;
  readonly #onBound: (bound: Bound) => void;
  readonly #names: ReadonlyMap<number, string>;
  readonly #share: number;
  readonly #touching: ReadonlySet<number>;
  readonly #globals: readonly Affine[];
  readonly #globalNames: readonly string[];
  readonly #step: Unknown;
  #unknowns = 0;

  constructor(module: Module, contract: Contract, onBound: (bound: Bound) => void) {
    this.#module = module;
    this.#contract = contract;
    this.#onBound = onBound;
    this.#names = new Map([...module.exports].map(([name, index]) => [index, name]));
    this.#globalNames = module.imports.filter(({ kind }) => kind === "global").map(({ name }) => name);
    this.#step = this.#unknown(0, 2 ** 31 - 1, "step");
    this.#globals = this.#globalNames.map((name) => this.#global(name));
    this.#share = module.functions.findIndex((code) =>
      code?.body.length === SHARE.length &&
      SHARE.every(([known, value], i) =>
        code.body[i].code === known &&
        (value === -1 ? this.#globalNames[code.body[i].value] === "team.threads" : code.body[i].value === value)
      )
    );
    this.#touching = touching(module);
  }

  check(): void {
    const { imports, exports } = this.#module;
    for (const imported of imports) {
      if (imported.kind === "function" && imported.name !== "team.wait") {
        throw new RefusedError(`it imports ${imported.name}`);
      }
      if (imported.kind === "memory" && imported.pages * PAGE < this.#contract.arenaBytes) {
        throw new RefusedError("its memory is smaller than the arena");
      }
    }
    if (imports.filter(({ kind }) => kind === "memory").length !== 1) throw new RefusedError("it has not one memory");
    for (const [name, index] of exports) this.#entry(name, index);
  }

  /** A function that is called from outside. */
  #entry(name: string, index: number): void {
    const kernel = this.#contract.kernels.get(name);
    if (kernel) {
      const { shared, begins } = kernel;
      const given = [single(this.#step), ...shared ? [this.#shareOf(shared), this.#shareOf(shared)] : []];
      const wholes = begins.map(({ tensor }) => single(this.#unknown(0, 2 ** 30, `begin of ${tensor}`)));
      this.#run(index, [...given, ...wholes], name);
    } else if (name === "train" || name === "evaluate") this.#run(index, [single(this.#step)], name);
    else throw new RefusedError(`it exports ${name}, which the plan does not know`);
  }

  #shareOf({ iterations, step }: { iterations: number; step: number }): Affine {
    return times(single(this.#unknown(0, iterations)), step);
  }

  #unknown(low: number, high: number, means?: string): Unknown {
    return { id: this.#unknowns++, low, high, ...means !== undefined && { means } };
  }

  #global(name: string): Affine {
    const { scratchBytes } = this.#contract;
    if (name === "team.scratch") {
      return times(single(this.#unknown(0, Math.floor((2 ** 32 - scratchBytes) / LINE), "scratch")), LINE);
    }
    return single(this.#unknown(0, 2 ** 32, name.replace(/^(team|rows)\./, "")));
  }

  #run(index: number, given: readonly Value[], name: string): readonly Value[] {
    const code = this.#module.functions[index];
    if (!code) throw new RefusedError(`${name} has no code`);
    if (code.type.parameters.length !== given.length) {
      throw new RefusedError(`${name} takes other numbers than it is given`);
    }
    const around: Surroundings = {
      unknown: (low, high, means) => this.#unknown(low, high, means),
      global: (index) => this.#globals[index],
      access: (access) => this.#access(access, name),
      parameters: (index) => this.#parameters(index),
      call: (callee, given, at) => this.#call(callee, given, name, at),
    };
    try {
      return walk(code, given, around);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.message.startsWith("function ")) throw error;
      throw new RefusedError(`function ${name}: ${error.message}`);
    }
  }

  #parameters(index: number): number {
    return this.#module.functions[index]?.type.parameters.length ?? 0;
  }

  #call(index: number, given: readonly Value[], caller: string, at: number): readonly Value[] {
    const code = this.#module.functions[index],
      name = this.#names.get(index),
      fail = (why: string) => new RefusedError(`byte ${at}: ${why}`);
    // the threads wait
    if (!code) return [];
    const kernel = name === undefined ? undefined : this.#contract.kernels.get(name);
    if (kernel) {
      if (this.#contract.kernels.has(caller)) throw fail(`it calls ${name}`);
      if (kernel.begins.length > 0) return this.#run(index, given, name!);
      // any call that keeps to the contract has the bounds that were found for the kernel by itself
      if (!this.#keeps(kernel, given)) throw fail(`it gives ${name} what the plan does not`);
      return [];
    }
    if (name !== undefined) throw fail(`it calls ${name}`);
    if (index === this.#share) return [this.#shared(given, fail)];
    if (this.#touching.has(index)) throw fail("it calls a function that is no kernel and touches memory");
    // what comes back of floats is not known anyhow
    if (code.type.results.every((type) => type !== 0x7f)) return code.type.results.map(() => undefined);
    return this.#run(index, given, `${caller}, in a function it calls`);
  }

  #keeps({ shared }: KernelContract, [step, ...range]: readonly Value[]): boolean {
    const isStep = (value: Value) =>
      value !== undefined && "terms" in value && value.constant === 0 &&
      value.terms.length === 1 && value.terms[0][0] === this.#step && value.terms[0][1] === 1;
    if (!isStep(step)) return false;
    return range.every((value) => {
      if (!shared || value === undefined || !("terms" in value)) return false;
      const [low, high] = rangeOf(value);
      return low >= 0 && high <= shared.iterations * shared.step && value.constant % shared.step === 0 &&
        value.terms.every(([, factor]) => factor % shared.step === 0);
    });
  }

  #shared([iterations, thread]: readonly Value[], fail: (why: string) => Error): Value {
    const threadNumber = this.#globals[this.#globalNames.indexOf("team.thread")]?.terms[0][0];
    if (
      iterations === undefined || !("terms" in iterations) || iterations.terms.length > 0 || iterations.constant < 0
    ) {
      throw fail("it shares what is not known");
    }
    const [term] = thread !== undefined && "terms" in thread && thread.terms.length === 1 ? thread.terms : [];
    if (!term || term[0] !== threadNumber || term[1] !== 1 || ![0, 1].includes((thread as Affine).constant)) {
      throw fail("it takes the share of no thread");
    }
    return single(this.#unknown(0, iterations.constant));
  }

  #access(access: Access, name: string): Value {
    const kernel = this.#contract.kernels.get(name), { at, base, offset, bytes, stores } = access;
    if (!kernel) throw new RefusedError(`byte ${at}: only kernels may touch memory`);
    const allowed = stores ? kernel.writes : kernel.reads;
    for (const place of allowed) {
      const found = this.#within(base, offset, bytes, place);
      if (!found) continue;
      this.#onBound({ kernel: name, at, stores, tensor: place.tensor, ...found });
      if (place.below === undefined) return undefined;
      if (place.below === "samples") return single(this.#unknown(0, 2 ** 31 - 1, "sample"));
      return single(this.#unknown(0, place.below - 1));
    }
    throw new RefusedError(
      `byte ${at}: ${stores ? "a store" : "a load"} ${told(base, offset, bytes)}, which is in no tensor that it may ${
        stores ? "write" : "read"
      }`,
    );
  }

  /** Where in a place an access lies; undefined if it does not, for all values. */
  #within(
    base: Affine,
    offset: number,
    bytes: number,
    place: Place,
  ): { low: number; high: number; bytes: number } | undefined {
    const size = place.kind === "scratch" ? undefined : place.bytes;
    const begin = this.#begin(base, place);
    if (!begin) return undefined;
    const [low, high] = rangeOf(begin.rest), [from, to] = [low + offset - begin.at, high + offset - begin.at + bytes];
    const room = size ?? begin.bytes!;
    // the address without the offset must be one by itself
    return low >= 0 && from >= 0 && to <= room ? { low: from, high: to - 1, bytes: room } : undefined;
  }

  /** What of an address says in which place it is, and the rest. */
  #begin(base: Affine, place: Place): { rest: Affine; at: number; bytes?: number } | undefined {
    if (place.kind === "arena") {
      return base.terms.some(([{ means }]) => means !== undefined) ? undefined : { rest: base, at: place.address };
    }
    const take = (means: string, factor: number) => {
      const term = base.terms.find(([unknown]) => unknown.means === means);
      return term?.[1] === factor ? term : undefined;
    };
    const without = (...taken: (readonly [Unknown, number])[]) => {
      const rest = { constant: base.constant, terms: base.terms.filter((term) => !taken.includes(term)) };
      return rest.terms.some(([{ means }]) => means !== undefined) ? undefined : rest;
    };
    if (place.kind === "rows") {
      const begins = take(place.tensor, 1), row = take(place.of === "steps" ? "step" : "sample", place.bytes);
      const rest = begins && row && without(begins, row);
      return rest && { rest, at: 0 };
    }
    // in a chain: what a block of rows needs; by itself: all rows, from where it is told
    const scratch = take("scratch", LINE), begins = take(`begin of ${place.tensor}`, 4);
    const rest = scratch ? without(scratch) : begins && without(begins);
    return rest && { rest, at: scratch ? place.offset : 0, bytes: scratch ? place.bytes : Infinity };
  }
}

function told({ constant, terms }: Affine, offset: number, bytes: number): string {
  const given = terms.filter(([{ means }]) => means !== undefined);
  const [low, high] = rangeOf({ constant, terms: terms.filter(([{ means }]) => means === undefined) });
  const from = given.map(([{ means }, factor]) => ` of ${factor} times ${means}`).join(" and");
  return `touches bytes ${low + offset} to ${high + offset + bytes - 1}${from && ` behind what is${from}`}`;
}

/** Functions that touch memory, or call such. */
function touching({ functions }: Module): Set<number> {
  const found = new Set<number>();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [index, code] of functions.entries()) {
      const touches = code?.body.some(({ code, value }) =>
        ACCESSES.has(code) || code === CODE.call && found.has(value)
      );
      if (touches) found.add(index);
    }
  }
  return found;
}
