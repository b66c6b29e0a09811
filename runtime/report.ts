/**
 * The files that a run's report and trace go to.
 *
 * @module
 */
import { dirname } from "node:path";
import { checkWritable, explain, makeFolder, writeAtomically } from "./files.ts";

/**
 * Where a report goes. `file`: one to write, or to replace. `base`: the path of a new one but for its end, `-2.json` if
 * `.json` is taken; its folder is made.
 */
export type ReportPlace = { readonly file: string } | { readonly file?: undefined; readonly base: string };

/** A file that was found to be writable. */
export interface ReportFile {
  /** Writes a report or a trace as JSON, all of it or nothing. Returns the file's path. */
  write(report: object): Promise<string>;
}

/**
 * Makes sure, before a run, that its report can be written after it.
 *
 * @throws {InputError} saying why it cannot.
 */
export async function prepareReport(place: ReportPlace): Promise<ReportFile> {
  if (place.file === undefined) await makeFolder(dirname(place.base));
  await checkWritable(place.file ?? `${place.base}.json`);
  return {
    async write(report) {
      const path = place.file ?? await takeName(place.base);
      await writeAtomically(path, JSON.stringify(report, null, 2) + "\n");
      return path;
    },
  };
}

/** Makes an empty file of the first name that is free, so that a run which ends at the same time takes another. */
async function takeName(base: string): Promise<string> {
  for (let count = 1;; count++) {
    const path = `${base}${count === 1 ? "" : `-${count}`}.json`;
    try {
      (await Deno.open(path, { write: true, createNew: true })).close();
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw explain(error, "write", path);
    }
  }
}
