/**
 * Data sets as a net takes them: whether they fit it, and what its tensors of samples hold.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { sizeOf } from "../data/numbers.ts";
import { checkLabels, type Dataset } from "../data/data.ts";
import { outputOf } from "./tensors.ts";

/** @throws {InputError} when a net wants other targets than those that can be made of labels. */
export function checkJudged(plan: RunPlan): void {
  const { classes } = outputOf(plan), ofSamples: Record<string, string> = { labels: "i32", targets: `f32,${classes}` };
  for (const { name, dtype, shape, rows } of Object.values(plan.tensors)) {
    if (rows !== "samples" || name === "data") continue;
    if (ofSamples[name] === [dtype, ...shape.slice(1)].join()) continue;
    throw new InputError(
      `net ${plan.name} cannot be run: its loss compares with "${name}", ${dtype} [${shape.slice(1).join(", ")}] for ` +
        `each sample; a data set gives "labels", i32 [], or "targets", f32 [${classes}]`,
    );
  }
}

/**
 * @param set one that was read: the proof of the kernels stands on its sizes and labels.
 * @throws {InputError} when no data set fits the net, or samples have another shape or kind than it takes, or labels it
 * has no output for.
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
  checkLabels(set, labelLimit(plan));
}

/** Labels are below this: the number of outputs, or less where the loss says so, as the proof of the kernels has it. */
function labelLimit(plan: RunPlan): number {
  const { classes } = outputOf(plan), { below = classes } = plan.tensors.labels ?? {};
  return Math.min(classes, Number(below));
}

/** Rows of zeros with a 1 at the label: samples x outputs. */
export function fillTargets({ tensors }: RunPlan, targets: Float32Array, { labels }: Pick<Dataset, "labels">): void {
  const outputs = tensors.targets.shape[1];
  for (const [i, label] of labels!.entries()) targets[i * outputs + label] = 1;
}
