/**
 * Labels of IDX files.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import type { IdxFile } from "./file.ts";
import { FLOATS, UNSIGNED_BYTES } from "./header.ts";

/** Labels of an IDX file. */
export interface IdxLabels {
  readonly labels: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** Byte of the first label in the file, and bytes from each to the next. */
  readonly labelBytes: readonly [first: number, each: number];
}

/**
 * The labels of a file of integers. Where each has several numbers, as in QMNIST, the first one is the class.
 *
 * @param rows whether a label may have them.
 * @throws {InputError} when the file has other numbers.
 */
export function labelsOf({ type, dimensions, elements, displayName, headerBytes }: IdxFile, rows: boolean): IdxLabels {
  const [samples, numbers = 1] = dimensions;
  if (FLOATS.includes(type)) {
    throw new InputError(
      `${displayName}, byte 2 (type): labels are ${type.words}. Give class indices, integers from 0.`,
    );
  }
  if (numbers > 1 && !rows) {
    throw new InputError(
      `${displayName}, bytes 8-11 (numbers of a label): expected 1, a class index, found ${numbers}. ` +
        "Give one class index for each image; several numbers are read of QMNIST's files only.",
    );
  }
  const each = numbers * type.bytes, labelBytes = [headerBytes, each] as const;
  if (type === UNSIGNED_BYTES && numbers === 1) return { labels: elements, labelBytes };
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  return { labels: Int32Array.from({ length: samples }, (_, i) => type.read(view, i * each)), labelBytes };
}
