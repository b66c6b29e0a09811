/**
 * How fast arithmetic and memory are, on one thread alone and on all at once.
 *
 * @module
 */
import { CONTROL_WORDS } from "../../backends/threads/control.ts";
import { platform } from "../../platform/here.ts";
import { type Bench, FIRST_CACHE, loop, type Measured, SECOND_CACHE, STREAM } from "./bench.ts";
import type { Machine, Probe, Rate } from "./facts.ts";
import { type Job, SCRATCH, type Span, time } from "./probe.ts";
import type { ProbeAssignment } from "./worker.ts";

/** Milliseconds for which the jobs of one thread are timed, and each of all threads; the best round counts. */
const FOR_ONE = 400, FOR_ALL = 250;

/** A kernel, and what it does in a second in units of 1e9. */
type KernelRate = readonly [kernel: string, rate: number];

/** Measures arithmetic, bandwidth, or both. */
export async function measureRates(
  bench: Bench,
  wanted: (probe: Probe) => boolean,
): Promise<Pick<Machine, "arithmetic" | "bandwidth">> {
  const { kernels, threads, stream, share } = bench, arithmetic = wanted("arithmetic"), bandwidth = wanted("bandwidth");
  const alone = [
    ...arithmetic ? tileJobs(0) : [],
    ...bandwidth ? streamJobs(0, stream, Math.min(threads * share, STREAM)) : [],
    ...bandwidth ? [FIRST_CACHE, SECOND_CACHE].map((bytes) => cacheJob(stream, bytes)) : [],
  ];
  const one = bestRates([alone], [time(kernels, alone, FOR_ONE)]);
  const together = Array.from({ length: threads }, (_, thread) => {
    const at = thread * SCRATCH;
    return [
      ...arithmetic ? tileJobs(at) : [],
      ...bandwidth ? streamJobs(at, stream + thread * share, share) : [],
    ];
  });
  const all = threads === 1 ? one : bestRates(together, await timeTogether(bench, together));
  return ratesOf(one, all, wanted);
}

/** Which tile is faster depends on whether it is packed. */
function tileJobs(at: number): Measured[] {
  return ["tile12", "tile24"].map((tile) => loop(tile, at, 200));
}

/** Reading what is at an address, and copying one half of it to the other. */
function streamJobs(out: number, at: number, bytes: number): Measured[] {
  return [
    { kernel: "read", args: [out, at, bytes], calls: 1, work: bytes },
    { kernel: "copy", args: [at + bytes / 2, at, bytes / 2], calls: 1, work: bytes },
  ];
}

/** Reading the same bytes again and again. */
function cacheJob(at: number, bytes: number): Measured {
  const calls = 2 ** 22 / bytes;
  return { kernel: "read", args: [0, at, bytes], calls, work: bytes * calls };
}

/** @param one of one thread; those of the two caches come last. */
function ratesOf(
  one: readonly KernelRate[],
  all: readonly KernelRate[],
  wanted: (probe: Probe) => boolean,
): Pick<Machine, "arithmetic" | "bandwidth"> {
  const rate = (kernel: string): Rate => {
    const best = (rates: readonly KernelRate[]) => rates.find(([name]) => name === kernel)![1];
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
): KernelRate[] {
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
  const workers = jobs.map(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
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
