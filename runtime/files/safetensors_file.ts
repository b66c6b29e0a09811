/**
 * Reading files in the format safetensors.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { platform } from "../platform/here.ts";
import { explain, faulty, pathOf } from "./files.ts";
import { decodeSafetensors, headerLength, PREFIX, type TensorFile } from "./safetensors.ts";

/**
 * Reads a file.
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} saying why it cannot be read, or what is wrong with it.
 */
export async function readSafetensors(given: string, origin = `"${given}"`): Promise<TensorFile> {
  const path = pathOf(given);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const { isFile, isDirectory, size } = await platform.files.stat(path);
    if (isDirectory) throw faulty("IsADirectory", "read", path);
    if (!isFile) throw new InputError(`${origin} is no regular file; give the path of one`);
    const prefix = new Uint8Array(PREFIX);
    await using file = await platform.files.open(path, "read");
    const read = await file.read(prefix) ?? 0;
    // before all of it is read
    headerLength(prefix.subarray(0, read), size, origin);
    bytes = await platform.files.readFile(path);
  } catch (error) {
    throw explain(error, "read", path);
  }
  return decodeSafetensors(bytes, origin);
}
