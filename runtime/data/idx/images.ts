/**
 * Images of IDX files.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { type IdxFile, readIdx } from "./file.ts";
import { IMAGES, UNSIGNED_BYTES } from "./header.ts";
import { statIfPresent } from "./read_error.ts";

/** Images of an IDX file. */
export interface IdxImages {
  /** How many, at least 1. */
  readonly samples: number;
  /** [channels, rows, columns], with one channel where the file has none; or [elements]. */
  readonly shape: readonly number[];
  /** samples x shape, row-major: bytes, to be scaled by 1/255, or floats, to be taken as they are. */
  readonly inputs: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/**
 * Loads the images of one IDX file, unpacked or, if its name ends in .gz, packed by gzip.
 *
 * @param wanted shape of a sample, see {@linkcode imagesOf}.
 * @throws {InputError} If it is missing, unreadable, damaged, larger than 2 GiB unpacked, or has something else than
 * images.
 */
export async function loadIdxImages(path: string, wanted?: readonly number[]): Promise<IdxImages> {
  const info = await statIfPresent(path);
  if (!info?.isFile) {
    throw new InputError(
      `"${path}" ${info === undefined ? "does not exist" : "is not a regular file"}. Give an IDX file.`,
    );
  }
  return imagesOf(await readIdx({ path, gzipped: path.endsWith(".gz"), fileBytes: info.size }, IMAGES), wanted);
}

/**
 * The images of a file. Unsigned bytes stay bytes; numbers of all other types become f32, as they are.
 *
 * @param wanted [channels, height, width]: it tells whether channels come first in the file or last. Where both would
 * fit, and without it, they come first.
 * @throws {InputError} at the first number that is not finite as f32.
 */
export function imagesOf(file: IdxFile, wanted?: readonly number[]): IdxImages {
  const [samples, ...size] = file.dimensions, shape = size.length === 2 ? [1, ...size] : size;
  const inputs = file.type === UNSIGNED_BYTES ? file.elements : floatsOf(file);
  const [height, width, channels] = shape;
  const last = size.length === 3 && shape.join() !== wanted?.join() &&
    [channels, height, width].join() === wanted?.join();
  return last
    ? { samples, shape: [channels, height, width], inputs: channelsFirst(inputs, channels, height * width) }
    : { samples, shape, inputs };
}

function floatsOf({ type, elements, dimensions: [samples], displayName, headerBytes }: IdxFile) {
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  const values = new Float32Array(elements.length / type.bytes);
  for (let i = 0; i < values.length; i++) {
    values[i] = type.read(view, i * type.bytes);
    if (Number.isFinite(values[i])) continue;
    const image = Math.floor(i * samples / values.length), found = type.read(view, i * type.bytes);
    throw new InputError(
      `${displayName}, byte ${headerBytes + i * type.bytes}: image ${image} has the value ${found}. ` +
        "Replace values that are not finite, or too large for floats of 32 bits.",
    );
  }
  return values;
}

/** Of each image, [pixels, channels] to [channels, pixels]. */
function channelsFirst<Values extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  from: Values,
  channels: number,
  pixels: number,
): Values {
  const to = from.slice() as Values, size = channels * pixels;
  for (let image = 0; image < from.length; image += size) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) to[image + c * pixels + p] = from[image + p * channels + c];
    }
  }
  return to;
}
