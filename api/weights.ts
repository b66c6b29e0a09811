/**
 * Nets with their weights: checkpoints, and those of other programs.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import { type Graph, inferShapes } from "../codegen/graph/shapes.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import type { Shape } from "../codegen/language/layer.ts";
import {
  checkLeast,
  type Checkpoint,
  decodeCheckpoint,
  isCheckpoint,
  specDifference,
  weightShapes,
} from "../runtime/files/checkpoint.ts";
import { loadCheckpoint as loadWith } from "../runtime/files/checkpoint_file.ts";
import { readText } from "../runtime/files/files.ts";
import { encodeOnnx } from "../runtime/files/onnx.ts";
import { readSafetensors } from "../runtime/files/safetensors_file.ts";
import { type ImportedParameters, importParameters, parseNames, type WeightNames } from "../runtime/files/weights.ts";
import { isObject } from "../runtime/run/options.ts";
import { checkTensors, copyTensors } from "../runtime/run/resume.ts";
import type { Trained } from "../runtime/run/run_options.ts";
import { VERSION } from "../runtime/run/version.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";

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

/** Where weights of other programs are found, and how they are called. */
export interface WeightOptions {
  /** The net that they are of; a checkpoint has its own, and takes names of classes from this one. */
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
    // a net that got names of classes later tells them
    return spec?.classes ? { ...checkpoint, spec: { ...checkpoint.spec, classes: spec.classes } } : checkpoint;
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
  /** Parameters and buffers by name, in the usual order. */
  readonly parameters: Trained["parameters"];
}

/** A checked net, and its weights, for sure all of them: copies. */
export function readWeights(given: Weights): Weights & { readonly graph: Graph } {
  if (!isObject(given)) {
    throw new InputError("weights are missing; expected { spec, parameters }, such as loadWeights gives");
  }
  const { spec: net, parameters } = given, spec = checkedSpec(net), graph = inferShapes(spec, registry);
  const refuse = (name: string, shape: Shape, found: string) =>
    new InputError(`net ${spec.name} takes ${name} [${shape.join(", ")}], but the weights have ${found}`);
  const copies = copyTensors(parameters, weightShapes(graph), "the weights", refuse);
  checkTensors(copies, "the weights");
  checkLeast(graph, copies, "the weights");
  return { spec, graph, parameters: copies };
}

/**
 * A trained net as an ONNX model of opset 17: the layers as they are in a test. Its input `input` is [batch, ...shape],
 * its output `output` what the last layer gives, [batch, classes]; bytes must be scaled by 1/255 before. Names of classes
 * are its property `names`: `{"0": "cat", "1": "dog"}`.
 *
 * @throws {InputError} when a layer is of a kind that ONNX has no operation for, or the weights are not those of the net.
 */
export async function exportOnnx(weights: Weights): Promise<Uint8Array<ArrayBuffer>> {
  const { spec, graph, parameters } = readWeights(weights);
  return await encodeOnnx(graph, parameters, { name: "Kernelwright", version: VERSION }, spec.classes);
}
