/**
 * A graph by plain loops in f64: its outputs in a test, its loss in a step of training, and what optimizers make of
 * gradients. Written without the compiler but for shapes and names; gradients are differences of the loss.
 *
 * @module
 */
import { type Graph, inputShapes } from "../codegen/graph/shapes.ts";
import { initialLearningRate, type Options } from "../codegen/graph/spec.ts";
import { gradientError } from "../runtime/check/gradients.ts";
import type { Dataset } from "../runtime/data/data.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";
import type { GraphCourse, Trace } from "./interpreted_steps.ts";
import { PLAIN_LAYERS, type Rows, sizeOf } from "./plain_layers.ts";

/** Values of parameters and buffers by name. */
export type Kept = ReadonlyMap<string, ArrayLike<number>>;

/** Samples, and what outputs are compared with: a class for each, or a number for each output. */
export interface PlainBatch {
  readonly samples: number;
  readonly inputs: Float64Array;
  readonly targets: ArrayLike<number>;
  /** Of samples or of outputs, where the loss has them. */
  readonly weights?: ArrayLike<number>;
}

/** A sample to a loss. */
interface Judged {
  readonly outputs: Float64Array;
  readonly targets: readonly number[];
  readonly weights: readonly number[] | undefined;
}

/** The mean loss over some samples. */
export type PlainLoss = (samples: readonly Judged[], options: Options) => number;

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** The mean over samples and outputs of what is found of an output and its target. */
const onNumbers = (own: (x: number, target: number, options: Options) => number): PlainLoss => (samples, options) =>
  mean(
    samples.map(({ outputs, targets, weights }) =>
      mean(Array.from(outputs, (x, i) => (weights?.[i] ?? 1) * own(x, targets[i], options)))
    ),
  );

/** By type. */
export const PLAIN_LOSSES: Readonly<Record<string, PlainLoss>> = {
  binaryCrossEntropy: onNumbers((x, target) => Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)))),
  huber: onNumbers((x, target, { delta }) => {
    const size = Math.abs(x - target), most = Number(delta);
    return size <= most ? size ** 2 / 2 : most * (size - most / 2);
  }),
  mae: onNumbers((x, target) => Math.abs(x - target)),
  mse: onNumbers((x, target) => (x - target) ** 2),
  softmaxCrossEntropy(samples, { labelSmoothing = 0, classWeights }) {
    const weightOf = (label: number) => (classWeights as number[] | undefined)?.[label] ?? 1,
      smooth = Number(labelSmoothing);
    const losses = samples.map(({ outputs, targets: [label], weights }) => {
      const largest = Math.max(...outputs), sum = outputs.reduce((all, x) => all + Math.exp(x - largest), 0);
      const each = Array.from(outputs, (x, c) => weightOf(c) * (Math.log(sum) - (x - largest)));
      return (weights?.[0] ?? 1) * ((1 - smooth) * each[label] + smooth * mean(each));
    });
    const weight = samples.reduce((all, { targets: [label] }) => all + weightOf(label), 0);
    return weight === 0 ? 0 : losses.reduce((a, b) => a + b, 0) / weight;
  },
};

/** Changes weights by their gradient; `state` is empty at first. */
export type PlainOptimizer = (
  step: { readonly weights: Float64Array; readonly gradient: ArrayLike<number>; readonly decays: boolean },
  options: Options,
  /** Of the step, from 1. */
  at: { readonly number: number; readonly rate: number; readonly state: Record<string, Float64Array> },
) => void;

/** The gradient with L2 added. */
const decayed = (
  { weights, gradient, decays }: Parameters<PlainOptimizer>[0],
  { l2 = 0 }: Options,
) => weights.map((w, i) => gradient[i] + (decays ? Number(l2) * w : 0));
/** What is kept from step to step, from zeros. */
const stateOf = (state: Record<string, Float64Array>, name: string, { length }: Float64Array) =>
  state[name] ??= new Float64Array(length);

/** By type. */
export const PLAIN_OPTIMIZERS: Readonly<Record<string, PlainOptimizer>> = {
  adam(step, options, { number, rate, state }) {
    const { weights } = step,
      g = decayed(step, options),
      m = stateOf(state, "m", weights),
      v = stateOf(state, "v", weights);
    const [beta1, beta2, epsilon] = [options.beta1, options.beta2, options.epsilon].map(Number);
    for (const i of weights.keys()) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2;
      weights[i] -= rate * (m[i] / (1 - beta1 ** number)) / (Math.sqrt(v[i] / (1 - beta2 ** number)) + epsilon);
    }
  },
  adamw(step, options, at) {
    const { weights } = step, shrunk = 1 - at.rate * Number(options.weightDecay);
    if (step.decays) { for (const i of weights.keys()) weights[i] *= shrunk; }
    PLAIN_OPTIMIZERS.adam({ ...step, decays: false }, options, at);
  },
  momentum(step, options, { rate, state }) {
    const { weights } = step, g = decayed(step, options), v = stateOf(state, "v", weights);
    for (const i of weights.keys()) {
      v[i] = Number(options.momentum) * v[i] + g[i];
      weights[i] -= rate * (options.nesterov ? g[i] + Number(options.momentum) * v[i] : v[i]);
    }
  },
  rmsprop(step, options, { rate, state }) {
    const { weights } = step, g = decayed(step, options), { centered } = options;
    const [alpha, epsilon, momentum] = [options.alpha, options.epsilon, options.momentum].map(Number);
    const [v, m, b] = ["v", "m", "b"].map((name) => stateOf(state, name, weights));
    for (const i of weights.keys()) {
      v[i] = alpha * v[i] + (1 - alpha) * g[i] ** 2;
      m[i] = alpha * m[i] + (1 - alpha) * g[i];
      b[i] = momentum * b[i] + g[i] / (Math.sqrt(centered ? v[i] - m[i] ** 2 : v[i]) + epsilon);
      weights[i] -= rate * b[i];
    }
  },
  sgd(step, options, { rate }) {
    const g = decayed(step, options);
    for (const i of step.weights.keys()) step.weights[i] -= rate * g[i];
  },
};

/** Which step is run, and with what seed: masks of dropout follow from them. Nothing for a test. */
export interface Training {
  readonly seed: number;
  readonly step: number;
}

/** What a graph gives. */
export function plainOutputs(graph: Graph, kept: Kept, batch: PlainBatch, training?: Training): Rows {
  const { nodes, shapes, output } = graph, { samples } = batch;
  const tensors = new Map<string, Rows>([["input", { shape: shapes.input, values: batch.inputs }]]);
  for (const node of nodes) {
    const { name, kind, options, parameters, buffers } = node, shape = shapes[name];
    const own = [...parameters, ...buffers].map((
      { name: own },
    ) => [own, Float64Array.from(kept.get(`${name}.${own}`)!)]);
    const inputs = Object.keys(inputShapes(node, shapes)).map((symbol) => tensors.get(node.inputs[symbol])!);
    const key = (stream: string) => streamKey(training?.seed ?? 0, `${name}_${stream}`, training?.step);
    const values = PLAIN_LAYERS[kind.type]({
      ...{ options, inputs, kept: Object.fromEntries(own), shape, samples, key },
      training: training !== undefined,
    });
    tensors.set(name, { shape, values });
  }
  return tensors.get(output)!;
}

/** The mean loss over the samples of a step. */
export function plainLoss(graph: Graph, kept: Kept, batch: PlainBatch, training: Training): number {
  const { values, shape } = plainOutputs(graph, kept, batch, training), size = sizeOf(shape), { samples } = batch;
  const rows = (all: ArrayLike<number>, n: number) =>
    Array.from({ length: all.length / samples }, (_, i) => all[n * all.length / samples + i]);
  const judged = Array.from({ length: samples }, (_, n): Judged => ({
    outputs: values.subarray(n * size, (n + 1) * size),
    targets: rows(batch.targets, n),
    weights: batch.weights && rows(batch.weights, n),
  }));
  return PLAIN_LOSSES[graph.loss.type](judged, graph.lossOptions);
}

/** How far numbers may be apart: curves such as gelu's are computed as well as f32 can have them, and a little better. */
const ROUNDING = 2 ** -22;
/** Entries of each parameter whose gradient is compared with differences. */
const ENTRIES = 2;
/** Entries that are drawn for one that is not at a kink. */
const TRIES = 8;

/** What was compared, and what was wrong, in words. */
export interface PlainCheck {
  readonly wrong: readonly string[];
  /** Gradients that were compared with differences. */
  readonly gradients: number;
}

/** Compares what the interpreter makes of a course with plain loops: test, loss, gradients and updates. */
export function comparePlainly(course: GraphCourse, trace: Trace): PlainCheck {
  const { graph, kept, steps, outputs } = trace, { data, seed } = course, wrong: string[] = [];
  const near = (what: string, found: number, right: number) => {
    if (!(Math.abs(found - right) <= ROUNDING * Math.max(1, Math.abs(right)))) {
      wrong.push(`${what} is ${found}, not ${right}`);
    }
  };
  const first = batchOf(graph, data, steps[0].order), tested = plainOutputs(graph, kept[0], first).values;
  for (const [i, value] of tested.entries()) near(`output ${i}`, outputs[i], value);
  for (const [step, { order, loss }] of steps.entries()) {
    const right = plainLoss(graph, kept[step], batchOf(graph, data, order), { seed, step });
    near(`loss of step ${step}`, loss, right);
  }
  wrong.push(...wrongUpdates(course, trace));
  let gradients = 0;
  for (const [name, gradient] of steps[0].gradients) {
    const values = kept[0].get(name)!, key = streamKey(seed, `entries ${name}`);
    const moved = (at: number, by: number) => new Map(kept[0]).set(name, values.with(at, values[at] + by));
    for (let i = 0, compared = 0; i < TRIES && compared < ENTRIES; i++) {
      const at = Math.floor(uniform(key, i) * values.length);
      const found = gradientError((by) => plainLoss(graph, moved(at, by), first, { seed, step: 0 }), gradient[at]);
      if (!found) continue;
      compared++;
      gradients++;
      if (found.error <= found.tolerance) continue;
      wrong.push(`gradient of ${name}[${at}] is wrong by ${found.error}, not up to ${found.tolerance}`);
    }
  }
  return { wrong, gradients };
}

/** Updates that are not what the optimizer makes of the gradients, in words. */
function wrongUpdates({ spec }: GraphCourse, { graph, kept, steps }: Trace): string[] {
  const { optimizer } = spec.training, rate = initialLearningRate(spec), wrong: string[] = [];
  for (const { name: layer, parameters } of graph.nodes) {
    for (const { name: own, decay } of parameters) {
      const name = `${layer}.${own}`, state = {};
      for (const [step, { gradients }] of steps.entries()) {
        const before = kept[step].get(name)!, after = kept[step + 1].get(name)!, weights = before.slice();
        const given = { weights, gradient: gradients.get(name)!, decays: decay };
        PLAIN_OPTIMIZERS[optimizer.type](given, optimizer, { number: step + 1, rate, state });
        // the optimizer's numbers are f32
        const at = weights.findIndex((value, i) =>
          !(Math.abs(after[i] - value) <= 1e-6 * Math.abs(value - before[i]) + ROUNDING)
        );
        if (at >= 0) wrong.push(`${name}[${at}] after step ${step} is ${after[at]}, not ${weights[at]}`);
      }
    }
  }
  return wrong;
}

/** The samples of a step; targets of vectors are made of labels where the data have no others. */
function batchOf(
  { given: [target, weight], shapes, output }: Graph,
  data: Dataset,
  order: readonly number[],
): PlainBatch {
  const scale = data.inputs instanceof Uint8Array ? 255 : 1;
  const rows = (all: ArrayLike<number>, divisor = 1) => {
    const size = all.length / data.samples;
    return Float64Array.from(order.flatMap((n) => Array.from({ length: size }, (_, i) => all[n * size + i] / divisor)));
  };
  const inputs = rows(data.inputs, scale), { labels, targets, weights } = data;
  const oneHot = () =>
    order.flatMap((n) => Array.from({ length: shapes[output][0] }, (_, o) => o === labels![n] ? 1 : 0));
  return {
    ...{ samples: order.length, inputs },
    targets: target.dtype === "i32" ? rows(labels!) : target.isInput ? inputs : targets ? rows(targets) : oneHot(),
    ...weight && { weights: rows(weights!) },
  };
}
