/**
 * Where a benchmark's `--json FILE` goes.
 *
 * @module
 */
import { prepareReport, type ReportFile } from "../mod.ts";

/** The file, if one is wanted, found to be writable before anything is measured; else the program ends with one line. */
export async function jsonFile(path?: string): Promise<ReportFile | undefined> {
  if (path === undefined) return undefined;
  return await prepareReport({ file: path }, "figures").catch((error) => {
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  });
}
