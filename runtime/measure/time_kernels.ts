/**
 * Times generated kernels one by one, on one thread or on a GPU, after checking what they compute.
 *
 * @module
 */
import { compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import { cost } from "../../codegen/ir/cost.ts";
import { expressions } from "../../codegen/ir/expr.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { plannedKernel, workOf as operationsOf } from "../../codegen/plan/kernel.ts";
import { scheduleText } from "../../codegen/schedule/schedule.ts";
import type { PlannedKernel } from "../../codegen/plan/plan.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { Tuned } from "../../codegen/schedule/tuning.ts";
import type { LoadedKernel } from "../backends/backend.ts";
import { loadKernels } from "../backends/backends.ts";
import { type Call, checkedCall } from "../check/kernel.ts";
import { rowsFor } from "../check/random_data.ts";

/** How long one run of a kernel takes. */
export interface KernelTime {
  /** Its name. */
  readonly kernel: string;
  /** Its schedule, in words. */
  readonly schedule: string;
  /** Least of all runs. */
  readonly seconds: number;
  /** Median of all runs, in seconds. */
  readonly median: number;
  /** Runs that were timed. */
  readonly runs: number;
  /** Floating-point operations of one run: those of the mathematics, where fewer do. */
  readonly flops: number;
  /** Those that it executes. */
  readonly executed: number;
  /** Bytes of the distinct elements read and written. */
  readonly bytes: number;
  /** Divisions, roots and exponentials among the operations: they take many times as long as the others. */
  readonly slow: number;
  /** Accesses whose index is itself loaded. */
  readonly gathers: boolean;
  /** Whether it works on vectors. */
  readonly vectors: boolean;
}

/** Runs of a kernel that are not counted: V8 has optimised it by then. A GPU's are means of many. */
const WARM_UP = 5, GPU_WARM_UP = 1;
/** Runs that are counted, at least. */
const LEAST_RUNS = 10, LEAST_GPU_RUNS = 3;

/**
 * Times every kernel of a training step.
 *
 * @param milliseconds how long each kernel is run for, at least; never under ten runs, or three means of many on a GPU.
 * @param only the one kernel to time; all when left out.
 * @throws {Error} when a kernel does not agree with the interpreter: it is not timed then.
 */
export async function timeKernels(
  spec: Spec,
  registry: Registry,
  target: Target,
  tuned?: Tuned,
  milliseconds = 200,
  only?: string,
): Promise<KernelTime[]> {
  const net = compileTarget(plan(spec, registry, { layout: target.layout }), target, tuned);
  const load = await loadKernels(net, rowsFor(net.plan));
  const kernels = kernelsOf({ ...net.plan, evaluate: net.plan.train });
  const timed: KernelTime[] = [];
  for (const kernel of kernels.filter(({ name }) => only === undefined || name === only)) {
    const compiled = net.kernels.get(kernel.name)!;
    const loaded = load(kernel.name);
    const planned = plannedKernel(net.plan, kernel.name), { bindings } = planned;
    const call = await checkedCall(compiled, loaded, bindings, net.plan, spec, target, kernel.name);
    const times = await sortedTimes(loaded, call, milliseconds);
    timed.push({
      kernel: kernel.name,
      schedule: scheduleText(compiled.schedule),
      seconds: times[0] / 1000,
      median: times[times.length >> 1] / 1000,
      runs: times.length,
      ...workOf(planned),
      vectors: compiled.schedule.vectorize !== undefined,
    });
  }
  return timed;
}

/** Milliseconds of each counted run, the shortest first. */
async function sortedTimes({ measure, run }: LoadedKernel, call: Call, milliseconds: number): Promise<number[]> {
  const time = async () => {
    if (measure) return await measure(call[0], milliseconds / LEAST_RUNS);
    const start = performance.now();
    run(...call);
    return performance.now() - start;
  };
  const [warmUp, least] = measure ? [GPU_WARM_UP, LEAST_GPU_RUNS] : [WARM_UP, LEAST_RUNS];
  for (let i = 0; i < warmUp; i++) await time();
  const times: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end || times.length < least;) {
    times.push(await time());
  }
  return times.sort((a, b) => a - b);
}

/** What one run does. */
function workOf(planned: PlannedKernel): Pick<KernelTime, "flops" | "executed" | "bytes" | "slow" | "gathers"> {
  const { kernel } = planned, { flops: executed, read, written, slow } = cost(kernel), flops = operationsOf(planned);
  const all = kernel.parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)));
  const gathers = all.some((e) => e.kind === "load" && e.index.some(({ kind }) => kind === "load"));
  return { flops, executed, bytes: read + written, slow, gathers };
}
