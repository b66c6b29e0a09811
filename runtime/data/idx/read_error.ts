/**
 * What goes wrong when a file is read, in words.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import { platform } from "../../platform/here.ts";
import type { FileInfo } from "../../platform/platform.ts";

/** What there is at a path, if anything. */
export async function statIfPresent(path: string): Promise<FileInfo | undefined> {
  try {
    return await platform.files.stat(path);
  } catch (error) {
    if (error instanceof Error && platform.files.faultOf(error) === "NotFound") return undefined;
    throw readError(error, path, 0);
  }
}

/**
 * Turns what stat, open, read or gunzip threw into a message; `fileBytes` is the
 * size of the stored file, not of what it unpacks to.
 */
export function readError(error: unknown, path: string, fileBytes: number): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") {
    return new InputError(
      `"${path}": the file ends at byte ${fileBytes}, in the middle of its gzip data. ` +
        "Download the file again.",
    );
  }
  if (code === "Z_DATA_ERROR") {
    return new InputError(
      `"${path}": damaged gzip data (${error.message}). ` +
        "Download the file again, or take .gz off its name if it is not compressed.",
    );
  }
  const fault = platform.files.faultOf(error);
  if (fault === "NotCapable") {
    const { howToAllow, dirname } = platform.files;
    return new InputError(`Cannot read "${path}": ${howToAllow("read", path, dirname(path))}.`);
  }
  if (fault === "PermissionDenied") {
    return new InputError(
      `Cannot read "${path}": permission denied. Give your user the right to read it.`,
    );
  }
  return new InputError(
    `Cannot read "${path}": ${error.message}. Check the path and the disk.`,
  );
}
