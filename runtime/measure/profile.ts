/**
 * What the kernels of a training step take: from when they ran to a table and a trace.
 *
 * @module
 */
import { cost } from "../../codegen/ir/cost.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { Timing } from "../backends/session.ts";

/** Where the time of a training step goes. */
export interface Profile {
  /** What told the time. */
  readonly clock: string;
  /** Steps that were timed. */
  readonly steps: number;
  /** From the start of a step's first kernel to the end of its last one, in seconds: median over the steps. */
  readonly stepSeconds: number;
  /** In order. */
  readonly kernels: readonly ProfiledKernel[];
}

/** A kernel of a profile, or what a GPU runs in one dispatch. */
export interface ProfiledKernel {
  /** Its name. */
  readonly kernel: string;
  /** The kernels it consists of: several where a dispatch runs them side by side. */
  readonly merged: readonly string[];
  /** Time of one run, in the thread that took longest, in seconds: median over the steps. */
  readonly seconds: number;
  /** Its part of the sum of all kernels. */
  readonly share: number;
  /** Floating-point operations of one run, in all threads. */
  readonly flops: number;
  /** Bytes of the distinct elements read and written in one run. */
  readonly bytes: number;
}

/** A profile in the Trace Event Format, which ui.perfetto.dev and chrome://tracing show. */
export interface Trace {
  /** The unit that viewers show. */
  readonly displayTimeUnit: "ms" | "ns";
  /** Names of the process and its threads, then every run of every kernel. */
  readonly traceEvents: readonly TraceEvent[];
}

/** A name ("M"), or a run of a kernel ("X"). */
export interface TraceEvent {
  /** Which of the two. */
  readonly ph: "M" | "X";
  /** The kernel, or what is named. */
  readonly name: string;
  /** The process: always 1. */
  readonly pid: number;
  /** The thread, or the queue of the GPU: from 1. */
  readonly tid: number;
  /** "kernel" for a run. */
  readonly cat?: string;
  /** When a run began, in microseconds since the first one did. */
  readonly ts?: number;
  /** How long it took, in microseconds. */
  readonly dur?: number;
  /** For a name the name; for a run its step, the kernels in it, and the work of the whole kernel, in all threads. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Steps that are timed, and those before them, by which V8 has optimised the code and a GPU has woken up. */
export const PROFILED_STEPS = 50, WARM_UP_STEPS = 20;

/** Most runs of kernels in a trace: what viewers open, and far less than the longest text. */
const MOST_EVENTS = 200_000;

/** The profile and the trace of some steps of a net; the trace has as many steps as go into it, at least one. */
export function profileOf(
  { clock, tracks, started, spans: all }: Timing,
  plan: Plan,
  target: string,
): { profile: Profile; trace: Trace } {
  // a GPU may set its clock back
  const odd = new Set(all.filter(({ begin, end }) => !(end >= begin)).map(({ step }) => step));
  const spans = all.filter(({ step }) => !odd.has(step));
  if (spans.length === 0) throw new Error(`the clock goes back in every step (${clock})`);
  const costs = new Map(plan.train.kernels.map(({ kernel }) => [kernel.name, cost(kernel)]));
  const work = started.map(({ kernels }) => {
    const kernelCosts = kernels.map((name) => costs.get(name)!);
    return {
      flops: kernelCosts.reduce((sum, { flops }) => sum + flops, 0),
      bytes: kernelCosts.reduce((sum, { read, written }) => sum + read + written, 0),
    };
  });
  /** Of each step, the longest run of each kernel, and the whole step. */
  const longest = started.map(() => new Map<number, number>()), whole = new Map<number, [number, number]>();
  for (const { step, started, begin, end } of spans) {
    longest[started].set(step, Math.max(longest[started].get(step) ?? 0, end - begin));
    const [first, last] = whole.get(step) ?? [begin, end];
    whole.set(step, [Math.min(first, begin), Math.max(last, end)]);
  }
  const seconds = longest.map((steps) => median([...steps.values()]));
  const sum = seconds.reduce((a, b) => a + b, 0);
  const profile: Profile = {
    clock,
    steps: whole.size,
    stepSeconds: median([...whole.values()].map(([first, last]) => last - first)),
    kernels: started.map(({ name, kernels }, i) => ({
      kernel: name,
      merged: kernels,
      seconds: seconds[i],
      share: sum > 0 ? seconds[i] / sum : 0,
      ...work[i],
    })),
  };
  const zero = Math.min(...[...whole.values()].map(([first]) => first));
  const traced = new Set([...whole.keys()].slice(0, Math.max(1, Math.floor(MOST_EVENTS * whole.size / spans.length))));
  const microseconds = (value: number) => Number((1e6 * value).toFixed(3));
  const name = (what: string, tid: number, args: TraceEvent["args"]): TraceEvent => (
    { ph: "M", name: what, pid: 1, tid, args }
  );
  const trace: Trace = {
    displayTimeUnit: "ns",
    traceEvents: [
      name("process_name", 0, { name: `${plan.name}, target ${target}` }),
      ...tracks.flatMap((track, i) => [
        name("thread_name", i + 1, { name: track }),
        name("thread_sort_index", i + 1, { sort_index: i }),
      ]),
      ...spans.filter(({ step }) => traced.has(step)).map(({ step, track, started: i, begin, end }): TraceEvent => ({
        ph: "X",
        name: started[i].name,
        cat: "kernel",
        pid: 1,
        tid: track + 1,
        ts: microseconds(begin - zero),
        dur: microseconds(end - begin),
        args: { step, kernels: started[i].kernels, ...work[i] },
      })),
    ],
  };
  return { profile, trace };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
