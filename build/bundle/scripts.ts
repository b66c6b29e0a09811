/**
 * The scripts of a bundle: its own and that of its workers, from the runtime's sources.
 *
 * @module
 */
import type * as esbuild from "esbuild";
import { InputError } from "../../codegen/error.ts";
import { readText } from "../../runtime/files/files.ts";
import { platform } from "../../runtime/platform/here.ts";
import { type Build, withEsbuild } from "./esbuild.ts";

/** What runs in a worker of a bundle that trains, from the project's folder. */
const WORKER = "runtime/net/worker.ts";
/** What starts it. */
const STARTS_WORKER = /\/runtime\/net\/start_worker\.ts$/;
/** The module that has the worker's text, where it is put into the script. */
const WORKER_TEXT = "worker-text";

/** What stands first in a script. */
export interface ScriptOptions {
  /** Name of the script, without `.js`. */
  readonly name: string;
  readonly banner: string;
  /** Whether a worker is needed, and whether it is put into the script. */
  readonly worker: "none" | "beside" | "inside";
}

/**
 * Bundles a script's entry, and the worker with it.
 *
 * @param entry its text in TypeScript, which imports files by their paths from the project's folder.
 * @returns texts by names of files.
 * @throws {InputError} when esbuild cannot be started, or the runtime's sources are not there.
 */
export async function scriptsOf(entry: string, options: ScriptOptions): Promise<ReadonlyMap<string, string>> {
  const folder = sourcesFolder(), { name, banner, worker } = options;
  const common = (): esbuild.BuildOptions => ({
    ...{ absWorkingDir: folder, bundle: true, format: "esm", platform: "browser", target: "es2022", minify: true },
    ...{ legalComments: "none", charset: "utf8", banner: { js: banner } },
  });
  return await withEsbuild(async (build) => {
    const own = worker === "none" ? undefined : await bundled(build, { ...common(), entryPoints: [WORKER] });
    const stdin = { contents: entry, resolveDir: folder, sourcefile: `${name}.ts`, loader: "ts" as const };
    const plugins = [startingWorkers(worker === "inside" ? own : undefined)];
    const script = await bundled(build, { ...common(), stdin, plugins });
    return new Map([[`${name}.js`, script], ...worker === "beside" ? [["worker.js", own!] as const] : []]);
  });
}

/**
 * The folder of the project, whose sources are bundled.
 *
 * @throws {InputError} when they are no files.
 */
function sourcesFolder(): string {
  const root = new URL("../../", import.meta.url);
  if (root.protocol === "file:") return platform.files.fromUrl(root);
  throw new InputError(`a bundle is made of the sources of a clone, and these are at ${root.href}; clone the project`);
}

/** The text of a file of the project. */
export async function projectFile(name: string): Promise<string> {
  return await readText(platform.files.join(sourcesFolder(), name));
}

async function bundled(build: Build, options: esbuild.BuildOptions): Promise<string> {
  const { outputFiles: [{ text }] } = await build({ ...options, write: false, logLevel: "silent" });
  return text;
}

/**
 * Workers are scripts, not TypeScript, or texts inside of the script that starts them.
 *
 * @param text of the worker, where it is to be inside.
 */
function startingWorkers(text: string | undefined): esbuild.Plugin {
  return {
    name: "workers",
    setup({ onLoad, onResolve }) {
      onLoad({ filter: STARTS_WORKER }, async ({ path }) => {
        if (text !== undefined) return { contents: STARTS_TEXT, loader: "ts", resolveDir: platform.files.dirname(path) };
        const source = await readText(path);
        const contents = source.replaceAll(/(?<=new URL\("\.\/\w+)\.ts(?=")/g, ".js");
        if (contents === source) throw new TypeError(`${path} starts no worker`);
        return { contents, loader: "ts" };
      });
      onResolve({ filter: new RegExp(`^${WORKER_TEXT}$`) }, ({ path }) => ({ path, namespace: WORKER_TEXT }));
      onLoad({ filter: /^/, namespace: WORKER_TEXT }, () => ({ contents: text, loader: "text" }));
    },
  };
}

/** In place of what starts workers from a file. A page may refuse such workers: its policy has to allow `blob:`. */
const STARTS_TEXT = `\
import { NodeWorker } from "../platform/node_shared.ts";
import text from "${WORKER_TEXT}";

let url;
export function startWorker() {
  if (typeof Worker === "undefined") return new NodeWorker(new URL("data:text/javascript," + encodeURIComponent(text)));
  url ??= URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(url, { type: "module" });
}
`;
