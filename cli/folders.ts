/**
 * The folders of the project, and what is always in the same place there.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { loadTuning, type Tuning } from "../mod.ts";
import { isClone } from "../runtime/platform/commands.ts";
import { platform } from "../runtime/platform/here.ts";
import { program } from "../runtime/platform/program/here.ts";
import { shortPath } from "./text.ts";

/** The project: in a clone the folder that `cli/` is in, whose tasks may run anywhere; else its user's current folder. */
const PROJECT = isClone() ? dirname(import.meta.dirname!) : program.folder();
export const SPECS = join(PROJECT, "specs"), GENERATED = join(PROJECT, "generated"), RUNS = join(PROJECT, "runs");

/** The file of tuned schedules in a folder of generated nets. */
export const TUNING = "tuning.json";

/** Makes the folder runs/ if one of some files is to be there. */
export async function makeRuns(paths: readonly string[]): Promise<void> {
  if (!paths.some((path) => dirname(path) === RUNS)) return;
  // what is wrong, writing tells
  await platform.files.makeFolder(RUNS).catch(() => {});
}

/** The tuned schedules that belong to a folder of generated nets. */
export function tuningIn(root: string): Promise<Tuning> {
  const path = join(root, TUNING);
  return loadTuning(path, shortPath(path));
}
