/**
 * The whole way from a spec to files, stage by stage: the contents page of this folder.
 *
 * A spec becomes a {@linkcode plan}; each kernel of it, with a schedule, a loop nest ({@linkcode compileKernel}); and all of
 * them the files of a target ({@linkcode compileTarget}).
 *
 * @module
 */
import { InputError } from "./error.ts";
import { reorder } from "./graph/reorder.ts";
import { checkBatch, inferShapes } from "./graph/shapes.ts";
import type { Spec } from "./graph/spec.ts";
import type { Kernel, LoopNest } from "./ir/ir.ts";
import { structureOf } from "./ir/structure.ts";
import type { Registry } from "./language/registry.ts";
import { lower, shareOf } from "./lower/lower.ts";
import { type CompiledNet, type Planned, printedNet } from "./net.ts";
import type { Optimization } from "./optimizations.ts";
import { withBegins } from "./passes/begins.ts";
import { broadcast } from "./passes/broadcast.ts";
import { contract } from "./passes/contract.ts";
import { simplify } from "./passes/simplify.ts";
import { chooseAlgorithms, DIRECT, payingTiles, type TileSizes } from "./plan/algorithm/algorithm.ts";
import { arrange, type LayoutName, layoutOf } from "./plan/arrange/arrange.ts";
import { blockOf, rowsOf } from "./plan/arrange/blocks.ts";
import { draft } from "./plan/draft/draft.ts";
import { fuse } from "./plan/fuse/fuse.ts";
import { mergeGiven } from "./plan/fuse/given.ts";
import { chainKernels } from "./plan/layout/chains.ts";
import { layOut } from "./plan/layout/layout.ts";
import { freeze } from "./plan/freeze.ts";
import { reuseMemory } from "./plan/layout/reuse.ts";
import { plannedKernels } from "./plan/kernel.ts";
import type { Plan, PlanOptions } from "./plan/plan.ts";
import { distinctNames } from "./plan/names.ts";
import { proveKernel } from "./prove/kernel/kernel.ts";
import { proveNest } from "./prove/kernel/nest.ts";
import { provePlan } from "./prove/plan/plan.ts";
import { firstGuess } from "./schedule/choice.ts";
import type { Schedule } from "./schedule/schedule.ts";
import type { Tuned } from "./schedule/tuning.ts";
import type { CompiledKernel, Target } from "./targets/target.ts";

export { planText } from "./print/plan_text.ts";
export { kernelSource } from "./print/source.ts";
export { type CompiledNet, type Planned, withBindings, withWaits } from "./net.ts";
export { KERNEL_RULES, MERGING, type Optimization, OPTIMIZATIONS, PLAN_RULES, type PlanRule } from "./optimizations.ts";

/** Choices beside the spec. */
export interface CompileOptions extends PlanOptions {
  /** How tensors lie in memory. Default "row_major". */
  readonly layout?: LayoutName;
  /** What is left out; of no use here are those of {@linkcode KERNEL_RULES}. Default: nothing. */
  readonly without?: readonly Optimization[];
  /** Sizes of Winograd's tiles that may be used. Default: those that pay with the layout. */
  readonly tiles?: TileSizes;
  /** How messages call the spec: its file's name. */
  readonly origin?: string;
}

/** Spec to a proven plan: shapes, kernels in order, layouts, fusion, memory. */
export function plan(spec: Spec, registry: Registry, options: CompileOptions = {}): Planned {
  const without = new Set<string>(options.without), { layout = "row_major", predict = false, origin } = options;
  const given = inferShapes(spec, registry, origin);
  if (!predict) checkBatch(given, origin);
  const { graph, swaps } = without.has("reorder") ? { graph: given, swaps: [] } : reorder(given);
  const batchRows = batchRowsOf(graph.batchSize, options);
  const whole = draft({ ...graph, batchRows }, registry.batch, options);
  const { draft: drafted, fusions: first } = without.has("elementwise")
    ? { draft: whole, fusions: [] }
    : mergeGiven(whole);
  const chosen = without.has("layout") ? "row_major" : layoutOf(drafted, layout, !without.has("channels"));
  const { tiles = without.has("winograd") ? DIRECT : payingTiles(chosen, batchRows) } = options;
  const { draft: tiled, chosen: algorithms } = chooseAlgorithms(drafted, tiles);
  const arranged = chosen === "row_major" ? tiled : arrange(tiled, chosen);
  // of few samples, vectors lie along columns: a pool's strides would be in their way in a convolution
  if (predict && chosen === "samples" && blockOf(batchRows) === undefined) without.add("window");
  const { draft: merged, fusions } = fuse(arranged, without), named = distinctNames(merged);
  const laid = layOut(named);
  provePlan(laid, named);
  return { plan: laid, fusions: [...first, ...fusions], swaps, chosen: algorithms };
}

/** Rows that a batch of so many samples gets. */
export function batchRowsOf(
  batchSize: number,
  { layout = "row_major", without = [] }: Pick<CompileOptions, "layout" | "without">,
): number {
  // scalars, and invocations of a GPU, take any number of samples
  const any = layout === "row_major" || layout === "blocks" || without.includes("layout") || without.includes("pad");
  return any ? batchSize : rowsOf(batchSize);
}

/** What of a target its kernels' loop nests depend on. */
type Nesting = Pick<Target, "fma" | "wholeAddresses" | "expand" | "spread">;

/**
 * Kernel and schedule to a proven loop nest.
 *
 * @param hoist whether index arithmetic goes out of loops.
 * @param scratch its tensors in scratch memory, by symbol.
 */
export function compileKernel(
  kernel: Kernel,
  schedule: Schedule,
  { fma, wholeAddresses, expand, spread }: Nesting = { fma: false, wholeAddresses: false },
  hoist = true,
  scratch: readonly string[] = [],
): CompiledKernel {
  proveKernel(kernel);
  const lowered = withBegins(lower(expand ? expand(kernel) : kernel, schedule, spread), scratch);
  const simple = hoist ? simplify(lowered, wholeAddresses) : lowered;
  const whole = broadcast(simple);
  const nest = fma ? contract(whole) : whole;
  // what is moved out of a loop is made positive on the way
  proveNest(nest, !hoist);
  return { kernel, schedule, nest };
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
  if (without.includes("hoist") && target.mustHoist) {
    throw new InputError(
      `hoist cannot be left out for target ${target.name}: its proof wants indices that are never negative on the way`,
    );
  }
  const left = new Set(without), schedules = chooseSchedules(kernelsOf(planned.plan), target, tuned, left);
  const { plan: unchained } = planned;
  const chained = target.chains && !left.has("chain")
    ? chainKernels(unchained, (kernel) => shareOf(kernel, schedules.get(kernel.name)!))
    : unchained;
  const plan = target.reuses && !left.has("reuse") ? reuseMemory(chained) : chained;
  return printedNet({ ...planned, plan, unchained, target, kernels: compileKernels(plan, schedules, target, left) });
}

/** All kernels of a plan, each once, in the order in which they first run. */
export function kernelsOf(plan: Plan): Kernel[] {
  return Array.from(plannedKernels(plan).values(), ({ kernel }) => kernel);
}

/** Schedules by the names of kernels; those that differ in nothing but their names have one. */
function chooseSchedules(
  kernels: readonly Kernel[],
  target: Target,
  tuned: Tuned | undefined,
  without: ReadonlySet<Optimization>,
): Map<string, Schedule> {
  const left = { tiles: without.has("tiles"), vectors: without.has("vectors") };
  const guesses = knownFor<Schedule>(target, `guess ${JSON.stringify(left)}`);
  return new Map(kernels.map((kernel) => {
    const tunedSchedule = left.tiles || left.vectors ? undefined : tuned?.(kernel);
    const guess = () => once(guesses, structureOf(kernel), () => firstGuess(kernel, target, left));
    return [kernel.name, tunedSchedule ?? guess()];
  }));
}

/** Kernels by name; those that differ in nothing but their names, such as those of equal layers, are compiled once. */
function compileKernels(
  plan: Plan,
  schedules: ReadonlyMap<string, Schedule>,
  target: Target,
  without: ReadonlySet<Optimization>,
): Map<string, CompiledKernel> {
  const nests = knownFor<LoopNest>(target, `nest ${!without.has("hoist")}`);
  return new Map(
    Array.from(plannedKernels(plan).values(), ({ kernel, bindings }) => {
      const { name } = kernel, schedule = schedules.get(name)!;
      const scratch = Object.keys(kernel.tensors).filter((symbol) =>
        plan.tensors[bindings[symbol]].scratch !== undefined
      );
      const nest = once(
        nests,
        `${JSON.stringify([schedule, scratch])} ${structureOf(kernel)}`,
        () => compileKernel(kernel, schedule, target, !without.has("hoist"), scratch).nest,
      );
      return [name, { kernel, schedule, nest: { ...nest, name } }];
    }),
  );
}

/** What was made for a target's kernels, by what it is and under which choices: who edits a net changes few of them. */
const known = new WeakMap<Target, Map<string, Map<string, unknown>>>();
/** Most that is known of a kind; of a deep net there are some hundreds. */
const MOST_KNOWN = 1024;

function knownFor<Value>(target: Target, kind: string): Map<string, Value> {
  const kinds = known.get(target) ?? new Map<string, Map<string, unknown>>();
  const values = kinds.get(kind) ?? new Map<string, unknown>();
  known.set(target, kinds.set(kind, values));
  return values as Map<string, Value>;
}

/** What is known by a key, or made now; what was not asked for longest is forgotten. */
function once<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  // another net has it, too
  const value = known.get(key) ?? freeze(make());
  known.delete(key);
  known.set(key, value);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return value;
}
