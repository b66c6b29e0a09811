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
import { ENDING, sourcesFolder } from "./sources.ts";

/** What runs in a worker, from the project's folder. */
const WORKER = `runtime/net/worker${ENDING}`;
/** What starts workers, and what does where their text is in the script. */
const INSIDE: StandIn = ["build/bundle/workers", "build/bundle/workers_inside"];
/** What reads checkpoints, and what loads that: whoever trains seldom reads one, and whoever predicts always does. */
const RESTORED_LATER: readonly StandIn[] = ["restore", "stored_state"].map((
  name,
) => [`runtime/net/${name}`, "build/bundle/restored_later"]);

/** What draws initial values, and what draws no normal ones. */
const UNIFORM: StandIn = ["runtime/run/drawn", "build/bundle/uniform_drawn"];

/** A file, and what stands in its place: paths from the project's folder, without their endings. */
type StandIn = readonly [file: string, other: string];

/** What a bundle's scripts are. */
export interface ScriptOptions {
  /** Name of the script, without `.js`. */
  readonly name: string;
  /** What stands first in it. */
  readonly banner: string;
  /** Whether it trains, and starts workers. */
  readonly trains: boolean;
  /** Whether some of its initial values are normal numbers. */
  readonly normal: boolean;
  /** Whether all is in the one script. */
  readonly singleFile: boolean;
}

/**
 * Bundles a script's entry, and all that it needs.
 *
 * @param entry its text in TypeScript, which imports files by their paths from the project's folder.
 * @returns texts by names of files.
 * @throws {InputError} when esbuild cannot be started, the runtime's sources are not there, or another script has the name.
 */
export async function scriptsOf(entry: string, options: ScriptOptions): Promise<ReadonlyMap<string, string>> {
  const folder = sourcesFolder(), { name, banner, trains, normal, singleFile } = options;
  const common: esbuild.BuildOptions = {
    ...{ absWorkingDir: folder, bundle: true, format: "esm", platform: "browser", target: "es2022", minify: true },
    ...{ legalComments: "none", charset: "utf8", outdir: "out", chunkNames: "shared", logLevel: "silent" },
  };
  if (!singleFile) expectFree(name, ["worker", "shared"]);
  return await withEsbuild(async (build) => {
    const bundled = async (options: esbuild.BuildOptions) => {
      const { outputFiles } = await build({ ...common, ...options, write: false });
      return outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf("/") + 1), text] as const);
    };
    const entryPoints = { [name]: ENTRY, ...trains && !singleFile && { worker: WORKER } };
    const worker = trains && singleFile ? (await bundled({ entryPoints: { worker: WORKER } }))[0][1] : "";
    const plugins = [inMemory({ [ENTRY]: entry, [WORKER_TEXT]: `export default ${JSON.stringify(worker)};` }, folder)];
    const later: Record<string, string> = {};
    if (!normal) plugins.push(standingIn(UNIFORM, folder));
    if (singleFile) plugins.push(standingIn(INSIDE, folder));
    else plugins.push(loadingLater(later), ...trains ? RESTORED_LATER.map((file) => standingIn(file, folder)) : []);
    const scripts = await bundled({ entryPoints, plugins, splitting: !singleFile });
    expectFree(name, Object.keys(later));
    if (!singleFile) scripts.push(...await bundled({ entryPoints: later }));
    return new Map(scripts.map(([file, text]) => [file, file === `${name}.js` ? banner + text : text]));
  });
}

/** @throws {InputError} when a script that stands beside the net's has its name. */
function expectFree(name: string, taken: readonly string[]): void {
  if (!taken.includes(name)) return;
  throw new InputError(`a bundle has a ${name}.js of its own; give net "${name}" another name, or take --single-file`);
}

/** Modules that are no files: the script's entry, and the worker's text. */
const ENTRY = "entry", WORKER_TEXT = "./worker.txt";

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

/**
 * What is imported when it is needed becomes a script of its own, which shares nothing with others: most never load it.
 *
 * @param found files by the names of their scripts.
 */
function loadingLater(found: Record<string, string>): esbuild.Plugin {
  return {
    name: "later",
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\.{1,2}\// }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind !== "dynamic-import" || pluginData === ASKED) return undefined;
        const { path: file } = await resolve(path, { kind, importer, resolveDir, pluginData: ASKED });
        const name = platform.files.basename(file).slice(0, -ENDING.length);
        found[name] = file;
        return { path: `./${name}.js`, external: true };
      });
    },
  };
}

/** The plugin itself asks where a file is. */
const ASKED = "asked";

/** Another file stands in the place of one. */
function standingIn([file, other]: StandIn, folder: string): esbuild.Plugin {
  const { join, dirname, basename } = platform.files, path = join(folder, other + ENDING);
  return {
    name: file,
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`${basename(file)}\\${ENDING}$`) }, async (found) => {
        if (found.path !== join(folder, file + ENDING)) return undefined;
        return { contents: await readText(path), resolveDir: dirname(path), loader: "ts" };
      });
    },
  };
}
