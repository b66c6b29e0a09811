/**
 * Reading and writing text files, with one clear line for whatever goes wrong.
 *
 * @module
 */
import { dirname } from "node:path";
import { InputError } from "../codegen/error.ts";

/** Why the system said no, and what to do, by the name of the error. */
const REASONS: Readonly<Record<string, string>> = {
  NotFound: "there is no such file or folder; check the path",
  PermissionDenied: "permission denied; give your user the right to, or choose another path",
  IsADirectory: "it is a folder; give the path of a file",
  NotADirectory: "a file is in the place of one of its folders; remove the file, or choose another path",
  AlreadyExists: "a file is in the place of a folder; remove the file, or choose another path",
};

/** What the system threw, as an error for the user; other errors as they are. */
export function explain(error: unknown, action: "read" | "write", path: string): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const reason = error instanceof Deno.errors.NotCapable
    ? `Deno may not; start it with --allow-${action}=${
      action === "write" ? dirname(path) : path
    }, or choose another path`
    : REASONS[error.name] ?? error.message;
  return new InputError(`cannot ${action} "${path}": ${reason}`);
}

/**
 * The text of a file.
 *
 * @throws {InputError} saying why it cannot be read.
 */
export async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw explain(error, "read", path);
  }
}

/**
 * The text of a file, or undefined if there is none.
 *
 * @throws {InputError} saying why it cannot be read.
 */
export async function readTextIfPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw explain(error, "read", path);
  }
}

/**
 * Names in a folder, sorted; none if there is no such folder.
 *
 * @throws {InputError} saying why it cannot be read.
 */
export async function listFolder(path: string): Promise<Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw explain(error, "read", path);
  }
}

/**
 * Makes a folder and those it is in.
 *
 * @throws {InputError} saying why it cannot be made.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw explain(error, "write", path);
  }
}

/** Whether there is something that is neither file nor folder, such as /dev/null: it is written to, not replaced. */
export async function isDevice(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info !== undefined && !info.isFile && !info.isDirectory;
}

/**
 * Writes a file so that others see the old text or the new, never a part.
 *
 * @throws {InputError} saying why it cannot be written.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const partial = `${path}.${Deno.pid}.tmp`;
  try {
    if (await isDevice(path)) return await Deno.writeTextFile(path, text);
    try {
      await Deno.writeTextFile(partial, text);
      await Deno.rename(partial, path);
    } catch (error) {
      await Deno.remove(partial).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw explain(error, "write", path);
  }
}

/**
 * Removes a file, or an empty folder.
 *
 * @throws {InputError} saying why it cannot be removed.
 */
export async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    throw explain(error, "write", path);
  }
}
