/**
 * Files of the site, in memory and in a folder.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { InputError } from "../../codegen/error.ts";

/** Files by their paths in the site. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The file that says that a folder is a site. */
const OWN = "index.html";

/** Bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes of a file as a server sends them. */
export const packedSize = (bytes: Uint8Array): number => brotliCompressSync(bytes).length;

/** What tells one content of files from another. */
export function hashOf(files: Files): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of [...files].toSorted(([a], [b]) => a < b ? -1 : 1)) {
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 12);
}

/** @throws {InputError} when a folder has files and is no site: nothing of somebody else is removed. */
export async function checkFolder(folder: string): Promise<void> {
  const there = await filesIn(folder);
  if (there.length === 0 || there.includes(OWN)) return;
  throw new InputError(`"${folder}" has files that are no site's; give another folder, or empty it`);
}

/** Makes a folder have these files and no others. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const name of await filesIn(folder)) if (!files.has(name)) await Deno.remove(join(folder, name));
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
  await removeEmpty(folder);
}

/** Paths of the files in a folder, if there is one. */
async function filesIn(folder: string, inside = ""): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, inside))) {
      const path = inside === "" ? name : `${inside}/${name}`;
      if (isDirectory) found.push(...await filesIn(folder, path));
      else found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

/** Removes folders without files. */
async function removeEmpty(folder: string): Promise<boolean> {
  let empty = true;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !await removeEmpty(join(folder, name))) empty = false;
  }
  if (empty) await Deno.remove(folder);
  return empty;
}
