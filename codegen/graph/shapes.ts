/**
 * Stage 2: a spec to a {@linkcode Graph}, in which every tensor has a shape. Refuses layers that do not fit.
 *
 * @module
 */
import { InputError } from "../error.ts";
import type { LayerKind, ParameterSpec, Shape } from "../language/layer.ts";
import type { LossKind } from "../language/loss.ts";
import type { OptimizerKind } from "../language/optimizer.ts";
import type { Registry } from "../language/registry.ts";
import type { Options, Spec } from "./spec.ts";

/** A layer in its place: it reads the tensor `input` and writes the tensor `output`. */
export interface GraphNode {
  /** `conv1`, `linear2`: counted per kind. */
  readonly name: string;
  readonly kind: LayerKind;
  readonly options: Options;
  readonly input: string;
  readonly output: string;
  readonly parameters: readonly ParameterSpec[];
}

/** Layers as a directed acyclic graph of named tensors, in an order in which each is computed after what it reads. */
export interface Graph {
  readonly name: string;
  readonly batchSize: number;
  /** Shapes by tensor, without the batch. */
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly nodes: readonly GraphNode[];
  /** The tensor the loss is taken of. */
  readonly output: string;
  readonly loss: LossKind;
  readonly lossOptions: Options;
  readonly optimizer: OptimizerKind;
}

/** Most elements a tensor may have: offsets stay exact 32-bit numbers. */
const LARGEST = 2 ** 29;

/**
 * Gives every tensor of a checked spec its shape.
 *
 * @throws {InputError} naming the layer and its input when they do not fit.
 */
export function inferShapes(spec: Spec, registry: Registry, origin = "spec"): Graph {
  const shapes: Record<string, Shape> = { input: spec.input };
  const nodes: GraphNode[] = [];
  const counts: Record<string, number> = {};
  let input = "input", before = "the input";
  for (const [i, options] of spec.layers.entries()) {
    const kind = registry.layers.find(({ type }) => type === options.type)!;
    const name = `${kind.stem}${counts[kind.stem] = (counts[kind.stem] ?? 0) + 1}`;
    let output: Shape;
    try {
      output = kind.shape(options, shapes[input]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${origin}: layers[${i}]: ${kind.type} does not fit ${before}: ${error.message}`);
    }
    const parameters = kind.parameters?.(options, shapes[input]) ?? [];
    for (
      const [what, shape] of [["output", [spec.batchSize, ...output]], ...parameters.map((p) => [p.name, p.shape])]
    ) {
      const elements = (shape as Shape).reduce((product, extent) => product * extent, 1);
      if (elements > LARGEST) {
        throw new InputError(
          `${origin}: layers[${i}]: ${kind.type} is too large: its ${what} [${(shape as Shape).join(", ")}] ` +
            `would have ${elements} elements, at most ${LARGEST} are possible; make the layer or the batch smaller`,
        );
      }
    }
    nodes.push({ name, kind, options, input, output: name, parameters });
    shapes[name] = output;
    input = name;
    before = `layers[${i}] ${kind.type}`;
  }
  const either = (kinds: readonly LayerKind[]) => kinds.map(({ type }) => type).join(" or ");
  if (shapes[input].length !== 1) {
    const vectorizing = either(registry.layers.filter(({ reshapes }) => reshapes));
    throw new InputError(
      `${origin}: loss: ${spec.loss.type} takes a vector, but ${before} gives [${shapes[input].join(", ")}]; ` +
        `add ${vectorizing} at the end`,
    );
  }
  if (nodes.every(({ parameters }) => parameters.length === 0)) {
    const trainable = either(registry.layers.filter(({ parameters }) => parameters));
    throw new InputError(`${origin}: layers: none of them can be trained; add ${trainable}`);
  }
  return {
    name: spec.name,
    batchSize: spec.batchSize,
    shapes,
    nodes,
    output: input,
    loss: registry.losses.find(({ type }) => type === spec.loss.type)!,
    lossOptions: spec.loss,
    optimizer: registry.optimizers.find(({ type }) => type === spec.training.optimizer.type)!,
  };
}
