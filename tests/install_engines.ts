/**
 * Installs the engines and programs of `engines.ts` from npm, once.
 *
 *     deno task engines
 *
 * @module
 */
import { join } from "node:path";
import { ENGINES, INSTALLED, TOOLS } from "./engines.ts";

const USAGE = `Usage: deno task engines

Installs Node 24, Node 26, Bun and programs that check packages into runs/engines, by npm: 600 MB. Tests of bundles and
of the package run in them; without them they are skipped.`;

/** What npm installs, by folder: an engine by its own name, since there are two of one package. */
const dependencies = {
  ...Object.fromEntries(
    Object.entries(ENGINES).map(([name, { package: from, version }]) => [
      name,
      name === from ? version : `npm:${from}@${version}`,
    ]),
  ),
  ...Object.fromEntries(Object.values(TOOLS).map(({ package: name, version }) => [name, version])),
};

/** The engines' own scripts fetch what suits the processor: newer versions of npm run none that is not allowed. */
const allowScripts = Object.fromEntries(Object.values(ENGINES).map(({ package: name }) => [name, true]));

const manifest = `${JSON.stringify({ private: true, dependencies, allowScripts }, null, 2)}\n`;

class InstallError extends Error {}

/** What an engine that is installed says of its version. */
async function versionOf(name: keyof typeof ENGINES): Promise<string> {
  const { program, version } = ENGINES[name], path = join(INSTALLED, "node_modules", name, program);
  let said = "nothing";
  try {
    const { stdout } = await new Deno.Command(path, { args: ["--version"], stdin: "null", stderr: "null" }).output();
    said = new TextDecoder().decode(stdout).trim().replace(/^v/, "") || said;
  } catch {
    // it is not there
  }
  if (said !== version) throw new InstallError(`${path} says ${said} of its version, and should say ${version}`);
  return said;
}

async function tellVersions(): Promise<void> {
  for (const name of Object.keys(ENGINES) as (keyof typeof ENGINES)[]) {
    console.log(`${name.padEnd(8)}${await versionOf(name)}`);
  }
  for (const [name, { version, package: folder, program }] of Object.entries(TOOLS)) {
    const path = join(INSTALLED, "node_modules", folder, program);
    const there = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
    if (!there) throw new InstallError(`there is no ${path}`);
    console.log(`${name.padEnd(8)}${version}`);
  }
}

async function install(): Promise<void> {
  const file = join(INSTALLED, "package.json");
  // npm's lock is its last word: without it, it was stopped
  const before = await Deno.readTextFile(file).catch(() => undefined);
  if (before === manifest && await tellVersions().then(() => true, () => false)) return;
  console.log(`installing into ${INSTALLED}: 600 MB, a minute or two`);
  // what another version left would be kept beside
  await Deno.remove(INSTALLED, { recursive: true }).catch(() => {});
  await Deno.mkdir(INSTALLED, { recursive: true });
  await Deno.writeTextFile(file, manifest);
  const npm = Deno.build.os === "windows" ? "npm.cmd" : "npm";
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(npm, {
      args: ["install", "--no-audit", "--no-fund", "--loglevel=error"],
      cwd: INSTALLED,
      stdin: "null",
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InstallError("there is no npm on the path: install Node, which has it");
  }
  if (!output.success) {
    const said = new TextDecoder().decode(output.stderr).trim().split("\n");
    const reason = said.find((line) => /^npm (error|ERR!)/.test(line) && !/ code /.test(line)) ?? said.at(-1);
    throw new InstallError(`npm install in ${INSTALLED} ended with ${output.code}: ${reason}`);
  }
  await tellVersions();
}

if (import.meta.main) {
  const [word] = Deno.args;
  if (word === "-h" || word === "--help") console.log(USAGE);
  else if (word !== undefined) {
    console.error(`error: ${word}: deno task engines takes no words\n\n${USAGE}`);
    Deno.exit(2);
  } else {
    try {
      await install();
    } catch (error) {
      if (!(error instanceof InstallError)) throw error;
      console.error(`error: ${error.message}`);
      Deno.exit(1);
    }
  }
}
