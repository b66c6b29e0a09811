/**
 * Training and test data in memory.
 *
 * @module
 */

import { InputError, printable } from "../../codegen/error.ts";
import {
  type Classes,
  classesOf,
  finiteOf,
  floatsOf,
  type Integers,
  said,
  type Samples,
  samplesOf,
  shapeOf,
  sizeOf,
  viewOf,
} from "./arrays.ts";
import { isObject } from "../run/options.ts";

/** Samples in memory. */
export interface Dataset {
  /** What the set is called, where its files are known to be those published under that name. */
  readonly name?: string;
  /** Where they came from, for messages and reports. */
  readonly source: string;
  /** The file, or the tensor of a file, that the labels came from, for messages; absent if they came from an array. */
  readonly labelsFile?: string;
  /** What messages call the array of labels or targets: `"F", train_y is float32 [500]`, or `"F" has no train_y`. */
  readonly answers?: string;
  /** Byte of the first label in an IDX file, and bytes from each to the next. */
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
  /** One class index per sample; absent where samples have none. */
  readonly labels?: Uint8Array | Int32Array;
  /** samples x targetShape, row-major, as they are: what a net's outputs are compared with; absent where there are none. */
  readonly targets?: Float32Array;
  /** Shape of the targets of one sample: [] is one number. Absent without targets. */
  readonly targetShape?: readonly number[];
  /** samples x weightShape, at least 0: how much the loss of a sample, or of each of its outputs, counts; absent: 1. */
  readonly weights?: Float32Array;
  /** Shape of the weights of one sample: [], or that of its targets. Absent without weights. */
  readonly weightShape?: readonly number[];
}

/** Samples that have labels. */
export interface LabelledDataset extends Dataset {
  /** The class of each sample. */
  readonly labels: Uint8Array | Int32Array;
}

/** The samples to learn from and the samples held back to test what was learned. */
export interface DataSplit<Set extends Dataset = Dataset> {
  /** The samples to learn from. */
  readonly train: Set;
  /** The samples held back; same shape as those of `train`. */
  readonly test: Set;
}

/** Numbers for each sample, taken as they are; those in a Float32Array are not copied. */
export type Numbers = Samples | Integers;

/** What a data set has beside its inputs. */
export interface Answers {
  /** One class index per sample. */
  readonly labels?: Classes;
  /** samples x targetShape, row-major, or a list with an entry for each sample. Bytes are not scaled. */
  readonly targets?: Numbers;
  /** Shape of the targets of one sample. Default: [numbers per sample], and [] where that is one. */
  readonly targetShape?: readonly number[];
  /** One number per sample, or as many as targets: how much its loss counts. */
  readonly weights?: Numbers;
}

/**
 * Makes a dataset of samples with targets of numbers, with weights, or with nothing but inputs; all else is as with labels.
 *
 * @param answers What there is beside the inputs: `{ targets }`, `{ labels, weights }`, `{}`.
 * @throws {InputError} If they are something else, the lengths do not fit, or
 * there are no samples; also where a target or weight is not finite, or a weight is below 0.
 */
export function fromArrays(inputs: Samples, answers: Answers, shape: readonly number[]): Dataset;
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
export function fromArrays(inputs: Samples, labels: Classes, shape: readonly number[]): LabelledDataset;
export function fromArrays(inputs: Samples, given: Classes | Answers, shape: readonly number[]): Dataset {
  if (isAnswers(given)) return fromAnswers(inputs, given, shape);
  return labelled(inputs, given as Classes, shape);
}

/** Whether it is an object of several arrays, not an array. */
function isAnswers(given: Classes | Answers): given is Answers {
  return isObject(given) && !Array.isArray(given) && viewOf(given) === undefined;
}

/** Inputs with the class of each. */
function labelled(inputs: Samples, labels: Classes, shape: readonly number[]): LabelledDataset {
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

/** Inputs with whatever there is beside them. */
function fromAnswers(given: Samples, answers: Answers, shape: readonly number[]): Dataset {
  const { labels, targets, targetShape, weights } = answers, sampleShape = shapeOf(shape);
  for (const key of Object.keys(answers)) {
    if (["labels", "targets", "targetShape", "weights"].includes(key)) continue;
    throw new InputError(
      `${
        printable(JSON.stringify(key.slice(0, 40)))
      } is unknown beside inputs: give labels, targets, targetShape or weights.`,
    );
  }
  const values = samplesOf(given, sampleShape, "inputs"), perSample = sizeOf(sampleShape);
  const samples = values.length / perSample;
  if (!Number.isInteger(samples) || samples === 0) {
    throw new InputError(
      `inputs has ${values.length} values: give whole samples of [${
        sampleShape.join(", ")
      }], ${perSample} values each.`,
    );
  }
  return {
    ...labels !== undefined && labelled(values, labels, sampleShape),
    ...{ source: "arrays in memory", samples, shape: sampleShape },
    inputs: given instanceof Float32Array || given instanceof Uint8Array ? given : values,
    ...targets !== undefined && numbersFor("target", targets, samples, targetShape),
    ...weights !== undefined && numbersFor("weight", weights, samples),
  };
}

/** Numbers for each sample, and the shape of those of one. */
function numbersFor<Kind extends "target" | "weight">(
  kind: Kind,
  given: Numbers,
  samples: number,
  shape?: readonly number[],
): Partial<Dataset> {
  const known = shape !== undefined
    ? shapeOf(shape, `${kind}Shape`, 0)
    : Array.isArray(given) && isList(given[0])
    ? extentsOf(given[0])
    : undefined;
  const values = floatsOf(given, known ?? [1], `${kind}s`), each = values.length / samples;
  const extents = known ?? (each === 1 ? [] : [each]);
  if (values.length === 0 || values.length !== samples * sizeOf(extents) || !Number.isInteger(each)) {
    throw new InputError(
      `${kind}s has ${values.length} values for ${samples} samples${
        known ? ` of [${known.join(", ")}]` : ""
      }: give as many for each of them.`,
    );
  }
  if (kind === "weight") checkWeights(values, each, "weights");
  return { [`${kind}s`]: values, [`${kind}Shape`]: Object.freeze([...extents]) };
}

const isList = (entry: unknown): entry is ArrayLike<unknown> => Array.isArray(entry) || ArrayBuffer.isView(entry);

/** The shape of lists inside each other, as the first ones tell it. */
function extentsOf(entry: unknown): number[] {
  return isList(entry) ? [entry.length, ...extentsOf(entry[0])] : [];
}

/** @throws {InputError} at the first weight below 0. */
function checkWeights(values: Float32Array, each: number, what: string): void {
  const wrong = values.findIndex((value) => value < 0);
  if (wrong < 0) return;
  throw new InputError(
    `${what}[${wrong}], of sample ${Math.floor(wrong / each)}, is ${values[wrong]}: give weights of at least 0.`,
  );
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
  const {
    name,
    source: place,
    labelsFile,
    answers,
    labelBytes,
    samples,
    shape: extents,
    inputs: values,
    labels: classes,
  } = given;
  const { targets: targetValues, targetShape: targetExtents, weights: weightValues, weightShape: weightExtents } =
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
    answers: text(answers),
    labelBytes: bytes.length === 2 ? [bytes[0], bytes[1]] as const : undefined,
  };
  const labels = classes === undefined || classes === null ? undefined : classesOf(
    classes,
    (sample, label) => new InputError(`${whichLabel(from, sample, label)}; expected a class index from 0`),
  );
  if (labels && labels.length !== samples) {
    throw new InputError(`${source}: there are ${labels.length} labels for ${samples} samples`);
  }
  const targets = readNumbers(targetValues, targetExtents, samples, `${source}: targets`);
  const weights = readNumbers(weightValues, weightExtents, samples, `${source}: weights`);
  if (weights.values) checkWeights(weights.values, sizeOf(weights.shape!), `${source}: weights`);
  const fields: { readonly [Field in keyof Required<Dataset>]: Dataset[Field] } = {
    name: text(name),
    ...from,
    samples,
    shape,
    inputs,
    labels,
    targets: targets.values,
    targetShape: targets.shape,
    weights: weights.values,
    weightShape: weights.shape,
  };
  const frozen = Object.freeze(fields);
  read.add(frozen);
  return frozen;
}

/** Numbers for each sample of a data set that is read: not copied. */
function readNumbers(
  given: unknown,
  extents: unknown,
  samples: number,
  what: string,
): { readonly values?: Float32Array; readonly shape?: readonly number[] } {
  if (given === undefined || given === null) return {};
  const shape = shapeOf(extents, `${what}: the shape`, 0), values = viewOf(given), size = sizeOf(shape);
  if (!(values instanceof Float32Array) || values.length !== samples * size) {
    throw new InputError(
      `${what} must be a Float32Array of ${samples * size} numbers: [${
        shape.join(", ")
      }] for each of ${samples} samples`,
    );
  }
  return { values: finiteOf(values, shape, what), shape };
}

/**
 * The inputs of a data set that was read, all of them.
 *
 * @throws {InputError} when their memory was given away since.
 */
export function inputsOf({ source, samples, shape, inputs }: Dataset): Uint8Array | Float32Array {
  return kept(inputs, samples * sizeOf(shape), `${source}: the memory of its inputs`);
}

/** Its targets, if it has any, as {@linkcode inputsOf}. */
export function targetsOf({ source, samples, targets, targetShape = [] }: Dataset): Float32Array | undefined {
  return targets && kept(targets, samples * sizeOf(targetShape), `${source}: the memory of its targets`);
}

/** Its weights, if it has any, as {@linkcode inputsOf}. */
export function weightsOf({ source, samples, weights, weightShape = [] }: Dataset): Float32Array | undefined {
  return weights && kept(weights, samples * sizeOf(weightShape), `${source}: the memory of its weights`);
}

function kept<Values extends Uint8Array | Float32Array>(values: Values, length: number, what: string): Values {
  if (values.length === length) return values;
  throw new InputError(`${what} was transferred or made shorter; keep it until the end`);
}

/** Which sample has a label, and where that stands: the file and the byte, or the element of what was given. */
export function whichLabel(
  { source, labelsFile, labelBytes }: Pick<Dataset, "source" | "labelsFile" | "labelBytes">,
  sample: number,
  label: number | string,
): string {
  const place = labelBytes
    ? `${labelsFile ?? source}, byte ${labelBytes[0] + labelBytes[1] * sample}`
    : `${labelsFile ?? `${source}, labels`}[${sample}]`;
  return `${place}: sample ${sample} has label ${label}`;
}

/**
 * The first `count` samples; their inputs are views of the same memory.
 *
 * @throws {InputError} If `count` is not a positive integer, or there are fewer samples.
 */
export function limitSamples(dataset: LabelledDataset, count: number): LabelledDataset;
/** The same of samples without labels. */
export function limitSamples(dataset: Dataset, count: number): Dataset;
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
    labels: checked.labels?.subarray(0, count),
    targets: targetsOf(checked)?.subarray(0, count * sizeOf(checked.targetShape ?? [])),
    weights: weightsOf(checked)?.subarray(0, count * sizeOf(checked.weightShape ?? [])),
  };
}
