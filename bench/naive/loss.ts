/**
 * The losses of the naive network: each a number and a gradient.
 *
 * @module
 */
import type { Numbers } from "./layer.ts";
import type { NaiveSpec } from "./spec.ts";

/** Loss and right answers over the samples of one call. */
export interface NaiveResult {
  /** The mean loss, without an L2 term. */
  loss: number;
  /** Samples whose first largest output is at the label. */
  correct: number;
}

/** Outputs of a batch, and where their gradient goes: [batch, outputs] both. */
export interface Outputs {
  readonly output: Numbers;
  readonly gradient: Numbers;
  /** Outputs of a sample. */
  readonly size: number;
}

/** The loss of samples, a mean over them, and its gradient with respect to the outputs. */
export function computeLoss(
  loss: NaiveSpec["loss"]["type"],
  outputs: Outputs,
  labels: ArrayLike<number>,
  count: number,
): NaiveResult {
  const { output, size } = outputs;
  const ofSample = loss === "mse" ? squaredError : crossEntropy;
  let total = 0;
  let correct = 0;
  for (let n = 0; n < count; n++) {
    const label = labels[n];
    if (!(Number.isInteger(label) && label >= 0 && label < size)) {
      throw new RangeError(`label ${label} is not in 0..${size - 1}`);
    }
    const first = n * size;
    let best = 0;
    for (let o = 1; o < size; o++) {
      if (output[first + o] > output[first + best]) best = o;
    }
    if (best === label) correct++;
    total += ofSample(outputs, first, label, output[first + best], count);
  }
  return { loss: total / count, correct };
}

/** Loss of the sample whose outputs begin at `first`; `count`: samples of the mean. */
function squaredError({ output, gradient, size }: Outputs, first: number, label: number, _: number, count: number) {
  let sum = 0;
  for (let o = 0; o < size; o++) {
    const error = output[first + o] - (o === label ? 1 : 0);
    sum += error * error / size;
    gradient[first + o] = 2 * error / (count * size);
  }
  return sum;
}

/** The same of softmax and cross entropy; `largest`: of the sample's outputs. */
function crossEntropy(
  { output, gradient, size }: Outputs,
  first: number,
  label: number,
  largest: number,
  count: number,
) {
  let sum = 0;
  for (let o = 0; o < size; o++) {
    sum += Math.exp(output[first + o] - largest);
  }
  for (let o = 0; o < size; o++) {
    const probability = Math.exp(output[first + o] - largest) / sum;
    gradient[first + o] = (probability - (o === label ? 1 : 0)) / count;
  }
  return Math.log(sum) - (output[first + label] - largest);
}
