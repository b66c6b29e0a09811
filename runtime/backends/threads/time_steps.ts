/**
 * Times the kernels of some training steps, in a team of its own whose threads look at their clocks.
 *
 * @module
 */
import { inUnits } from "../../../codegen/plan/layout/barriers.ts";
import type { Plan } from "../../../codegen/plan/plan.ts";
import type { Span, TimedSteps, Timing } from "../session.ts";
import type { TimedCode } from "./load.ts";
import { type SharedRows, Team } from "./team.ts";

/** Runs the first steps of a data set, over and over where it has fewer; its tables are filled. */
export async function timeSteps(
  plan: Plan,
  { code, shares }: TimedCode,
  { threads, ...memory }: SharedRows & { readonly threads: number },
  { set, ofSet, steps, warmUp }: TimedSteps,
): Promise<Timing> {
  const units = inUnits(plan.train.kernels.map(({ kernel: { name } }) => name), plan.train.chains);
  const all = warmUp + steps, count = units.length, begins = inUnits(plan.train.barriers, plan.train.chains);
  const times = new Float64Array(new SharedArrayBuffer(threads * all * count * 2 * 8));
  const stopwatch = {
    times,
    origin: performance.timeOrigin,
    barriers: [...begins.slice(1).map(([waits]) => waits), true],
  };
  const team = new Team({ code, ...memory, stopwatch }, threads);
  try {
    for (let done = 0; done < all; done += ofSet) {
      await team.run({ set, mode: "train", from: 0, to: Math.min(ofSet, all - done) });
    }
  } finally {
    team.stop();
  }
  const spans: Span[] = [];
  for (let step = 0; step < steps; step++) {
    for (let track = 0; track < threads; track++) {
      for (const [started, [name]] of units.entries()) {
        if (!shares(name, track, threads)) continue;
        const at = 2 * ((track * all + warmUp + step) * count + started);
        spans.push({ step, track, started, begin: times[at] / 1000, end: times[at + 1] / 1000 });
      }
    }
  }
  return {
    clock: threads === 1 ? "the thread's clock" : "the threads' clocks, each kernel in the thread that took longest",
    tracks: Array.from({ length: threads }, (_, thread) => `thread ${thread + 1}`),
    started: units.map((kernels) => ({ name: [kernels[0], ...kernels.slice(1).slice(-1)].join(" to "), kernels })),
    spans,
  };
}
