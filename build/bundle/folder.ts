/**
 * The folder of a bundle: it is written whole, and nothing is lost that someone else has put there.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { sha256, sha256OfBytes } from "../../codegen/sha256.ts";
import { isObject } from "../../runtime/run/options.ts";
import { listFolder, makeFolder, readTextIfPresent, remove, writeDurably } from "../../runtime/files/files.ts";
import { platform } from "../../runtime/platform/here.ts";

/** Files of a bundle by their names. */
export type BundleFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** The file that tells what of a folder is a bundle's own. */
const INDEX = "package.json";
/** Where it does. */
const KEY = "kernelwright";

/**
 * A bundle's files with the index of them, `package.json`.
 *
 * @param manifest what npm and Node read of it.
 */
export function withIndex(
  manifest: Readonly<Record<string, unknown>>,
  files: BundleFiles,
  version: string,
): BundleFiles {
  const hashes = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256OfBytes([bytes])]));
  const own = { version, manifest: hashOfManifest(manifest), files: hashes };
  const text = JSON.stringify({ ...manifest, [KEY]: own }, null, 2) + "\n";
  return new Map([[INDEX, new TextEncoder().encode(text)], ...files]);
}

/** How npm calls the bundle of a net. */
export const packageName = (net: string): string => `${net.replaceAll("_", "-")}-net`;

function hashOfManifest(manifest: Readonly<Record<string, unknown>>): string {
  return sha256(JSON.stringify({ ...manifest, [KEY]: undefined }));
}

/**
 * Makes sure that a bundle can be written to a folder: what it would replace or remove is as a build has left it.
 *
 * @param names of the files that are to be written.
 * @returns names of the files of the bundle that is there.
 * @throws {InputError} saying what would be lost.
 */
export async function prepareFolder(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const info = await platform.files.stat(folder).catch(() => undefined);
  if (info && !info.isDirectory) throw new InputError(`"${folder}" is no folder; give the name of one, or remove it`);
  const there = (await listFolder(folder)).map(({ name }) => name), built = await builtIn(folder);
  for (const name of there) {
    const hash = built.get(name), path = platform.files.join(folder, name);
    if (hash === undefined && names.includes(name)) {
      throw new InputError(`"${path}" is there, and no build has written it; give another folder, or remove it`);
    }
    if (hash === undefined || hash === await hashOfFile(folder, name)) continue;
    throw new InputError(
      `"${path}" has been changed since it was built; give another folder, or move it elsewhere`,
    );
  }
  return there.filter((name) => built.has(name));
}

/** Hashes of the files that were built in a folder, by name; none where there is no bundle. */
async function builtIn(folder: string): Promise<ReadonlyMap<string, unknown>> {
  const index = await readManifest(folder), own = index?.[KEY];
  if (!isObject(own) || !isObject(own.files)) return new Map();
  // what has a folder in its name was never written
  const files = Object.entries(own.files).filter(([name]) => !/[/\\]|^\.*$/.test(name));
  return new Map([[INDEX, own.manifest], ...files]);
}

async function readManifest(folder: string): Promise<Record<string, unknown> | undefined> {
  const text = await readTextIfPresent(platform.files.join(folder, INDEX));
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isObject(value) ? value : undefined;
  } catch {
    // it is something else
    return undefined;
  }
}

async function hashOfFile(folder: string, name: string): Promise<string | undefined> {
  if (name === INDEX) return hashOfManifest(await readManifest(folder) ?? {});
  const path = platform.files.join(folder, name);
  return await platform.files.readFile(path).then((bytes) => platform.sha256([bytes]), () => undefined);
}

/**
 * Writes a bundle to a folder, which is made if need be, in place of the bundle that was there before.
 *
 * @throws {InputError} saying why it cannot be written, or what would be lost.
 */
export async function writeBundle(folder: string, files: BundleFiles): Promise<void> {
  const before = await prepareFolder(folder, [...files.keys()]), { join } = platform.files;
  await makeFolder(folder);
  for (const name of before) await remove(join(folder, name));
  // the index is the first of them: where a build was killed, the next one finds its own files
  for (const [name, bytes] of files) await writeDurably(join(folder, name), [bytes]);
}
