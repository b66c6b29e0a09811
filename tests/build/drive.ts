/** Bundles in temporary folders, and what engines make of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { buildNet, type BundleOptions, writeBundle } from "../../build/bundle/mod.ts";
import { loadSpec, type Spec } from "../../mod.ts";
import { PROJECT } from "../command_line.ts";
import { engine } from "../engines.ts";

/** How a program is started in each engine; one that is missing is told of, and left out. */
export const RUNNERS: Readonly<Record<string, readonly string[] | undefined>> = {
  deno: [Deno.execPath(), "run", "--no-prompt", "--no-config", "--allow-read"],
  node24: commandOf(engine("node24")),
  node26: commandOf(engine("node26")),
  bun: commandOf(engine("bun")),
};

function commandOf(path: string | undefined): string[] | undefined {
  return path === undefined ? undefined : [path];
}

/** A net that ships. */
export const shipped = (name: string): Promise<Spec> => loadSpec(join(PROJECT, "specs", `${name}.json`));

/** Builds a bundle into a folder, with the driver of these tests beside it. */
export async function built(spec: Spec, folder: string, options: BundleOptions = {}): Promise<void> {
  await writeBundle(folder, await buildNet(spec, options));
  await Deno.copyFile(join(import.meta.dirname!, "driver.js"), join(folder, "driver.js"));
}

/** What a program in plain JavaScript prints last, as JSON, in an engine. */
export async function runIn(runner: readonly string[], file: string): Promise<unknown> {
  const [program, ...args] = runner,
    { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, file],
      cwd: "/",
      signal: AbortSignal.timeout(300_000),
    }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""], file);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** What a function of the driver returns for a bundle in an engine. */
export async function driven(
  runner: readonly string[],
  folder: string,
  net: string,
  call: "train" | "predict",
  options: unknown,
  relaxed = true,
): Promise<unknown> {
  const file = join(folder, `run ${crypto.randomUUID()}.mjs`);
  await Deno.writeTextFile(
    file,
    [
      'import * as driver from "./driver.js";',
      ...relaxed ? [] : ["driver.withoutRelaxed();"],
      `const bundle = await import("./${net}.js");`,
      `console.log(JSON.stringify(await driver.${call}(bundle, ${JSON.stringify(options)})));`,
    ].join("\n"),
  );
  try {
    return await runIn(runner, file);
  } finally {
    await Deno.remove(file);
  }
}
