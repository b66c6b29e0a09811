/**
 * Data sets as a net takes them: whether they fit it, and what its tensors of samples hold.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { RunPlan, RunTensor } from "../../codegen/plan/plan.ts";
import { sizeOf } from "../data/numbers.ts";
import { type Dataset, targetsOf, weightsOf } from "../data/data.ts";
import { checkLabels } from "../data/labels.ts";
import { outputOf } from "./tensors.ts";
import { checkRanges } from "./range.ts";

/** Rows of what is given beside inputs: one sample behind the other. */
type Rows = Float32Array | Int32Array;

/** The tensors of samples beside their inputs: what outputs are compared with, and weights. */
export function givenOf({ tensors }: RunPlan): RunTensor[] {
  return Object.values(tensors).filter(({ name, rows }) => rows === "samples" && name !== "data");
}

const outputShape = ({ graph: { shapes, output } }: RunPlan) => shapes[output];

/** Whether the class of each sample is all that a net takes beside it. */
export function takesClasses(plan: RunPlan): boolean {
  return givenOf(plan).map(({ name }) => name).join() === "labels";
}

/** @throws {InputError} when a net wants other targets or weights than a data set can give. */
export function checkJudged(plan: RunPlan): void {
  const output = outputShape(plan), numbers = `f32,${output}`;
  const ofSamples: Record<string, readonly string[]> = {
    labels: ["i32"],
    targets: [numbers],
    weights: ["f32", numbers],
  };
  for (const { name, dtype, shape } of givenOf(plan)) {
    if (ofSamples[name]?.includes([dtype, ...shape.slice(1)].join())) continue;
    throw new InputError(
      `net ${plan.name} cannot be run: its loss compares with "${name}", ${dtype} [${shape.slice(1).join(", ")}] for ` +
        `each sample; a data set gives "labels", i32 [], or "targets", f32 [${output.join(", ")}]`,
    );
  }
}

/**
 * @param set one that was read: the proof of the kernels stands on its sizes and labels.
 * @throws {InputError} when no data set fits the net, or samples have another shape or kind than it takes, or labels it
 * has no output for, or what its loss compares with is not there.
 */
export function checkFit(plan: RunPlan, set: Dataset): void {
  checkJudged(plan);
  const { shape, inputs, source } = set;
  const [, ...expected] = plan.tensors.data.shape;
  if (expected.length === shape.length ? expected.join() !== shape.join() : sizeOf(expected) !== sizeOf(shape)) {
    throw new InputError(
      `${source}: samples are [${shape.join(", ")}], but net ${plan.name} takes [${
        expected.join(", ")
      }]; use other data or change "input" in the spec`,
    );
  }
  const bytes = inputs instanceof Uint8Array;
  if (bytes !== (plan.tensors.data.dtype === "u8")) {
    throw new InputError(
      `${source}: samples are ${bytes ? "bytes" : "floats"}, but net ${plan.name} was compiled for ${
        bytes ? "floats" : "bytes"
      }`,
    );
  }
  const { labels, targets, weights } = plan.tensors;
  if (labels) checkLabels(set, labelLimit(plan));
  if (targets) checkTargets(plan, set);
  if (set.weights) checkWeights(plan, weights, set);
  checkRanges(plan, set, `${source}: `);
}

/** Labels are below this: the number of outputs, or less where the loss says so, as the proof of the kernels has it. */
function labelLimit(plan: RunPlan): number {
  const { classes } = outputOf(plan), { below = classes } = plan.tensors.labels ?? {};
  return Math.min(classes, Number(below));
}

/** Whether numbers lie in the same order: one of the shapes is flat, or they differ in axes of one number. */
function isLaidOutAs(found: readonly number[], wanted: readonly number[]): boolean {
  const [a, b] = [found, wanted].map((shape) => shape.filter((extent) => extent > 1));
  return a.join() === b.join() || Math.min(a.length, b.length) === 1 && sizeOf(a) === sizeOf(b);
}

const extents = (shape: readonly number[]) => `[${shape.join(", ")}]`;

/** @throws {InputError} when a set has no number for each output, nor, where outputs are told as classes, labels to make them of. */
function checkTargets(plan: RunPlan, set: Dataset): void {
  const { classes } = outputOf(plan), shape = outputShape(plan), wanted = extents(shape);
  const { source, answers, targets, targetShape = [], labels } = set;
  if (targets) {
    if (isLaidOutAs(targetShape, shape)) return;
    throw new InputError(
      `${answers ?? `${source}: targets are ${extents(targetShape)}`}, but net ${plan.name} gives ${wanted}; give a ` +
        "number for each output, in the outputs' shape",
    );
  }
  // of one output there is one class
  const tellsClasses = classes === 1 || plan.metrics.some(({ type }) => type === "accuracy");
  if (labels && shape.length === 1 && tellsClasses) return checkLabels(set, classes);
  throw new InputError(
    `${answers ?? `${source}: its samples have ${labels ? "labels of classes" : "no targets"}`}; net ${plan.name} ` +
      `compares with numbers, ${wanted} for each sample`,
  );
}

/** @throws {InputError} when weights are given that the net does not take, or in another shape. */
function checkWeights({ name }: RunPlan, tensor: RunTensor | undefined, { source, weightShape = [] }: Dataset): void {
  if (!tensor) {
    throw new InputError(
      `${source}: its samples have weights, but the loss of net ${name} takes none; set "weighted": true in the loss`,
    );
  }
  const [, ...shape] = tensor.shape;
  if (shape.length === 0 ? weightShape.length === 0 : isLaidOutAs(weightShape, shape)) return;
  throw new InputError(
    `${source}: weights are ${extents(weightShape)}, but net ${name} takes ${extents(shape)} for each sample: give ` +
      (shape.length === 0 ? "one number for each sample" : "one for each output, in the outputs' shape"),
  );
}

/**
 * Puts into the rows of a tensor what a data set that fits gives: labels, targets, which may be made of labels, or weights,
 * which are 1 where there are none.
 *
 * @param rows zeros.
 */
export function fillGiven(plan: RunPlan, name: string, rows: Rows, set: Dataset): void {
  if (name === "labels") rows.set(set.labels!);
  else if (name === "weights") set.weights ? rows.set(weightsOf(set)!) : rows.fill(1);
  else if (set.targets) rows.set(targetsOf(set)!);
  else {
    const { classes } = outputOf(plan);
    for (const [i, label] of set.labels!.entries()) rows[i * classes + label] = 1;
  }
}
