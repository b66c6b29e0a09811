/**
 * What a network is asked about: images in PNG or PGM, of any size; images in an IDX file; numbers, those of NumPy too.
 *
 * Files are untrusted: nothing is allocated because a header asks for it, unless it is within bounds.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { Shape } from "../../codegen/language/layer.ts";
import { firstNotFinite, sizeOf } from "./arrays.ts";
import { explain, faulty } from "../files/files.ts";
import { platform } from "../platform/here.ts";
import { isIdx } from "./idx/header.ts";
import { loadIdxImages } from "./idx/images.ts";
import { fitted, takesShape } from "./images.ts";
import { decodePgm, isPgm } from "./pgm.ts";
import { decodePng, isPng } from "./png.ts";
import { decodeNpy, isNpy } from "./tensors/npy.ts";
import { inputsIn } from "./tensors/numbers.ts";

/** Samples out of a file. */
export interface InputSamples {
  /** How many, at least 1. */
  readonly samples: number;
  /** samples x shape, row-major: bytes, to be scaled by 1/255, or floats. */
  readonly inputs: Float32Array | Uint8Array;
}

/** How images are read. */
export interface ImageOptions {
  /** Images are dark on a light ground: light and dark are swapped. Default: they are light on dark, as those of MNIST. */
  readonly darkOnLight?: boolean;
}

/** Largest file of one image or of numbers, in bytes. */
const LARGEST_FILE = 2 ** 28;
const GZIP = [0x1f, 0x8b];

/**
 * Reads the samples of a file for a net. What kind of file it is, its first bytes tell: PNG, PGM, or IDX, which may be
 * packed by gzip, or an array of NumPy; any other one whose name ends in .f32 has numbers of 32 bits, little-endian.
 *
 * Images of PNG and PGM get the net's size by averaging areas, and its channels: colours become grey, and grey the same
 * in all colours. IDX images and numbers must have the net's shape; numbers are taken as they are, but for unsigned bytes of NumPy,
 * which are scaled by 1/255 as in data sets. Its arrays hold samples, [samples, ...shape], or one, [...shape].
 *
 * @param shape of a sample: [channels, height, width], or another one of as many elements.
 * @throws {InputError} when it cannot be read, is damaged or too large, or does not fit the net.
 */
export async function readInputs(path: string, shape: Shape, options: ImageOptions = {}): Promise<InputSamples> {
  const origin = `"${path}"`, { bytes: start, size } = await beginning(path);
  const begins = (bytes: readonly number[]) => bytes.every((byte, i) => start[i] === byte);
  const elements = sizeOf(shape);
  if (isIdx(start) || (begins(GZIP) && path.endsWith(".gz"))) {
    const { samples, shape: imageShape, inputs } = await loadIdxImages(path, shape);
    const same = shape.length === 3 ? imageShape.join() === shape.join() : inputs.length === samples * elements;
    if (!same) throw new InputError(`${origin}: its images are [${imageShape.join(", ")}], but ${takesShape(shape)}`);
    return swapped({ samples, inputs }, options, origin);
  }
  const isImage = isPng(start) || isPgm(start);
  if (!isImage && !isNpy(start) && !path.endsWith(".f32")) {
    throw new InputError(
      `${origin} is of no known kind; give a PNG, PGM or IDX file, or numbers in a file named .npy or .f32`,
    );
  }
  if (size > LARGEST_FILE) {
    throw new InputError(
      `${origin} has ${size} bytes, more than the ${LARGEST_FILE} that are read; give a smaller file`,
    );
  }
  const bytes = await wholeFile(path);
  if (isNpy(start)) return swapped(arraySamples(bytes, shape, elements, origin), options, origin);
  if (isImage) {
    const image = isPng(bytes) ? await decodePng(bytes, options.darkOnLight ? 1 : 0, origin) : decodePgm(bytes, origin);
    const inputs = fitted(image, shape, origin);
    return { samples: 1, inputs: options.darkOnLight ? inputs.map((value) => 1 - value) : inputs };
  }
  return numbers(bytes, shape, elements, origin);
}

function numbers(bytes: Uint8Array<ArrayBuffer>, shape: Shape, elements: number, origin: string): InputSamples {
  const samples = bytes.length / (4 * elements);
  if (!Number.isInteger(samples) || samples === 0) {
    throw new InputError(
      `${origin} has ${bytes.length} bytes, but ${takesShape(shape)}: ${
        4 * elements
      } bytes a sample; give whole samples`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const inputs = Float32Array.from({ length: samples * elements }, (_, i) => view.getFloat32(4 * i, true));
  const wrong = firstNotFinite(inputs);
  if (wrong >= 0) throw new InputError(`${origin}: number ${wrong} is ${inputs[wrong]}; numbers must be finite`);
  return { samples, inputs };
}

/** Samples with light and dark swapped, if that is asked for. */
function swapped({ samples, inputs }: InputSamples, { darkOnLight }: ImageOptions, origin: string): InputSamples {
  if (!darkOnLight) return { samples, inputs };
  if (inputs instanceof Uint8Array) return { samples, inputs: inputs.map((value) => 255 - value) };
  throw new InputError(
    `${origin}: light and dark of its images cannot be swapped: they are no bytes; swap them before`,
  );
}

/** Samples of an array of NumPy, or the one that it is. */
function arraySamples(bytes: Uint8Array<ArrayBuffer>, shape: Shape, elements: number, origin: string): InputSamples {
  const tensor = decodeNpy(bytes, origin), all = sizeOf(tensor.shape), [first = 1, ...rest] = tensor.shape;
  const one = all === elements && (rest.length < shape.length || first !== 1), samples = one ? 1 : first;
  if (!one && (sizeOf(rest) !== elements || samples === 0)) {
    throw new InputError(`${origin} is [${tensor.shape.join(", ")}], but ${takesShape(shape)}; give whole samples`);
  }
  return { samples, inputs: inputsIn(tensor, origin) };
}

/** First bytes and size of a file; reading a pipe or a device might never end. */
async function beginning(path: string): Promise<{ bytes: Uint8Array; size: number }> {
  try {
    const { isFile, isDirectory, size } = await platform.files.stat(path);
    if (isDirectory) throw faulty("IsADirectory", "read", path);
    if (!isFile) throw new InputError(`"${path}" is no regular file; give the path of one`);
    const bytes = new Uint8Array(8);
    await using file = await platform.files.open(path, "read");
    const read = await file.read(bytes) ?? 0;
    return { bytes: bytes.subarray(0, read), size };
  } catch (error) {
    throw explain(error, "read", path);
  }
}

async function wholeFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await platform.files.readFile(path);
  } catch (error) {
    throw explain(error, "read", path);
  }
}
