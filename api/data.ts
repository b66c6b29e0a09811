/**
 * Data sets, as they are given, and those in files.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { said } from "../runtime/data/arrays.ts";
import { type Dataset, type DataSplit, readDataset } from "../runtime/data/data.ts";
import { loadIdxDirectory, loadIdxTestSet } from "../runtime/data/idx/folder.ts";
import { isTensors, loadTensors, loadTestTensors } from "../runtime/data/tensors/sets.ts";
import { targetNumbers, tellsClasses } from "../runtime/run/class_names.ts";
import { isObject, objectOf, readOptions } from "../runtime/run/options.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";

/** How a data set is read. */
export interface DataOptions {
  /**
   * The net that it is for. It tells whether channels come first in IDX files of colours, and whether whole numbers are
   * labels of classes or targets.
   */
  readonly spec?: Spec;
}

/** What the spec of a net tells of its data. */
function takenBy(given: Spec | undefined) {
  if (given === undefined) return {};
  const spec = checkedSpec(given);
  return { shape: spec.input, targets: targetNumbers(inferShapes(spec, registry)) };
}

const OPTIONS = { spec: objectOf("a spec, such as parseSpec returns") };

/**
 * Loads training and test samples: of a file of safetensors or an archive of NumPy (.npz), with the tensors `train_x`,
 * `train_y`, `test_x`, `test_y`, `train_weights` and `test_weights`; of a folder of arrays of NumPy with such names (.npy);
 * or of a folder of IDX files, see {@linkcode loadIdxDirectory}.
 *
 * Samples come first: [samples, ...shape]. Inputs of unsigned bytes are scaled by 1/255, all other numbers are taken as they
 * are. Whole numbers, one for each sample, are class labels, unless the net compares its one output with them; other numbers
 * are targets. Only `train_x` and `test_x` must be there.
 *
 * @throws {InputError} naming file, tensor and sample, when something is missing, unreadable, damaged or does not fit.
 */
export async function loadData(path: string, options: DataOptions = {}): Promise<DataSplit> {
  const taken = takenBy(readOptions(options, OPTIONS).spec);
  return await isTensors(path) ? await loadTensors(path, taken) : await loadIdxDirectory(path, taken);
}

/**
 * Loads test samples; no others need be there.
 *
 * @param path See {@linkcode loadData}.
 * @throws {InputError} As {@linkcode loadData} does.
 */
export async function loadTestData(path: string, options: DataOptions = {}): Promise<Dataset> {
  const taken = takenBy(readOptions(options, OPTIONS).spec);
  return await isTensors(path) ? await loadTestTensors(path, taken) : await loadIdxTestSet(path, taken);
}

/** What samples are. */
export const kindOf = ({ inputs }: Dataset) => inputs instanceof Uint8Array ? "u8" : "f32";

/** @throws {InputError} when a value is not two data sets: code without types, or a promise that was not awaited. */
export function readSplit(data: Partial<DataSplit> | undefined): DataSplit {
  const { train, test } = data ?? {};
  for (const [name, set] of Object.entries({ train, test })) {
    if (isObject(set)) continue;
    const found = set === undefined || set === null ? "missing" : said(set);
    throw new InputError(
      `data.${name} is ${found}; expected { train, test }, two data sets such as fromArrays makes them`,
    );
  }
  const copies = { train: readDataset(train!, "data.train"), test: readDataset(test!, "data.test") };
  if (kindOf(copies.train) === kindOf(copies.test)) return copies;
  const words = (set: Dataset) => kindOf(set) === "u8" ? "bytes, which are scaled by 1/255" : "floats";
  throw new InputError(
    `the samples of data.train are ${words(copies.train)}, those of data.test ${
      words(copies.test)
    }; give both in one kind`,
  );
}

/** What there is to know of targets that are taken for something else than one would think; undefined if nothing. */
export function targetNote(spec: Spec, { targets }: Pick<Dataset, "targets">): string | undefined {
  if (targets === undefined || spec.metrics !== undefined || !tellsClasses(inferShapes(spec, registry))) {
    return undefined;
  }
  return 'the largest output is taken for a class, as of one-hot targets; if outputs are numbers, put "metrics": ' +
    '["meanAbsoluteError"] into the spec';
}
