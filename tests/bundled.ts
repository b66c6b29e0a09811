/** Programs of these tests, bundled for a browser with the worker that threads run. */
import { join } from "node:path";
import * as esbuild from "esbuild";
import { npmNames } from "../build/npm_names.ts";
import { PROJECT } from "./command_line.ts";

/** Writes a program, by a name, and the worker into a folder. Nothing is left out, and nothing is put in. */
export async function bundleInto(folder: string, name: string, program: string): Promise<esbuild.Metafile> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: { [name]: program, worker: "runtime/backends/threads/worker.ts" },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    plugins: [npmNames],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  await esbuild.stop();
  for (const { path, text } of outputFiles) {
    // modules are JavaScript now, and so are the names of workers
    const named = text.replaceAll(/(?<=new URL\("\.\/\w+)\.ts(?=", import\.meta\.url\))/g, ".js");
    await Deno.writeTextFile(path, named);
  }
  await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
  return metafile;
}
