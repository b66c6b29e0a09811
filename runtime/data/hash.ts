/**
 * What tells data sets apart.
 *
 * @module
 */
import { sha256, toHex } from "./bytes.ts";
import { type Dataset, inputsOf, readDataset, targetsOf, weightsOf } from "./data.ts";

/**
 * SHA-256, in hexadecimal, that tells data sets apart: of the hashes of inputs, as they are stored, labels, targets and
 * weights, those that are there.
 */
export async function hashDataset(dataset: Dataset): Promise<string> {
  const checked = readDataset(dataset);
  // beside other work: it is not computed on this thread, nor from memory that others may write to or make shorter
  const hash = (data: Uint8Array | Float32Array | Int32Array) => {
    const { buffer } = data, fixed = buffer instanceof ArrayBuffer && !buffer.resizable;
    return sha256((fixed ? data : data.slice()) as Uint8Array<ArrayBuffer>);
  };
  const { labels } = checked,
    all = [inputsOf(checked), labels && Int32Array.from(labels), targetsOf(checked), weightsOf(checked)];
  const parts = await Promise.all(all.flatMap((values) => values ? [hash(values)] : []));
  return toHex(await hash(Uint8Array.from(parts.flatMap((part) => [...part]))));
}
