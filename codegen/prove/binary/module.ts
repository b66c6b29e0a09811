/**
 * The bytes that will run: each load and each store of each function lies in a tensor that the plan lists for it.
 *
 * The argument. A module can use what {@linkcode decode} reads, and no more: one memory, functions, constant numbers that it
 * is given. So it touches memory by the nine instructions of `ACCESSES` only. All that can be called from outside are the
 * functions that it exports: kernels, `train` and `evaluate`. {@linkcode walk} goes through each of these, and through what
 * it calls, and finds between which numbers each address lies, for all values that a run can have. This file says what the
 * numbers are that it is given, compares each access with what {@linkcode contractOf} lists for the kernel, and each call
 * of a kernel with what it was gone through for. What it cannot bound, it refuses.
 *
 * What it takes as given, and where that is checked:
 *
 * - Tensors lie inside the arena and scratch memory (`prove/plan/storage.ts`); those that are in use at one time lie apart
 *   (`prove/plan/tenants.ts`). No address is made of what is loaded where several lie.
 * - What lies behind the arena lies where the contract has it: {@linkcode checkPlaces}, before a module gets its memory.
 * - A step's number is a row of the tables, a thread's number is below the number of threads, and who calls a kernel from
 *   outside gives it a share of its iterations, or an empty one (`runtime/backends`).
 * - Numbers of samples and labels that a run hands over are in their limits (`runtime/data`). What kernels store is checked:
 *   where one stores what may be beyond the limit, no address may be made of what is loaded there.
 * - The engine does what WebAssembly's specification says, and checks types.
 *
 * It does not say that a kernel computes what it should, nor that zeros around a tensor stay zeros.
 *
 * It shares nothing with what lowers, prints and assembles: it knows bytes, and the plan.
 *
 * @module
 */
import { type Affine, isSpaced, known, rangeOf, single, times, type Unknown } from "./affine.ts";
import { VerifyError } from "../error.ts";
import { behind, type Contract, type KernelContract, type Place } from "./contract.ts";
import { ACCESSES, CODE, decode, I32, type Instruction, type Module, refuse } from "./decode.ts";
import { LINE } from "./places.ts";
import { type Value, walk } from "./walk.ts";

/** What was found of an access. */
export interface Bound {
  /** The kernel that it is in, the instruction, and its place in the file. */
  readonly kernel: string;
  readonly instruction: string;
  readonly at: number;
  readonly stores: boolean;
  readonly tensor: string;
  /** Where the tensor, its row, or its part in scratch memory begins: at a byte, behind what the run gives. */
  readonly begins: number;
  readonly behind: string;
  /** First and last byte of it that are touched, of so many. */
  readonly low: number;
  readonly high: number;
  readonly bytes: number;
}

const PAGE = 65536, MEMORY = 2 ** 32;
/** Calls within calls. */
const DEEPEST = 8;

/**
 * `$share(iterations, thread)`, the iterations before those of a thread: iterations * thread / threads, in 64 bits. It is
 * no more than `iterations`, since the thread is no more than `threads`, and no less than 0.
 */
const SHARE: readonly (readonly [code: number, value: number | string])[] = [
  ...[[CODE.getLocal, 0], [0xad, 0], [CODE.getLocal, 1], [0xad, 0], [0x7e, 0]] as const,
  ...[[CODE.getGlobal, "team.threads"], [0xad, 0], [0x80, 0], [0xa7, 0], [CODE.end, 0]] as const,
];

/**
 * Checks a module.
 *
 * @param onBound called for each access; several times for those of kernels that are called in several ways.
 * @throws {VerifyError} naming the function, the instruction, and what is not known of it.
 */
export function checkBinary(bytes: Uint8Array, contract: Contract, onBound: (bound: Bound) => void = () => {}): void {
  new Checker(decode(bytes), contract, onBound).check();
}

class Checker {
  readonly #module: Module;
  readonly #contract: Contract;
  readonly #onBound: (bound: Bound) => void;
  readonly #names: ReadonlyMap<number, string>;
  readonly #touching: ReadonlySet<number>;
  readonly #step: Unknown;
  readonly #globals: readonly Affine[];
  #unknowns = 0;
  /** What numbers are below, by storage; those of samples have no limit that a kernel could keep to. */
  readonly #limits = new Map<string, number>();
  /** Places whose limits addresses rely on, and those where what is stored may be beyond them. */
  readonly #needed = new Set<string>();
  readonly #broken = new Set<string>();

  constructor(module: Module, contract: Contract, onBound: (bound: Bound) => void) {
    this.#module = module;
    this.#contract = contract;
    this.#onBound = onBound;
    this.#names = new Map([...module.exports].map(([name, index]) => [index, name]));
    this.#touching = touching(module);
    this.#step = this.#unknown(2 ** 31 - 1, "step");
    for (const { below, ...place } of contract.places) {
      const storage = storageOf(place), limit = below === "samples" ? 0 : below ?? Infinity;
      if (below !== undefined) this.#limits.set(storage, Math.min(limit, this.#limits.get(storage) ?? limit));
    }
    const tables = new Set(contract.places.map(({ tensor }) => `rows.${tensor}`));
    this.#globals = module.globals.map((name) => {
      if (name === "team.scratch") {
        return times(single(this.#unknown(Math.floor((MEMORY - contract.scratchBytes) / LINE), name)), LINE);
      }
      if (name !== "team.thread" && name !== "team.threads" && !tables.has(name)) refuse(`it imports ${name}`);
      return single(this.#unknown(MEMORY - 1, name));
    });
  }

  check(): void {
    if (this.#module.pages * PAGE < this.#contract.arenaBytes) refuse("its memory may be smaller than the arena");
    for (const [name, index] of this.#module.exports) this.#entry(name, index);
    for (const place of this.#needed) {
      if (this.#broken.has(place)) refuse(`an address is made of numbers in ${place}, where a kernel may store any`);
    }
  }

  /** A function that is called from outside. */
  #entry(name: string, index: number): void {
    const kernel = this.#contract.kernels.get(name), step = single(this.#step);
    if (!kernel && name !== "train" && name !== "evaluate") refuse(`it exports ${name}, which the plan does not know`);
    if (kernel?.begins.length && !kernel.shared) refuse(`${name} has rows in scratch memory, and no share of them`);
    const { shared, begins = [] } = kernel ?? {}, share = () => shared ? [this.#share(shared)] : [];
    const whole = begins.map((tensor) => single(this.#unknown(2 ** 30 - 1, `begin of ${tensor}`)));
    this.#run(index, [step, ...share(), ...share(), ...whole], name);
    // a call of no iterations may be told nothing of scratch memory
    if (begins.length > 0) this.#run(index, [step, known(0), known(0), ...begins.map(() => known(0))], name, 0, false);
  }

  #unknown(high: number, means?: string, from?: string): Unknown {
    return { id: this.#unknowns++, high, ...means !== undefined && { means }, ...from !== undefined && { from } };
  }

  #share({ iterations, step }: { readonly iterations: number; readonly step: number }): Affine {
    return times(single(this.#unknown(iterations)), step);
  }

  /** Who asks how large a number, or a part of it, is relies on the limits of what it is made of. */
  #range(value: Affine, part = value): readonly [low: number, high: number] {
    for (const [{ from }] of value.terms) if (from !== undefined) this.#needed.add(from);
    return rangeOf(part);
  }

  #run(index: number, given: readonly Value[], name: string, depth = 0, tells = true): readonly Value[] {
    const code = this.#module.functions[index];
    if (!code) return refuse(`${name} has no code`);
    if (code.parameters !== given.length) refuse(`${name} takes ${code.parameters} numbers, not ${given.length}`);
    if (depth > DEEPEST) refuse("its calls go too deep");
    const kernel = this.#contract.kernels.get(name);
    try {
      return walk(code, given, {
        unknown: (high) => this.#unknown(high),
        range: (value) => this.#range(value),
        globals: this.#globals,
        access: (instruction, base, stored) => {
          if (!kernel) return refuse("a function that is no kernel touches memory", instruction.at);
          return this.#access(instruction, base, stored, kernel, tells ? name : undefined);
        },
        parameters: (callee) => this.#module.functions[callee]?.parameters ?? 0,
        call: (callee, given, at) => this.#call(callee, given, at, kernel !== undefined, depth),
      });
    } catch (error) {
      if (error instanceof VerifyError && !error.message.startsWith("function ")) {
        refuse(`function ${name}: ${error.message}`);
      }
      throw error;
    }
  }

  #call(index: number, given: readonly Value[], at: number, inKernel: boolean, depth: number): readonly Value[] {
    const code = this.#module.functions[index], name = this.#names.get(index) ?? "";
    // the threads wait
    if (!code) return [];
    const kernel = this.#contract.kernels.get(name);
    if (kernel && !inKernel) {
      // what is in scratch memory is a matter of this call
      if (kernel.begins.length > 0) return this.#run(index, given, name, depth + 1);
      // every other call that gives a share is as good as the one from outside
      return this.#keeps(kernel, given) ? [] : refuse(`it gives ${name} what the plan does not`, at);
    }
    if (this.#names.has(index) || this.#touching.has(index)) refuse("it calls what is not its to call", at);
    const share = code.body.length === SHARE.length && SHARE.every(([code_, value], i) => {
      const { code: found, value: of } = code.body[i];
      return found === code_ && (typeof value === "string" ? this.#module.globals[of] : of) === value;
    });
    if (share) return [this.#shareOf(given, at)];
    // of what computes floats nothing is known
    if (!code.results.includes(I32)) return code.results.map(() => undefined);
    return this.#run(index, given, "of whole numbers", depth + 1);
  }

  #keeps({ shared }: KernelContract, [step, ...range]: readonly Value[]): boolean {
    return step?.terms.length === 1 && step.constant === 0 && step.terms[0][0] === this.#step &&
      step.terms[0][1] === 1 &&
      range.every((value) => {
        if (!shared || !value) return false;
        const [low, high] = this.#range(value);
        return low >= 0 && high <= shared.iterations * shared.step && low % shared.step === 0 &&
          isSpaced(value, shared.step);
      });
  }

  /** What `$share` gives for this thread, or for the next one. */
  #shareOf([iterations, thread]: readonly Value[], at: number): Value {
    if (!iterations || iterations.terms.length > 0 || iterations.constant < 0) return refuse("it shares anything", at);
    const [[unknown, factor]] = thread && thread.terms.length === 1 ? thread.terms : [[]];
    if (unknown?.means !== "team.thread" || factor !== 1 || ![0, 1].includes(thread!.constant)) {
      return refuse("it takes the share of no thread", at);
    }
    return single(this.#unknown(iterations.constant));
  }

  /** An access of a kernel. Returns what is loaded. */
  #access(
    { code, at, value: offset }: Instruction,
    base: Affine,
    stored: Value,
    { reads, writes }: KernelContract,
    kernel?: string,
  ): Value {
    const { name, bytes, stores } = ACCESSES.get(code)!, moves = rest(base);
    const [least, most] = this.#range(base, moves), given = givenOf(base);
    // the address without the offset must be one by itself
    const place = (stores ? writes : reads).find((place) =>
      place.behind === given && least >= 0 && least + offset >= place.first &&
      most + offset + bytes <= place.first + place.bytes
    );
    if (!place) {
      const where = `bytes ${least + offset} to ${most + offset + bytes - 1}${given && ` behind ${given}`}`;
      return refuse(`a ${name} touches ${where}, of no tensor that it ${stores ? "writes" : "reads"}`, at);
    }
    const { tensor, first, element, below } = place, low = least + offset - first, high = most + offset - first;
    if (kernel !== undefined) {
      const what = { kernel, instruction: name, at, stores, tensor, begins: first, behind: given };
      this.#onBound({ ...what, low, high: high + bytes - 1, bytes: place.bytes });
    }
    const whole = bytes === element && low % element === 0 && isSpaced(moves, element);
    if (stores) this.#store(place, whole ? stored : undefined);
    if (stores || below === undefined || !whole || !name.startsWith("i32")) return undefined;
    const last = below === "samples" ? 2 ** 31 - 1 : below - 1;
    return single(this.#unknown(last, below === "samples" ? "sample" : undefined, storageOf(place)));
  }

  /** Where a number is stored that may be beyond a limit, there is none. */
  #store(place: Place, value: Value): void {
    const storage = storageOf(place), limit = this.#limits.get(storage);
    if (limit === undefined) return;
    const [low, high] = value ? this.#range(value) : [-1, Infinity];
    if (low < 0 || high >= limit) this.#broken.add(storage);
  }
}

/** A storage: two tensors that lie at one place have the same. */
const storageOf = ({ behind, first }: Pick<Place, "behind" | "first">) => behind || `byte ${first}`;

/** What an address is behind, of what the run gives. */
const givenOf = ({ terms }: Affine) =>
  behind(...terms.flatMap(([{ means }, factor]) => means === undefined ? [] : [[means, factor] as const]));
/** The rest of it. */
const rest = (base: Affine): Affine =>
  base.terms.every(([{ means }]) => means === undefined)
    ? base
    : { ...base, terms: base.terms.filter(([{ means }]) => means === undefined) };

/** Functions that touch memory, or call such. */
function touching({ functions }: Module): Set<number> {
  const found = new Set<number>();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [index, code] of functions.entries()) {
      if (code?.body.some(({ code, value }) => ACCESSES.has(code) || code === CODE.call && found.has(value))) {
        found.add(index);
      }
    }
  }
  return found;
}
