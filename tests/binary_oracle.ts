/**
 * Runs a net's module with the engine's checks, and tells whether a kernel touches what the plan does not list for it.
 *
 * @module
 */
import { BYTES } from "../codegen/ir/ir.ts";
import type { CompiledNet } from "../codegen/compile.ts";
import { accesses, plannedKernel } from "../codegen/plan/kernel.ts";
import { placeRows, type RowPlaces } from "../runtime/backends/rows.ts";
import { parse, type Site, telling } from "./binary_module.ts";

/** Steps that there are data of; threads, which run one after the other: addresses do not depend on each other. */
const STEPS = 2, THREADS = 2, PAGE = 65536;
/** A run is given up when it takes so many times as long as the right module's: it goes on inside of what it may touch. */
const PATIENCE = 2;

type Ranges = readonly (readonly [from: number, to: number])[];

/** What a run finds: what is touched that may not be, or nothing. */
export type Verdict = string | undefined;

class Outside extends Error {}
class Endless extends Error {}

/** Runs modules of a net. */
export class Oracle {
  readonly #net: CompiledNet;
  readonly #rows: RowPlaces;
  /** Scratch memory of each thread, and of tensors in it where kernels run by themselves. */
  readonly #scratch: readonly number[];
  readonly #whole: ReadonlyMap<string, readonly [from: number, to: number]>;
  readonly #memory: WebAssembly.Memory;
  readonly #content: Uint8Array;
  readonly #steps: number;
  #longest = 1e5;

  /** @param steps those that are run of a net. */
  constructor(net: CompiledNet, steps = STEPS) {
    this.#steps = steps;
    const { plan } = net, samples = plan.batchSize * STEPS - Math.floor(plan.batchSize / 2);
    this.#net = net;
    const { rows, end } = placeRows(plan, { samples, steps: STEPS }, plan.arenaBytes),
      scratchBytes = plan.scratchBytes ?? 0;
    this.#rows = rows;
    let at = Math.ceil(end / 64) * 64;
    this.#scratch = Array.from({ length: THREADS }, (_, i) => at + i * scratchBytes);
    at += THREADS * scratchBytes;
    const whole = new Map<string, readonly [number, number]>();
    for (const { name, scratch, bytes, shape } of Object.values(plan.tensors)) {
      if (scratch === undefined) continue;
      whole.set(name, [at, at + bytes / scratch * shape[0]]);
      at = Math.ceil((at + bytes / scratch * shape[0]) / 64) * 64;
    }
    this.#whole = whole;
    const pages = Math.ceil(at / PAGE);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.#content = contentOf(net, rows, samples, this.#memory.buffer.byteLength);
  }

  /** What a module does. `right`: it is the net's own, and takes the time that it takes. */
  judge(module: Uint8Array, right = false): Verdict {
    const parsed = parse(module), { bytes, sites } = telling(parsed);
    const names = new Map([...parsed.exports].map(([name, index]) => [index, name])),
      code = new WebAssembly.Module(bytes);
    for (const alone of [false, true]) {
      for (let thread = 0; thread < THREADS; thread++) {
        try {
          const ticks = this.#run(code, sites, names, thread, alone, right ? Infinity : PATIENCE * this.#longest);
          if (right) this.#longest = Math.max(this.#longest, ticks);
        } catch (error) {
          if (error instanceof Outside) return error.message;
          // it went on for long, or what stopped it was no access: a division by 0, calls within calls
          const traps = error instanceof WebAssembly.RuntimeError && !/memory access/.test(error.message);
          if (!traps && !(error instanceof Endless || error instanceof RangeError)) throw error;
        }
      }
    }
    return undefined;
  }

  #run(
    code: WebAssembly.Module,
    sites: readonly Site[],
    names: ReadonlyMap<number, string>,
    thread: number,
    alone: boolean,
    most: number,
  ): number {
    const { plan, kernels } = this.#net, memory = new Uint8Array(this.#memory.buffer);
    memory.set(this.#content);
    const allowed = sites.map((site) => this.#allowed(names.get(site.index), site.stores, alone ? undefined : thread));
    let ticks = 0;
    const tick = () => {
      if (ticks++ > most) throw new Endless();
    };
    const touch = (address: number, site: number) => {
      const { offset, bytes, index, stores } = sites[site], from = (address >>> 0) + offset;
      for (const [low, high] of allowed[site]) if (from >= low && from + bytes <= high) return tick(), address;
      throw new Outside(`${names.get(index)} ${stores ? "stores to" : "loads"} bytes ${from} to ${from + bytes - 1}`);
    };
    const rows = Object.fromEntries(Object.entries(this.#rows).map(([name, [address]]) => [name, address]));
    const team = { memory: this.#memory, wait() {}, thread, threads: THREADS, scratch: this.#scratch[thread] };
    let exports: WebAssembly.Exports;
    try {
      ({ exports } = new WebAssembly.Instance(code, { team, rows, oracle: { touch, tick } }));
    } catch {
      // it wants what a run does not give, and never begins
      return 0;
    }
    const call = (name: string, ...given: number[]) =>
      (exports[name] as ((...given: number[]) => void) | undefined)?.(...given);
    if (!alone) {
      for (let step = 0; step < this.#steps; step++) call("train", step), call("evaluate", step);
      return ticks;
    }
    if (thread > 0) return ticks;
    for (const [name, { nest: { parallel, begins = {} } }] of kernels) {
      const { bindings } = plannedKernel(plan, name), { iterations, step } = parallel ?? { iterations: 0, step: 0 };
      const places = Object.keys(begins).map((symbol) => this.#whole.get(bindings[symbol])![0] / 4);
      const middle = Math.floor(iterations / 2) * step;
      call(name, 1, ...parallel ? [0, middle] : [], ...places);
      if (parallel) call(name, 1, middle, iterations * step, ...places);
    }
    return ticks;
  }

  /** What a function may touch: of scratch memory a thread's, or all rows of each tensor. */
  #allowed(name: string | undefined, stores: boolean, thread: number | undefined): Ranges {
    const { plan, kernels } = this.#net;
    if (name === undefined || !kernels.has(name)) return [];
    const planned = plannedKernel(plan, name), { reads, writes } = accesses(planned);
    const tables = ["params", "keys"].filter((table) => table in planned.bindings);
    return [...stores ? writes : new Set([...reads, ...tables])].map((tensor) => {
      const { offset, bytes, dtype, rows, scratch } = plan.tensors[tensor];
      if (rows !== undefined) {
        const [address, elements] = this.#rows[tensor];
        return [address, address + elements * BYTES[dtype]];
      }
      if (scratch === undefined) return [offset, offset + bytes];
      if (thread === undefined) return this.#whole.get(tensor)!;
      return [this.#scratch[thread] + offset, this.#scratch[thread] + offset + bytes];
    });
  }
}

/** Small numbers everywhere; where whole numbers have a limit, those below it. */
function contentOf({ plan }: CompiledNet, rows: RowPlaces, samples: number, bytes: number): Uint8Array {
  const content = new Uint8Array(bytes);
  new Float32Array(content.buffer).forEach((_, i, floats) => floats[i] = Math.sin(i) / 4);
  for (const { name, dtype, below, offset, bytes, scratch, rows: of } of Object.values(plan.tensors)) {
    if (dtype === "f32" || scratch !== undefined) continue;
    const [from, elements] = of === undefined ? [offset, bytes / BYTES[dtype]] : rows[name];
    const whole = dtype === "u8"
      ? new Uint8Array(content.buffer, from, elements)
      : new Int32Array(content.buffer, from, elements);
    const limit = below === "samples" ? samples : below ?? 256;
    whole.forEach((_, i) => whole[i] = (7 * i + limit - 1) % limit);
  }
  return content;
}
