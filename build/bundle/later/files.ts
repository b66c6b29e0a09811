/**
 * Files of a bundle where they are files of this machine: Node fetches none.
 *
 * @module
 */
import { builtin } from "../../../runtime/platform/builtin.ts";

/** The bytes of a file. */
export async function bytesOfFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await builtin("node:fs/promises").readFile(url));
}
