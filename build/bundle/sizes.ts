/**
 * What a browser downloads of a bundle: each file packed by brotli, alone.
 *
 * @module
 */
import { brotliCompressSync, constants } from "node:zlib";
import type { BundleFiles } from "./folder.ts";

/** Bytes of a bundle as a server sends them. */
export interface Download {
  /** The scripts that are loaded from the beginning: the net's own, that of its workers, and what both import. */
  readonly scripts: number;
  /** The largest of the modules: a browser takes one. */
  readonly module: number;
  readonly all: number;
  /** All other scripts: a browser loads them one by one, where a program restores a checkpoint or tests the engine. */
  readonly later: number;
}

/** Bytes of a file as brotli packs it at its best. */
export function packedSize(bytes: Uint8Array): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

/** What is downloaded to open a bundle and to use it, without its weights, and what it loads when it is asked for more. */
export function downloadOf(files: BundleFiles): Download {
  const sum = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + packedSize(files.get(name)!), 0);
  const modules = [...files].filter(([name]) => name.endsWith(".wasm")).map(([, bytes]) => packedSize(bytes));
  const first = firstScripts(files),
    others = [...files.keys()].filter((name) => /\.js$/.test(name) && !first.has(name));
  const scripts = sum(first), module = Math.max(0, ...modules);
  return { scripts, module, all: scripts + module, later: sum(others) };
}

/** Names of the scripts that are loaded from the beginning. */
export function firstScripts(files: BundleFiles): Set<string> {
  const own = [...files.keys()].find((name) => name.endsWith(".d.ts"))!.replace(/\.d\.ts$/, ".js");
  return scriptsFrom(files, [own, "worker.js"].filter((name) => files.has(name)));
}

/** Names of scripts, and of those that these load at once. */
export function scriptsFrom(files: ReadonlyMap<string, Uint8Array>, first: Iterable<string>): Set<string> {
  const names = new Set(first);
  // what is put in while it is gone through, is gone through
  for (const name of names) {
    const text = new TextDecoder().decode(files.get(name)), folder = name.slice(0, name.lastIndexOf("/") + 1);
    for (const [, imported] of text.matchAll(/\b(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) names.add(folder + imported);
  }
  return names;
}
