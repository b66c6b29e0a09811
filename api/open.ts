/**
 * Nets are opened: trained, tested and asked from code, step by step or epoch by epoch.
 *
 * @module
 */
import { type CompiledNet, type Optimization, withBindings } from "../codegen/compile.ts";
import { InputError } from "../codegen/error.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { workOf } from "../codegen/plan/kernel.ts";
import type { Plan } from "../codegen/plan/plan.ts";
import type { Tuning } from "../codegen/schedule/tuning.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import { checkJudged } from "../runtime/backends/samples.ts";
import { fittedCode, GpuHost, noModule, openEither } from "../runtime/net/gpu_host.ts";
import { readGiven } from "../runtime/net/given.ts";
import { type Net, openNet } from "../runtime/net/net.ts";
import type { OpenNetOptions } from "../runtime/net/options.ts";
import type { NetProgram, NetRules } from "../runtime/net/program.ts";
import { startWorker } from "../runtime/net/start_worker.ts";
import { platform } from "../runtime/platform/here.ts";
import { tellsClasses } from "../runtime/run/class_names.ts";
import { MOST_THREADS, objectOf, readOptions, SEED, SIGNAL, whole } from "../runtime/run/options.ts";
import { kindOf, trainingRules } from "../runtime/run/rules.ts";
import { COMPILE, compileNet, TUNING } from "./compile.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { TARGET, targetHere } from "./targets.ts";

/** How a net is opened. */
export interface OpenOptions extends OpenNetOptions {
  /**
   * wasm_relaxed, wasm, or webgpu, which takes no threads. Default "auto": webgpu where there is a GPU, a step has enough
   * work for one and no threads are asked for, else the faster one of the others.
   */
  readonly target?: string;
  /**
   * What samples are kept as. "f32" takes bytes, too, and gives them the same bits as "u8", which takes a fourth of the
   * memory, and nothing but bytes. Default "f32".
   */
  readonly data?: "u8" | "f32";
  /** Schedules found by {@linkcode tune}. Default: first guesses. */
  readonly tuning?: Tuning;
  /** Optimizations that are left out. Default: none. */
  readonly without?: readonly Optimization[];
}

/** What a spec's options mean, as code. */
export function rulesOf(spec: Spec): NetRules {
  const { probabilities } = kindOf(registry.losses, spec.loss.type);
  return {
    ...trainingRules(spec, registry),
    ...probabilities && { probabilities },
    ...!tellsClasses(inferShapes(spec, registry)) && { numbers: true },
  };
}

/**
 * What a compiled net is to those who run it without its compiler.
 *
 * @throws {InputError} when it can be none.
 */
export function programOf(spec: Spec, net: CompiledNet, without: readonly Optimization[] = []): NetProgram {
  const { plan, target } = net, { name } = target;
  const own = {
    spec,
    target: name,
    without,
    plan,
    rules: rulesOf(spec),
    given: readGiven,
  };
  if (!backendOf(target).takesThreads) {
    if (plan.tensors.loss) checkJudged(plan);
    platform.prepareGpu();
    const codeFor = (most: number) => fittedCode(net.files, most, (most) => withBindings(net, most).files);
    return { ...own, bytes: noModule, host: () => GpuHost.open(plan, codeFor) };
  }
  const bytes = backendOf(target).moduleOf?.(net);
  if (!bytes) throw new InputError(`target ${name} cannot be opened; use target auto, wasm_relaxed, wasm or webgpu`);
  if (plan.tensors.loss) checkJudged(plan);
  return { ...own, worker: startWorker, bytes: () => Promise.resolve(bytes) };
}

/**
 * Operations of a step that a GPU is worth: threads take some milliseconds for them, as long as it takes to start a GPU and
 * to wait for it. A guess: none was there to be measured.
 */
const WORTH = 2 ** 27;

/** Whether a step of a net has so much. */
export function isWorthGpu({ train: { kernels } }: Plan): boolean {
  return kernels.reduce((sum, kernel) => sum + workOf(kernel), 0) >= WORTH;
}

/**
 * Compiles a net and opens it: a net in memory that trains, tests and predicts, until it is closed.
 *
 * @example A step at a time
 * ```ts
 * import { open, parseSpec } from "./mod.ts";
 *
 * const net = await open(parseSpec({
 *   name: "xor",
 *   input: [2],
 *   batchSize: 4,
 *   layers: [{ type: "linear", outFeatures: 8 }, { type: "tanh" }, { type: "linear", outFeatures: 2 }],
 *   loss: { type: "softmaxCrossEntropy" },
 *   training: { epochs: 300, optimizer: { type: "adam", learningRate: 0.05 } },
 * }));
 * const x = [[0, 0], [0, 1], [1, 0], [1, 1]], y = [0, 1, 1, 0];
 * for (let i = 0; i < 300; i++) await net.step(x, y);
 * console.log((await net.predict(x)).map(({ label }) => label)); // [ 0, 1, 1, 0 ]
 * net.close();
 * ```
 *
 * @throws {InputError} when the spec is none, an option is none, the target cannot run here, or weights are another net's.
 */
export async function open(given: Spec, settings: OpenOptions = {}): Promise<Net> {
  const { target: name = "auto", data = "f32", tuning, without, ...options } = readOptions(settings, {
    ...{ target: TARGET, data: COMPILE.data, tuning: TUNING, without: COMPILE.without },
    ...{ threads: whole(0, MOST_THREADS), seed: SEED, weights: objectOf("a Uint8Array"), signal: SIGNAL },
  });
  const spec = checkedSpec(given),
    compiled = (name: string) => compileNet(spec, targetHere(name), { data, tuning, without });
  const openOn = (net: CompiledNet) => openNet(programOf(spec, net, without), options);
  const net = compiled(name), worth = name === "auto" && options.threads === undefined && isWorthGpu(net.plan);
  if (worth) platform.prepareGpu();
  return await openEither(worth, () => openOn(compiled("webgpu")), () => openOn(net));
}
