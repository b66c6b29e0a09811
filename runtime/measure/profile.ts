/**
 * What the kernels of a training step take: from when they ran to a table and a trace.
 *
 * @module
 */
import { cost } from "../../codegen/ir/cost.ts";
import { workOf as operationsOf } from "../../codegen/plan/kernel.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { Span, Timing } from "../backends/session.ts";
import { type Trace, traceOf, type Work } from "./trace.ts";

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
  /** Floating-point operations of one run, in all threads: those of the mathematics, where fewer do. */
  readonly flops: number;
  /** Bytes of the distinct elements read and written in one run. */
  readonly bytes: number;
}

/** Steps that are timed, and those before them, by which V8 has optimised the code and a GPU has woken up. */
export const PROFILED_STEPS = 50, WARM_UP_STEPS = 20;

/** The profile and the trace of some steps of a net; the trace has as many steps as go into it, at least one. */
export function profileOf(timing: Timing, plan: Plan, target: string): { profile: Profile; trace: Trace } {
  const { clock, started } = timing, spans = soundSpans(timing), work = workOf(timing, plan), steps = stepsOf(spans);
  const seconds = longestRuns(timing, spans).map(median), sum = seconds.reduce((a, b) => a + b, 0);
  const profile: Profile = {
    clock,
    steps: steps.size,
    stepSeconds: median([...steps.values()].map(([first, last]) => last - first)),
    kernels: started.map(({ name, kernels }, i) => ({
      kernel: name,
      merged: kernels,
      seconds: seconds[i],
      share: sum > 0 ? seconds[i] / sum : 0,
      ...work[i],
    })),
  };
  return { profile, trace: traceOf({ ...timing, spans }, steps, work, `${plan.name}, target ${target}`) };
}

/** Runs of the steps in which no clock goes back: a GPU may set its own back. */
function soundSpans({ clock, spans: all }: Timing): readonly Span[] {
  const odd = new Set(all.filter(({ begin, end }) => !(end >= begin)).map(({ step }) => step));
  const spans = all.filter(({ step }) => !odd.has(step));
  if (spans.length === 0) throw new Error(`the clock goes back in every step (${clock})`);
  return spans;
}

/** What each thing that is started does. */
function workOf({ started }: Timing, plan: Plan): readonly Work[] {
  const costs = new Map(
    plan.train.kernels.map((
      planned,
    ) => [planned.kernel.name, { ...cost(planned.kernel), flops: operationsOf(planned) }]),
  );
  return started.map(({ kernels }) => {
    const kernelCosts = kernels.map((name) => costs.get(name)!);
    return {
      flops: kernelCosts.reduce((sum, { flops }) => sum + flops, 0),
      bytes: kernelCosts.reduce((sum, { read, written }) => sum + read + written, 0),
    };
  });
}

/** When the first run of each step began, and when its last one ended. */
function stepsOf(spans: readonly Span[]): ReadonlyMap<number, readonly [first: number, last: number]> {
  const steps = new Map<number, readonly [number, number]>();
  for (const { step, begin, end } of spans) {
    const [first, last] = steps.get(step) ?? [begin, end];
    steps.set(step, [Math.min(first, begin), Math.max(last, end)]);
  }
  return steps;
}

/** Of each thing that is started, its seconds by step, on the track that took longest. */
function longestRuns({ started }: Timing, spans: readonly Span[]): readonly (readonly number[])[] {
  const longest = started.map(() => new Map<number, number>());
  for (const { step, started, begin, end } of spans) {
    longest[started].set(step, Math.max(longest[started].get(step) ?? 0, end - begin));
  }
  return longest.map((steps) => [...steps.values()]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
