/**
 * A net's own trainer, or predictor, as files for wherever JavaScript runs: modules, a script, types.
 *
 * @module
 */
import { readWeights, type Weights } from "../../api/weights.ts";
import { registry } from "../../api/registry.ts";
import { checkedSpec } from "../../api/spec.ts";
import { InputError } from "../../codegen/error.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import type { Tuning } from "../../codegen/schedule/tuning.ts";
import { takesClasses } from "../../runtime/backends/samples.ts";
import { outputOf } from "../../runtime/backends/tensors.ts";
import { encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { encodeSafetensors } from "../../runtime/files/safetensors.ts";
import { joined } from "../../runtime/net/hash.ts";
import type { NetProgram } from "../../runtime/net/program.ts";
import { tellsClasses } from "../../runtime/run/class_names.ts";
import { VERSION } from "../../runtime/run/version.ts";
import { checkFile } from "./check.ts";
import { declarations, type Declared } from "./declarations.ts";
import { entryText } from "./entry.ts";
import { type BundleFiles, packageName, withIndex } from "./folder.ts";
import { gpuFile } from "./gpu_file.ts";
import { modulesOf, PROBE } from "./modules.ts";
import { readme } from "./readme.ts";
import { predictionRulesText, rulesText } from "./rules.ts";
import { scriptsOf } from "./scripts.ts";
import { projectFile } from "./sources.ts";

export { type BundleFiles, prepareFolder, writeBundle } from "./folder.ts";
export { type Download, downloadOf, packedSize, scriptsFrom } from "./sizes.ts";

/** How a bundle is made. */
export interface BundleOptions {
  /** What the net begins with. Default: weights drawn from the seed. */
  readonly weights?: Weights["parameters"];
  /** Only predictions: no training, no worker. Default false. */
  readonly predict?: boolean;
  /** Samples that are computed at once. Default: the spec's; of what only predicts, 1. */
  readonly batchSize?: number;
  /** What samples are: bytes, scaled by 1/255, or floats, for which bytes are scaled on the way. Default "f32". */
  readonly data?: "u8" | "f32";
  /** Whether modules, worker and weights stand in the script. Default false. */
  readonly singleFile?: boolean;
  /** What random numbers follow from where `open` is told no seed. Default 0. */
  readonly seed?: number;
  /** Schedules found by `tune`. Default: first guesses. */
  readonly tuning?: Tuning;
  /** Whether the net trains on a GPU, too, where a program asks for that. Default false. */
  readonly gpu?: boolean;
  /** How the README says that the bundle was made. Default: the command's name. */
  readonly command?: string;
}

/** Files that a script may have inside of it. */
const WEIGHTS = "weights.safetensors", CHECK = "check.json";
/** Ending of the file's name with what a GPU runs, behind the net's. */
const GPU = ".webgpu.json";

/**
 * The files of a bundle, by their names.
 *
 * @throws {InputError} when the net cannot be compiled, the weights are not those of the net, or esbuild cannot be started.
 * @throws {VerifyError} when an access of memory in a module cannot be bounded.
 */
export async function buildNet(given: Spec, options: BundleOptions = {}): Promise<BundleFiles> {
  const { predict = false, data = "f32", singleFile = false, seed = 0, tuning, command = "deno task build" } = options;
  if (options.gpu && predict) {
    throw new InputError("a bundle that only predicts does not run on a GPU; leave out gpu, or predict");
  }
  const { batchSize = predict ? 1 : given.batchSize } = options, spec = checkedSpec({ ...given, batchSize });
  const modules = modulesOf(spec, { predict, data, tuning }), [{ plan }] = modules;
  const { name, classes }: NetProgram["spec"] = spec;
  const { classes: outputs } = outputOf(plan), graph = inferShapes(spec, registry), { loss } = graph;
  const inside = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { ending, file } of modules) inside.set(`${name}${ending}`, file);
  if (options.weights) inside.set(WEIGHTS, weightsFile(spec, options.weights));
  const gpu = options.gpu ? gpuFile(spec, { data, tuning }) : undefined;
  if (gpu) inside.set(`${name}${GPU}`, gpu.file);
  inside.set(CHECK, await checkFile(spec, modules, predict));
  const scripts = await scriptsOf(
    entryText({
      ...{ spec, predict, seed, probe: PROBE, check: CHECK },
      rules: predict ? predictionRulesText(spec, registry, outputs) : rulesText(spec, registry, outputs),
      given: !predict && !takesClasses(plan),
      targets: modules.map(({ target, ending, plan }) => [target, `${name}${ending}`, plan]),
      ...options.weights && { weights: WEIGHTS },
      ...gpu && { gpu: [`${name}${GPU}`, gpu.worth] as const },
      inside: singleFile ? inside : new Map(),
    }),
    { name, banner: bannerOf(name), trains: !predict, normal: drawsNormal(plan), singleFile },
  );
  const declared: Declared = {
    ...{ name, outputs, predict, data, seed, batchSize, version: VERSION, shape: spec.input, classes },
    ...{ epochs: spec.training.epochs, probabilities: loss.probabilities !== undefined },
    ...{ given: graph.given, metrics: graph.metrics.map(({ type }) => type), tellsClasses: tellsClasses(graph) },
    weights: options.weights !== undefined,
    gpu: gpu !== undefined,
  };
  const texts = {
    ...Object.fromEntries(scripts),
    [`${name}.d.ts`]: declarations(declared),
    "README.md": readme({ ...declared, singleFile, command }),
    "LICENSE": await projectFile("LICENSE"),
  };
  const files = Object.entries(texts).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
  return withIndex(manifestOf(name, predict), new Map([...files, ...singleFile ? [] : inside]), VERSION);
}

/** A checkpoint of weights alone. */
function weightsFile(spec: Spec, parameters: Weights["parameters"]): Uint8Array<ArrayBuffer> {
  return joined(encodeSafetensors(encodeCheckpoint(readWeights({ spec, parameters }))));
}

/** Whether some of what a net begins with are normal numbers. */
function drawsNormal({ tensors }: RunPlan): boolean {
  return Object.values(tensors).some(({ initial }) => typeof initial === "object" && "normal" in initial);
}

/** What npm and Node read. */
function manifestOf(name: string, predict: boolean): Record<string, unknown> {
  return {
    name: packageName(name),
    version: "1.0.0",
    private: true,
    license: "MIT",
    type: "module",
    exports: { ".": { types: `./${name}.d.ts`, default: `./${name}.js` }, "./*": "./*" },
    // a worker's script is there for what it does
    sideEffects: predict ? false : ["./worker.js"],
  };
}

const bannerOf = (name: string) =>
  `// @ts-self-types="./${name}.d.ts"\n/* ${name}, made by Kernelwright ${VERSION}; MIT license, see LICENSE */\n`;
