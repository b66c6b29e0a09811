/**
 * Nets become kernels.
 *
 * @module
 */
import {
  type CompiledNet,
  compileTarget,
  kernelSource,
  type Optimization,
  OPTIMIZATIONS,
  plan,
  type Planned,
  planText,
} from "../codegen/compile.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { kernelText, nestText } from "../codegen/ir/text.ts";
import { freeze } from "../codegen/plan/freeze.ts";
import { graphText } from "../codegen/print/graph_text.ts";
import { scheduleText } from "../codegen/schedule/schedule.ts";
import { tunedSchedules, type Tuning, tuningOf } from "../codegen/schedule/tuning.ts";
import type { Target } from "../codegen/targets/target.ts";
import type { Bound } from "../codegen/prove/binary/module.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import { boundsText } from "../runtime/check/bounds.ts";
import { checkChoices, listOf, objectOf, oneOf, readOptions, TEXT } from "../runtime/run/options.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { findTarget, TARGET, targets } from "./targets.ts";

/** What a net becomes for one target. */
export interface Compiled {
  /**
   * Kernels in order, tensors and memory, for programs.
   *
   * @ignore the compiler's own types
   */
  readonly plan: Planned["plan"];
  /**
   * Which kernels were merged.
   *
   * @ignore the compiler's own types
   */
  readonly fusions: Planned["fusions"];
  /** Generated files by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Layers, what they read and give, and how much they learn, for people. */
  readonly graphText: string;
  /** Kernels, tensors and memory, for people. */
  readonly planText: string;
}

/** How a net is compiled. */
export interface CompileOptions {
  /** Default "auto": the fastest. */
  readonly target?: string;
  /** What samples are: bytes, scaled by 1/255, or floats. Default "u8". */
  readonly data?: "u8" | "f32";
  /** How messages call the spec. */
  readonly origin?: string;
  /** Schedules found by {@linkcode tune}, as {@linkcode loadTuning} reads them. Default: first guesses. */
  readonly tuning?: Tuning;
  /** Optimizations that are left out; without tiles or vectors `tuning` does not count. Default: none. */
  readonly without?: readonly Optimization[];
}

/** What checked specs were compiled to: a run asks for a net's files, and then for its code. */
const compiled = new WeakMap<Spec, Map<string, CompiledNet>>();

/** What the option `tuning` may be. */
export const TUNING = objectOf("schedules, as loadTuning reads them");

/** What options of {@linkcode compile} may be. */
export const COMPILE = {
  target: TARGET,
  data: oneOf(["u8", "f32"]),
  origin: TEXT,
  tuning: TUNING,
  without: listOf(OPTIMIZATIONS),
};

/** A net for a target, with tuned schedules where there are any. What is kept, nobody can change. */
export function compileNet(
  given: Spec,
  target: Target,
  { data = "u8", without: left = [], tuning, origin, predict = false }: Omit<CompileOptions, "target"> & {
    /** Only the step that makes outputs. */
    readonly predict?: boolean;
  },
): CompiledNet {
  const without = [...left];
  checkChoices("without", without, OPTIMIZATIONS);
  const spec = checkedSpec(given, origin),
    nets = compiled.get(spec) ?? new Map<string, CompiledNet>(),
    tuned = tuning && tuningOf(tuning, spec.name, target.name);
  const key = JSON.stringify([target.name, data, predict, without.toSorted(), tuned?.nets]);
  const known = nets.get(key);
  if (known) return known;
  const planned = plan(spec, registry, { layout: target.layout, data, without, origin, predict });
  const net = compileTarget(planned, target, tuned && tunedSchedules(tuned, spec.name, target), without);
  freeze({ ...net, kernels: [...net.kernels.values()] });
  compiled.set(spec, nets.set(key, net));
  return net;
}

/**
 * Compiles a net: every kernel lowered, proven and printed.
 *
 * @throws {InputError} when layers do not fit each other, the net is too large, a tuned schedule does not fit, or an
 * optimization cannot be left out for the target.
 */
export function compile(spec: Spec, given: CompileOptions = {}): Compiled {
  const { target = "auto", ...options } = readOptions(given, COMPILE);
  const net = compileNet(spec, findTarget(target), options), { plan, fusions, files } = net;
  // as the spec has it: in the plan's, layers may have changed places
  const graph = inferShapes(checkedSpec(spec, options.origin), registry, options.origin);
  return { plan, fusions, files, graphText: graphText(graph), planText: planText(net) };
}

/**
 * All files of a net, by path below the folder of generated nets: `NAME/typescript/plan.txt`, `NAME/typescript/step.ts`.
 *
 * @param settings where `target` is left out, files of all targets.
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 */
export function generatedFiles(given: Spec, settings: CompileOptions = {}): Record<string, string> {
  const { target, ...options } = readOptions(settings, COMPILE);
  const files: Record<string, string> = {}, spec = checkedSpec(given, options.origin);
  for (const each of target === undefined ? targets : [findTarget(target)]) {
    const net = compileNet(spec, each, options);
    files[`${spec.name}/${each.name}/plan.txt`] = planText(net);
    for (const [name, text] of Object.entries(net.files)) {
      files[`${spec.name}/${each.name}/${name}`] = text;
    }
  }
  return files;
}

/** A kernel on its way: what it computes, in which order, as loops, and as printed. */
export interface KernelStages {
  /** Formulas in index notation. */
  readonly kernel: string;
  /** Directives. */
  readonly schedule: string;
  /** The loop nest. */
  readonly nest: string;
  /** The target's text. */
  readonly source: string;
  /** Each access of memory in the bytes that run, and what it touches at most. */
  readonly binary: string;
}

/**
 * The kernels of a net by name, in the order in which they first run, each as text at every stage.
 *
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 */
export function kernelStages(spec: Spec, given: CompileOptions = {}): ReadonlyMap<string, KernelStages> {
  const { target: name = "auto", ...options } = readOptions(given, COMPILE);
  const target = findTarget(name);
  const net = compileNet(spec, target, options);
  let found: ReadonlyMap<string, readonly Bound[]> | undefined;
  const bounds = (kernel: string) => {
    found ??= Map.groupBy(backendOf(target).boundsOf?.(net) ?? [], ({ kernel }) => kernel);
    return found.get(kernel);
  };
  // each text is made when it is asked for: there may be many, and who edits looks at one
  return new Map([...net.kernels].map(([name, compiled]) => [name, {
    get kernel() {
      return kernelText(compiled.kernel) + "\n";
    },
    get schedule() {
      return scheduleText(compiled.schedule) + "\n";
    },
    get nest() {
      return nestText(compiled.nest) + "\n";
    },
    get source() {
      return kernelSource(compiled, target, net.plan);
    },
    get binary() {
      const own = bounds(name);
      return own
        ? boundsText(name, spec.name, own)
        : `target ${target.name}: the engine checks each access of ${name}\n`;
    },
  }]));
}
