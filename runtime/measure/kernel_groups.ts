/**
 * The kernels of a net as its targets have them, side by side: to compare how long they take.
 *
 * Targets cut a step into different kernels: one takes a sum in two, another one merges what a third keeps apart. So what
 * is compared are groups of kernels that make the same tensors.
 *
 * @module
 */
import { compileTarget, MERGING, type Optimization, plan } from "../../codegen/compile.ts";
import { shapeLine } from "../../codegen/print/header.ts";
import { genericLoops, type Storage } from "../../codegen/ir/interpret.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { accesses, plannedKernel } from "../../codegen/plan/kernel.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { Tuned } from "../../codegen/schedule/tuning.ts";
import { backendOf, loadKernels } from "../backends/backends.ts";
import type { LoadedKernel } from "../backends/backend.ts";
import { type Call, checkedCall, kernelCase } from "../check/kernel.ts";
import { ROW, rowsFor } from "../check/random_data.ts";

/** Kernels that make the same tensors. */
export interface KernelGroup {
  /** The kernels that the first target has for it, joined by " + ". */
  readonly name: string;
  /** The extents of their axes. */
  readonly shape: string;
  /** What runs on a thread. */
  readonly rows: readonly KernelRow[];
  /** What runs on a GPU; left out where there is none. */
  readonly gpu?: GpuKernelRow;
}

/** The kernels of a group in one form, one after the other. What they compute has been checked. */
export interface KernelRow {
  /** The target, and what is special about it. */
  readonly name: string;
  /** Names, in the order in which they run. */
  readonly kernels: readonly string[];
  /** Runs them on one thread. The first time, it does so until the engine has optimised them. */
  run(): void;
}

/** The same on a GPU, of which nothing but its adapter is asked before the row is opened. */
export interface GpuKernelRow {
  /** The target. */
  readonly name: string;
  /** What the driver calls it, and whether it is the processor. */
  readonly adapter: string;
  /** Names, in the order in which they run. */
  readonly kernels: readonly string[];
  /**
   * Makes the kernels on the GPU, and checks what they compute.
   *
   * @throws {Error} when one does not compute what its formula says, or the GPU does not have what the net needs.
   */
  open(): Promise<GpuRuns>;
}

/** Kernels on a GPU, to be timed. */
export interface GpuRuns {
  /** So many runs take much longer than it takes to notice that they are over: a power of ten. */
  readonly times: number;
  /** Runs each of them `times` times, and waits for the end. */
  run(): Promise<void>;
}

/** A target, and how its kernels are carried out. */
export interface KernelForm {
  readonly name: string;
  readonly target: Target;
  /** Optimizations of single kernels that are left out. */
  readonly without?: readonly Optimization[];
  /** Schedules that are used in place of first guesses. */
  readonly tuned?: Tuned;
}

/** Before what runs on a thread is timed, at least: V8 optimises in the background. */
const WARM_CALLS = 10, WARM_MILLISECONDS = 300;
/** It is noticed up to 10 ms late that a GPU is done. */
const LONG_MILLISECONDS = 100;
/** Most dispatches in one submission. */
const MOST_TIMES = 10_000;
/** The name of the form that knows no shapes. */
const GENERIC = "generic loops";

/**
 * The kernels of a training step in groups, in each form: generic loops over run-time shapes first, and then as the
 * targets have them. Each is checked against the interpreter; what runs on a GPU is when its row is opened.
 *
 * @param forms what groups are named after first; a target is left out where there is nothing to run it on.
 * @throws {Error} when a kernel does not compute what its formula says.
 */
export async function groupedKernels(
  spec: Spec,
  registry: Registry,
  forms: readonly KernelForm[],
): Promise<KernelGroup[]> {
  // layers one by one, but in the order that all other forms have them in
  const { plan: unmerged } = plan(spec, registry, { without: MERGING.filter((rule) => rule !== "reorder") });
  const loaded: LoadedForm[] = [{ name: GENERIC, plan: unmerged, runs: genericRuns(unmerged, spec) }];
  for (const form of forms) {
    const { device } = await backendOf(form.target).available();
    if (device !== undefined) loaded.push(await loadForm(form, device, spec, registry));
  }

  const { plan: base } = loaded[1];
  return groupKernels(base, loaded.map(({ plan }) => plan)).map((names) => {
    const kernels = base.train.kernels.filter(({ kernel: { name } }) => names[1].includes(name));
    const queued = loaded.findIndex(({ gpu }) => gpu !== undefined), { name, gpu } = loaded[queued] ?? {};
    return {
      name: names[1].join(" + "),
      shape: kernels.map(({ kernel }) => shapeLine(kernel)).join(" + "),
      rows: loaded.flatMap(({ name, runs }, i) =>
        runs ? [{ name, kernels: names[i], run: warmed(names[i].map((kernel) => runs.get(kernel)!)) }] : []
      ),
      ...gpu && {
        gpu: { name, adapter: gpu.adapter, kernels: names[queued], open: () => gpu.open(names[queued]) },
      },
    };
  });
}

/** Runs a kernel so often where runs stand in a queue. */
type Repeat = (times: number) => Promise<void>;

/** A form with what runs its kernels: on a thread each has been checked, a GPU is not asked before it is needed. */
interface LoadedForm {
  readonly name: string;
  readonly plan: Plan;
  /** By the names of the kernels. */
  readonly runs?: ReadonlyMap<string, () => void>;
  readonly gpu?: { readonly adapter: string; open(kernels: readonly string[]): Promise<GpuRuns> };
}

/** The kernels of a plan as loops over run-time shapes. They must do just what the interpreter does. */
function genericRuns(plan: Plan, spec: Spec): Map<string, () => void> {
  return new Map(plan.train.kernels.map(({ kernel, bindings }) => {
    const run = genericLoops(kernel), { given, expected } = kernelCase(kernel, bindings, plan, spec, 0);
    run(given, ROW);
    for (const [symbol, values] of Object.entries<Storage>(expected)) {
      if (values.some((value, i) => !Object.is(value, given[symbol][i]))) {
        throw new Error(`${kernel.name} as generic loops is wrong: ${symbol} is not what the interpreter makes it`);
      }
    }
    return [kernel.name, () => run(given, ROW)];
  }));
}

async function loadForm(
  form: KernelForm,
  device: string,
  spec: Spec,
  registry: Registry,
): Promise<LoadedForm> {
  const { name, target, tuned, without } = form;
  const net = compileTarget(plan(spec, registry, { layout: target.layout }), target, tuned, [
    ...without ?? [],
    // all kernels are loaded before the first is timed: what one reads must not be another's
    "reuse",
  ]);
  let loading: ReturnType<typeof loadKernels> | undefined;
  const checked = async (kernel: string): Promise<[LoadedKernel, Call]> => {
    const loaded = (await (loading ??= loadKernels(net, rowsFor(net.plan))))(kernel);
    const compiled = net.kernels.get(kernel)!, { bindings } = plannedKernel(net.plan, kernel);
    const call = await checkedCall(compiled, loaded, bindings, net.plan, spec, target, `${name}: ${kernel}`);
    return [loaded, call];
  };
  // whoever times no kernel on a GPU makes no device: it takes time, and drivers may fail
  if (!backendOf(target).takesThreads) {
    const repeat = async (kernel: string): Promise<Repeat> => {
      const [{ repeat }] = await checked(kernel);
      return (times) => repeat!(ROW, times);
    };
    const open = async (kernels: readonly string[]) => await repeated(await Array.fromAsync(kernels, repeat));
    return { name, plan: net.plan, gpu: { adapter: device, open } };
  }
  const runs = new Map<string, () => void>();
  for (const { kernel: { name: kernel } } of net.plan.train.kernels) {
    const [{ run }, call] = await checked(kernel);
    runs.set(kernel, () => run(...call));
  }
  return { name, plan: net.plan, runs };
}

/** Calls one after the other; the first time until V8 has optimised them, which it does in the background. */
function warmed(calls: readonly (() => void)[]): () => void {
  const all = () => calls.forEach((call) => call());
  let warm = false;
  return () => {
    const end = performance.now() + WARM_MILLISECONDS;
    for (let i = 0; !warm && (i < WARM_CALLS || performance.now() < end); i++) all();
    warm = true;
    all();
  };
}

/** A run on a GPU that takes so long that the time of its end is known well enough. */
async function repeated(kernels: readonly Repeat[]): Promise<GpuRuns> {
  const all = async (times: number) => {
    for (const run of kernels) await run(times);
  };
  await all(1);
  let times = 1;
  for (; times < MOST_TIMES; times *= 10) {
    const start = performance.now();
    await all(times);
    if (performance.now() - start >= LONG_MILLISECONDS * kernels.length) break;
  }
  return { times, run: () => all(times) };
}

/**
 * Kernels of a training step that make the same tensors in all plans, as few together as can be.
 *
 * What the first plan does not store is for whatever is made of it. The plans must have the same layers in the same order.
 *
 * @returns for each group, in the order of the first plan, the names of each plan's kernels.
 */
export function groupKernels(base: Plan, plans: readonly Plan[]): string[][][] {
  const first = base.train.kernels;
  // kernels of the first plan are in one group when they have the same root
  const roots = first.map((_, i) => i);
  const root = (i: number): number => roots[i] === i ? i : root(roots[i]);
  const made = first.map((planned) => names(base, accesses(planned).writes));
  const owners = plans.map((plan) => {
    const all = plan.train.kernels.map((planned) => {
      const { reads, writes } = accesses(planned);
      return { reads: names(plan, reads), writes: names(plan, writes) };
    });
    const found: number[][] = [];
    for (const [i, { writes }] of [...all.entries()].toReversed()) {
      const makers = first.flatMap((_, k) => overlap(made[k], writes) ? [k] : []);
      const later = all.flatMap(({ reads }, k) => k > i && overlap(reads, writes) ? found[k] : []);
      found[i] = makers.length > 0 ? makers : later;
      if (found[i].length === 0) {
        throw new TypeError(`nothing is made of what ${plan.train.kernels[i].kernel.name} makes`);
      }
      for (const k of found[i]) roots[root(k)] = root(found[i][0]);
    }
    return found;
  });
  const order = [...new Set(first.map((_, i) => root(i)))];
  return order.map((group) =>
    plans.map(({ train: { kernels } }, p) =>
      kernels.filter((_, i) => root(owners[p][i][0]) === group).map(({ kernel: { name } }) => name)
    )
  );
}

/** All names of the storage of some tensors. */
function names({ tensors }: Plan, some: ReadonlySet<string>): Set<string> {
  const storage = (name: string) => tensors[name].alias ?? name;
  const stored = new Set([...some].map(storage));
  return new Set(Object.keys(tensors).filter((name) => stored.has(storage(name))));
}

const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].some((name) => b.has(name));
