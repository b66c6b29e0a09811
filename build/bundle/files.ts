/**
 * In a bundle: its files where they are files of this machine.
 *
 * @module
 */
import { builtin } from "../../runtime/platform/builtin.ts";

/** The bytes of a file. Node fetches none. */
export async function bytesOfFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await builtin("node:fs/promises").readFile(url));
}
