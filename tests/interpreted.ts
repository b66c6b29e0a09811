/**
 * Training by interpretation in f64, from contents that depend on names and on the usual order of the elements alone: the
 * same for every layout, order of layers and fusion.
 *
 * @module
 */
import assert from "node:assert/strict";
import { elementsOf, fromStored, toStored } from "../codegen/plan/arrange/layouts.ts";
import { expressions } from "../codegen/ir/expr.ts";
import { interpretKernel, type Storage, storageLength } from "../codegen/ir/interpret.ts";
import type { Kernel } from "../codegen/ir/ir.ts";
import type { Plan, PlannedTensor } from "../codegen/plan/plan.ts";
import { parseSpec, type Spec } from "../mod.ts";
import { optimizerParams } from "../runtime/run/rules.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";

/** Steps that are trained; the last batch is a sample short. */
export const STEPS = 2;
/** Learning rate. */
export const RATE = 0.01;

/** Of f64, which the interpreter adds in. */
const EPSILON = 2 ** -52;
/** Adam divides by no less than this, so that rounding of a gradient near 0 stays small. */
const ADAM_EPSILON = 1e-3;

const SEED = 20240609;

/** Storages by tensor. */
export type Arena = Readonly<Record<string, Storage>>;

/** Storages by tensor, in f64; what is in them depends on the names and the usual order of the elements alone. */
export function makeArena({ tensors, graph, batchSize, batchRows }: Plan, spec: Spec): Arena {
  const arena: Record<string, Storage> = {}, samples = batchSize + 3;
  const filled = (tensor: PlannedTensor): Storage => {
    const length = storageLength(tensor, tensor.rows === "samples" ? samples : STEPS);
    const key = streamKey(SEED, tensor.name), limit = tensor.below === "samples" ? samples : tensor.below ?? 256;
    if (tensor.columns) {
      return Float64Array.from({ length }, (_, i) => {
        const step = Math.floor(i / tensor.columns!.length), column = tensor.columns![i % tensor.columns!.length];
        if (column.endsWith("_key")) return streamKey(SEED, column, step);
        // the last batch is a short one
        if (column === "count") return Math.max(1, batchSize - step);
        return optimizerParams(spec, graph.optimizer, spec.training.optimizer, RATE, step + 1)[column];
      });
    }
    const { initial } = tensor;
    if (typeof initial === "number") return toStored(new Float64Array(elementsOf(tensor)).fill(initial), tensor.layout);
    if (initial) {
      // biases, too, are to do something
      const scale = Object.values(initial)[0] || 0.1;
      return toStored(
        Float64Array.from({ length: elementsOf(tensor) }, (_, i) => scale * (2 * uniform(key, i) - 1)),
        tensor.layout,
      );
    }
    if (tensor.rows === "steps") {
      const drawn = Float64Array.from({ length: STEPS * batchSize }, (_, i) => Math.floor(uniform(key, i) * limit));
      // rows of the batch that hold no sample take the first one of the data set
      return Float64Array.from(
        { length },
        (_, i) => i % batchRows < batchSize ? drawn[Math.floor(i / batchRows) * batchSize + i % batchRows] : 0,
      );
    }
    if (tensor.role !== "run") return tensor.dtype === "f32" ? new Float64Array(length) : new Int32Array(length);
    return tensor.dtype === "f32"
      ? Float64Array.from({ length }, (_, i) => 2 * uniform(key, i) - 1)
      : Int32Array.from({ length }, (_, i) => Math.floor(uniform(key, i) * limit));
  };
  for (const tensor of Object.values(tensors)) if (!tensor.alias) arena[tensor.name] = filled(tensor);
  for (const { name, alias } of Object.values(tensors)) if (alias) arena[name] = arena[alias];
  return arena;
}

/** Terms of the longest sum of a kernel, nested ones multiplied. */
function longestSum({ parts }: Kernel): number {
  const all = parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)));
  return all
    .flatMap((e) => e.kind === "reduce" && e.reduction === "sum" ? e.axes.map(({ extent }) => extent) : [])
    .reduce((product, extent) => product * extent, 1);
}

/** What training leaves. */
export interface Result {
  /** Parameters, state, and loss and hits of the epoch, in the usual order. */
  readonly kept: Readonly<Record<string, Float64Array>>;
  /** The largest number that occurs. */
  readonly largest: number;
  /** Additions on the way from the data to a parameter, at most. */
  readonly additions: number;
}

/** Trains some kernels, all of a plan's where none are given, and tests once. */
export function trained(plan: Plan, spec: Spec, kernels = plan.train.kernels): Result {
  const { tensors, train, evaluate, batchSize, batchRows } = plan, arena = makeArena(plan, spec);
  const run = ({ kernel, bindings }: Plan["train"]["kernels"][number], step: number) =>
    interpretKernel(
      kernel,
      Object.fromEntries(Object.keys(kernel.tensors).map((symbol) => [symbol, arena[bindings[symbol]]])),
      step,
    );
  for (let step = 0; step < STEPS; step++) for (const planned of kernels) run(planned, step);
  for (const planned of evaluate.kernels) run(planned, 0);
  // of each step, the rows that hold samples
  const samples = (values: Float64Array) => values.filter((_, i) => i % batchRows < batchSize);
  const own = Object.values(tensors).filter(({ role }) => role !== "run");
  return {
    kept: Object.fromEntries(
      Object.values(tensors)
        .filter(({ role, name }) =>
          ["parameter", "buffer", "state"].includes(role) || name === "loss" || name === "hit"
        )
        .map(({ name, layout, rows }) => {
          const values = fromStored(arena[name] as Float64Array, layout);
          return [name, rows === "steps" ? samples(values) : values];
        }),
    ),
    largest: own.flatMap(({ name }) => Array.from(arena[name])).reduce((a, b) => Math.max(a, Math.abs(b)), 1),
    additions: train.kernels.reduce((sum, { kernel }) => sum + longestSum(kernel), 0),
  };
}

/** A spec with an Adam that is not sensitive to rounding. */
export function tamed(json: Record<string, unknown>): Spec {
  const { training, ...rest } = json as { training: { optimizer: { type: string } } };
  const optimizer = training.optimizer.type === "adam"
    ? { ...training.optimizer, epsilon: ADAM_EPSILON }
    : training.optimizer;
  return parseSpec({ ...rest, training: { ...training, optimizer } });
}

/** What differs by more than another order of the sums explains, in words. */
export function difference(expected: Result, found: Result, spec: Spec): string | undefined {
  assert.deepEqual(Object.keys(found.kept).sort(), Object.keys(expected.kept).sort());
  // each addition on the way rounds by a share of the largest number, in each step; an update passes it on, magnified
  // where it divides by the root of a square
  const gain = spec.training.optimizer.type === "adam" ? 1 + 10 * RATE / ADAM_EPSILON : 1;
  const tolerance = STEPS * gain * (expected.additions + found.additions) * EPSILON * expected.largest;
  for (const [name, values] of Object.entries(expected.kept)) {
    for (const [i, value] of values.entries()) {
      if (!(Math.abs(found.kept[name][i] - value) <= tolerance)) {
        return `${name}[${i}] is ${found.kept[name][i]}, not ${value} (tolerance ${tolerance})`;
      }
    }
  }
}
