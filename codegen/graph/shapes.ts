/**
 * Stage 2: a spec to a {@linkcode Graph}, in which every tensor has a shape. Refuses layers that do not fit.
 *
 * @module
 */
import { InputError } from "../error.ts";
import {
  type BufferSpec,
  elementsIn,
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
import { grouped } from "./groups.ts";
import { mistakeAt, SpecError, type SpecPath } from "./mistakes.ts";
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
  /** Its parameters are left as they are. */
  readonly frozen?: true;
  /** The group whose numbers its updates take. */
  readonly group?: number;
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
  /** What the output is compared with, by the loss and the metrics, and behind it weights. */
  readonly given: readonly TargetSpec[];
  readonly metrics: readonly MetricKind[];
  readonly optimizer: OptimizerKind;
  readonly optimizerOptions: Options;
  /** Gradients are clipped to this norm. Default: they are not. */
  readonly clipNorm?: number;
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
    const kind = kinds[i], name = names[i], refuse = refusing(origin, ["layers", i], kind.type);
    const inputs = symbolsOf(kind, read[i], read[i].map(said), refuse), given = inputShapes({ inputs }, shapes);
    const misfit = ` does not fit ${read[i].map(said).join(" and ")}`;
    shapes[name] = orMisfit(refuse, misfit, () => kind.shape(options, given));
    const parameters = kind.parameters?.(options, given) ?? [], buffers = kind.buffers?.(options, given) ?? [];
    checkSize("output", [spec.batchSize, ...shapes[name]], refuse);
    for (const tensor of [...parameters, ...buffers]) checkSize(tensor.name, tensor.shape, refuse);
    nodes.push({ name, kind, options, inputs, parameters, buffers });
  }
  const output = names.at(-1)!, { optimizer: optimizerOptions, clipNorm } = spec.training;
  checkReaders(nodes, origin);
  checkOutput(spec, shapes[output], said(output), registry, origin);
  checkClasses(spec, shapes[output], said(output), registry, origin);
  checkTrainable(nodes, registry, origin);
  const loss = lossOf(spec, registry), given = givenTo(spec, loss, shapes, output, said(output), origin);
  return {
    ...{ name: spec.name, batchSize: spec.batchSize, batchRows: spec.batchSize, shapes, output },
    nodes: grouped(nodes, spec, origin),
    ...{ loss, lossOptions: spec.loss, given },
    metrics: metricsOf(spec, loss, shapes[output], given, registry, origin),
    optimizer: registry.optimizers.find(({ type }) => type === optimizerOptions.type)!,
    ...{ optimizerOptions, clipNorm },
  };
}

/** @throws {InputError} naming a layer that cannot be trained with so few samples in a batch. */
export function checkBatch({ nodes, shapes, batchSize }: Graph, origin = "spec"): void {
  for (const [i, node] of nodes.entries()) {
    const least = node.kind.leastBatch?.(node.options, inputShapes(node, shapes)) ?? 1;
    if (batchSize >= least) continue;
    const message =
      `batchSize is ${batchSize}, but layers[${i}] ${node.kind.type} learns nothing of fewer than ${least} samples; ` +
      `make it ${least} or more`;
    throw new SpecError(origin, { path: ["batchSize"], message });
  }
}

/** Most inputs of a layer that a message names. */
const MOST_SAID = 3;

/** What a layer reads by its symbols; `said`: how messages call it. */
function symbolsOf(
  kind: LayerKind,
  read: readonly string[],
  said: readonly string[],
  refuse: Refuse,
): Record<string, string> {
  const symbols = inputSymbols(kind, read.length);
  if (symbols) return Object.fromEntries(symbols.map((symbol, i) => [symbol, read[i]]));
  const { inputs = ["x"] } = kind;
  const wanted = !("least" in inputs) ? `${inputs.length}` : `${inputs.least} to ${inputs.most}`;
  throw refuse(
    ` takes ${wanted} input${wanted === "1" ? "" : "s"}, but it has ${read.length}: ${several(said)}; name ${
      wanted === "1" ? "it" : "them"
    } as its "input"`,
  );
}

/** Some of a list, in words. */
function several(said: readonly string[]): string {
  const rest = said.length - MOST_SAID;
  return (rest > 0 ? [...said.slice(0, MOST_SAID), `${rest} more`] : said).join(" and ");
}

/** What a kind makes of shapes. `misfit`: how the message begins when it makes nothing of them. */
function orMisfit<Made>(refuse: Refuse, misfit: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw refuse(`${misfit}: ${error.message}`);
  }
}

/** A mistake of something that the spec names; the text follows its kind. */
type Refuse = (text: string) => SpecError;

/** Mistakes of a kind at a place. */
function refusing(origin: string, path: SpecPath, kind: string): Refuse {
  return (text) => new SpecError(origin, mistakeAt(path, kind + text));
}

function checkSize(what: string, shape: Shape, refuse: Refuse): void {
  const elements = elementsIn(shape);
  if (elements <= LARGEST) return;
  throw refuse(
    ` is too large: its ${what} [${shape.join(", ")}] would have ${elements} elements, ` +
      `at most ${LARGEST} are possible; make the layer or the batch smaller`,
  );
}

/** All but the last layer are read by another one. */
function checkReaders(nodes: readonly GraphNode[], origin: string): void {
  const read = new Set(nodes.flatMap(({ inputs }) => Object.values(inputs)));
  const unread = nodes.slice(0, -1).findIndex(({ name }) => !read.has(name));
  if (unread < 0) return;
  const { name, kind } = nodes[unread];
  const message = `no layer reads what ${kind.type} gives; leave it out, or name "${name}" as an input`;
  throw new SpecError(origin, mistakeAt(["layers", unread], message));
}

const either = (kinds: readonly { readonly type: string }[]) => kinds.map(({ type }) => type).join(" or ");

function lossOf({ loss }: Spec, { losses }: Registry): LossKind {
  return losses.find(({ type }) => type === loss.type)!;
}

function checkOutput(spec: Spec, shape: Shape, last: string, registry: Registry, origin: string): void {
  if (shape.length === 1 || !lossOf(spec, registry).classes) return;
  const vectorizing = either(registry.layers.filter(({ reshapes }) => reshapes));
  const gives = `takes a vector, but ${last} gives [${shape.join(", ")}]`;
  throw refusing(origin, ["loss"], spec.loss.type)(` ${gives}; add ${vectorizing} at the end`);
}

/** What the loss takes beside the output. */
function givenTo(
  { loss: options }: Spec,
  loss: LossKind,
  shapes: Graph["shapes"],
  output: string,
  last: string,
  origin: string,
): readonly TargetSpec[] {
  const refuse = refusing(origin, ["loss"], loss.type);
  const given = orMisfit(refuse, "", () => loss.given(shapes[output], options));
  for (const { shape, isInput } of given) {
    if (!isInput || shape.join() === shapes[INPUT].join()) continue;
    throw refuse(
      ` compares ${last} with the input, but one is [${shape.join(", ")}], the other [${
        shapes[INPUT].join(", ")
      }]; let the last layer give the shape of the input`,
    );
  }
  return given;
}

/** The metrics that a spec names, or those that are usual for its loss. */
function metricsOf(
  { metrics: named, loss: options }: Spec,
  loss: LossKind,
  output: Shape,
  [target]: readonly TargetSpec[],
  registry: Registry,
  origin: string,
): readonly MetricKind[] {
  const fitting = registry.metrics.filter((metric) => metric.fits(output, target));
  if (!named) {
    const usual = loss.metrics(output, options);
    return fitting.filter(({ type }) => usual.includes(type));
  }
  return named.map((name, i) => {
    const metric = fitting.find(({ type }) => type === name), refuse = refusing(origin, ["metrics", i], name);
    if (!metric) {
      const others = fitting.length > 0 ? `, or name ${either(fitting)}` : "";
      throw refuse(
        ` says nothing of outputs [${output.join(", ")}] with loss ${loss.type}; leave it out${others}`,
      );
    }
    const twin = named.slice(0, i).find((other) =>
      fitting.find(({ type }) => type === other)?.symbol === metric.symbol
    );
    if (twin === undefined) return metric;
    throw refuse(` cannot be told beside ${twin}, whose place it takes; leave one of them out`);
  });
}

/** Names of classes are those of a loss that compares classes, one for each output. */
function checkClasses(spec: Spec, shape: Shape, last: string, registry: Registry, origin: string): void {
  const { classes, loss } = spec;
  if (classes === undefined) return;
  if (!lossOf(spec, registry).classes) {
    const comparing = registry.losses.filter((kind) => kind.classes);
    const message = `loss ${loss.type} compares no classes; leave them out, or take ${either(comparing)}`;
    throw new SpecError(origin, mistakeAt(["classes"], message));
  }
  const [outputs] = shape, counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  if (classes.length === outputs) return;
  const names = counted(classes.length, "name"), gives = counted(outputs, "output");
  const message = `classes has ${names}, but ${last} gives ${gives}; give each output one name`;
  throw new SpecError(origin, { path: ["classes"], message });
}

function checkTrainable(nodes: readonly GraphNode[], { layers }: Registry, origin: string): void {
  if (nodes.some(({ parameters }) => parameters.length > 0)) return;
  // two are enough to tell what is meant
  const trainable = either(layers.filter(({ parameters }) => parameters).slice(0, 2));
  throw new SpecError(origin, mistakeAt(["layers"], `none of them can be trained; add ${trainable}`));
}
