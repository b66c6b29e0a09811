/**
 * Stage 2: a spec to a {@linkcode Graph}, in which every tensor has a shape. Refuses layers that do not fit.
 *
 * @module
 */
import { InputError } from "../error.ts";
import {
  type BufferSpec,
  inputSymbols,
  type LayerKind,
  type ParameterSpec,
  type Shape,
  type Shapes,
} from "../language/layer.ts";
import type { LossKind, MetricKind, TargetSpec } from "../language/loss.ts";
import type { OptimizerKind } from "../language/optimizer.ts";
import type { Registry } from "../language/registry.ts";
import { INPUT, layerInputs, layerNames } from "./names.ts";
import type { Options, Spec } from "./spec.ts";

/** A layer in its place: it reads some tensors and writes the one of its name. */
export interface GraphNode {
  /** Its own, or `conv1`, `linear2`: counted per kind. */
  readonly name: string;
  readonly kind: LayerKind;
  readonly options: Options;
  /** What it reads, by symbol: layers' names, or "input". */
  readonly inputs: Readonly<Record<string, string>>;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
}

/** Layers as a directed acyclic graph of named tensors, in an order in which each is computed after what it reads. */
export interface Graph {
  readonly name: string;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Rows of the batch's axis: one for each sample, and behind them any that hold none, so that vectors are whole. */
  readonly batchRows: number;
  /** Shapes by tensor, without the batch. */
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly nodes: readonly GraphNode[];
  /** The tensor the loss is taken of. */
  readonly output: string;
  readonly loss: LossKind;
  readonly lossOptions: Options;
  /** What the output is compared with, by the loss and the metrics. */
  readonly target: TargetSpec;
  readonly metrics: readonly MetricKind[];
  readonly optimizer: OptimizerKind;
}

/** Most elements a tensor may have: offsets stay exact 32-bit numbers. */
const LARGEST = 2 ** 29;

/** Shapes of what a node reads, by symbol. */
export function inputShapes({ inputs }: Pick<GraphNode, "inputs">, shapes: Graph["shapes"]): Shapes {
  return Object.fromEntries(Object.entries(inputs).map(([symbol, tensor]) => [symbol, shapes[tensor]]));
}

/**
 * Gives every tensor of a checked spec its shape.
 *
 * @throws {InputError} naming the layer and its inputs when they do not fit.
 */
export function inferShapes(spec: Spec, registry: Registry, origin = "spec"): Graph {
  const kinds = spec.layers.map((options) => registry.layers.find(({ type }) => type === options.type)!);
  const names = layerNames(spec.layers, kinds, origin), read = layerInputs(spec.layers, names, origin);
  const said = (tensor: string) =>
    tensor === INPUT ? "the input" : `layers[${names.indexOf(tensor)}] ${kinds[names.indexOf(tensor)].type}`;
  const shapes: Record<string, Shape> = { [INPUT]: spec.input }, nodes: GraphNode[] = [];
  for (const [i, options] of spec.layers.entries()) {
    const kind = kinds[i], name = names[i], where = `${origin}: layers[${i}]: ${kind.type}`;
    const inputs = symbolsOf(kind, read[i], where), given = inputShapes({ inputs }, shapes);
    shapes[name] = outputShape(kind, options, given, `${where} does not fit ${read[i].map(said).join(" and ")}`);
    const parameters = kind.parameters?.(options, given) ?? [], buffers = kind.buffers?.(options, given) ?? [];
    checkSize("output", [spec.batchSize, ...shapes[name]], where);
    for (const tensor of [...parameters, ...buffers]) checkSize(tensor.name, tensor.shape, where);
    nodes.push({ name, kind, options, inputs, parameters, buffers });
  }
  const output = names.at(-1)!;
  checkReaders(nodes, origin);
  checkOutput(spec, shapes[output], said(output), registry, origin);
  checkClasses(spec, shapes[output], said(output), registry, origin);
  checkTrainable(nodes, registry, origin);
  const loss = registry.losses.find(({ type }) => type === spec.loss.type)!, target = loss.target(shapes[output]);
  return {
    ...{ name: spec.name, batchSize: spec.batchSize, batchRows: spec.batchSize, shapes, nodes, output },
    ...{ loss, lossOptions: spec.loss, target },
    metrics: registry.metrics.filter((metric) => metric.fits(shapes[output], target)),
    optimizer: registry.optimizers.find(({ type }) => type === spec.training.optimizer.type)!,
  };
}

/** @throws {InputError} naming a layer that cannot be trained with so few samples in a batch. */
export function checkBatch({ nodes, shapes, batchSize }: Graph, origin = "spec"): void {
  for (const [i, node] of nodes.entries()) {
    const least = node.kind.leastBatch?.(node.options, inputShapes(node, shapes)) ?? 1;
    if (batchSize >= least) continue;
    throw new InputError(
      `${origin}: batchSize is ${batchSize}, but layers[${i}] ${node.kind.type} learns nothing of fewer than ${least} samples; ` +
        `make it ${least} or more`,
    );
  }
}

/** What a layer reads by its symbols. */
function symbolsOf(kind: LayerKind, read: readonly string[], where: string): Record<string, string> {
  const symbols = inputSymbols(kind, read.length);
  if (symbols) return Object.fromEntries(symbols.map((symbol, i) => [symbol, read[i]]));
  const { inputs = ["x"] } = kind;
  const wanted = !("least" in inputs) ? `${inputs.length}` : `${inputs.least} to ${inputs.most}`;
  throw new InputError(
    `${where} takes ${wanted} input${wanted === "1" ? "" : "s"}, but it has ${read.length}; name ${
      wanted === "1" ? "it" : "them"
    } as its "input"`,
  );
}

/** `misfit`: how the message begins when it has none. */
function outputShape(kind: LayerKind, options: Options, inputs: Shapes, misfit: string): Shape {
  try {
    return kind.shape(options, inputs);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${misfit}: ${error.message}`);
  }
}

function checkSize(what: string, shape: Shape, where: string): void {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (elements <= LARGEST) return;
  throw new InputError(
    `${where} is too large: its ${what} [${shape.join(", ")}] would have ${elements} elements, ` +
      `at most ${LARGEST} are possible; make the layer or the batch smaller`,
  );
}

/** All but the last layer are read by another one. */
function checkReaders(nodes: readonly GraphNode[], origin: string): void {
  const read = new Set(nodes.flatMap(({ inputs }) => Object.values(inputs)));
  const unread = nodes.slice(0, -1).findIndex(({ name }) => !read.has(name));
  if (unread < 0) return;
  const { name, kind } = nodes[unread];
  throw new InputError(
    `${origin}: layers[${unread}]: no layer reads what ${kind.type} gives; leave it out, or name "${name}" as an input`,
  );
}

const either = (kinds: readonly { readonly type: string }[]) => kinds.map(({ type }) => type).join(" or ");

function checkOutput({ loss }: Spec, shape: Shape, last: string, { layers }: Registry, origin: string): void {
  if (shape.length === 1) return;
  const vectorizing = either(layers.filter(({ reshapes }) => reshapes));
  throw new InputError(
    `${origin}: loss: ${loss.type} takes a vector, but ${last} gives [${
      shape.join(", ")
    }]; add ${vectorizing} at the end`,
  );
}

/** Names of classes are those of a loss that compares classes, one for each output. */
function checkClasses({ classes, loss }: Spec, shape: Shape, last: string, { losses }: Registry, origin: string): void {
  if (classes === undefined) return;
  const comparing = losses.filter((kind) => kind.target(shape).below !== undefined);
  if (!comparing.some(({ type }) => type === loss.type)) {
    throw new InputError(
      `${origin}: classes: loss ${loss.type} compares no classes; leave them out, or take ${either(comparing)}`,
    );
  }
  const [outputs] = shape, counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  if (classes.length === outputs) return;
  throw new InputError(
    `${origin}: classes has ${counted(classes.length, "name")}, but ${last} gives ${
      counted(outputs, "output")
    }; give each output one name`,
  );
}

function checkTrainable(nodes: readonly GraphNode[], { layers }: Registry, origin: string): void {
  if (nodes.some(({ parameters }) => parameters.length > 0)) return;
  // two are enough to tell what is meant
  const trainable = either(layers.filter(({ parameters }) => parameters).slice(0, 2));
  throw new InputError(`${origin}: layers: none of them can be trained; add ${trainable}`);
}
