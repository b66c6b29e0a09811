/**
 * A net's layers and its training step as data, for whoever shows them.
 *
 * @module
 */
import { MERGING, plan } from "../codegen/compile.ts";
import { layerSummaries, type LayerSummary } from "../codegen/graph/lanes.ts";
import { checkBatch, inferShapes } from "../codegen/graph/shapes.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { cost } from "../codegen/ir/cost.ts";
import { accesses } from "../codegen/plan/kernel.ts";
import type { Plan, PlannedTensor } from "../codegen/plan/plan.ts";
import { shapeLine } from "../codegen/print/header.ts";
import { groupKernels } from "../runtime/measure/kernel_groups.ts";
import { networkChart } from "../runtime/report/network.ts";
import { readOptions } from "../runtime/run/options.ts";
import { COMPILE, compileNet, type CompileOptions } from "./compile.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { findTarget, TARGET } from "./targets.ts";

/** A kernel in its place in a training step. */
export interface StepKernel {
  /** Its name. */
  readonly name: string;
  /** Whether threads wait for each other before it. */
  readonly barrier: boolean;
  /** The extents of its axes: `n = 64, o = 10`. */
  readonly shape: string;
  /** Floating-point operations of one run. */
  readonly flops: number;
  /** Bytes of the distinct elements that it reads. */
  readonly read: number;
  /** Bytes of the distinct elements that it writes. */
  readonly written: number;
  /** Tensors that it reads, by name. */
  readonly reads: readonly string[];
  /** Tensors that it writes, by name. */
  readonly writes: readonly string[];
}

/** A tensor in the arena. */
export interface PlacedTensor {
  /** Its name. */
  readonly name: string;
  /** What it is for: `parameter`, `buffer`, `state`, `value` or `gradient`. */
  readonly role: string;
  /** Type and shape as they are stored: `f32 [4, 10, 16]`. */
  readonly type: string;
  /** Bytes from the arena's begin. */
  readonly offset: number;
  /** Bytes that it takes. */
  readonly bytes: number;
  /** The first and the last kernel of a training step that touch it, from 0; absent where none does. */
  readonly used?: readonly [first: number, last: number];
  /** Whether it is kept from step to step: what lies in its place is never another's. */
  readonly kept: boolean;
  /** Other tensors that are the same storage, under other shapes. */
  readonly aliases: readonly string[];
}

/** A training step: its kernels in order, and its memory. */
export interface TrainingStep {
  /** Name of the target that it is for. */
  readonly target: string;
  /** In the order in which they run. */
  readonly kernels: readonly StepKernel[];
  /** Those with a place of their own in the arena, by where they lie. */
  readonly tensors: readonly PlacedTensor[];
  /** Bytes of the memory that all tensors share. */
  readonly arenaBytes: number;
  /** Bytes of each thread's scratch memory. */
  readonly scratchBytes: number;
}

/**
 * The layers of a net, its input before them, with the shapes of what they give.
 *
 * @throws {SpecError} when layers do not fit each other, naming where.
 */
export function netLayers(given: Spec, origin?: string): LayerSummary[] {
  const graph = inferShapes(checkedSpec(given, origin), registry, origin);
  checkBatch(graph, origin);
  return layerSummaries(graph);
}

/**
 * A net's training step for a target.
 *
 * @throws {InputError} as `compile` does.
 */
export function trainingStep(spec: Spec, given: CompileOptions = {}): TrainingStep {
  const { target = "auto", ...options } = readOptions(given, COMPILE), found = findTarget(target);
  const { plan } = compileNet(spec, found, options), { train, arenaBytes, scratchBytes = 0 } = plan;
  const kernels = train.kernels.map((planned, i): StepKernel => {
    const { kernel } = planned, { flops, read, written } = cost(kernel), { reads, writes } = accesses(planned);
    return {
      ...{ name: kernel.name, barrier: train.barriers[i], shape: shapeLine(kernel), flops, read, written },
      ...{ reads: [...reads], writes: [...writes] },
    };
  });
  return { target: found.name, kernels, tensors: placedIn(plan), arenaBytes, scratchBytes };
}

/** Tensors with a place of their own in the arena. */
function placedIn({ tensors, train: { kernels } }: Plan): PlacedTensor[] {
  const used = new Map<string, [first: number, last: number]>();
  for (const [i, planned] of kernels.entries()) {
    const { reads, writes } = accesses(planned);
    // a tensor is in use as long as those that share its storage
    for (const name of reads.union(writes)) {
      const own = tensors[name].alias ?? name;
      used.set(own, [used.get(own)?.[0] ?? i, i]);
    }
  }
  const aliases = Map.groupBy(Object.values(tensors), ({ alias }) => alias);
  return Object.values(tensors)
    .filter(({ role, alias, scratch }) => role !== "run" && alias === undefined && scratch === undefined)
    .map((tensor): PlacedTensor => {
      const { name, role, offset, bytes } = tensor, uses = used.get(name);
      const kept = role !== "value" && role !== "gradient";
      const others = (aliases.get(name) ?? []).map(({ name }) => name);
      return { name, role, type: typeOf(tensor), offset, bytes, ...uses && { used: uses }, kept, aliases: others };
    }).sort((a, b) => a.offset - b.offset);
}

const typeOf = ({ dtype, shape }: PlannedTensor) => `${dtype} [${shape.join(", ")}]`;

/** What options of {@linkcode kernelsBeside} may be: tuned schedules change nothing of which kernels make what. */
const BESIDE = { target: TARGET, other: TARGET, data: COMPILE.data, origin: COMPILE.origin, without: COMPILE.without };

/** Kernels that make the same tensors, of each target of a pair, by what targets and optimizations there are. */
const beside = new WeakMap<Spec, Map<string, string[][][]>>();

/**
 * Names of another target's kernels that make what a kernel makes, and whatever else is made with that: targets cut a step
 * into different kernels.
 *
 * @param kernel one of a training step for `target`.
 * @param settings how both are compiled.
 * @returns names in the order of the other's step; none where there is no such kernel.
 * @throws {InputError} as `compile` does.
 */
export function kernelsBeside(
  given: Spec,
  kernel: string,
  settings: Omit<CompileOptions, "target" | "tuning"> & { readonly target: string; readonly other: string },
): string[] {
  const { target, other, ...options } = readOptions(settings, BESIDE);
  const pair = [findTarget(target), findTarget(other)], spec = checkedSpec(given, options.origin);
  const known = beside.get(spec) ?? new Map<string, string[][][]>();
  const key = JSON.stringify([pair.map(({ name }) => name), options.data, options.without]);
  const groups = known.get(key) ?? groupKernels(
    plan(spec, registry, { without: MERGING.filter((rule) => rule !== "reorder") }).plan,
    pair.map((target) => compileNet(spec, target, options).plan),
  );
  beside.set(spec, known.set(key, groups));
  return groups.find(([own]) => own.includes(kernel))?.[1] ?? [];
}

/**
 * The graph of a net, drawn as SVG: a box for each layer and those that follow it and learn nothing.
 *
 * @param layers as {@linkcode netLayers} has them.
 * @param description what it is, for those who do not see it.
 * @param width in CSS pixels.
 * @returns its text; nothing where layers do not follow what they read.
 */
export function networkDrawing(
  layers: readonly LayerSummary[],
  description: string,
  width: number,
): string | undefined {
  return networkChart(layers, description, width)?.text;
}
