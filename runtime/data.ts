/**
 * Training and test data in memory.
 *
 * @module
 */

import { InputError } from "../codegen/error.ts";

/** Samples in memory. */
export interface Dataset {
  /** What the set is called, where its files are known to be those published under that name. */
  readonly name?: string;
  /** Where they came from, for messages and reports. */
  readonly source: string;
  /** The IDX file the labels came from, for messages; absent if they came from an array. */
  readonly labelsFile?: string;
  /** Byte of the first label in that file, and bytes from each to the next. */
  readonly labelBytes?: readonly [first: number, each: number];
  /** How many samples, at least 1. */
  readonly samples: number;
  /** Shape of one sample: [channels, height, width], or another. */
  readonly shape: readonly number[];
  /**
   * samples x shape, row-major. Bytes are scaled by 1/255 when a batch is
   * gathered; floats are taken as they are.
   */
  readonly inputs: Uint8Array | Float32Array;
  /** One class index per sample. */
  readonly labels: Uint8Array | Int32Array;
}

/** The samples to learn from and the samples held back to measure accuracy. */
export interface DataSplit {
  /** The samples to learn from. */
  readonly train: Dataset;
  /** The samples held back; same shape as those of `train`. */
  readonly test: Dataset;
}

/**
 * Makes a dataset of arrays in memory. Typed arrays are kept, not copied.
 *
 * @param inputs samples x shape, row-major; bytes are scaled by 1/255 when a
 * batch is gathered, floats are taken as they are.
 * @param labels One class index per sample.
 * @param shape Shape of one sample, such as [1, 28, 28].
 * @throws {InputError} If the lengths do not fit, there are no samples, a label
 * is not an integer from 0 to 2^31 - 1, or an input is not finite.
 */
export function fromArrays(
  inputs: Float32Array | Uint8Array,
  labels: Uint8Array | Int32Array | readonly number[],
  shape: readonly number[],
): Dataset {
  if (
    shape.length === 0 ||
    !shape.every((size) => Number.isSafeInteger(size) && size > 0)
  ) {
    throw new InputError(
      `shape is [${shape.join(", ")}]: give one or more positive integers, such as [1, 28, 28].`,
    );
  }
  const samples = labels.length;
  if (samples === 0) {
    throw new InputError("labels is empty: give at least one sample.");
  }
  const perSample = shape.reduce((product, size) => product * size, 1);
  const expected = samples * perSample;
  if (inputs.length !== expected) {
    throw new InputError(
      `inputs has ${inputs.length} values, but ${samples} labels and the shape ` +
        `[${shape.join(", ")}] need ${samples} x ${perSample} = ${expected}. ` +
        "Give one label per sample, and the shape of one sample.",
    );
  }
  for (let sample = 0; sample < samples; sample++) {
    const label = labels[sample];
    if (!Number.isInteger(label) || label < 0 || label > 0x7fffffff) {
      throw new InputError(
        `labels[${sample}] is ${label}: give each sample a class index, an integer from 0.`,
      );
    }
  }
  for (let index = 0; index < inputs.length; index++) {
    const value = inputs[index];
    if (!Number.isFinite(value)) {
      const sample = Math.floor(index / perSample);
      throw new InputError(
        `inputs[${index}], in sample ${sample}, is ${value}: replace values that are not finite.`,
      );
    }
  }
  return {
    source: "arrays in memory",
    samples,
    shape: [...shape],
    inputs,
    labels: labels instanceof Uint8Array || labels instanceof Int32Array ? labels : Int32Array.from(labels),
  };
}

/**
 * Checks that every label is a class of the net.
 *
 * @param classes The number of classes the net tells apart.
 * @throws {InputError} At the first label outside 0..classes-1.
 */
export function checkLabels(dataset: Dataset, classes: number): void {
  const { labels, labelsFile, labelBytes: [first, each] = [0, 1], source } = dataset;
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const place = labelsFile === undefined
        ? `${source}, labels[${sample}]`
        : `${labelsFile}, byte ${first + each * sample}`;
      throw new InputError(
        `${place}: sample ${sample} has label ${label}, but the net has ${classes} classes ` +
          `(labels 0 to ${classes - 1}). ${countedFromOne(labels)}Correct the label or the net's number of outputs.`,
      );
    }
  }
}

/** What to do where labels are counted from 1, as the letters of EMNIST; nothing where they are not. */
function countedFromOne(labels: Dataset["labels"]): string {
  let least = Infinity, most = -Infinity;
  for (const label of labels) {
    least = Math.min(least, label);
    most = Math.max(most, label);
  }
  return least === 1
    ? `Labels are 1 to ${most}: counted from 1, they take ${most + 1} outputs, of which the first stays unused. `
    : "";
}

/**
 * The first `count` samples, as views of the same memory.
 *
 * @throws {InputError} If `count` is not a positive integer, or there are fewer samples.
 */
export function limitSamples(dataset: Dataset, count: number): Dataset {
  if (!Number.isInteger(count) || count < 1) {
    throw new InputError(
      `The number of samples is ${count}: give a positive integer.`,
    );
  }
  if (count > dataset.samples) {
    throw new InputError(
      `${dataset.source} has ${dataset.samples} samples, fewer than the ${count} asked for. ` +
        `Ask for at most ${dataset.samples}.`,
    );
  }
  const perSample = dataset.inputs.length / dataset.samples;
  return {
    ...dataset,
    samples: count,
    inputs: dataset.inputs.subarray(0, count * perSample),
    labels: dataset.labels.subarray(0, count),
  };
}

/** SHA-256, in hexadecimal, that tells data sets apart: of the hashes of inputs, as they are stored, and labels. */
export async function hashDataset({ inputs, labels }: Dataset): Promise<string> {
  // beside other work: it is not computed on this thread, nor from memory that others may write to
  const hash = (data: Uint8Array | Float32Array | Int32Array) =>
    crypto.subtle.digest("SHA-256", (data.buffer instanceof ArrayBuffer ? data : data.slice()) as BufferSource);
  const parts = await Promise.all([hash(inputs), hash(Int32Array.from(labels))]);
  return new Uint8Array(await hash(new Uint8Array(parts.flatMap((part) => [...new Uint8Array(part)])))).toHex();
}
