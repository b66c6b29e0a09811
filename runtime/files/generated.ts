/**
 * The folder of generated nets: how it differs from what the compiler would write, and putting that right.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { platform } from "../platform/here.ts";
import { listFolder, makeFolder, readText, readTextIfPresent, remove, writeAtomically } from "./files.ts";

/** A file that is not as the compiler would write it. */
export interface Difference {
  /** Path below the folder of generated nets, with `/`. */
  readonly path: string;
  /** `superfluous`: it is in a net's folder, but not one of its files. */
  readonly state: "differs" | "missing" | "superfluous";
}

/** What the head of every generated kernel, step and module says. */
const MARK = "regenerate: deno task generate";

/**
 * Compares generated nets with what they should be.
 *
 * @param root folder of the nets.
 * @param files texts by path: all files of some nets, as `NET/FILE`. Other nets' folders are not looked at.
 * @throws {InputError} when a file cannot be read.
 */
export async function compareGenerated(
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<Difference[]> {
  const differences: Difference[] = [], { join } = platform.files;
  for (const [path, text] of Object.entries(files)) {
    const found = await readTextIfPresent(join(root, path));
    if (found !== text) differences.push({ path, state: found === undefined ? "missing" : "differs" });
  }
  for (const net of new Set(Object.keys(files).flatMap((path) => path.split("/").slice(0, -1).slice(0, 1)))) {
    for (const path of await filesBelow(root, net)) {
      if (!(path in files)) differences.push({ path, state: "superfluous" });
    }
  }
  return differences;
}

/**
 * Writes a file that differs or is missing, or removes a superfluous one.
 *
 * @throws {InputError} when the file cannot be written, or is superfluous but was not generated.
 */
export async function repairGenerated(
  root: string,
  files: Readonly<Record<string, string>>,
  { path, state }: Difference,
): Promise<void> {
  if (state === "superfluous") return await removeGenerated(root, path);
  const place = platform.files.join(root, path);
  await makeFolder(platform.files.dirname(place));
  await writeAtomically(place, files[path]);
}

async function removeGenerated(root: string, path: string): Promise<void> {
  const { join, dirname } = platform.files, place = join(root, path);
  const head = (await readText(place)).split("\n", 10).join("\n");
  if (!head.includes(MARK)) {
    throw new InputError(`"${place}" was not generated but is in a net's folder; move it elsewhere or delete it`);
  }
  await remove(place);
  for (let folder = dirname(path); folder.includes("/"); folder = dirname(folder)) {
    if ((await listFolder(join(root, folder))).length > 0) break;
    await remove(join(root, folder));
  }
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, isDirectory } of await listFolder(platform.files.join(root, folder))) {
    const path = `${folder}/${name}`;
    paths.push(...isDirectory ? await filesBelow(root, path) : [path]);
  }
  return paths;
}
