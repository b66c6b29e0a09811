/**
 * Labels of data sets: whether they are classes of a net, and where those are that are none.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { type Dataset, type LabelledDataset, whichLabel } from "./data.ts";
import { sizeOf } from "./numbers.ts";

/**
 * Checks that every label is a class of the net.
 *
 * @param dataset One that was read: no label is negative.
 * @param classes The number of classes the net tells apart.
 * @throws {InputError} At the first label outside 0..classes-1.
 */
export function checkLabels(dataset: Dataset, classes: number): void {
  const { labels } = dataset;
  if (!labels) throw new InputError(withoutLabels(dataset));
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample];
    if (label >= classes) {
      throw new InputError(
        `${whichLabel(dataset, sample, label)}, but the net has ${classes} classes ` +
          `(labels 0 to ${classes - 1}). ${countedFromOne(labels)}Correct the label or the net's number of outputs.`,
      );
    }
  }
}

/** What samples have in place of labels, and what to do about it. */
function withoutLabels({ source, answers, targets, targetShape = [] }: Dataset): string {
  if (!targets) {
    return `${answers ?? `${source}: its samples have no labels`}; give each sample a class index, an integer from 0`;
  }
  const found = answers ?? `${source}: its samples have targets, [${targetShape.join(", ")}] for each, and no labels`;
  const advice = sizeOf(targetShape) > 1
    ? "if these are one-hot, save their argmax"
    : targets.every(Number.isInteger)
    ? "save it as int64"
    : "save class indices from 0 as int64";
  return `${found}; a loss on classes takes a whole number for each sample: ${advice}`;
}

/** What to do where labels are counted from 1, as the letters of EMNIST; nothing where they are not. */
function countedFromOne(labels: LabelledDataset["labels"]): string {
  let least = Infinity, most = -Infinity;
  for (const label of labels) {
    least = Math.min(least, label);
    most = Math.max(most, label);
  }
  return least === 1
    ? `Labels are 1 to ${most}: counted from 1, they take ${most + 1} outputs, of which the first stays unused. `
    : "";
}
