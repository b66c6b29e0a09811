/**
 * Kernelwright: a network's spec goes in, proven, readable, shape-specialised kernels come out, and a small runtime
 * trains with them.
 *
 * @example Train on data of your own, nothing written to disk
 * ```ts
 * import { fromArrays, parseSpec, train } from "./mod.ts";
 *
 * const spec = parseSpec({
 *   name: "xor",
 *   input: [2],
 *   batchSize: 4,
 *   layers: [{ type: "linear", outFeatures: 8 }, { type: "tanh" }, { type: "linear", outFeatures: 2 }],
 *   loss: { type: "softmaxCrossEntropy" },
 *   training: { epochs: 300, optimizer: { type: "adam", learningRate: 0.05 } },
 * });
 * const data = fromArrays(new Float32Array([0, 0, 0, 1, 1, 0, 1, 1]), [0, 1, 1, 0], [2]);
 * const { report } = await train(spec, { train: data, test: data }, { threads: 1 });
 * console.log(report.test.correct, "of", report.test.total);
 * ```
 *
 * @module
 */
import { kernels } from "./kernels/mod.ts";
import { wasm, wasmRelaxed } from "./codegen/targets/wasm/target.ts";
import { typescript } from "./codegen/targets/typescript/target.ts";
import { compileTarget, kernelSource, plan, type Planned, planText } from "./codegen/compile.ts";
import { InputError } from "./codegen/error.ts";
import { kernelText, nestText } from "./codegen/ir_text.ts";
import type { Registry } from "./codegen/layer.ts";
import { scheduleText } from "./codegen/schedule.ts";
import { parseSpec as parse, type Spec, specJsonSchema } from "./codegen/spec.ts";
import type { Target } from "./codegen/target.ts";
import { loadCode } from "./runtime/load.ts";
import type { DataSplit } from "./runtime/data.ts";
import { listFolder, readText } from "./runtime/files.ts";
import { schedulers } from "./runtime/schedulers.ts";
import { type Machine, type MachineOptions, measureMachine as measureWith } from "./runtime/machine.ts";
import { type KernelTime, timeKernels as timeWith } from "./runtime/time_kernels.ts";
import { verifyNet as verifyWith, type VerifyOptions, type VerifyRow } from "./runtime/verify.ts";
import { run, type RunOptions, type Trained } from "./runtime/train.ts";

export { InputError } from "./codegen/error.ts";
export type { Shape } from "./codegen/layer.ts";
export type { Options, Spec } from "./codegen/spec.ts";
export { type Dataset, type DataSplit, fromArrays, limitSamples, loadIdxDirectory, loadMnist } from "./runtime/data.ts";
export { compareGenerated, type Difference, repairGenerated } from "./runtime/generated.ts";
export type {
  Bandwidth,
  Gpu,
  Instructions,
  Machine,
  MachineOptions,
  Mode,
  Packing,
  Probe,
  Rate,
} from "./runtime/machine.ts";
export { count, duration, type Pace, ProgressBar, progressLine, type Screen } from "./runtime/progress.ts";
export { prepareReport, type ReportFile, type ReportPlace } from "./runtime/report.ts";
export type { KernelTime } from "./runtime/time_kernels.ts";
export type { VerifyOptions, VerifyRow } from "./runtime/verify.ts";
export {
  type EpochReport,
  type Progress,
  type RunOptions,
  type Trained,
  type TrainingReport,
  VERSION,
} from "./runtime/train.ts";

/**
 * All layers, losses, optimizers and schedulers.
 *
 * @ignore the compiler's own types
 */
export const registry: Registry = { ...kernels, schedulers };

/**
 * All targets, fastest first.
 *
 * @ignore the compiler's own types
 */
export const targets: readonly Target[] = [wasmRelaxed, wasm, typescript];

/**
 * The target of a name; "auto" is the fastest.
 *
 * @ignore the compiler's own types
 */
export function findTarget(name: string): Target {
  const target = targets.find((target) => name === "auto" ? runsHere(target) : target.name === name);
  if (target) return target;
  throw new InputError(`there is no target "${name}"; choose from auto, ${targets.map(({ name }) => name).join(", ")}`);
}

/**
 * Whether this engine has what a target's code needs.
 *
 * @ignore the compiler's own types
 */
export function runsHere({ sample }: Target): boolean {
  return sample === undefined || WebAssembly.validate(sample);
}

/**
 * Checks a spec, given as JSON text or as a value.
 *
 * @param origin how messages call it: its file's name.
 * @throws {InputError} naming the path in the spec, what is there, and what may be.
 */
export function parseSpec(json: unknown, origin = "spec"): Spec {
  return parse(json, registry, origin);
}

/**
 * Reads and checks a spec's file.
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} when it cannot be read, or is no spec.
 */
export async function loadSpec(path: string, origin: string = path): Promise<Spec> {
  return parseSpec(await readText(path), origin);
}

/** Names of the specs in a folder: its files but `spec.schema.json`, without `.json`; none if there is no such folder. */
export async function specNames(folder: string): Promise<string[]> {
  return (await listFolder(folder)).map(({ name }) => name)
    .filter((name) => name.endsWith(".json") && name !== "spec.schema.json").map((name) => name.slice(0, -5));
}

/** The JSON Schema of specs, for editors. */
export function jsonSchema(): Record<string, unknown> {
  return specJsonSchema(registry);
}

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
}

/**
 * Compiles a net: every kernel lowered, proven and printed.
 *
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 */
export function compile(spec: Spec, { target = "auto", ...options }: CompileOptions = {}): Compiled {
  const found = findTarget(target), planned = plan(spec, registry, { layout: found.layout, ...options });
  const { files } = compileTarget(planned, found);
  return { ...planned, files, planText: planText(planned) };
}

/**
 * All files of a net, by path below the folder of generated nets: `NAME/plan.txt`, `NAME/typescript/step.ts`.
 *
 * @param options where `target` is left out, files of all targets.
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 */
export function generatedFiles(spec: Spec, { target, ...options }: CompileOptions = {}): Record<string, string> {
  const files: Record<string, string> = {};
  for (const each of target === undefined ? targets : [findTarget(target)]) {
    const planned = plan(spec, registry, { layout: each.layout, ...options });
    files[`${spec.name}/${each.name}/plan.txt`] = planText(planned);
    for (const [name, text] of Object.entries(compileTarget(planned, each).files)) {
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
}

/**
 * The kernels of a net by name, in the order in which they first run, each as text at every stage.
 *
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 */
export function kernelStages(
  spec: Spec,
  { target: name = "auto", ...options }: CompileOptions = {},
): ReadonlyMap<string, KernelStages> {
  const target = findTarget(name);
  const planned = plan(spec, registry, { layout: target.layout, ...options });
  const { kernels } = compileTarget(planned, target);
  return new Map([...kernels].map(([name, compiled]) => [name, {
    kernel: kernelText(compiled.kernel) + "\n",
    schedule: scheduleText(compiled.schedule) + "\n",
    nest: nestText(compiled.nest) + "\n",
    source: kernelSource(compiled, target, planned.plan),
  }]));
}

/** How a net is trained. */
export interface TrainOptions extends Partial<RunOptions> {
  /** Default "auto": the fastest. */
  readonly target?: string;
  /** For target typescript: URL of the generated `step.ts` of just this net. Compiled in memory when left out. */
  readonly module?: string;
}

/**
 * Trains a net on a data set and tests it. Threads default to all cores, epochs to the spec's, the seed to 0.
 *
 * @throws {InputError} when the data does not fit the net.
 */
export async function train(spec: Spec, data: DataSplit, options: TrainOptions = {}): Promise<Trained> {
  const target = findTarget(options.target ?? "auto");
  if (!runsHere(target)) throw new InputError(`this engine cannot run target ${target.name}; use target auto`);
  const planned = plan(spec, registry, {
    layout: target.layout,
    data: data.train.inputs instanceof Uint8Array ? "u8" : "f32",
  });
  const threads = options.threads ?? navigator.hardwareConcurrency;
  const epochs = options.epochs ?? spec.training.epochs, seed = options.seed ?? 0;
  for (const [name, value, least] of [["threads", threads, 1], ["epochs", epochs, 1], ["seed", seed, 0]] as const) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InputError(`${name} is ${value}; expected a whole number, at least ${least}`);
    }
  }
  const code = options.module ?? await loadCode(compileTarget(planned, target));
  return await run({ spec, plan: planned.plan, target: target.name, code, registry }, data, {
    threads,
    epochs,
    seed,
    onProgress: options.onProgress,
    onEpoch: options.onEpoch,
  });
}

/**
 * Checks every kernel of a net on seeded random data against the interpreter, the gradients against central
 * differences, and the fused step against the unfused one.
 */
export async function verifyNet(
  spec: Spec,
  { target = "auto", ...options }: VerifyOptions & { target?: string } = {},
): Promise<readonly VerifyRow[]> {
  return await verifyWith(spec, registry, findTarget(target), options);
}

/** Times every kernel of a training step on one thread, checked against the interpreter first. */
export async function timeKernels(
  spec: Spec,
  { target = "auto" }: { target?: string } = {},
): Promise<readonly KernelTime[]> {
  return await timeWith(spec, registry, findTarget(target));
}

/**
 * Measures what this machine gives WebAssembly as Deno was started: packing, bounds checks, arithmetic, bandwidth, and
 * whether there is a GPU. With several threads, reading `runtime/` must be allowed.
 */
export async function measureMachine(options: MachineOptions = {}): Promise<Machine> {
  return await measureWith({ simd: runsHere(wasm), relaxedSimd: runsHere(wasmRelaxed) }, options);
}
