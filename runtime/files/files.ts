/**
 * Reading and writing files, with one clear line for whatever goes wrong.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { said } from "../data/arrays.ts";
import { platform } from "../platform/here.ts";
import type { Fault, FileInfo, FolderEntry } from "../platform/platform.ts";
import { systemOf } from "../platform/systems.ts";

/** Why the system said no, and what to do. */
const REASONS: Readonly<Partial<Record<Fault, string>>> = {
  NotFound: "there is no such file or folder; check the path",
  PermissionDenied: "permission denied; give your user the right to, or choose another path",
  IsADirectory: "it is a folder; give the path of a file",
  FilesystemLoop: "its symbolic links lead in a circle; remove one of them, or choose another path",
  NotADirectory: "a file is in the place of one of its folders; remove the file, or choose another path",
  AlreadyExists: "a file is in the place of a folder; remove the file, or choose another path",
  ENOSPC: "the disk is full; make room, or choose another path",
  EDQUOT: "your share of the disk is full; make room, or choose another path",
  EROFS: "the disk is read-only; choose another path",
};

/** What the system threw, as an error for the user; other errors as they are. */
export function explain(error: unknown, action: "read" | "write", path: string): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const fault = platform.files.faultOf(error);
  return refusal(action, path, reasonOf(fault, action, path) ?? error.message);
}

/** A fault that the system need not be asked for, as an error for the user. */
export function faulty(fault: Fault, action: "read" | "write", path: string): InputError {
  return refusal(action, path, reasonOf(fault, action, path) ?? fault);
}

function refusal(action: string, path: string, reason: string): InputError {
  return new InputError(`cannot ${action} "${path}": ${reason}`);
}

function reasonOf(fault: Fault | undefined, action: "read" | "write", path: string): string | undefined {
  const folder = platform.files.dirname(path);
  if (fault === "NotCapable") return platform.files.howToAllow(action, path, folder);
  if (fault === "NotFound" && action === "write") {
    return `there is no folder "${folder}"; make it, or choose another path`;
  }
  return REASONS[fault ?? ""];
}

/** Whether an error says that there is nothing at a path. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && platform.files.faultOf(error) === "NotFound";
}

/**
 * A path as a text, whatever code without types gives.
 *
 * @throws {InputError} when it is neither a text nor the URL of a file.
 */
export function pathOf(path: unknown): string {
  if (typeof path === "string") return path;
  if (path instanceof URL && path.protocol === "file:") return platform.files.fromUrl(path);
  throw new InputError(`path is ${said(path)}; expected a text, or the URL of a file`);
}

/** Most bytes of a text that is read. The largest that a net of ours becomes takes a hundredth. */
const LARGEST_TEXT = 2 ** 26;
/** What stands in a file as it is: a mark before the text is a part of it. */
const TEXT = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The text of a file.
 *
 * @param most bytes; a file may be larger than it looks, or have no end.
 * @throws {InputError} saying why it cannot be read.
 */
export async function readText(path: string, most: number = LARGEST_TEXT): Promise<string> {
  const text = await readTextIfPresent(path, most);
  if (text === undefined) throw faulty("NotFound", "read", pathOf(path));
  return text;
}

/**
 * The text of a file, or undefined if there is none.
 *
 * @param most bytes, see {@linkcode readText}.
 * @throws {InputError} saying why it cannot be read.
 */
export async function readTextIfPresent(given: string, most: number = LARGEST_TEXT): Promise<string | undefined> {
  const path = pathOf(given);
  try {
    await using file = await platform.files.open(path, "read");
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let left = most + 1; left > 0;) {
      const piece = new Uint8Array(Math.min(left, 65_536)), read = await file.read(piece);
      if (read === null) return TEXT.decode(await new Blob(pieces).arrayBuffer());
      pieces.push(piece.subarray(0, read));
      left -= read;
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw explain(error, "read", path);
  }
  throw new InputError(`"${path}" has more than the ${most} bytes that are read of such a file; give a smaller one`);
}

/**
 * Names in a folder, sorted; none if there is no such folder.
 *
 * @throws {InputError} saying why it cannot be read.
 */
export async function listFolder(given: string): Promise<FolderEntry[]> {
  const path = pathOf(given);
  try {
    const entries = await platform.files.readFolder(path);
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (isMissing(error)) return [];
    throw explain(error, "read", path);
  }
}

/**
 * Makes a folder and those it is in.
 *
 * @throws {InputError} saying why it cannot be made.
 */
export async function makeFolder(path: string): Promise<void> {
  checkPath(path);
  try {
    await platform.files.makeFolder(path);
  } catch (error) {
    throw explain(error, "write", path);
  }
}

/** @throws {InputError} when no file of this system can have the path. */
function checkPath(path: string): void {
  const fault = systemOf(platform.os).pathFault(path);
  if (fault !== undefined) throw refusal("write", path, fault);
}

/** What there is at a path; undefined if nothing, or nothing that may be looked at. */
export async function infoOf(path: string): Promise<FileInfo | undefined> {
  return await platform.files.stat(path).catch(() => undefined);
}

/**
 * Whether there is a device of characters, such as /dev/null, or a pipe without a name, such as /dev/stdout: it is
 * written to, not replaced.
 *
 * @throws {InputError} when there is anything else that is neither file nor folder: it may never take what is written,
 * or be a disk.
 */
async function isDevice(path: string): Promise<boolean> {
  const info = await infoOf(path);
  if (info === undefined || info.isFile || info.isDirectory) return false;
  const what = info.isBlockDevice ? "a disk" : info.isSocket ? "a socket" : info.isFifo ? "a named pipe" : undefined;
  if (what === undefined || (info.isFifo && await isNameless(path))) return true;
  throw new InputError(`cannot write "${path}": it is no regular file, but ${what}; give another name`);
}

/** Whether a path leads to what has none of its own. */
async function isNameless(path: string): Promise<boolean> {
  return await platform.files.realPath(path).then(() => false, isMissing);
}

/**
 * The file that a path leads to by symbolic links, which need not be there yet; any other path as it is.
 *
 * @throws {InputError} when they lead nowhere.
 */
async function followLinks(given: string): Promise<string> {
  const path = pathOf(given), { lstat, realPath, readLink, isAbsolute, dirname } = platform.files;
  const info = await lstat(path).catch(() => undefined);
  // /dev/stdout is a link too, to what has no path of its own
  if (!info?.isSymlink || await isDevice(path)) return path;
  try {
    return await realPath(path);
  } catch (error) {
    if (!isMissing(error)) throw explain(error, "write", path);
  }
  const next = await readLink(path);
  return await followLinks(isAbsolute(next) ? next : `${dirname(path)}/${next}`);
}

/** Whether two paths lead to the same file, by symbolic links too; it need not be there yet. */
export async function sameFile(one: string, other: string): Promise<boolean> {
  const { realPath, join, dirname, basename } = platform.files;
  const [a, b] = await Promise.all([one, other].map(async (path) => {
    const file = await followLinks(path).catch(() => path), folder = dirname(file);
    return join(await realPath(folder).catch(() => folder), basename(file));
  }));
  return a === b;
}

/**
 * Throws unless there is a folder for the file that takes files, and the file is no folder itself.
 *
 * @throws {InputError} saying why it cannot be written.
 */
export async function checkWritable(path: string): Promise<void> {
  const file = await followLinks(path), probe = partial(file);
  checkPath(file);
  try {
    if (await isDevice(file)) return;
    if ((await infoOf(file))?.isDirectory) throw faulty("IsADirectory", "write", file);
    await platform.files.writeText(probe, "");
    await platform.files.remove(probe);
  } catch (error) {
    throw explain(error, "write", file);
  }
}

/**
 * Writes a file so that others see what it held before or what it is to hold, never a part. A symbolic link stays: what
 * it points to is written.
 *
 * @throws {InputError} saying why it cannot be written.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await replace(path, (place) => platform.files.writeText(place, text));
}

/**
 * Writes a file as {@linkcode writeAtomically} does, and returns when it is on the disk: it outlasts the power, too.
 *
 * @param pieces its bytes, one after the other.
 * @throws {InputError} saying why it cannot be written; the file is then what it was.
 */
export async function writeDurably(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const written = await replace(path, async (place) => {
    await using file = await platform.files.open(place, "write");
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    }
    // a device need not know of it
    if (place !== path) await file.sync();
  });
  // the name is on the disk when the folder is; not every system can open one
  try {
    await using folder = await platform.files.open(platform.files.dirname(written), "read");
    await folder.sync();
  } catch {
    // the file is whole: at worst, the one before it comes back
  }
}

/** Where a file is written before it takes its name. */
const partial = (path: string) => `${path}.${platform.files.process}.tmp`;

/** Returns the path of the file that was written. */
async function replace(path: string, write: (place: string) => Promise<void>): Promise<string> {
  const file = await followLinks(path), place = partial(file);
  checkPath(file);
  try {
    if (await isDevice(file)) {
      await write(file);
      return file;
    }
    try {
      await write(place);
      await platform.files.rename(place, file);
    } catch (error) {
      await platform.files.remove(place).catch(() => {});
      throw error;
    }
    return file;
  } catch (error) {
    throw explain(error, "write", file);
  }
}

/** How long a file lies half-written before it counts as left behind, in milliseconds. */
const ABANDONED = 60_000;

/** Removes what runs that were killed while they wrote a file have left beside it. */
export async function removeAbandoned(path: string): Promise<void> {
  const { join, dirname, basename } = platform.files;
  const file = await followLinks(path), start = `${basename(file)}.`, folder = dirname(file);
  for (const { name } of await listFolder(folder).catch(() => [])) {
    if (!name.startsWith(start) || !/^\d+\.tmp$/.test(name.slice(start.length))) continue;
    const place = join(folder, name), info = await infoOf(place);
    if (!info?.isFile || Date.now() - (info.mtime?.getTime() ?? 0) < ABANDONED) continue;
    await platform.files.remove(place).catch(() => {});
  }
}

/**
 * Removes a file, or an empty folder.
 *
 * @throws {InputError} saying why it cannot be removed.
 */
export async function remove(path: string): Promise<void> {
  try {
    await platform.files.remove(path);
  } catch (error) {
    throw explain(error, "write", path);
  }
}
