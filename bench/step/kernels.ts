/**
 * What the kernels of a step take, and what bounds them.
 *
 * @module
 */
import type { KernelTime } from "../../mod.ts";
import { textTable } from "../measure/table.ts";

/** What one core can do: multiplications and additions in GFLOP/s, memory and the second cache in GB/s. */
export interface Limits {
  readonly peak: number;
  readonly memory: number;
  readonly secondCache: number;
}

/** Bytes that the second cache of most processors holds. */
const SECOND_CACHE = 2 ** 20;
/** Seconds of a division or root: in a vector of 256 bits, for each of its numbers, and alone; about those of x64's. */
const SLOW_IN_VECTOR = 0.25e-9, SLOW_ALONE = 0.9e-9;
/** A kernel that takes so few seconds is bound by nothing that is worth a name. */
const SHORT = 2e-5;

/** A line for each kernel, and one for all. `limits`: of a core, where one runs them. */
export function kernelTable(times: readonly KernelTime[], target: string, limits?: Limits): string[] {
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const flops = times.reduce((sum, { flops }) => sum + flops, 0);
  const ofPeak = (flops: number, seconds: number) =>
    limits ? [`${(100 * flops / seconds / 1e9 / limits.peak).toFixed(0)}%`] : [];
  const figures = (flops: number, seconds: number) => [
    (1000 * seconds).toFixed(3),
    `${(100 * seconds / total).toFixed(1)}%`,
    (flops / seconds / 1e9).toFixed(1),
    ...ofPeak(flops, seconds),
  ];
  const lines = textTable([
    ["", "ms", "share", "GFLOP/s", ...limits ? ["of peak"] : [], "GB/s"],
    ...times.map(({ kernel, seconds, flops, bytes }) => [
      kernel,
      ...figures(flops, seconds),
      (bytes / seconds / 1e9).toFixed(1),
    ]),
    ["all", ...figures(flops, total)],
  ]);
  if (!limits) return lines;
  const notes = ["what bounds it", ...times.map((time) => bound(time, target, limits))];
  return lines.map((line, i) => i < notes.length ? `${line}  ${notes[i]}` : line);
}

/** Something a kernel needs: what share of its time that would take at the core's best rate. */
export interface Need {
  readonly share: number;
  /** In a sentence, and in a word or two. */
  readonly what: string;
  readonly short: string;
}

/** What a kernel needs of a core, what takes longest first: that bounds it. */
export function needsOf(
  { seconds, executed, bytes, slow, vectors }: KernelTime,
  { peak, memory, secondCache }: Limits,
): readonly Need[] {
  const inCache = bytes <= SECOND_CACHE, near = inCache ? "the second cache" : "memory";
  return [
    {
      share: executed / (1e9 * peak) / seconds,
      what: "multiplications and additions, at the core's peak",
      short: "arithmetic",
    },
    {
      share: bytes / (1e9 * (inCache ? secondCache : memory)) / seconds,
      what: `moving ${(bytes / 1e6).toFixed(1)} MB, at the rate of ${near}`,
      short: near,
    },
    {
      share: slow * (vectors ? SLOW_IN_VECTOR : SLOW_ALONE) / seconds,
      what: "divisions, roots and exponentials",
      short: "divisions, roots",
    },
  ].sort((a, b) => b.share - a.share);
}

/** Which of what a kernel needs takes most of its time, in a sentence. */
export function bound(time: KernelTime, target: string, limits: Limits): string {
  const { seconds, bytes, gathers, vectors } = time, [{ share, what }] = needsOf(time, limits);
  const said = `${(100 * share).toFixed(0)} % of the time is ${what}`;
  if (share > 1.1) return `moving ${(bytes / 1e6).toFixed(1)} MB, faster than memory gives them: they are in a cache`;
  if (share >= 0.5) return said;
  if (seconds < SHORT) return "short: mostly the start and end of its loops";
  if (gathers) return "elements are fetched one by one, by the samples' numbers";
  if (!vectors) {
    return target === "typescript"
      ? "scalar code: one element at a time"
      : "no vectors: its operands are no neighbours in memory";
  }
  return `${said}; the rest is waiting: for loads, and for sums that follow each other`;
}
