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

/** Samples, and what outputs are compared with: classes, or numbers. */
export interface PlainBatch {
  readonly samples: number;
  readonly inputs: Float64Array;
  readonly targets: ArrayLike<number>;
}

/** The loss of a sample: of its outputs, what they are compared with, and the options of the kind. */
export type PlainLoss = (outputs: Float64Array, targets: ArrayLike<number>, options: Options) => number;

/** By type. */
export const PLAIN_LOSSES: Readonly<Record<string, PlainLoss>> = {
  mse: (outputs, targets) => outputs.reduce((sum, x, i) => sum + (x - targets[i]) ** 2, 0) / outputs.length,
  softmaxCrossEntropy(outputs, { 0: label }) {
    const largest = Math.max(...outputs);
    return Math.log(outputs.reduce((sum, x) => sum + Math.exp(x - largest), 0)) - (outputs[label] - largest);
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
  momentum(step, options, { rate, state }) {
    const { weights } = step, g = decayed(step, options), v = stateOf(state, "v", weights);
    for (const i of weights.keys()) weights[i] -= rate * (v[i] = Number(options.momentum) * v[i] + g[i]);
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
  const { values, shape } = plainOutputs(graph, kept, batch, training), size = sizeOf(shape);
  const loss = PLAIN_LOSSES[graph.loss.type], each = batch.targets.length / batch.samples;
  let sum = 0;
  for (let i = 0; i < batch.samples; i++) {
    const targets = Array.from({ length: each }, (_, j) => batch.targets[i * each + j]);
    sum += loss(values.subarray(i * size, (i + 1) * size), targets, graph.lossOptions);
  }
  return sum / batch.samples;
}

/** How far exact numbers may be apart that are added in other orders, relative to the largest. */
const ROUNDING = 1e-9;
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
function batchOf({ target, shapes, output }: Graph, data: Dataset, order: readonly number[]): PlainBatch {
  const size = data.inputs.length / data.samples, scale = data.inputs instanceof Uint8Array ? 255 : 1;
  const inputs = Float64Array.from(
    order.flatMap((i) => Array.from(data.inputs.subarray(i * size, (i + 1) * size), (x) => x / scale)),
  );
  const { targets } = data as { targets?: Float32Array }, each = sizeOf(target.shape), [outputs] = shapes[output];
  const own = (i: number) =>
    target.dtype === "i32" ? [data.labels[i]] : targets?.subarray(i * each, (i + 1) * each) ??
      Array.from({ length: outputs }, (_, o) => o === data.labels[i] ? 1 : 0);
  return { samples: order.length, inputs, targets: order.flatMap((i) => [...own(i)]) };
}
