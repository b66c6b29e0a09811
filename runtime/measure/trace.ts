/**
 * When the kernels of some steps ran, as a trace for viewers.
 *
 * @module
 */
import type { Timing } from "../backends/session.ts";

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

/** What one run does, in all threads. */
export interface Work {
  readonly flops: number;
  readonly bytes: number;
}

/** Most runs of kernels in a trace: what viewers open, and far less than the longest text. */
const MOST_EVENTS = 200_000;

/**
 * The trace of as many steps as go into it, at least one.
 *
 * @param steps from when to when each step ran.
 * @param work of each thing that is started.
 * @param title what the process is called.
 */
export function traceOf(
  { tracks, started, spans }: Timing,
  steps: ReadonlyMap<number, readonly [first: number, last: number]>,
  work: readonly Work[],
  title: string,
): Trace {
  const zero = Math.min(...[...steps.values()].map(([first]) => first));
  const most = Math.max(1, Math.floor(MOST_EVENTS * steps.size / spans.length));
  const traced = new Set([...steps.keys()].slice(0, most));
  const runs = spans.filter(({ step }) => traced.has(step)).map((
    { step, track, started: i, begin, end },
  ): TraceEvent => ({
    ph: "X",
    name: started[i].name,
    cat: "kernel",
    pid: 1,
    tid: track + 1,
    ts: microseconds(begin - zero),
    dur: microseconds(end - begin),
    args: { step, kernels: started[i].kernels, ...work[i] },
  }));
  return { displayTimeUnit: "ns", traceEvents: [...namesOf(title, tracks), ...runs] };
}

/** The process, its tracks, and their order. */
function namesOf(title: string, tracks: readonly string[]): readonly TraceEvent[] {
  const name = (what: string, tid: number, args: TraceEvent["args"]): TraceEvent => (
    { ph: "M", name: what, pid: 1, tid, args }
  );
  return [
    name("process_name", 0, { name: title }),
    ...tracks.flatMap((track, i) => [
      name("thread_name", i + 1, { name: track }),
      name("thread_sort_index", i + 1, { sort_index: i }),
    ]),
  ];
}

const microseconds = (seconds: number) => Number((1e6 * seconds).toFixed(3));
