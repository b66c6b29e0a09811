/**
 * Data sets in files of tensors, as programs in Python write them: a file of safetensors, an archive of NumPy (.npz), or a
 * folder of arrays of NumPy (.npy). `train_x` and `test_x` are samples, `train_y` and `test_y` what is known of each,
 * `train_weights` and `test_weights` how much each counts.
 *
 * @module
 */
import { InputError, printable } from "../../../codegen/error.ts";
import { explain, faulty, pathOf } from "../../files/files.ts";
import { decodeSafetensors } from "../../files/safetensors.ts";
import type { StoredTensor } from "../../files/safetensors.ts";
import { platform } from "../../platform/here.ts";
import type { Dataset, DataSplit } from "../data.ts";
import { sizeOf } from "../numbers.ts";
import { decodeNpy, isNpy } from "./npy.ts";
import { decodeNpz, isZip } from "./npz.ts";
import { floatsIn, hasIntegers, inputsIn, labelsIn, typeText } from "./numbers.ts";

/** What a net takes, where a file alone does not tell what its numbers are. */
export interface TakenNumbers {
  /** Numbers that the net compares a sample's outputs with; undefined where it compares with a class. */
  readonly targets?: number;
}

type Part = "train" | "test";
type Content = "x" | "y" | "weights";

/** Names of tensors: `train_x`, or as in Keras `x_train`. */
const NAME = /^(?:(train|test)_(x|y|weights)|(x|y|weights)_(train|test))$/;
/** Files by their names. */
const FILE = /\.(safetensors|npz|npy)$/;
/** Longest file that is read, in bytes: that of safetensors may have a header of 100 MB besides. */
const LARGEST_FILE = 2 ** 31 + 2 ** 27;
const EXPECTED = "train_x, train_y, test_x, test_y, train_weights and test_weights";

/** A tensor, and how messages call it. */
interface Named {
  readonly tensor: StoredTensor;
  readonly what: string;
}

/** The tensors of a data set by what they are. */
type Tensors = ReadonlyMap<`${Part}_${Content}`, Named>;

/** What a name says, if it is one of a data set. */
function meaningOf(name: string): { readonly part: Part; readonly content: Content } | undefined {
  const [, part, content, other, after] = NAME.exec(name) ?? [];
  return part || after ? { part: (part ?? after) as Part, content: (content ?? other) as Content } : undefined;
}

/** Whether something is a file, is named as one, or is a folder with arrays of NumPy that are named as those of a data set. */
export async function isTensors(given: string): Promise<boolean> {
  const path = pathOf(given), info = await platform.files.stat(path).catch(() => undefined);
  if (info?.isDirectory) return (await arraysIn(path)).length > 0;
  return info?.isFile === true || FILE.test(path);
}

/**
 * Loads training and test samples.
 *
 * @throws {InputError} naming the file, the tensor and the sample, when something is missing, damaged or does not fit.
 */
export async function loadTensors(given: string, taken: TakenNumbers = {}): Promise<DataSplit> {
  const path = pathOf(given), tensors = await readTensors(path, ["train", "test"]);
  return { train: setOf(path, "train", tensors, taken), test: setOf(path, "test", tensors, taken) };
}

/** Loads the test samples, beside which there need be no others. @throws {InputError} as {@linkcode loadTensors} does. */
export async function loadTestTensors(given: string, taken: TakenNumbers = {}): Promise<Dataset> {
  const path = pathOf(given);
  return setOf(path, "test", await readTensors(path, ["test"]), taken);
}

/** The tensors of some parts of a data set. */
async function readTensors(path: string, parts: readonly Part[]): Promise<Tensors> {
  const info = await platform.files.stat(path).catch((error) => {
    throw explain(error, "read", path);
  });
  const named = info.isDirectory ? await readFolder(path, parts) : await readFile(path, parts);
  const tensors = new Map<`${Part}_${Content}`, Named>();
  for (const [name, tensor] of named) {
    const { part, content } = meaningOf(name)!, key = `${part}_${content}` as const;
    const what = info.isDirectory ? `"${platform.files.join(path, `${name}.npy`)}"` : `"${path}", ${printable(name)}`;
    if (tensors.has(key)) throw new InputError(`${what}: it is there twice, under another name too; keep one`);
    tensors.set(key, { tensor, what });
  }
  return tensors;
}

const wantedOf = (parts: readonly Part[]) => (name: string) => {
  const meaning = meaningOf(name);
  return meaning !== undefined && parts.includes(meaning.part);
};

/** Names of the arrays in a folder that are those of a data set. */
async function arraysIn(path: string): Promise<string[]> {
  const entries = await platform.files.readFolder(path).catch(() => []);
  return entries.filter(({ name, isDirectory }) => !isDirectory && name.endsWith(".npy"))
    .map(({ name }) => name.slice(0, -".npy".length)).filter((name) => meaningOf(name)).sort();
}

async function readFolder(path: string, parts: readonly Part[]): Promise<[string, StoredTensor][]> {
  const names = (await arraysIn(path)).filter(wantedOf(parts));
  return await Promise.all(names.map(async (name): Promise<[string, StoredTensor]> => {
    const file = platform.files.join(path, `${name}.npy`);
    return [name, decodeNpy(await bytesOf(file), `"${file}"`)];
  }));
}

async function readFile(path: string, parts: readonly Part[]): Promise<Iterable<[string, StoredTensor]>> {
  const bytes = await bytesOf(path), origin = `"${path}"`, wanted = wantedOf(parts);
  if (isZip(bytes)) return await decodeNpz(bytes, wanted, origin);
  if (isNpy(bytes)) {
    throw new InputError(
      `${origin} is one array; give a folder with train_x.npy, train_y.npy, test_x.npy and test_y.npy`,
    );
  }
  if (bytes.length === 0) throw new InputError(`${origin} is empty; save it again`);
  if (!FILE.test(path)) {
    throw new InputError(
      `${origin} is of no known kind; give a file named .safetensors or .npz, or a folder of IDX files or of .npy files`,
    );
  }
  return [...decodeSafetensors(bytes, origin).tensors].filter(([name]) => wanted(name));
}

/** All bytes of a file. */
async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { isFile, isDirectory, size } = await platform.files.stat(path);
    if (isDirectory) throw faulty("IsADirectory", "read", path);
    if (!isFile) throw new InputError(`"${path}" is no regular file; give the path of one`);
    if (size > LARGEST_FILE) {
      throw new InputError(
        `"${path}" has ${size} bytes, more than the ${LARGEST_FILE} that are read; give a smaller file`,
      );
    }
    return await platform.files.readFile(path);
  } catch (error) {
    throw explain(error, "read", path);
  }
}

/** A part of a data set. */
function setOf(path: string, part: Part, tensors: Tensors, { targets }: TakenNumbers): Dataset {
  const inputs = tensors.get(`${part}_x`), answers = tensors.get(`${part}_y`), weights = tensors.get(`${part}_weights`);
  if (!inputs) throw new InputError(`"${path}" has no ${part}_x; tensors of a data set are called ${EXPECTED}`);
  const [samples, ...shape] = inputs.tensor.shape;
  if (!(samples > 0) || shape.length === 0 || sizeOf(shape) === 0) {
    throw new InputError(
      `${inputs.what} is [${
        inputs.tensor.shape.join(", ")
      }]; give samples first, and numbers in each: [samples, ...shape]`,
    );
  }
  for (const named of [answers, weights]) {
    if (!named || named.tensor.shape[0] === samples) continue;
    throw new InputError(
      `${named.what} is [${named.tensor.shape.join(", ")}], but there are ${samples} samples in ${inputs.what}`,
    );
  }
  return {
    source: path,
    ...{ samples, shape, inputs: inputsIn(inputs.tensor, inputs.what) },
    answers: answers ? `${answers.what} is ${typeText(answers.tensor)}` : `"${path}" has no ${part}_y`,
    ...answers && answersIn(answers, targets),
    ...weights && weightsIn(weights),
  };
}

/** How much samples count, or each of their outputs; one number for each sample may have an axis of its own. */
function weightsIn({ tensor, what }: Named): Partial<Dataset> {
  const [, ...shape] = tensor.shape;
  return { weights: floatsIn(tensor, what), weightShape: sizeOf(shape) === 1 ? [] : shape };
}

/**
 * What is known of samples: integers, one for each, are labels, unless the net compares with one number for each; all else
 * are targets.
 */
function answersIn({ tensor, what }: Named, targets: number | undefined): Partial<Dataset> {
  const [, ...shape] = tensor.shape, isLabels = hasIntegers(tensor) && sizeOf(shape) === 1 && targets !== 1;
  if (isLabels) return { labels: labelsIn(tensor, what), labelsFile: what };
  return { targets: floatsIn(tensor, what), targetShape: shape };
}
