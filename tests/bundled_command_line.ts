/** The command line as one folder of JavaScript, as a package has it. */
import { basename, dirname, join } from "node:path";
import * as esbuild from "esbuild";
import { npmNames } from "../build/npm_names.ts";
import { PROJECT } from "./command_line.ts";

/** Programs that run in threads of their own, by what they are called in the folder. */
const WORKERS: Readonly<Record<string, string>> = {
  step_worker: "runtime/backends/threads/worker.ts",
  net_worker: "runtime/net/worker.ts",
  probe_worker: "runtime/measure/machine/worker.ts",
  candidate_worker: "runtime/measure/tune/worker.ts",
  verify_worker: "cli/verify/worker.ts",
};

/** All workers are called worker.ts; in one folder each gets a name of its own. */
const namedWorkers: esbuild.Plugin = {
  name: "workers",
  setup({ onLoad }) {
    const folders = new Map(Object.entries(WORKERS).map(([name, path]) => [join(PROJECT, dirname(path)), name]));
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const name = folders.get(dirname(path));
      if (name === undefined) return undefined;
      const text = await Deno.readTextFile(path), url = 'new URL("./worker.ts", import.meta.url)';
      return { contents: text.replaceAll(url, `new URL("./${name}.js", import.meta.url)`), loader: "ts" };
    });
  },
};

/**
 * Writes it into a folder, with what it needs of other packages. Returns the path of its program.
 *
 * @param programs others that stand beside it, by their names.
 * @param alias modules that others take the place of.
 */
export async function bundleCommandLine(
  folder: string,
  programs: Readonly<Record<string, string>> = {},
  alias: Record<string, string> = {},
): Promise<string> {
  const { metafile } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: { cli: "cli.ts", ...WORKERS, ...programs },
    alias,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "es2024",
    plugins: [npmNames, namedWorkers],
    metafile: true,
    logLevel: "silent",
  });
  await esbuild.stop();
  const written = Object.keys(metafile.outputs).map((path) => basename(path, ".js"));
  for (const name of ["cli", ...Object.keys({ ...WORKERS, ...programs })]) {
    if (!written.includes(name)) throw new Error(`${name}.js is missing`);
  }
  await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
  return join(folder, "cli.js");
}
