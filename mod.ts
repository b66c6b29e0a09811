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
import { typescript } from "./codegen/targets/typescript/target.ts";
import { compileTarget, plan, type Planned, planText } from "./codegen/compile.ts";
import { InputError } from "./codegen/error.ts";
import type { Registry } from "./codegen/layer.ts";
import { parseSpec as parse, type Spec, specJsonSchema } from "./codegen/spec.ts";
import type { Target } from "./codegen/target.ts";
import { bundle } from "./runtime/bundle.ts";
import type { DataSplit } from "./runtime/data.ts";
import { schedulers } from "./runtime/schedulers.ts";
import { verifyNet as verifyWith, type VerifyOptions, type VerifyRow } from "./runtime/verify.ts";
import { run, type RunOptions, type Trained } from "./runtime/train.ts";

export { InputError } from "./codegen/error.ts";
export type { Spec } from "./codegen/spec.ts";
export { type Dataset, type DataSplit, fromArrays, limitSamples, loadIdxDirectory, loadMnist } from "./runtime/data.ts";
export type { VerifyRow } from "./runtime/verify.ts";
export { type EpochReport, type Progress, type Trained, type TrainingReport, VERSION } from "./runtime/train.ts";

/** All layers, losses, optimizers and schedulers. */
export const registry: Registry = { ...kernels, schedulers };

/** All targets, fastest first. */
export const targets: readonly Target[] = [typescript];

/** The target of a name; "auto" is the fastest. */
export function findTarget(name: string): Target {
  const target = name === "auto" ? targets[0] : targets.find((target) => target.name === name);
  if (target) return target;
  throw new InputError(`there is no target "${name}"; choose from auto, ${targets.map(({ name }) => name).join(", ")}`);
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

/** The JSON Schema of specs, for editors. */
export function jsonSchema(): Record<string, unknown> {
  return specJsonSchema(registry);
}

/** What a net becomes for one target. */
export interface Compiled extends Planned {
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
  const planned = plan(spec, registry, options);
  const { files } = compileTarget(planned, findTarget(target));
  return { ...planned, files, planText: planText(planned.plan, planned.fusions) };
}

/** How a net is trained. */
export interface TrainOptions extends Partial<RunOptions> {
  /** Default "auto": the fastest. */
  readonly target?: string;
  /** URL of a generated `step.ts` of just this net and target; compiled in memory when left out. */
  readonly module?: string;
}

/**
 * Trains a net on a data set and tests it. Threads default to all cores, epochs to the spec's, the seed to 0.
 *
 * @throws {InputError} when the data does not fit the net.
 */
export async function train(spec: Spec, data: DataSplit, options: TrainOptions = {}): Promise<Trained> {
  const target = findTarget(options.target ?? "auto");
  const planned = plan(spec, registry, { data: data.train.inputs instanceof Uint8Array ? "u8" : "f32" });
  const module = options.module ?? await bundle(compileTarget(planned, target).files);
  return await run({ spec, plan: planned.plan, target: target.name, module, registry }, data, {
    threads: options.threads ?? navigator.hardwareConcurrency,
    epochs: options.epochs ?? spec.training.epochs,
    seed: options.seed ?? 0,
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
