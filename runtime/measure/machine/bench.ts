/**
 * Kernels that are timed, in memory that is made for them.
 *
 * @module
 */
import { assemble } from "../../backends/threads/load.ts";
import { PAGE } from "../../backends/threads/pages.ts";
import { type Job, type Kernels, probeText, SCRATCH, tileFlops, TILES, warmUp } from "./probe.ts";

/** Milliseconds of calls before anything is timed, at least and at most. */
const WARM_UP = 300, LONGEST_WARM_UP = 2000;
/** Bytes read from memory, in all and for each thread: more than caches hold. */
export const STREAM = 2 ** 27;
const SHARE = 2 ** 25, LARGEST_STREAM = 2 ** 29;
/** Bytes that are in the first cache, and in the second one of most processors. */
export const FIRST_CACHE = 2 ** 14, SECOND_CACHE = 2 ** 18;
/** Scratch pages that the check of answers needs. */
const LEAST_PAGES = 4;

/** Kernels in memory that has a scratch page for each thread, and then the stream. */
export interface Bench {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  readonly threads: number;
  /** Address of the stream, and bytes of it for each thread, 0 when it is not wanted. */
  readonly stream: number;
  readonly share: number;
}

/** A job and what it does: operations, or bytes. */
export interface Measured extends Job {
  readonly work: number;
}

/** The module, once its code has been optimised: there is no need to wait for that again. */
let optimised: WebAssembly.Module | undefined;

/**
 * Opens a bench, and runs its kernels until their code is optimised.
 *
 * @param streaming whether there is a stream.
 */
export async function openBench(relaxed: boolean, threads: number, streaming: boolean): Promise<Bench> {
  const module = optimised ?? await assemble(probeText(relaxed));
  const all = Math.min(Math.max(STREAM, SHARE * threads), LARGEST_STREAM);
  // a whole number of pages, in two halves of which one is copied to the other
  const share = streaming ? Math.floor(all / threads / (2 * PAGE)) * 2 * PAGE : 0;
  const stream = Math.max(LEAST_PAGES, threads) * SCRATCH, pages = (stream + threads * share) / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  // memory that was never written to is one and the same page
  new Int32Array(memory.buffer, stream).fill(1);
  const { exports } = new WebAssembly.Instance(module, { machine: { memory } });
  const bench = { module, memory, kernels: exports as unknown as Kernels, threads, stream, share };
  if (module !== optimised) await warmUp(bench.kernels, warmUpJobs(), WARM_UP, LONGEST_WARM_UP);
  optimised = module;
  return bench;
}

/** Short calls of every kernel, in the first scratch page. */
function warmUpJobs(): Job[] {
  return [
    ...[...Object.keys(TILES), "access", "access_constant"].map((kernel) => loop(kernel, 0, 20)),
    { kernel: "read", args: [0, 0, FIRST_CACHE], calls: 50 },
    { kernel: "copy", args: [SCRATCH / 2, 0, FIRST_CACHE], calls: 50 },
  ];
}

/** A tile, or loads and stores, a thousand times a call. */
export function loop(kernel: string, at: number, calls: number): Measured {
  const iterations = 1000;
  return { kernel, args: [at, iterations], calls, work: kernel in TILES ? tileFlops(kernel) * iterations * calls : 0 };
}
