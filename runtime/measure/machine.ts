/**
 * What a machine gives: how V8 runs WebAssembly on it, how fast arithmetic and memory are, and whether it has a GPU.
 *
 * How V8 was started cannot be asked, so it is found out: kernels that do the same work in two ways are timed in turn,
 * and what they compute is checked. No access is ever out of bounds, see `machine_probe.ts`.
 *
 * @module
 */
import { assemble } from "../backends/threads/load.ts";
import { PAGE } from "../backends/threads/memory.ts";
import { adapterName, findAdapter, isSoftware } from "../backends/webgpu/adapter.ts";
import {
  fuses,
  type Job,
  type Kernels,
  probeText,
  SCRATCH,
  type Span,
  tileFlops,
  TILES,
  time,
  warmUp,
  wrongAnswers,
} from "./machine_probe.ts";
import type { ProbeAssignment } from "./machine_worker.ts";
import { platform } from "../platform/here.ts";
import { checkChoices, listOf, MOST_THREADS, readOptions, THREADS } from "../run/options.ts";
import { CONTROL_WORDS } from "../backends/threads/control.ts";

/** What can be measured: how V8 runs WebAssembly, GFLOP/s, GB/s, and the GPU. */
export type Probe = "mode" | "arithmetic" | "bandwidth" | "gpu";
/** All that can be measured. */
export const PROBES: readonly Probe[] = ["mode", "arithmetic", "bandwidth", "gpu"];

/** What is measured. */
export interface MachineOptions {
  /** Default: all. */
  readonly probes?: readonly Probe[];
  /** Threads that measure at once, up to 256. Default: all cores. */
  readonly threads?: number;
}

/** What the engine takes. */
export interface Instructions {
  /** Vectors of 128 bits. */
  readonly simd: boolean;
  /** Fused multiply-add, among others. */
  readonly relaxedSimd: boolean;
}

/** Whether V8 packs pairs of 128-bit operations into 256-bit ones, or why not. */
export type Packing = "engaged" | "bounds checks are on" | "flag not given" | "no AVX2" | "not x64";

/** What a state of packing means. */
export const PACKING_WORDS: Readonly<Record<Packing, string>> = {
  "engaged": "on: two 128-bit operations run as one of 256 bits",
  "bounds checks are on": "off: its flag is given, but a bounds check between two stores keeps them apart",
  "flag not given": "off: V8 was started without --experimental-wasm-revectorize",
  "no AVX2": "off: the processor has no AVX2",
  "not x64": "off: V8 packs on x64 only",
};

/** How V8 runs WebAssembly in this process. */
export interface Mode {
  /** Whether pairs are packed, or why not. */
  readonly packing: Packing;
  /** How many times as fast a kernel is whose pairs can be packed. */
  readonly packingGain: number;
  /** Whether a check is executed with each load and store. */
  readonly boundsChecks: boolean;
  /** How many times as long loads and stores take that must be checked. */
  readonly boundsChecksCost: number;
}

/** Of one thread alone, and the sum of all threads at once. */
export interface Rate {
  /** One thread alone. */
  readonly one: number;
  /** All threads at once. */
  readonly all: number;
}

/** Bytes through WebAssembly, in GB/s. */
export interface Bandwidth {
  /** Reading what the caches do not hold. */
  readonly read: Rate;
  /** Copying what they do not hold, bytes read and written. */
  readonly copy: Rate;
  /** Reading 16 KiB, which is in the first cache; one thread. */
  readonly firstCache: number;
  /** Reading 256 KiB, which is in the second cache of most processors; one thread. */
  readonly secondCache: number;
}

/** A WebGPU adapter. */
export interface Gpu {
  /** What the driver calls it. */
  readonly name: string;
  /** Whether it is the processor, not a GPU. */
  readonly fallback: boolean;
  /** Whether it has a clock for kernels: the feature timestamp-query. */
  readonly timestamps: boolean;
  /** What a net may meet, by WebGPU's names: bytes of a tensor and of a buffer, storage buffers of a kernel, and so on. */
  readonly limits: Readonly<Record<string, number>>;
}

/** What a machine gives. What was not measured is left out. */
export interface Machine extends Instructions {
  /** Versions of what runs the program, and of its engine: of Deno and V8. */
  readonly versions: Readonly<Record<string, string>>;
  /** Operating system, as Deno calls it. */
  readonly os: string;
  /** Kind of processor, as Deno calls it. */
  readonly arch: string;
  /** The processor's model, where the program may ask (`--allow-sys=cpus`). */
  readonly cpu?: string;
  /** Threads the machine runs at once. */
  readonly cores: number;
  /** Threads that measured at once. */
  readonly threads: number;
  /** How V8 runs WebAssembly in this process. */
  readonly mode?: Mode;
  /** Products and sums of 32-bit floats that stay in registers, in GFLOP/s. */
  readonly arithmetic?: Rate;
  /** Bytes through WebAssembly, in GB/s. */
  readonly bandwidth?: Bandwidth;
  /** The WebGPU adapter, null when there is none. */
  readonly gpu?: Gpu | null;
  /** Names of the kernels that computed something wrong; figures are of no use then. */
  readonly wrong: readonly string[];
}

/** Limits of an adapter that a net may meet. */
const GPU_LIMITS = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;
/** So much faster or slower is no noise: it is 2.0 to 2.5 where there is a difference, else about 1. */
const CLEAR = 1.4;
/** Milliseconds of calls before anything is timed, at least and at most. */
const WARM_UP = 300, LONGEST_WARM_UP = 2000;
/** Milliseconds for which the mode's jobs are timed, those of one thread, and each of all threads; the best round counts. */
const FOR_MODE = 100, FOR_ONE = 400, FOR_ALL = 250;
/** Bytes read from memory, in all and for each thread: more than caches hold. */
const STREAM = 2 ** 27, SHARE = 2 ** 25, LARGEST_STREAM = 2 ** 29;
const FIRST_CACHE = 2 ** 14, SECOND_CACHE = 2 ** 18;
/** Scratch pages that the check of answers needs. */
const LEAST_PAGES = 4;

/** Kernels in memory that has a scratch page for each thread, and then the stream. */
interface Bench {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  readonly threads: number;
  /** Address of the stream, and bytes of it for each thread, 0 when it is not wanted. */
  readonly stream: number;
  readonly share: number;
}

/** A job and what it does: operations, or bytes. */
interface Measured extends Job {
  readonly work: number;
}

/**
 * Measures a machine, or what is wanted of it.
 *
 * @param instructions what the engine takes; without SIMD nothing is timed.
 */
export async function measureMachine(
  instructions: Instructions,
  options: MachineOptions = {},
): Promise<Machine> {
  const { probes = PROBES, threads = Math.min(platform.cores, MOST_THREADS) } = readOptions(options, {
    probes: listOf(PROBES),
    threads: THREADS,
  });
  checkChoices("probes", probes, PROBES);
  const wanted = (probe: Probe) => probes.includes(probe);
  const { os, arch, cores } = platform, cpu = platform.cpuModel();
  const { typescript: _, ...versions } = platform.versions;
  return {
    versions,
    os,
    arch,
    ...cpu !== undefined && { cpu },
    cores,
    threads,
    ...instructions,
    ...instructions.simd && probes.some((probe) => probe !== "gpu")
      ? await timeProbes(instructions.relaxedSimd, threads, wanted)
      : { wrong: [] },
    ...wanted("gpu") && { gpu: await findGpu() },
  };
}

/** The module, once its code has been optimised: there is no need to wait for that again. */
let optimised: WebAssembly.Module | undefined;

/** All that is timed, after the answers have been checked. */
async function timeProbes(
  relaxed: boolean,
  threads: number,
  wanted: (probe: Probe) => boolean,
): Promise<Pick<Machine, "wrong" | "mode" | "arithmetic" | "bandwidth">> {
  const bench = await openBench(relaxed, threads, wanted("bandwidth"));
  if (bench.module !== optimised) await warmUp(bench.kernels, warmUpJobs(), WARM_UP, LONGEST_WARM_UP);
  optimised = bench.module;
  // after the warm-up: it is the optimised code that is checked
  const wrong = wrongAnswers(bench.kernels, bench.memory);
  const mode = wanted("mode") ? findMode(bench, relaxed) : undefined;
  const rates = wanted("arithmetic") || wanted("bandwidth") ? await measureRates(bench, wanted) : {};
  return { wrong, ...mode && { mode }, ...rates };
}

async function openBench(relaxed: boolean, threads: number, streaming: boolean): Promise<Bench> {
  const module = optimised ?? await assemble(probeText(relaxed));
  const all = Math.min(Math.max(STREAM, SHARE * threads), LARGEST_STREAM);
  // a whole number of pages, in two halves of which one is copied to the other
  const share = streaming ? Math.floor(all / threads / (2 * PAGE)) * 2 * PAGE : 0;
  const stream = Math.max(LEAST_PAGES, threads) * SCRATCH, pages = (stream + threads * share) / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  // memory that was never written to is one and the same page
  new Int32Array(memory.buffer, stream).fill(1);
  const { exports } = new WebAssembly.Instance(module, { machine: { memory } });
  return { module, memory, kernels: exports as unknown as Kernels, threads, stream, share };
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
function loop(kernel: string, at: number, calls: number): Measured {
  const iterations = 1000;
  return { kernel, args: [at, iterations], calls, work: kernel in TILES ? tileFlops(kernel) * iterations * calls : 0 };
}

/** Finds out how V8 was started, from what is fast. */
function findMode({ kernels, memory }: Bench, relaxed: boolean): Mode {
  const jobs = ["tile16_apart", "tile16", "tile16_constant", "access", "access_constant"].map((name) =>
    loop(name, 0, 20)
  );
  const [singles, pairs, constantPairs, access, constantAccess] = time(kernels, jobs, FOR_MODE)
    .map((spans) => Math.min(...spans.map(([start, end]) => end - start)));
  const packs = (seconds: number) => singles / seconds > CLEAR;
  const reason = () => {
    if (platform.arch !== "x86_64") return "not x64";
    // where addresses are constant there is no check between stores, and pairs are packed all the same
    if (packs(constantPairs)) return "bounds checks are on";
    // processors got AVX2 together with fused multiply-add
    return relaxed && !fuses(kernels, memory) ? "no AVX2" : "flag not given";
  };
  return {
    packing: packs(pairs) ? "engaged" : reason(),
    packingGain: singles / pairs,
    boundsChecks: access / constantAccess > CLEAR,
    boundsChecksCost: access / constantAccess,
  };
}

async function measureRates(
  bench: Bench,
  wanted: (probe: Probe) => boolean,
): Promise<Pick<Machine, "arithmetic" | "bandwidth">> {
  const { kernels, threads, stream, share } = bench;
  // which tile is faster depends on whether it is packed
  const tiles = (at: number) => wanted("arithmetic") ? ["tile12", "tile24"].map((tile) => loop(tile, at, 200)) : [];
  const streams = (out: number, at: number, bytes: number): Measured[] =>
    wanted("bandwidth")
      ? [
        { kernel: "read", args: [out, at, bytes], calls: 1, work: bytes },
        { kernel: "copy", args: [at + bytes / 2, at, bytes / 2], calls: 1, work: bytes },
      ]
      : [];
  const cached = (bytes: number): Measured => {
    const calls = 2 ** 22 / bytes;
    return { kernel: "read", args: [0, stream, bytes], calls, work: bytes * calls };
  };
  const caches = wanted("bandwidth") ? [cached(FIRST_CACHE), cached(SECOND_CACHE)] : [];

  const alone = [...tiles(0), ...streams(0, stream, Math.min(threads * share, STREAM)), ...caches];
  const one = bestRates([alone], [time(kernels, alone, FOR_ONE)]);
  const together = Array.from({ length: threads }, (_, thread) => {
    const at = thread * SCRATCH;
    return [...tiles(at), ...streams(at, stream + thread * share, share)];
  });
  const all = threads === 1 ? one : bestRates(together, await timeTogether(bench, together));

  const rate = (kernel: string): Rate => {
    const best = (rates: readonly (readonly [string, number])[]) => rates.find(([name]) => name === kernel)![1];
    return { one: best(one), all: best(all) };
  };
  const larger = (a: Rate, b: Rate): Rate => ({ one: Math.max(a.one, b.one), all: Math.max(a.all, b.all) });
  return {
    ...wanted("arithmetic") && { arithmetic: larger(rate("tile12"), rate("tile24")) },
    ...wanted("bandwidth") && {
      bandwidth: {
        read: rate("read"),
        copy: rate("copy"),
        firstCache: one[one.length - 2][1],
        secondCache: one[one.length - 1][1],
      },
    },
  };
}

/**
 * Kernels with what all threads do in a second at the best moment, in units of 1e9.
 *
 * @param jobs of each thread, like its spans, by job and round.
 */
function bestRates(
  jobs: readonly (readonly Measured[])[],
  spans: readonly (readonly (readonly Span[])[])[],
): (readonly [string, number])[] {
  return jobs[0].map(({ kernel }, job) => {
    const threads = spans.map((thread) => thread[job]);
    // threads that had to take turns are in no moment fast all at once
    const rate = (moment: number) =>
      threads.reduce((sum, runs, thread) => {
        const span = runs.find(([start, end]) => start <= moment && moment < end);
        return span ? sum + jobs[thread][job].work / (span[1] - span[0]) : sum;
      }, 0);
    return [kernel, Math.max(...threads[0].map(([start, end]) => rate((start + end) / 2))) / 1e6];
  });
}

/** Times jobs in workers, each with its own, all at once. */
async function timeTogether(
  { module, memory, threads }: Bench,
  jobs: readonly (readonly Job[])[],
): Promise<Span[][][]> {
  const control = new SharedArrayBuffer(4 * CONTROL_WORDS);
  const { Worker } = platform;
  const workers = jobs.map(() => new Worker(new URL("./machine_worker.ts", import.meta.url), { type: "module" }));
  try {
    return await Promise.all(workers.map((worker, thread) =>
      new Promise<Span[][]>((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Span[][] | string>) =>
          typeof data === "string" ? reject(new Error(data)) : resolve(data);
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
        const assignment: ProbeAssignment = {
          module,
          memory,
          control,
          threads,
          jobs: jobs[thread],
          milliseconds: FOR_ALL,
        };
        worker.postMessage(assignment);
      })
    ));
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

async function findGpu(): Promise<Gpu | null> {
  const adapter = await findAdapter();
  if (!adapter) return null;
  const { info, features, limits } = adapter;
  return {
    name: adapterName(info),
    fallback: isSoftware(info),
    timestamps: features.has("timestamp-query"),
    limits: Object.fromEntries(GPU_LIMITS.map((limit) => [limit, limits[limit]])),
  };
}
