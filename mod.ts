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
import { webgpu } from "./codegen/targets/webgpu/target.ts";
import { typescript } from "./codegen/targets/typescript/target.ts";
import {
  type CompiledNet,
  compileTarget,
  kernelsOf,
  kernelSource,
  MERGING,
  type Optimization,
  OPTIMIZATIONS,
  plan,
  type Planned,
  planText,
} from "./codegen/compile.ts";
import { multiplyAdds } from "./codegen/ir/cost.ts";
import { InputError } from "./codegen/error.ts";
import { freeze } from "./codegen/plan/freeze.ts";
import type { Kernel } from "./codegen/ir/ir.ts";
import { kernelText, nestText } from "./codegen/ir/text.ts";
import { MOST_EPOCHS, type Registry, type Shape } from "./codegen/language/layer.ts";
import { scheduleText } from "./codegen/schedule/schedule.ts";
import { type Graph, inferShapes } from "./codegen/graph/shapes.ts";
import { parseSpec as parse, type Spec, specJsonSchema } from "./codegen/graph/spec.ts";
import type { Target } from "./codegen/targets/target.ts";
import {
  formulaHash,
  misfit,
  storedSchedule,
  type TunedKernel,
  tunedSchedules,
  type Tuning,
  tuningOf,
  withKernels,
} from "./codegen/schedule/tuning.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  isCheckpoint,
  loadCheckpoint as loadWith,
  parameterShapes,
  specDifference,
} from "./runtime/files/checkpoint.ts";
import { said } from "./runtime/data/arrays.ts";
import { adapterName, findAdapter, gpuCode, isSoftware, needAdapter, openGpu } from "./runtime/backends/webgpu/gpu.ts";
import { gpuNeeds, GpuSession } from "./runtime/backends/webgpu/session.ts";
import { loadCode, loadTimedCode } from "./runtime/backends/threads/load.ts";
import { type Dataset, type DataSplit, readDataset } from "./runtime/data/data.ts";
import { encodeOnnx } from "./runtime/files/onnx.ts";
import {
  check,
  checkChoices,
  FLAG,
  FUNCTION,
  isObject,
  type Kind,
  listOf,
  MOST_THREADS,
  objectOf,
  oneOf,
  readOptions,
  SEED,
  SIGNAL,
  TEXT,
  THREADS,
  whole,
} from "./runtime/run/options.ts";
import { type ClassReport, classReports, type TestReport, testReport } from "./runtime/run/outcome.ts";
import { Predictor } from "./runtime/run/predict.ts";
import { checkTensors, ownCheckpoint, ownTensors } from "./runtime/run/resume.ts";
import { readSafetensors } from "./runtime/files/safetensors.ts";
import { type NetSession, Session } from "./runtime/backends/threads/session.ts";
import { listFolder, readText } from "./runtime/files/files.ts";
import { groupedKernels, type KernelGroup } from "./runtime/measure/kernel_groups.ts";
import { parseReport } from "./runtime/report/report.ts";
import { schedulers } from "./kernels/schedules/schedulers.ts";
import {
  type Machine,
  type MachineOptions,
  measureMachine as measureWith,
  type Probe,
  PROBES,
} from "./runtime/measure/machine.ts";
import { type KernelTime, timeKernels as timeWith } from "./runtime/measure/time_kernels.ts";
import { type TunedRow, tuneNet, type TuneSettings } from "./runtime/measure/tune.ts";
import { type ImportedParameters, importParameters, parseNames, type WeightNames } from "./runtime/files/weights.ts";
import { verifyNet as verifyWith, type VerifyOptions, type VerifyRow } from "./runtime/check/verify.ts";
import { type RunStart, startOf } from "./runtime/run/start.ts";
import { checkRun, run, type RunOptions, type Trained, VERSION } from "./runtime/run/train.ts";
import type { TrainingReport } from "./runtime/run/training_report.ts";

export { InputError, printable } from "./codegen/error.ts";
export { JsonError, parseJson } from "./codegen/json.ts";
export { MOST_EPOCHS, type Shape } from "./codegen/language/layer.ts";
export { type Optimization, OPTIMIZATIONS } from "./codegen/compile.ts";
export type { Options, Spec } from "./codegen/graph/spec.ts";
export type { Tuning } from "./codegen/schedule/tuning.ts";
export { type Checkpoint, saveCheckpoint, type TensorValues, type TrainingState } from "./runtime/files/checkpoint.ts";
export type { Classes, Integers, NumberList, Samples } from "./runtime/data/arrays.ts";
export { type Dataset, type DataSplit, fromArrays, limitSamples } from "./runtime/data/data.ts";
export {
  type IdxOptions,
  loadIdxDirectory,
  loadIdxTestSet,
  loadMnist,
  storageNote,
} from "./runtime/data/idx_folder.ts";
export { sameFile, writeAtomically, writeDurably } from "./runtime/files/files.ts";
export { type FileKind, holdsSomething, prepareCheckpoint, prepareFile } from "./runtime/files/replace.ts";
export { asStarted } from "./runtime/platform/commands.ts";
export { compareGenerated, type Difference, repairGenerated } from "./runtime/files/generated.ts";
export {
  type Bandwidth,
  type Gpu,
  type Instructions,
  type Machine,
  type MachineOptions,
  type Mode,
  type Packing,
  PACKING_WORDS,
  type Probe,
  type Rate,
} from "./runtime/measure/machine.ts";
export { count, duration, type Pace, ProgressBar, progressLine, type Screen } from "./runtime/run/progress.ts";
export { MOST_THREADS } from "./runtime/run/options.ts";
export type { GpuReport } from "./runtime/backends/webgpu/session.ts";
export { type Profile, type ProfiledKernel, type Trace, type TraceEvent } from "./runtime/measure/profile.ts";
export { profileTable } from "./runtime/report/profile_table.ts";
export { type ImageOptions, type InputSamples, readInputs } from "./runtime/data/inputs.ts";
export type { ClassReport, MissedSample, TestReport } from "./runtime/run/outcome.ts";
export { type Prediction, Predictor } from "./runtime/run/predict.ts";
export type { ImportedParameters, WeightNames } from "./runtime/files/weights.ts";
export { loadReport, parseReport, prepareReport, type ReportFile, type ReportPlace } from "./runtime/report/report.ts";
export type { GpuKernelRow, KernelGroup, KernelRow } from "./runtime/measure/kernel_groups.ts";
export type { RunStart } from "./runtime/run/start.ts";
export type { KernelTime } from "./runtime/measure/time_kernels.ts";
export type { Refusal, TunedRow, TuneSettings } from "./runtime/measure/tune.ts";
export { loadTuning, saveTuning } from "./runtime/files/tuning_file.ts";
export type { VerifyOptions, VerifyRow } from "./runtime/check/verify.ts";
export {
  DivergedError,
  ProfileError,
  type RunOptions,
  StoppedError,
  type Trained,
  VERSION,
} from "./runtime/run/train.ts";
export type { DataReport, EpochReport, PartialEpoch, Progress, TrainingReport } from "./runtime/run/training_report.ts";

/**
 * All layers, losses, optimizers and schedulers.
 *
 * @ignore the compiler's own types
 */
export const registry: Registry = freeze({ ...kernels, schedulers });

/**
 * The targets that workers run, fastest first.
 *
 * @ignore the compiler's own types
 */
export const processorTargets: readonly Target[] = freeze([wasmRelaxed, wasm, typescript]);

/**
 * All targets, those for a GPU last: whether one is faster than the processor, nobody knows before it is tried.
 *
 * @ignore the compiler's own types
 */
export const targets: readonly Target[] = freeze([...processorTargets, webgpu]);

/**
 * The target of a name; "auto" is the fastest that workers can run, see {@linkcode chooseTarget}.
 *
 * @ignore the compiler's own types
 */
export function findTarget(name: string): Target {
  const target = targets.find((target) => name === "auto" ? !target.gpu && runsHere(target) : target.name === name);
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

/**
 * Reads and checks a checkpoint that {@linkcode saveCheckpoint} or `train --save` has written.
 *
 * @example Ten more epochs
 * ```ts
 * import { loadCheckpoint, loadMnist, saveCheckpoint, train } from "./mod.ts";
 *
 * const resume = await loadCheckpoint("net.safetensors");
 * const epochs = resume.training!.epochs + 10;
 * const { checkpoint } = await train(resume.spec, await loadMnist(), { resume, epochs });
 * await saveCheckpoint("net.safetensors", checkpoint);
 * ```
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} when it cannot be read, is damaged, or is no checkpoint.
 */
export async function loadCheckpoint(path: string, origin?: string): Promise<Checkpoint> {
  return await loadWith(path, registry, origin);
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
  /** Schedules found by {@linkcode tune}, as {@linkcode loadTuning} reads them. Default: first guesses. */
  readonly tuning?: Tuning;
  /** Optimizations that are left out; without tiles or vectors `tuning` does not count. Default: none. */
  readonly without?: readonly Optimization[];
}

/** Specs as they were checked, by what was given: that may be changed later, or answer differently. */
const checked = new WeakMap<Spec, Spec>();
/** What checked specs were compiled to: a run asks for a net's files, and then for its code. */
const compiled = new WeakMap<Spec, Map<string, CompiledNet>>();

/**
 * A checked copy of a spec, which nobody can change; the same one as long as the spec says the same.
 *
 * @throws {InputError} when it is no spec.
 */
function checkedSpec(spec: Spec, origin?: string): Spec {
  if (compiled.has(spec)) return spec;
  const own = freeze(parse(spec, registry, origin)), before = checked.get(spec);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(own)) return before;
  compiled.set(own, new Map());
  // a text in JSON is a spec, too
  if (typeof spec === "object") checked.set(spec, own);
  return own;
}

/** What options of several functions may be. */
const TUNING = objectOf("schedules, as loadTuning reads them");
const TARGET: Kind = { ...TEXT, expected: "the name of a target" };
const COMPILE = {
  target: TARGET,
  data: oneOf(["u8", "f32"]),
  origin: TEXT,
  tuning: TUNING,
  without: listOf(OPTIMIZATIONS),
};

/** A net for a target, with tuned schedules where there are any. What is kept, nobody can change. */
function compileNet(
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
    nets = compiled.get(spec)!,
    tuned = tuning && tuningOf(tuning, spec.name, target.name);
  const key = JSON.stringify([target.name, data, predict, without.toSorted(), tuned?.nets]);
  const known = nets.get(key);
  if (known) return known;
  const planned = plan(spec, registry, { layout: target.layout, data, without, origin, predict });
  const net = compileTarget(planned, target, tuned && tunedSchedules(tuned, spec.name, target), without);
  freeze({ ...net, kernels: [...net.kernels.values()] });
  nets.set(key, net);
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
  return { plan, fusions, files, planText: planText(net) };
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
  return new Map([...net.kernels].map(([name, compiled]) => [name, {
    kernel: kernelText(compiled.kernel) + "\n",
    schedule: scheduleText(compiled.schedule) + "\n",
    nest: nestText(compiled.nest) + "\n",
    source: kernelSource(compiled, target, net.plan),
  }]));
}

/** A target that was chosen, and why. */
export interface TargetChoice {
  /** Its name. */
  readonly target: string;
  /** Why this one, in words. */
  readonly reason: string;
}

/**
 * What "auto" is when a net is trained: webgpu where there is a GPU that can hold the net and the data, else the fastest
 * target that workers can run.
 *
 * @param data is waited for only where there is a GPU.
 * @param given how the net is going to be compiled, and whether its kernels are to be timed.
 * @throws {InputError} when there is a GPU, and the data does not fit the net, or layers do not fit each other.
 */
export async function chooseTarget(
  spec: Spec,
  data: DataSplit | Promise<DataSplit>,
  given: Omit<CompileOptions, "target" | "data"> & Pick<TrainOptions, "profile"> = {},
): Promise<TargetChoice> {
  const { target: _, data: __, ...kinds } = COMPILE;
  const { profile, ...options } = readOptions(given, { ...kinds, profile: FLAG });
  const workers = (reason: string) => ({ target: findTarget("auto").name, reason });
  const adapter = await findAdapter();
  if (!adapter) {
    return workers("no GPU, or no driver for it: navigator.gpu.requestAdapter() gives none; see deno task doctor");
  }
  const name = adapterName(adapter.info);
  if (isSoftware(adapter.info)) return workers(`${name} is software, no GPU`);
  const { train, test } = readSplit(await data);
  const net = compileNet(spec, webgpu, { ...options, data: kindOf(train) });
  const needs = gpuNeeds(net.plan, gpuCode(net, bindingsOf(adapter)), [train, test]);
  try {
    await openGpu({ ...needs, timestamps: profile });
  } catch (error) {
    if (error instanceof InputError) return workers(error.message);
    throw error;
  }
  return { target: webgpu.name, reason: `${name} is a GPU` };
}

/** How many storage buffers a kernel may have. */
const bindingsOf = ({ limits }: GPUAdapter) => limits.maxStorageBuffersPerShaderStage;
/** What samples are. */
const kindOf = ({ inputs }: Dataset) => inputs instanceof Uint8Array ? "u8" : "f32";

/** What the options of {@linkcode train} may be. */
const TRAIN: Readonly<Record<keyof Required<TrainOptions>, Kind>> = {
  target: TARGET,
  module: { ...TEXT, expected: "the URL of a module, as a text" },
  tuning: TUNING,
  without: listOf(OPTIMIZATIONS),
  probes: listOf(PROBES),
  threads: THREADS,
  epochs: whole(1, MOST_EPOCHS),
  seed: SEED,
  profile: FLAG,
  resume: objectOf("a checkpoint, as loadCheckpoint reads it"),
  checkpointEvery: whole(1),
  signal: SIGNAL,
  ...{ onStart: FUNCTION, onCheckpoint: FUNCTION, onProgress: FUNCTION, onEpoch: FUNCTION },
};

/** How a net is trained. With `resume`, what is left out is as it was. */
export interface TrainOptions extends Partial<RunOptions> {
  /** Default "auto", see {@linkcode chooseTarget}. */
  readonly target?: string;
  /** For target typescript: URL of the generated `step.ts` of just this net. Compiled in memory when left out. */
  readonly module?: string;
  /** Schedules found by {@linkcode tune}. Default: first guesses. */
  readonly tuning?: Tuning;
  /** Optimizations that are left out; without tiles or vectors `tuning` does not count. Default: none. */
  readonly without?: readonly Optimization[];
  /** What is measured of the machine, after training, for the report. Default: nothing. */
  readonly probes?: readonly Probe[];
  /** Called before anything is begun, when all that can be refused has been checked; it is waited for. */
  readonly onStart?: () => void | Promise<void>;
}

/**
 * Trains a net on a data set and tests it. Threads default to all cores, epochs to the spec's, the seed to 0.
 *
 * With `resume` it goes on from a checkpoint: on the same target, with the same schedules, the bits are those of a run
 * that was never stopped. `epochs` counts those that are done, too.
 *
 * @throws {InputError} when the data does not fit the net, the target cannot run here or be profiled, or the checkpoint
 * is another net's, another seed's or other data's.
 * @throws {StoppedError} when `signal` stops it; it has what was reached.
 * @throws {DivergedError} when the loss or a weight is infinite or NaN; all checkpoints were made before that.
 * @throws {ProfileError} when a profile is wanted and fails after the training; it has what was trained.
 */
export async function train(given: Spec, sets: DataSplit, settings: TrainOptions = {}): Promise<Trained> {
  // all that is given is read once: what was checked is what is used
  const options = readOptions(settings, TRAIN), spec = parsedSpec(given), data = readSplit(sets);
  const { profile, module, probes = [], tuning, threads = allCores() } = options,
    resume = options.resume && readResume(options.resume, spec);
  const before = resume?.training;
  const without = [...new Set(options.without ?? (before?.without ?? []) as readonly Optimization[])];
  checkChoices("probes", probes, PROBES);
  checkChoices("without", without, OPTIMIZATIONS);
  const wish = options.target ?? before?.target ?? "auto";
  const target = findTarget(
    wish === "auto" ? (await chooseTarget(spec, data, { tuning, without, profile })).target : wish,
  );
  if (!runsHere(target)) throw new InputError(`this engine cannot run target ${target.name}; use target auto`);
  if (module !== undefined && !target.entry.endsWith(".ts")) {
    throw new InputError(`module is of use only with target typescript, and target is ${target.name}`);
  }
  const net = compileNet(spec, target, { data: kindOf(data.train), tuning, without });
  const epochs = options.epochs ?? before?.epochs ?? spec.training.epochs;
  const seed = options.seed ?? before?.seed ?? 0, { checkpointEvery = 1 } = options;
  // those of a checkpoint, too
  check("epochs", epochs, TRAIN.epochs);
  check("seed", seed, TRAIN.seed);
  const { onCheckpoint, signal, onProgress, onEpoch } = options;
  const onGpu = target.gpu ? gpuCode(net, bindingsOf(await needAdapter())) : undefined;
  await checkRun(net.plan, onGpu, data, { epochs, seed, profile, resume });
  await options.onStart?.();
  const code = onGpu ?? module ?? await loadCode(net);
  const timed = profile && !target.gpu ? await loadTimedCode(net, module) : undefined;
  // threads that train are those that measure
  const machine = () => measureMachine({ probes, ...!target.gpu && { threads } });
  return await run({ spec, plan: net.plan, target: target.name, without, code, timed, registry, machine }, data, {
    ...{ threads, epochs, seed, profile, resume, onCheckpoint, checkpointEvery, signal, onProgress, onEpoch },
  });
}

/** How many threads work where nobody says. */
const allCores = () => Math.min(navigator.hardwareConcurrency, MOST_THREADS);

/** @throws {InputError} when a value is no spec, or lacks the defaults that {@linkcode parseSpec} puts in. */
function parsedSpec(given: Spec): Spec {
  const spec = checkedSpec(given), differing = specDifference(spec, given);
  if (differing === undefined) return spec;
  throw new InputError(
    `spec is not what parseSpec returns${differing === "" ? "" : `: ${differing} differs`}; give parseSpec(spec)`,
  );
}

/** @throws {InputError} when a value is not two data sets: code without types, or a promise that was not awaited. */
function readSplit(data: Partial<DataSplit> | undefined): DataSplit {
  const { train, test } = data ?? {};
  for (const [name, set] of Object.entries({ train, test })) {
    if (isObject(set)) continue;
    const found = set === undefined || set === null ? "missing" : said(set);
    throw new InputError(
      `data.${name} is ${found}; expected { train, test }, two data sets such as fromArrays makes them`,
    );
  }
  const own = { train: readDataset(train!, "data.train"), test: readDataset(test!, "data.test") };
  if (kindOf(own.train) === kindOf(own.test)) return own;
  const words = (set: Dataset) => kindOf(set) === "u8" ? "bytes, which are scaled by 1/255" : "floats";
  throw new InputError(
    `the samples of data.train are ${words(own.train)}, those of data.test ${words(own.test)}; give both in one kind`,
  );
}

/** @throws {InputError} when a checkpoint is not one of a spec. */
function readResume(given: Checkpoint, spec: Spec): Checkpoint {
  if (!isObject(given.spec)) {
    throw new InputError(`resume.spec is ${said(given.spec)}; expected a checkpoint, as loadCheckpoint reads it`);
  }
  const differing = specDifference(given.spec, spec);
  if (differing !== undefined) {
    throw new InputError(
      `the checkpoint is of another net, or was trained in another way: ${differing} differs; take its own spec`,
    );
  }
  return { spec, ...ownCheckpoint(given, inferShapes(spec, registry)) };
}

/**
 * What a run of a net begins with, and in which order it takes its samples.
 *
 * @throws {InputError} when the seed is none that a run may have.
 */
export function runStart(spec: Spec, seed = 0): RunStart {
  check("seed", seed, SEED);
  return startOf(checkedSpec(spec), registry, seed);
}

/**
 * Multiplications and additions of a net in one training step: those of the sums of products in its layers, two for each
 * term, whatever a target saves of them or does besides.
 */
export function trainingWork(spec: Spec): number {
  return plan(checkedSpec(spec), registry, { without: MERGING }).plan.train.kernels.reduce(
    (sum, { kernel }) => sum + multiplyAdds(kernel),
    0,
  );
}

const VERIFY = {
  ...{ target: TARGET, tuning: TUNING, seed: SEED, data: COMPILE.data, tuned: objectOf("schedules by kernel") },
  ...{ without: COMPILE.without, onRow: FUNCTION },
};

/**
 * Checks every kernel of a net on seeded random data against the interpreter, the gradients against central
 * differences, and the fused step against the unfused one.
 *
 * @throws {InputError} when there is no such target, or the seed is none that a run may have.
 */
export async function verifyNet(
  given: Spec,
  settings: VerifyOptions & { target?: string; tuning?: Tuning } = {},
): Promise<readonly VerifyRow[]> {
  const { target: name = "auto", tuning, ...options } = readOptions(settings, VERIFY);
  const spec = checkedSpec(given),
    target = findTarget(name),
    tuned = tuning && tunedSchedules(tuning, spec.name, target);
  checkChoices("without", options.without ?? [], OPTIMIZATIONS);
  return await verifyWith(spec, registry, target, { ...options, ...tuned && { tuned } });
}

/** Times every kernel of a training step on one thread, or on a GPU, checked against the interpreter first. */
export async function timeKernels(
  given: Spec,
  options: { target?: string; tuning?: Tuning } = {},
): Promise<readonly KernelTime[]> {
  const { target: name = "auto", tuning } = readOptions(options, { target: TARGET, tuning: TUNING });
  const spec = checkedSpec(given), target = findTarget(name);
  return await timeWith(spec, registry, target, tuning && tunedSchedules(tuning, spec.name, target));
}

/** Where weights of other programs are found, and how they are called. */
export interface WeightOptions {
  /** The net that they are of; a checkpoint has its own. */
  readonly spec?: Spec;
  /** The file's name of each parameter or layer, by the net's. Default: found by shapes and order. */
  readonly names?: WeightNames;
  /** How messages call the file; default its path. */
  readonly origin?: string;
  /** How messages say that the net is named where `spec` is missing. Default: `spec` itself. */
  readonly naming?: string;
}

/**
 * Reads a net with its weights: a checkpoint, or, for a spec, the weights of another program in the format safetensors,
 * such as those of a model of PyTorch.
 *
 * @returns a checkpoint that has weights only where the file has no more; `names`: the file's name of each parameter,
 * where they are another program's.
 * @throws {InputError} when it cannot be read, is damaged, or has not just the weights of the net.
 */
export async function loadWeights(
  path: string,
  { spec, names, origin = `"${path}"`, naming = "option spec" }: WeightOptions = {},
): Promise<Checkpoint & Partial<Pick<ImportedParameters, "names">>> {
  const file = await readSafetensors(path, origin);
  if (isCheckpoint(file) && !names) {
    const checkpoint = decodeCheckpoint(file, registry, origin);
    const { input, layers } = spec ?? checkpoint.spec;
    if (specDifference({ ...checkpoint.spec, input, layers }, checkpoint.spec) !== undefined) {
      throw new InputError(
        `${origin}: it is a checkpoint of net ${checkpoint.spec.name}, whose layers are not those of ${spec!.name}`,
      );
    }
    return checkpoint;
  }
  if (!spec) {
    throw new InputError(
      `${origin}: it is no checkpoint, but weights of another program; name the net that they are of: ${naming}`,
    );
  }
  return { spec, ...importParameters(file, inferShapes(spec, registry), names, origin) };
}

/**
 * Reads a mapping of names: JSON, an object with the file's name of each parameter or layer, by the net's.
 *
 * @throws {InputError} when it cannot be read, or is none.
 */
export async function loadNames(path: string, origin = `"${path}"`): Promise<WeightNames> {
  return parseNames(await readText(path), origin);
}

/** A net with its weights: a checkpoint, what {@linkcode loadWeights} gives, or a spec and what its training gave. */
export interface Weights {
  /** The net. */
  readonly spec: Spec;
  /** Parameters by name, in the usual order. */
  readonly parameters: Trained["parameters"];
}

/** A checked net, and its weights, for sure all of them: copies. */
function readWeights(given: Weights): Weights & { readonly graph: Graph } {
  if (!isObject(given)) {
    throw new InputError("weights are missing; expected { spec, parameters }, such as loadWeights gives");
  }
  const { spec: net, parameters } = given, spec = checkedSpec(net), graph = inferShapes(spec, registry);
  const refuse = (name: string, shape: Shape, found: string) =>
    new InputError(`net ${spec.name} takes ${name} [${shape.join(", ")}], but the weights have ${found}`);
  const own = ownTensors(parameters, parameterShapes(graph), "the weights", refuse);
  checkTensors(own, "the weights");
  return { spec, graph, parameters: own };
}

/** How a trained net is made ready to be asked. */
export interface PredictorOptions {
  /** A target that workers run. Default "auto": the fastest. */
  readonly target?: string;
  /** Samples that are computed at once. Default 1: the shortest time for one. */
  readonly batchSize?: number;
}

/**
 * Makes a trained net ready to be asked: the kernels of a test step, made for a batch of just this size, and a memory
 * with the weights. It computes in the thread that asks.
 *
 * @throws {InputError} when the weights are not those of the net, or the target cannot run here.
 */
export async function loadPredictor(
  weights: Weights,
  options: PredictorOptions = {},
): Promise<Predictor> {
  const { target: name = "auto", batchSize = 1 } = readOptions(options, { target: TARGET, batchSize: whole(1) });
  const target = findTarget(name);
  if (target.gpu) throw new InputError(`target ${target.name} cannot be asked by a thread; use target auto`);
  if (!runsHere(target)) throw new InputError(`this engine cannot run target ${target.name}; use target auto`);
  const { spec, parameters } = readWeights(weights);
  const net = compileNet({ ...spec, batchSize }, target, { data: "f32", predict: true });
  return await Predictor.open(net.plan, target.name, await loadCode(net), parameters);
}

/** How a trained net is tested. */
export interface EvaluateOptions {
  /** Default "auto": the fastest that workers run. */
  readonly target?: string;
  /** Workers. Default: all cores. */
  readonly threads?: number;
  /** Schedules found by {@linkcode tune}. Default: first guesses. */
  readonly tuning?: Tuning;
}

/** The result of a test, class by class. */
export interface Evaluation extends TestReport {
  /** Name of the target. */
  readonly target: string;
  /** Figures of each class. */
  readonly classes: readonly ClassReport[];
}

/**
 * Tests a trained net on labelled samples; the numbers are those of the test after training.
 *
 * @throws {InputError} when the data does not fit the net, the weights are not those of the net, or the target cannot
 * run here.
 */
export async function evaluate(
  weights: Weights,
  data: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { target: name = "auto", threads = allCores(), tuning } = readOptions(options, {
    ...{ target: TARGET, threads: THREADS, tuning: TUNING },
  });
  const target = findTarget(name);
  if (!runsHere(target)) throw new InputError(`this engine cannot run target ${target.name}; use target auto`);
  const { spec, parameters } = readWeights(weights), test = readDataset(data);
  const net = compileNet(spec, target, { data: kindOf(test), tuning });
  const session: NetSession = target.gpu
    ? await GpuSession.open(net.plan, gpuCode(net, bindingsOf(await needAdapter())), [test], false)
    : await Session.open(net.plan, await loadCode(net), [test], threads);
  try {
    for (const [name, { values }] of parameters) session.write(name, values);
    const predictions = await session.predictions(0), { graph } = net.plan;
    return {
      target: target.name,
      ...testReport(graph, test, predictions),
      classes: classReports(graph, test, predictions),
    };
  } finally {
    session.close();
  }
}

/**
 * A trained net as an ONNX model of opset 17: the layers as they are in a test. Its input `input` is [batch, ...shape],
 * its output `output` what the last layer gives, [batch, classes]; bytes must be scaled by 1/255 before.
 *
 * @throws {InputError} when a layer is of a kind that ONNX has no operation for, or the weights are not those of the net.
 */
export async function exportOnnx(weights: Weights): Promise<Uint8Array<ArrayBuffer>> {
  const { graph, parameters } = readWeights(weights);
  return await encodeOnnx(graph, parameters, { name: "Kernelwright", version: VERSION });
}

/**
 * The kernels of a training step as loops over run-time shapes, in plain TypeScript, and as each target has them, in
 * groups that make the same tensors: to be timed beside each other. All are checked against the interpreter first.
 */
export async function kernelGroups(
  given: Spec,
  options: { tuning?: Tuning } = {},
): Promise<readonly KernelGroup[]> {
  const { tuning } = readOptions(options, { tuning: TUNING });
  const spec = checkedSpec(given);
  const form = (target: Target) => ({
    name: target.name,
    target,
    ...tuning && { tuned: tunedSchedules(tuning, spec.name, target) },
  });
  return await groupedKernels(spec, registry, [
    form(typescript),
    { name: `${typescript.name}, plain loops`, target: typescript, without: ["tiles"] },
    ...[wasm, wasmRelaxed].filter(runsHere).map(form),
    form(webgpu),
  ]);
}

const SECONDS: Kind = { fits: (value) => typeof value === "number" && value >= 0, expected: "seconds, at least 0" };

/** How a net is tuned. */
export interface TuneOptions extends Omit<TuneSettings, "onKernel"> {
  /** Default "auto": the fastest. */
  readonly target?: string;
  /** What is known already: it is to be beaten, and kept where it is not. */
  readonly tuning?: Tuning;
  /** Called with each kernel as it is done, and with all that is known then. */
  readonly onKernel?: (row: TunedRow, tuning: Tuning) => void | Promise<void>;
}

/**
 * Looks for the fastest schedule of each kernel of a net on this machine: those of noticeable cost, one after the other.
 *
 * @returns all that is known then; what no longer fits, or is of kernels that the net has no more, is left out.
 * @throws {InputError} when the engine cannot run the target, there is no GPU for it, or the net has no kernel of the name.
 */
export async function tune(
  given: Spec,
  settings: TuneOptions = {},
): Promise<Tuning> {
  const { target: name = "auto", tuning = { origin: "tuning", nets: {} }, onKernel, ...options } = readOptions(
    settings,
    {
      ...{ target: TARGET, tuning: TUNING, onKernel: FUNCTION, kernel: TEXT, budget: SECONDS, patience: SECONDS },
    },
  );
  const spec = checkedSpec(given), target = findTarget(name);
  if (target.gpu) await needAdapter();
  if (!runsHere(target)) throw new InputError(`this engine cannot run target ${target.name}; use target auto`);
  const all = kernelsOf(plan(spec, registry, { layout: target.layout }).plan);
  if (options.kernel !== undefined && !all.some(({ name }) => name === options.kernel)) {
    throw new InputError(`net ${spec.name} has no kernel "${options.kernel}"`);
  }
  const own = tuningOf(tuning, spec.name, target.name);
  const stored = (kernel: Kernel) => storedSchedule(own, spec.name, target.name, kernel);
  const known = new Map(all.flatMap((kernel): [string, TunedKernel][] => {
    const schedule = stored(kernel);
    return schedule && misfit(kernel, schedule, target) === undefined
      ? [[kernel.name, { hash: formulaHash(kernel), schedule }]]
      : [];
  }));
  const current = (): Tuning => ({
    ...tuning,
    nets: withKernels(tuning.nets, spec.name, target.name, Object.fromEntries(known)),
  });
  await tuneNet(spec, registry, target, stored, {
    ...options,
    onKernel: async (row) => {
      if (row.entry) known.set(row.kernel, row.entry);
      else known.delete(row.kernel);
      await onKernel?.(row, current());
    },
  });
  return current();
}

/**
 * A run's report as one page of HTML that needs nothing else: curves, times, kernels, confusion, what was missed.
 *
 * @throws {InputError} when it is no report.
 */
export async function reportHtml(report: TrainingReport): Promise<string> {
  let text: string | undefined;
  try {
    text = JSON.stringify(report);
  } catch {
    // what is no JSON is no report
  }
  const checked = parseReport(text ?? "null");
  // the charts' library takes its time to load
  const { reportHtml } = await import("./runtime/report/html.ts");
  return reportHtml(checked);
}

/**
 * Measures what this machine gives WebAssembly as Deno was started: packing, bounds checks, arithmetic, bandwidth, and
 * whether there is a GPU. With several threads, reading `runtime/` must be allowed.
 */
export async function measureMachine(options: MachineOptions = {}): Promise<Machine> {
  return await measureWith({ simd: runsHere(wasm), relaxedSimd: runsHere(wasmRelaxed) }, options);
}
