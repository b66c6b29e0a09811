/**
 * The scripts of a bundle: its own, that of its workers, what both need, and what is loaded when it is needed.
 *
 * @module
 */
import type * as esbuild from "esbuild";
import { InputError } from "../../codegen/error.ts";
import { readText } from "../../runtime/files/files.ts";
import { platform } from "../../runtime/platform/here.ts";
import { withEsbuild } from "./esbuild.ts";

/** What runs in a worker, from the project's folder. */
const WORKER = "runtime/net/worker.ts";

/** What is read in place of a file, from the project's folder, so that what it has is loaded when it is needed. */
const LATER: readonly (readonly [file: string, later: string, when: "always" | "trains"])[] = [
  ["runtime/net/check.ts", "build/bundle/later/check.ts", "always"],
  ["runtime/net/sha256.ts", "build/bundle/later/sha256.ts", "always"],
  ["runtime/net/restore.ts", "build/bundle/later/restore.ts", "trains"],
  ["runtime/net/state.ts", "build/bundle/later/state.ts", "trains"],
];

/** What is loaded when it is needed. */
const LOADED_LATER: readonly (readonly [name: string, file: string, when: "always" | "trains"])[] = [
  ["compare", "runtime/net/check.ts", "always"],
  ["hashOf", "runtime/net/sha256.ts", "always"],
  ["bytesOfFile", "build/bundle/later/files.ts", "always"],
  ["readCheckpoint", "runtime/net/restore.ts", "trains"],
  ["stateOf", "runtime/net/state.ts", "trains"],
  ["NodeWorker", "runtime/platform/node_shared.ts", "trains"],
];
/** How the bundle's scripts import it. */
const LATER_SCRIPT = "./later.js";

/** What a bundle's scripts are. */
export interface ScriptOptions {
  /** Name of the script, without `.js`. */
  readonly name: string;
  readonly banner: string;
  /** Whether it trains, and starts workers. */
  readonly trains: boolean;
  /** Whether all is in the one script. */
  readonly singleFile: boolean;
}

/**
 * Bundles a script's entry, and all that it needs.
 *
 * @param entry its text in TypeScript, which imports files by their paths from the project's folder.
 * @returns texts by names of files.
 * @throws {InputError} when esbuild cannot be started, or the runtime's sources are not there.
 */
export async function scriptsOf(entry: string, options: ScriptOptions): Promise<ReadonlyMap<string, string>> {
  const folder = sourcesFolder(), { name, banner, trains, singleFile } = options;
  const rows = <Row extends readonly [string, string, string]>(all: readonly Row[]) =>
    all.filter(([, , when]) => trains || when === "always");
  const later = rows(LOADED_LATER).map(([name, file]) => `export { ${name} } from "./${file}";`).join("\n");
  const texts = (inside: Record<string, string>) => inMemory(inside, folder);
  const common: esbuild.BuildOptions = {
    ...{ absWorkingDir: folder, bundle: true, format: "esm", platform: "browser", target: "es2022", minify: true },
    ...{ legalComments: "none", charset: "utf8", outdir: "out", chunkNames: "shared", write: false, logLevel: "silent" },
  };
  return await withEsbuild(async (build) => {
    const bundled = async (options: esbuild.BuildOptions) => {
      const { outputFiles } = await build({ ...common, ...options, write: false });
      return outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf("/") + 1), text] as const);
    };
    const entryPoints = { [name]: "entry" }, standing = standingIn(rows(LATER), folder);
    if (singleFile) {
      const worker = trains ? (await bundled({ entryPoints: { worker: WORKER } }))[0][1] : "";
      const inside = texts({ entry, [LATER_SCRIPT]: later, "./worker.txt": `export default ${JSON.stringify(worker)};` });
      const starting = standingIn([["build/bundle/workers.ts", "build/bundle/workers_inside.ts"]], folder);
      const [[file, text]] = await bundled({ entryPoints, plugins: [inside, standing, starting] });
      return new Map([[file, banner + text]]);
    }
    const scripts = await bundled({
      entryPoints: { ...entryPoints, ...trains && { worker: WORKER } },
      ...{ plugins: [texts({ entry }), standing], external: [LATER_SCRIPT], splitting: true },
    });
    const loaded = await bundled({ entryPoints: { later: "entry" }, plugins: [texts({ entry: later })] });
    return new Map([...scripts, ...loaded].map(([file, text]) => [file, file === `${name}.js` ? banner + text : text]));
  });
}

/** Modules that are no files: texts by how they are imported. */
function inMemory(texts: Readonly<Record<string, string>>, resolveDir: string): esbuild.Plugin {
  return {
    name: "in memory",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^/ }, ({ path }) => Object.hasOwn(texts, path) ? { path, namespace: "memory" } : undefined);
      onLoad({ filter: /^/, namespace: "memory" }, ({ path }) => ({ contents: texts[path], resolveDir, loader: "ts" }));
    },
  };
}

/** What a file has that stands in another one's place means by that other one itself. */
const ORIGINAL = "?original";

/** Files that stand in others' places, for all but themselves; paths are from the project's folder. */
function standingIn(
  files: readonly (readonly [file: string, other: string, ...unknown[]])[],
  folder: string,
): esbuild.Plugin {
  const { join, dirname } = platform.files;
  const others = new Map(files.map(([file, other]) => [join(folder, file), join(folder, other)]));
  return {
    name: "standing in",
    setup({ onLoad, onResolve, resolve }) {
      onResolve({ filter: /\.ts$/ }, async ({ path, pluginData, ...from }) => {
        const other = pluginData as string | undefined;
        if (other === undefined) return undefined;
        const { path: found } = await resolve(path, { ...from, pluginData: undefined });
        return { path: found, ...others.get(found) === other && { suffix: ORIGINAL } };
      });
      onLoad({ filter: /\.ts$/ }, async ({ path, suffix }) => {
        const other = others.get(path);
        if (other === undefined || suffix === ORIGINAL) return undefined;
        return { contents: await readText(other), resolveDir: dirname(other), loader: "ts", pluginData: other };
      });
    },
  };
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
