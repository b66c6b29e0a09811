/**
 * The file of tuned schedules, beside the folders of generated nets.
 *
 * @module
 */
import { parseTuning, type Tuning, tuningText } from "../../codegen/schedule/tuning.ts";
import { platform } from "../platform/here.ts";
import { makeFolder, readTextIfPresent, writeAtomically } from "./files.ts";

/**
 * Reads tuned schedules; none if there is no such file.
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} when it cannot be read, or is not as `deno task tune` writes it.
 */
export async function loadTuning(path: string, origin: string = path): Promise<Tuning> {
  const text = await readTextIfPresent(path);
  return text === undefined ? { origin, nets: {} } : parseTuning(text, origin);
}

/**
 * Writes tuned schedules, all of them or nothing, unless they are there already.
 *
 * @throws {InputError} when they cannot be written.
 */
export async function saveTuning(path: string, { nets }: Tuning): Promise<void> {
  const text = tuningText(nets), found = await readTextIfPresent(path);
  if (text === (found ?? tuningText({}))) return;
  await makeFolder(platform.files.dirname(path));
  await writeAtomically(path, text);
}
