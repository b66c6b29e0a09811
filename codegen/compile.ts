/**
 * The whole way from a spec to files, stage by stage: the contents page of this folder.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { arrange, blockOf, type LayoutName } from "./plan/arrange/arrange.ts";
import { broadcast } from "./passes/broadcast.ts";
import { plainLoops } from "./schedule/candidates.ts";
import { contract } from "./passes/contract.ts";
import { InputError } from "./error.ts";
import { fuse } from "./plan/fuse/fuse.ts";
import { type Fusion, FUSION_RULES } from "./plan/fuse/rule.ts";
import { headerLines } from "./print/header.ts";
import type { Kernel, LoopNest } from "./ir/ir.ts";
import type { Registry } from "./language/registry.ts";
import { lower } from "./lower/lower.ts";
import { draft } from "./plan/draft/draft.ts";
import { layOut } from "./plan/layout/layout.ts";
import type { Plan, PlanOptions } from "./plan/plan.ts";
import { planText } from "./print/plan_text.ts";
import { printNest } from "./print/print.ts";
import { provePlan } from "./prove/plan/plan.ts";
import { proveTarget } from "./prove/plan/target.ts";
import { distinctNames } from "./plan/names.ts";
import { reorder, type Swap } from "./graph/reorder.ts";
import type { Schedule } from "./schedule/schedule.ts";
import { inferShapes } from "./graph/shapes.ts";
import { simplify } from "./passes/simplify.ts";
import type { Spec } from "./graph/spec.ts";
import { structureOf } from "./ir/structure.ts";
import type { CompiledKernel, Place, Target } from "./targets/target.ts";
import type { Tuned } from "./schedule/tuning.ts";
import { proveKernel } from "./prove/kernel/kernel.ts";
import { proveNest } from "./prove/kernel/nest.ts";
import { Writer } from "./print/writer.ts";

/** Choices beside the spec. */
export interface CompileOptions extends PlanOptions {
  /** How tensors lie in memory. Default "rows". */
  readonly layout?: LayoutName;
  /** What is left out; of no use here are those of {@linkcode KERNEL_RULES}. Default: nothing. */
  readonly without?: readonly Optimization[];
  /** How messages call the spec: its file's name. */
  readonly origin?: string;
}

/** Optimizations of the plan: layouts for vectors, layers in a cheaper order, and the rules by which kernels are merged. */
export const PLAN_RULES = ["layout", "reorder", ...FUSION_RULES] as const;
/** The name of an optimization of the plan. */
export type PlanRule = typeof PLAN_RULES[number];
/**
 * Optimizations of single kernels: index arithmetic moved out of loops; register tiles, without which there are plain
 * loops, nothing unrolled and no vectors; vectors.
 */
export const KERNEL_RULES = ["hoist", "tiles", "vectors"] as const;
/** All optimizations that can be left out. */
export const OPTIMIZATIONS = [...PLAN_RULES, ...KERNEL_RULES] as const;
/** The name of an optimization that can be left out. */
export type Optimization = typeof OPTIMIZATIONS[number];
/** All that merge kernels, or make it possible. */
export const MERGING: readonly PlanRule[] = PLAN_RULES.filter((rule) => rule !== "layout");

/** A plan and what was merged on the way to it. */
export interface Planned {
  readonly plan: Plan;
  readonly fusions: readonly Fusion[];
  readonly swaps: readonly Swap[];
}

/** A net for one target. */
export interface CompiledNet extends Planned {
  readonly target: Target;
  readonly kernels: ReadonlyMap<string, CompiledKernel>;
  /** Text by file name, `plan.txt` not among them. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of the file that is loaded, as it was printed from proven kernels. */
  readonly proof: string;
}

/** Spec to a proven plan: shapes, kernels in order, fusion, memory. */
export function plan(spec: Spec, registry: Registry, options: CompileOptions = {}): Planned {
  const given = inferShapes(spec, registry, options.origin);
  const without = new Set<string>(options.without);
  const { graph, swaps } = without.has("reorder") ? { graph: given, swaps: [] } : reorder(given);
  const whole = draft(graph, registry.batch, options);
  const { layout = "rows", predict = false } = options;
  // of few samples, vectors lie along columns: a pool's strides would be in their way in a convolution
  if (predict && layout === "lanes" && blockOf(graph.batchSize) === undefined) without.add("window");
  const arranged = layout === "rows" || without.has("layout") ? whole : arrange(whole, layout);
  const { draft: merged, fusions } = fuse(arranged, without), named = distinctNames(merged);
  const laid = layOut(named);
  provePlan(laid, named);
  return { plan: laid, fusions, swaps };
}

/** Kernel and schedule to a proven loop nest. `hoist`: whether index arithmetic goes out of loops. */
export function compileKernel(
  kernel: Kernel,
  schedule: Schedule,
  { fma, wholeAddresses, expand, spread }: Pick<Target, "fma" | "wholeAddresses" | "expand" | "spread"> = {
    fma: false,
    wholeAddresses: false,
  },
  hoist = true,
): CompiledKernel {
  proveKernel(kernel);
  const nested = lower(expand ? expand(kernel) : kernel, schedule, spread);
  const whole = broadcast(hoist ? simplify(nested, wholeAddresses) : nested);
  const nest = fma ? contract(whole) : whole;
  // what is moved out of a loop is made positive on the way
  proveNest(nest, !hoist);
  return { kernel, schedule, nest };
}

/** Where a kernel's tensors are, by symbol. */
function placesOf(bindings: Readonly<Record<string, string>>, { tensors }: Plan): Record<string, Place> {
  return Object.fromEntries(
    Object.entries(bindings).map(([symbol, name]) => {
      const { role, offset } = tensors[name];
      return [symbol, role === "run" ? { rows: name } : { address: offset }];
    }),
  );
}

/** A kernel's text, head and all. */
export function kernelSource(compiled: CompiledKernel, target: Target, plan: Plan): string {
  return kernelSources(new Map([[compiled.kernel.name, compiled]]), target, plan).get(compiled.kernel.name)!;
}

/** The texts of kernels, head and all, by name. */
function kernelSources(
  kernels: ReadonlyMap<string, CompiledKernel>,
  target: Target,
  plan: Plan,
): Map<string, string> {
  const all = [...plan.train.kernels, ...plan.evaluate.kernels];
  // of several of a name, the first one's
  const bindings = new Map(all.toReversed().map((k) => [k.kernel.name, k.bindings]));
  return new Map([...kernels].map(([name, compiled]) => {
    const writer = new Writer();
    for (const line of headerLines(compiled, target.numbers, plan.name)) writer.line(`${target.commentMark} ${line}`);
    printNest(compiled.nest, target.syntax(compiled.nest, placesOf(bindings.get(name)!, plan)), writer);
    return [name, writer.toString()];
  }));
}

/** All kernels of a plan, each once, in the order in which they first run. */
export function kernelsOf({ train, evaluate }: Plan): Kernel[] {
  return [...new Map([...train.kernels, ...evaluate.kernels].map(({ kernel }) => [kernel.name, kernel])).values()];
}

/**
 * The same net for threads, with a wait after every kernel of a training step: who is called there can tell when each
 * kernel ended, and need not wait for the others where the plan has no barrier.
 */
export function withWaits(net: CompiledNet): CompiledNet {
  const { train } = net.plan;
  return printed({ ...net, plan: { ...net.plan, train: { ...train, barriers: train.kernels.map((_, i) => i > 0) } } });
}

/** The same net for a GPU that lets a kernel have fewer storage buffers than usual. */
export function withBindings(net: CompiledNet, mostBindings: number): CompiledNet {
  return printed(net, mostBindings);
}

/** The same net with new files. */
function printed(net: CompiledNet, mostBindings?: number): CompiledNet {
  const { target, plan, kernels } = net;
  return { ...net, ...proven(plan, kernels, kernelSources(kernels, target, plan), target, mostBindings) };
}

/**
 * Plan to files of one target. Kernels that are not tuned get the target's first guess.
 *
 * @param without of these only {@linkcode KERNEL_RULES} count; with fewer tiles or vectors, nothing is tuned.
 * @throws {InputError} when something cannot be left out for the target.
 */
export function compileTarget(
  planned: Planned,
  target: Target,
  tuned?: Tuned,
  without: readonly Optimization[] = [],
): CompiledNet {
  const hoist = !without.includes("hoist");
  if (!hoist && target.mustHoist) {
    throw new InputError(
      `hoist cannot be left out for target ${target.name}: its proof wants indices that are never negative on the way`,
    );
  }
  const kernels = compileKernels(kernelsOf(planned.plan), target, tuned, without);
  const texts = kernelSources(kernels, target, planned.plan);
  return { ...planned, target, kernels, ...proven(planned.plan, kernels, texts, target) };
}

/** The files of a net, in which kernels run in an order that is right. */
function proven(
  plan: Plan,
  kernels: CompiledNet["kernels"],
  texts: ReadonlyMap<string, string>,
  target: Target,
  mostBindings?: number,
): Pick<CompiledNet, "files" | "proof"> {
  const files = target.files(plan, kernels, texts, mostBindings);
  proveTarget(plan, kernels, files, target);
  return { files, proof: hashOf(files[target.entry]) };
}

/** Kernels by name; those that differ in nothing but their names, such as those of equal layers, are compiled once. */
function compileKernels(
  kernels: readonly Kernel[],
  target: Target,
  tuned: Tuned | undefined,
  without: readonly Optimization[],
): Map<string, CompiledKernel> {
  const asTuned = (kernel: Kernel) =>
    without.includes("tiles") || without.includes("vectors") ? undefined : tuned?.(kernel);
  const guesses = new Map<string, Schedule>(), nests = new Map<string, LoopNest>();
  return new Map(kernels.map((kernel) => {
    const { name } = kernel, structure = structureOf(kernel);
    const guess = () => {
      const known = guesses.get(structure) ?? firstGuess(kernel, target, without);
      guesses.set(structure, known);
      return known;
    };
    const schedule = asTuned(kernel) ?? guess();
    const key = `${JSON.stringify(schedule)} ${structure}`;
    const nest = nests.get(key) ?? compileKernel(kernel, schedule, target, !without.includes("hoist")).nest;
    nests.set(key, nest);
    return [name, { kernel, schedule, nest: { ...nest, name } }];
  }));
}

/** The schedule of a kernel that is not tuned. */
function firstGuess(kernel: Kernel, target: Target, without: readonly Optimization[]): Schedule {
  if (without.includes("tiles")) return plainLoops(kernel, target.needsGrid);
  const vectors = !without.includes("vectors");
  for (const schedule of target.candidates(kernel)) {
    if (vectors || schedule.vectorize === undefined) return schedule;
  }
  return plainLoops(kernel, target.needsGrid);
}

/** SHA-256 of a text. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export { planText };
