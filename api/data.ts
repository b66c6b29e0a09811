/**
 * Data sets, as they are given.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import { said } from "../runtime/data/arrays.ts";
import { type Dataset, type DataSplit, readDataset } from "../runtime/data/data.ts";
import { isObject } from "../runtime/run/options.ts";

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
