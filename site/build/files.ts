/**
 * Files of the site, in memory and in a folder.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { InputError } from "../../codegen/error.ts";

/** Files by their paths in the site. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The file that lists the site's own files, and how it begins. */
const LIST = "site.txt", FIRST = "Files that deno task site has written here, and replaces or removes:";

/** Bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What tells one content of files from another. */
export function hashOf(files: Files): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of [...files].toSorted(([a], [b]) => a < b ? -1 : 1)) {
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * Makes sure, before anything is built, that a site can be written to a folder, and makes that if need be.
 *
 * @throws {InputError} saying why it cannot, or what of somebody else would be replaced.
 */
export async function checkFolder(folder: string): Promise<void> {
  await explained(folder, async () => {
    const info = await Deno.stat(folder).catch(missing);
    if (info && !info.isDirectory) throw new InputError(`"${folder}" is no folder; give the name of one, or remove it`);
    await checkOwn(folder, [LIST, "index.html", "service_worker.js"]);
    await Deno.mkdir(folder, { recursive: true });
    const probe = join(folder, `${LIST}.${Deno.pid}.tmp`);
    await Deno.writeTextFile(probe, "");
    await Deno.remove(probe);
  });
}

/**
 * Writes a site's files to a folder, in place of those that a build has left there; those of others stay.
 *
 * @throws {InputError} saying why they cannot be written, or what of somebody else would be replaced.
 */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  await explained(folder, async () => {
    const own = [LIST, ...files.keys()], before = await checkOwn(folder, own);
    // where a build is broken off, the next one finds its own files, too
    await write(folder, LIST, listOf([...new Set([...before, ...own])]));
    for (const [name, bytes] of files) await write(folder, name, bytes);
    for (const name of before) if (!own.includes(name)) await remove(folder, name);
    await write(folder, LIST, listOf(own));
  });
}

const listOf = (names: readonly string[]) => bytesOf([FIRST, ...names, ""].join("\n"));

/** Files that builds have left in a folder, by its list. */
async function listed(folder: string): Promise<string[]> {
  const text = await Deno.readTextFile(join(folder, LIST)).catch(missing),
    [first, ...names] = text?.split(/\r?\n/) ?? [];
  // what leads out of the folder was never written
  return first === FIRST ? names.filter((name) => name.split("/").every((part) => /^(?!\.)[\w.-]+$/.test(part))) : [];
}

/**
 * Makes sure that no file is in the place of one that is to be written, but for those of the site itself.
 *
 * @returns the site's own files.
 */
async function checkOwn(folder: string, names: readonly string[]): Promise<string[]> {
  const own = await listed(folder);
  for (const name of names) {
    const path = join(folder, name), info = await Deno.lstat(path).catch(missing);
    if (info && (!own.includes(name) || info.isDirectory)) {
      throw new InputError(`"${path}" is there, and no build has written it; give another folder, or remove it`);
    }
    for (const above of foldersOf(name)) {
      const info = await Deno.lstat(join(folder, above)).catch(missing);
      if (!info || info.isDirectory) continue;
      throw new InputError(`"${join(folder, above)}" is no folder; give another folder, or remove it`);
    }
  }
  return own;
}

/** Folders that a file is in, from its own one on up to the site's. */
function foldersOf(name: string): string[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, parts.length - i).join("/"));
}

/** Writes a file; in place of a link, not to where that leads. */
async function write(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  await Deno.mkdir(dirname(path), { recursive: true });
  if ((await Deno.lstat(path).catch(missing))?.isSymlink) await Deno.remove(path);
  await Deno.writeFile(path, bytes);
}

/** Removes a file, and the folders in which it was the last one. */
async function remove(folder: string, name: string): Promise<void> {
  const above = foldersOf(name);
  for (const each of above) if (!(await Deno.lstat(join(folder, each)).catch(missing))?.isDirectory) return;
  const path = join(folder, name), info = await Deno.lstat(path).catch(missing);
  if (info && !info.isDirectory) await Deno.remove(path);
  for (const each of above) {
    for await (const _ of Deno.readDir(join(folder, each))) return;
    await Deno.remove(join(folder, each));
  }
}

/** Nothing, where there is no such file. */
function missing(error: unknown): undefined {
  // a path below a file
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
  throw error;
}

/** Does something with a folder; what the system refuses is said in a line. */
async function explained(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof InputError) throw error;
    const why = error instanceof Deno.errors.NotCapable
      ? `Deno may not; give one below runs/, where the task may write, or run "deno run -A site/build.ts --out ${folder}"`
      : `${error.message.split("\n").join(" ")}; give another folder`;
    throw new InputError(`cannot write to "${folder}": ${why}`);
  }
}
