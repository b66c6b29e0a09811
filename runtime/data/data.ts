/**
 * Training and test data in memory.
 *
 * @module
 */

import { InputError } from "../../codegen/error.ts";
import { type Classes, classesOf, said, type Samples, samplesOf, shapeOf, sizeOf, viewOf } from "./arrays.ts";
import { isObject } from "../run/options.ts";

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
 * Makes a dataset of arrays in memory. A Float32Array or Uint8Array of inputs, and a Uint8Array or Int32Array of labels,
 * are kept, not copied.
 *
 * @param inputs samples x shape, row-major, or a list with an entry for each
 * sample; bytes, in a Uint8Array or Uint8ClampedArray, are scaled by 1/255 when a
 * batch is gathered, other numbers are taken as they are.
 * @param labels One class index per sample.
 * @param shape Shape of one sample, such as [1, 28, 28].
 * @throws {InputError} If they are something else, the lengths do not fit, there
 * are no samples, a label is not an integer from 0 to 2^31 - 1, or an input is
 * not finite.
 */
export function fromArrays(inputs: Samples, labels: Classes, shape: readonly number[]): Dataset {
  const sampleShape = shapeOf(shape);
  const classes = classesOf(
    labels,
    (sample, label) =>
      new InputError(`labels[${sample}] is ${label}: give each sample a class index, an integer from 0.`),
  );
  const samples = classes.length;
  if (samples === 0) {
    throw new InputError("labels is empty: give at least one sample.");
  }
  const values = samplesOf(inputs, sampleShape, "inputs"),
    perSample = sizeOf(sampleShape),
    expected = samples * perSample;
  if (values.length !== expected) {
    throw new InputError(
      `inputs has ${values.length} values, but ${samples} labels and the shape ` +
        `[${sampleShape.join(", ")}] need ${samples} x ${perSample} = ${expected}. ` +
        "Give one label per sample, and the shape of one sample.",
    );
  }
  return {
    source: "arrays in memory",
    samples,
    shape: sampleShape,
    inputs: inputs instanceof Float32Array || inputs instanceof Uint8Array ? inputs : values,
    labels: labels instanceof Uint8Array || labels instanceof Int32Array ? labels : classes,
  };
}

/** Longest text of a data set that is kept: one in a report is read up to here. */
const LONGEST_TEXT = 4096;
/** Data sets that were read. */
const read = new WeakSet<Dataset>();

/**
 * A data set as it is when it is read, once: frozen, with labels of its own. Its inputs are the memory that was given,
 * which others may still write to, but not shorten unnoticed: see {@linkcode inputsOf}.
 *
 * @param what how messages call one that is missing.
 * @throws {InputError} when it is none, or its parts do not fit each other.
 */
export function readDataset(given: Dataset, what = "data"): Dataset {
  if (read.has(given)) return given;
  if (!isObject(given)) {
    const found = given === undefined || given === null ? "missing" : said(given);
    throw new InputError(`${what} is ${found}; expected a data set such as fromArrays makes it`);
  }
  const { name, source: place, labelsFile, labelBytes, samples, shape: extents, inputs: values, labels: classes } =
    given;
  const bytes = Array.isArray(labelBytes) ? labelBytes.map(Number) : [];
  const text = (value: unknown) => typeof value === "string" ? value.slice(0, LONGEST_TEXT) : undefined;
  const source = text(place) ?? "arrays in memory", shape = shapeOf(extents, `${what}.shape`), inputs = viewOf(values);
  if (!Number.isSafeInteger(samples) || samples < 1) {
    throw new InputError(`${source}: it has ${said(samples)} samples; expected a whole number, at least 1`);
  }
  const elements = samples * sizeOf(shape);
  if (!(inputs instanceof Uint8Array || inputs instanceof Float32Array) || inputs.length !== elements) {
    throw new InputError(
      `${source}: inputs must be a Uint8Array or Float32Array of ${elements} numbers: ${samples} samples of [${
        shape.join(", ")
      }]`,
    );
  }
  if (inputs instanceof Float32Array) samplesOf(inputs, shape, `${source}: inputs`);
  const from = {
    source,
    labelsFile: text(labelsFile),
    labelBytes: bytes.length === 2 ? [bytes[0], bytes[1]] as const : undefined,
  };
  const labels = classes === undefined || classes === null ? undefined : classesOf(
    classes,
    (sample, label) => new InputError(`${labelled(from, sample, label)}; expected a class index from 0`),
  );
  if (labels?.length !== samples) {
    throw new InputError(`${source}: there are ${labels?.length ?? "no"} labels for ${samples} samples`);
  }
  const fields: { readonly [Field in keyof Required<Dataset>]: Dataset[Field] } = {
    name: text(name),
    ...from,
    samples,
    shape,
    inputs,
    labels,
  };
  const frozen = Object.freeze(fields);
  read.add(frozen);
  return frozen;
}

/**
 * The inputs of a data set that was read, all of them.
 *
 * @throws {InputError} when their memory was given away since.
 */
export function inputsOf({ source, samples, shape, inputs }: Dataset): Uint8Array | Float32Array {
  if (inputs.length === samples * sizeOf(shape)) return inputs;
  throw new InputError(`${source}: the memory of its inputs was transferred or made shorter; keep it until the end`);
}

/**
 * Checks that every label is a class of the net.
 *
 * @param dataset One that was read: no label is negative.
 * @param classes The number of classes the net tells apart.
 * @throws {InputError} At the first label outside 0..classes-1.
 */
export function checkLabels(dataset: Dataset, classes: number): void {
  const { labels } = dataset;
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample];
    if (label >= classes) {
      throw new InputError(
        `${labelled(dataset, sample, label)}, but the net has ${classes} classes ` +
          `(labels 0 to ${classes - 1}). ${countedFromOne(labels)}Correct the label or the net's number of outputs.`,
      );
    }
  }
}

/** Which sample has a label, and where that stands: the file and the byte, or the element of what was given. */
function labelled(
  { source, labelsFile, labelBytes: [first, each] = [0, 1] }: Pick<Dataset, "source" | "labelsFile" | "labelBytes">,
  sample: number,
  label: number | string,
): string {
  const place = labelsFile === undefined
    ? `${source}, labels[${sample}]`
    : `${labelsFile}, byte ${first + each * sample}`;
  return `${place}: sample ${sample} has label ${label}`;
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
 * The first `count` samples; their inputs are views of the same memory.
 *
 * @throws {InputError} If `count` is not a positive integer, or there are fewer samples.
 */
export function limitSamples(dataset: Dataset, count: number): Dataset {
  const checked = readDataset(dataset);
  if (!Number.isInteger(count) || count < 1) {
    throw new InputError(
      `The number of samples is ${count}: give a positive integer.`,
    );
  }
  if (count > checked.samples) {
    throw new InputError(
      `${checked.source} has ${checked.samples} samples, fewer than the ${count} asked for. ` +
        `Ask for at most ${checked.samples}.`,
    );
  }
  return {
    ...checked,
    samples: count,
    inputs: inputsOf(checked).subarray(0, count * sizeOf(checked.shape)),
    labels: checked.labels.subarray(0, count),
  };
}
