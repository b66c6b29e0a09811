/**
 * The site's scripts: the page, and every worker that it or the package starts.
 *
 * @module
 */
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import * as esbuild from "esbuild";
import { npmNames } from "../../build/npm_names.ts";
import { InputError } from "../../mod.ts";
import { bytesOf, type Files } from "./files.ts";

/** How the sources name a module that runs in a worker. */
const WORKER = /new URL\(\s*"(\.{1,2}\/[^"]+\.ts)",\s*import\.meta\.url,?\s*\)/g;

/** How they import zod: by a name for all of it, of which nothing could be left out. */
const ZOD = /^import \{ z \} from "[^"]*\/zod\.ts";/m;

/** Scripts of the app's folder, and what lies beside it. */
export interface Scripts {
  readonly scripts: Files;
  readonly apart: Files;
}

/**
 * Bundles the scripts. What several need is in chunks of its own; all lie in one folder, and find each other by name.
 *
 * @throws {InputError} when esbuild cannot be started, or a source is wrong.
 */
export async function scriptFiles(project: string): Promise<Scripts> {
  try {
    const entries = new Map([["main", "site/page/main.ts"]]);
    let scripts: Files = new Map();
    // a worker may start others
    for (let before = 0; before < entries.size;) {
      before = entries.size;
      const splitting = { splitting: true, chunkNames: "part-[hash]" };
      scripts = await bundled(project, Object.fromEntries(entries), splitting, workers(project, entries));
    }
    const apart = await bundled(project, { service_worker: "site/service_worker.ts" }, { format: "iife" });
    return { scripts, apart };
  } catch (error) {
    throw new InputError(`the scripts cannot be bundled: ${(error as Error).message.split("\n").join(" ")}`);
  }
}

async function bundled(
  project: string,
  entryPoints: Record<string, string>,
  options: esbuild.BuildOptions,
  ...plugins: esbuild.Plugin[]
): Promise<Files> {
  const { outputFiles } = await esbuild.build({
    ...{ absWorkingDir: project, entryPoints, outdir: "out", bundle: true, format: "esm", platform: "browser" },
    ...{ target: "es2022", minify: true, legalComments: "none", charset: "utf8", logLevel: "silent" },
    // what only Node has is asked for in Node alone
    external: ["node:*"],
    plugins: [npmNames, oneLanguage, ...plugins],
    ...options,
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), bytesOf(text)]));
}

/** Messages of zod in other languages than the one that is used here: they are a third of what a page would load of it. */
const oneLanguage: esbuild.Plugin = {
  name: "one language",
  setup({ onLoad }) {
    onLoad(
      { filter: /\/zod\/v4\/locales\/index\.js$/ },
      () => ({ contents: 'export { default as en } from "./en.js";' }),
    );
  },
};

/** Modules that run in workers become scripts of their own: they are put to the entries, and named by where they will be. */
function workers(project: string, entries: Map<string, string>): esbuild.Plugin {
  return {
    name: "workers",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await Deno.readTextFile(path);
        const contents = text.replace(ZOD, 'import * as z from "zod";').replaceAll(WORKER, (_, name: string) => {
          const file = relative(project, resolve(dirname(path), name)).split(sep).join("/");
          const script = file.replace(/\.ts$/, "").replaceAll("/", "_");
          entries.set(script, file);
          return `new URL("./${script}.js", import.meta.url)`;
        });
        return { contents, loader: "ts", resolveDir: dirname(join(path)) };
      });
    },
  };
}
