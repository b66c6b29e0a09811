/**
 * The npm package: `deno pack` makes JavaScript and declarations of the modules that can be reached, in a folder where
 * workers count as such; the rest is added here.
 *
 * @module
 */
import { join } from "node:path";
import { COMMAND, manifest } from "./manifest.ts";
import { stage, workerUrls } from "./stage.ts";
import { type Archive, tar, untar } from "./tar.ts";

/** A package. */
export interface Package {
  /** Its name as npm would give it: `kernelwright-1.2.3.tgz`. */
  readonly name: string;
  /** Its files by their paths in it. */
  readonly files: Archive;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What every archive of npm's has its files in. */
const FOLDER = "package/";
const UTF8 = new TextEncoder(), TEXT = new TextDecoder();

/**
 * Makes the package.
 *
 * @param project the project's folder.
 * @param folder where there is room for what is made in between; it is removed.
 * @throws {Error} when `deno pack` fails: types of the interface that only a checker can know, for example.
 */
export async function pack(project: string, folder: string): Promise<Package> {
  const place = await Deno.makeTempDir({ dir: folder, prefix: "package-" });
  try {
    const staged = await stage(project, place), archive = await denoPack(place);
    const files = finished(archive, staged);
    const { name, version } = JSON.parse(TEXT.decode(files.get("package.json")));
    const bytes = tar(new Map([...files].map(([path, content]) => [FOLDER + path, content])));
    return { name: `${name}-${version}.tgz`, files, bytes };
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** What `deno pack` makes of a folder. */
async function denoPack(folder: string): Promise<Archive> {
  const output = join(folder, "packed.tgz");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["pack", "--allow-dirty", "--quiet", "--no-source-maps", `--output=${output}`],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const said = TEXT.decode(stderr).trim();
  if (!success || said !== "") throw new Error(`deno pack: ${said}`);
  const files = untar(await Deno.readFile(output));
  return new Map([...files].map(([path, bytes]) => [path.slice(FOLDER.length), bytes]));
}

/** The package's files. */
function finished(
  packed: Archive,
  { project, description, readme, assets }: Awaited<ReturnType<typeof stage>>,
): Archive {
  const { dependencies } = JSON.parse(TEXT.decode(packed.get("package.json")));
  const about = manifest(project, dependencies, description), files = new Map<string, Uint8Array>(assets);
  for (const [path, bytes] of packed) {
    // examples in comments import the project as it is here
    const text = TEXT.decode(bytes).replaceAll('from "./mod.ts"', `from "${about.name}"`);
    if (/\.(?:js|d\.ts)$/.test(path)) files.set(path, UTF8.encode(script(path, text)));
  }
  files.set("package.json", UTF8.encode(`${JSON.stringify(about, null, 2)}\n`));
  files.set("README.md", UTF8.encode(readme));
  return files;
}

/** A module's text, as it stands in the package. */
function script(path: string, text: string): string {
  const named = workerUrls(text, (file) => file.replace(/\.ts$/, ".js"));
  return path === COMMAND.file ? `#!/usr/bin/env node\n${named}` : named;
}

const USAGE = `Usage: deno task pack

Makes the npm package of this clone, runs/kernelwright-VERSION.tgz; it is published nowhere.`;

/** Runs a command line. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const helps = args.length === 1 && ["--help", "-h"].includes(args[0]);
  if (args.length > 0) {
    if (helps) console.log(USAGE);
    else console.error(`error: there is no flag ${args[0]}\n${USAGE}`);
    return helps ? 0 : 2;
  }
  const project = join(import.meta.dirname!, "..", ".."), folder = join(project, "runs");
  await Deno.mkdir(folder, { recursive: true });
  try {
    const { name, bytes, files } = await pack(project, folder);
    await Deno.writeFile(join(folder, name), bytes);
    const unpacked = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    const kilobytes = (count: number) => `${Math.ceil(count / 1000).toLocaleString("en-US")} kB`;
    console.log(`runs/${name}: ${files.size} files, ${kilobytes(bytes.length)}, unpacked ${kilobytes(unpacked)}`);
    return 0;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
