/**
 * Times several schedules of each kernel of a net beside each other, to be compared with what a target thinks of them.
 *
 * @module
 */
import { compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { cost } from "../../codegen/ir/cost.ts";
import type { Kernel, LoopNest } from "../../codegen/ir/ir.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { plannedKernel } from "../../codegen/plan/kernel.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import { neighbours } from "../../codegen/schedule/neighbours.ts";
import { type Schedule, scheduleText } from "../../codegen/schedule/schedule.ts";
import { normalized } from "../../codegen/schedule/tuning.ts";
import type { CompiledKernel, Target } from "../../codegen/targets/target.ts";
import type { LoadedKernel } from "../backends/backend.ts";
import { loadKernels } from "../backends/backends.ts";
import { type Call, compareRun, copiesOf, type KernelCase, kernelCase, teamCalls } from "../check/kernel.ts";
import { checkedPoints } from "../check/points.ts";
import { draws, rowsFor } from "../check/random_data.ts";

/** A schedule of a kernel: what a target thinks that it takes, and what it takes. */
export interface ScheduleTime {
  /** The kernel's name. */
  readonly kernel: string;
  /** The schedule, in words. */
  readonly schedule: string;
  /**
   * The schedule.
   *
   * @ignore the compiler's own types
   */
  readonly directives: Schedule;
  /** Whether it is the target's first guess. */
  readonly isFirst: boolean;
  /** Multiplications and additions of a run, or elements written where there are more. */
  readonly terms: number;
  /** Cycles of one run on one thread, as the target estimates them. */
  readonly cycles: number;
  /** Least of all runs on one thread. */
  readonly seconds: number;
}

/** How many schedules of a kernel are timed beside its first guess. */
export interface Spread {
  /** Of the target's other candidates. */
  readonly candidates: number;
  /** Of the first guess's neighbours, which tuning would try. */
  readonly neighbours: number;
}

/** Rounds in which the schedules of a kernel take turns, and how many more at most while times still fall. */
const ROUNDS = 5, MOST_ROUNDS = 10;
/** A round that brings no time down by more than this part is the last. */
const STILL = 0.02;
/** Milliseconds of a part of a run, and the least that is timed: others are given the processor in between, now and then. */
const PART = 0.5, SPAN = 0.1;
/** Empty calls after which V8 compiles a kernel well, in a thread of its own; and milliseconds that it gets for that. */
const EMPTY_CALLS = 20_000, COMPILING = 50;

/**
 * Times schedules of the kernels that take a share of a training step; each is checked against the interpreter first.
 *
 * @param least kernels below this part of a step's time, by first guesses, are left out.
 * @throws {Error} when a schedule's code does not agree with the interpreter.
 */
export async function timeSchedules(
  spec: Spec,
  registry: Registry,
  target: Target,
  spread: Spread,
  least: number,
  only?: string,
): Promise<ScheduleTime[]> {
  const { plan: whole } = plan(spec, registry, { layout: target.layout });
  const kernels = kernelsOf({ ...whole, evaluate: whole.train }).filter(({ name }) =>
    only === undefined || name === only
  );
  const timesOf = async (kernel: Kernel, schedules: readonly Schedule[]) =>
    await timeInTurn(kernel, schedules, whole, spec, target);
  const first = new Map<Kernel, number>();
  for (const kernel of kernels) {
    const [guess] = target.candidates(kernel);
    first.set(kernel, (await timesOf(kernel, [guess]))[0]);
  }
  const total = [...first.values()].reduce((sum, seconds) => sum + seconds, 0), rows: ScheduleTime[] = [];
  for (const kernel of kernels.filter((kernel) => first.get(kernel)! >= least * total)) {
    const schedules = schedulesOf(kernel, target, spread), times = await timesOf(kernel, schedules);
    rows.push(...schedules.map((schedule, i) => ({
      kernel: kernel.name,
      schedule: scheduleText(schedule),
      directives: schedule,
      isFirst: i === 0,
      terms: termsOf(kernel),
      cycles: target.estimate!(kernel, schedule),
      seconds: times[i],
    })));
  }
  return rows;
}

/** Of one run. */
function termsOf(kernel: Kernel): number {
  const { flops, written } = cost(kernel);
  return Math.max(flops, written / 4);
}

/** The first guess, then others: of the candidates and of the neighbours some from all of the list. */
export function schedulesOf(kernel: Kernel, target: Target, spread: Spread): Schedule[] {
  const [first, ...others] = [...target.candidates(kernel)].map(normalized);
  const near = neighbours(kernel, first, target.spread);
  const all = [first, ...some(others, spread.candidates), ...some(near, spread.neighbours)];
  return [...new Map(all.map((schedule) => [JSON.stringify(schedule), schedule])).values()];
}

/** So many of a list, with the same distance from one to the next. */
function some<Value>(list: readonly Value[], count: number): Value[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.floor((i + 0.5) * list.length / count)]);
}

/** Seconds of a run with each schedule, the least of all turns. */
async function timeInTurn(
  kernel: Kernel,
  schedules: readonly Schedule[],
  whole: Plan,
  spec: Spec,
  target: Target,
): Promise<number[]> {
  const planned = plannedKernel(whole, kernel.name);
  const copies = schedules.map((_, i) => ({ ...planned, kernel: { ...kernel, name: `${kernel.name}_${i}` } }));
  const step = { kernels: copies, barriers: copies.map((_, i) => i > 0) };
  const only = { ...whole, train: step, evaluate: { kernels: [], barriers: [] } };
  const scheduleOf = ({ name }: Kernel) => schedules[copies.findIndex((copy) => copy.kernel.name === name)];
  const net = compileTarget({ plan: only, fusions: [], swaps: [] }, target, scheduleOf, ["chain"]);
  const load = await loadKernels(net, rowsFor(net.plan)),
    points = checkedPoints(kernel, schedules[0], draws(0, "points"));
  const data = kernelCase(kernel, planned.bindings, net.plan, spec, 0, points);
  const runs: Run[] = [];
  for (const { kernel: { name } } of copies) {
    runs.push(await checkedRun(net.kernels.get(name)!, load(name), data, target));
  }
  const seconds = () => runs.map(({ least }) => least.reduce((sum, time) => sum + time, 0) / 1000);
  await new Promise((resolve) => setTimeout(resolve, COMPILING));
  for (const run of runs) divide(run);
  for (let round = 1, still = false; round <= ROUNDS || round <= MOST_ROUNDS && !still; round++) {
    const before = seconds();
    for (const run of runs) takeTurn(run);
    still = seconds().every((time, i) => time > (1 - STILL) * before[i]);
  }
  return seconds();
}

/** Runs of a kernel: in parts, each of which takes a share of the loop that threads share. */
interface Run {
  readonly run: LoadedKernel["run"];
  readonly nest: LoopNest;
  parts: readonly Call[];
  /** Milliseconds of each part, the least of all turns. */
  least: number[];
}

/** Divides a run by how long it takes. */
function divide(run: Run): void {
  const [whole] = teamCalls(run.nest, 1), time = Math.min(...[1, 2, 3].map(() => timed(run, whole)));
  run.parts = teamCalls(run.nest, Math.max(1, Math.min(run.nest.parallel?.iterations ?? 1, Math.round(time / PART))));
  run.least = run.parts.map(() => Infinity);
}

function takeTurn(run: Run): void {
  for (const [i, part] of run.parts.entries()) run.least[i] = Math.min(run.least[i], timed(run, part));
}

/** Milliseconds of a call; of a short one, as often as it takes to be noticed. */
function timed({ run }: Run, call: Call): number {
  for (let repeats = 1;; repeats *= 2) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) run(...call);
    const span = performance.now() - start;
    if (span >= SPAN) return span / repeats;
  }
}

/**
 * A run of a kernel, which has been checked and which V8 has begun to compile well.
 *
 * @param data what it is given, and what the interpreter makes of that.
 * @throws {Error} when it makes something else.
 */
async function checkedRun(
  compiled: CompiledKernel,
  loaded: LoadedKernel,
  data: KernelCase,
  target: Target,
): Promise<Run> {
  const { kernel, nest, schedule } = compiled, { load, run } = loaded, { given } = data;
  const { ok, error, tolerance } = await compareRun(compiled, loaded, { ...data, given: copiesOf(given) }, target);
  if (!ok) {
    throw new Error(
      `${kernel.name}, ${scheduleText(schedule)}: its error is ${error}, at most ${tolerance} is rounding`,
    );
  }
  const [call] = teamCalls(nest, 1);
  for (let i = 0; nest.parallel && i < EMPTY_CALLS; i++) run(call[0], 0, 0);
  load(Object.keys(nest.tensors).map((symbol) => given[symbol]));
  return { run, nest, parts: [call], least: [Infinity] };
}
