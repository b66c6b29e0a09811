/**
 * What engines and pages are given in `../browser.ts`: a folder with bundles, samples, what calls the bundles, and other
 * libraries.
 *
 * @module
 */
import { basename, join } from "node:path";
import { denoOutput, projectFile, RUN, runDeno } from "../measure/programs.ts";

/** Batches of a pass. */
const BATCHES = 30;

/** What engines with a command line start. */
const PROGRAM = `import process from "node:process";
import { trainBundle } from "./ours.js";
console.log(JSON.stringify(await trainBundle(JSON.parse(process.argv.at(-1)))));
`;

/** A net as it was prepared. */
export interface Prepared {
  readonly name: string;
  readonly batchSize: number;
  /** Addresses from the folder's scripts. */
  readonly bundle: string;
  readonly data: string;
}

/** Writes what a net's trainers read, and its bundle. Returns the machine's load before, too. */
export async function prepareNet(folder: string, file: string): Promise<Prepared & { load: number }> {
  const { name, batchSize }: { name: string; batchSize: number } = JSON.parse(await Deno.readTextFile(file));
  const data = join(folder, "data", name);
  await Deno.mkdir(data, { recursive: true });
  const flags = ["--allow-env", "--allow-read", "--allow-write", "--allow-sys=loadavg"];
  const program = projectFile("bench/comparison/prepare.ts");
  const load = Number(await denoOutput([...RUN, ...flags, program, data, file, `${BATCHES * batchSize}`]));
  // the learning rate is constant there
  const spec = join(data, "spec.json");
  const build = [...RUN, "--allow-env", "--allow-read", "--allow-run", "--allow-write", projectFile("cli.ts"), "build"];
  await denoOutput([...build, spec, "--out", join(folder, "bundles", name)]);
  return { name, batchSize, bundle: `./bundles/${name}/${name}.js`, data: `./data/${name}`, load };
}

/** Writes what calls the bundles. */
export async function prepareOurs(folder: string): Promise<void> {
  const source = await Deno.readTextFile(projectFile("bench/browser/ours.ts")), esbuild = await import("esbuild");
  const { code } = await esbuild.transform(source, { loader: "ts", target: "es2024" });
  await esbuild.stop();
  await Deno.writeTextFile(join(folder, "ours.js"), code);
  await Deno.writeTextFile(join(folder, "program.js"), PROGRAM);
  await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
}

/** Writes other libraries for a page. Returns why it could not, if so. */
export async function preparePeers(folder: string): Promise<string | undefined> {
  const peers = projectFile("bench/peers");
  const installed = await runDeno(["install", "--frozen", "--quiet"], { cwd: peers });
  if ("reason" in installed) return `its package could not be installed: ${installed.reason}`;
  // it looks at variables when it is loaded
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      absWorkingDir: peers,
      entryPoints: ["page.ts"],
      outdir: folder,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: "es2024",
      define: { "import.meta.main": "false" },
      logLevel: "silent",
    });
  } catch (error) {
    return `its package cannot be bundled: ${(error as Error).message.split("\n").join(" ")}`;
  } finally {
    await esbuild.stop();
  }
  // TensorFlow.js loads them from beside its script
  const modules = join(peers, "node_modules", "@tensorflow", "tfjs-backend-wasm", "dist");
  for await (const { name } of Deno.readDir(modules)) {
    if (name.endsWith(".wasm")) await Deno.copyFile(join(modules, name), join(folder, basename(name)));
  }
}
