/**
 * What a browser downloads of a bundle: each file packed by brotli, alone.
 *
 * @module
 */
import { brotliCompressSync, constants } from "node:zlib";
import type { BundleFiles } from "./folder.ts";

/** Bytes of a bundle as a server sends them. */
export interface Download {
  /** All scripts: the net's own, and that of its workers. */
  readonly scripts: number;
  /** The largest of the modules: a browser takes one. */
  readonly module: number;
  readonly all: number;
}

/** Bytes of a file as brotli packs it at its best. */
export function packedSize(bytes: Uint8Array): number {
  const options = {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  };
  return brotliCompressSync(bytes, options).length;
}

/** What is downloaded to run a bundle, without weights and without the golden batch. */
export function downloadOf(files: BundleFiles): Download {
  const sizes = (ending: string) =>
    [...files].filter(([name]) => name.endsWith(ending)).map(([, bytes]) => packedSize(bytes));
  const scripts = sizes(".js").reduce((sum, size) => sum + size, 0), module = Math.max(0, ...sizes(".wasm"));
  return { scripts, module, all: scripts + module };
}
