/**
 * Makes the site: a folder of static files for any host.
 *
 *     deno task site [--out FOLDER]
 *
 * @module
 */
import process from "node:process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../codegen/error.ts";
import { bundleFiles } from "./build/bundle.ts";
import { costsFiles } from "./build/costs.ts";
import { dataFiles } from "./build/data.ts";
import { checkFolder, type Files, hashOf, packedSize, writeFiles } from "./build/files.ts";
import { scriptFiles } from "./build/scripts.ts";
import { pageOf, styleSheet } from "./build/sheets.ts";

/** The project's folder. */
const PROJECT = fileURLToPath(new URL("../", import.meta.url));
/** Where the site is made. */
export const SITE: string = join(PROJECT, "runs", "site");

/** How it is made. */
export interface SiteOptions {
  /** Whether data are packed quickly, and less. Default: no. */
  readonly quick?: boolean;
}

/** What was made. */
export interface Site {
  readonly folder: string;
  /** Bytes as a server packs them, before data: what the page itself loads. */
  readonly first: number;
}

/**
 * Makes the site's folder anew. All scripts, style and modules lie in one folder whose name tells what is in it: files of
 * two versions never meet, and a browser may keep them.
 *
 * @throws {InputError} when esbuild or MNIST is missing, or the folder has files of somebody else.
 */
export async function buildSite(folder: string = SITE, { quick = false }: SiteOptions = {}): Promise<Site> {
  const source = join(PROJECT, "site");
  await checkFolder(folder);
  const { scripts, apart } = await scriptFiles(PROJECT);
  const app: Files = new Map([
    ...scripts,
    ["style.css", await styleSheet(source)],
    ...await bundleFiles(PROJECT),
    ...await costsFiles(PROJECT),
  ]);
  const name = `app-${hashOf(app)}`;
  const page = await pageOf(source, name);
  await writeFiles(
    folder,
    new Map([
      ...await dataFiles(PROJECT, folder, quick ? 1 : 9),
      ...[...app].map(([file, bytes]) => [`${name}/${file}`, bytes] as const),
      ...apart,
      ["index.html", page] as const,
    ]),
  );
  const shown = ["main.js", "style.css"].map((file) => app.get(file)!);
  return { folder, first: [page, ...shown].reduce((sum, bytes) => sum + packedSize(bytes), 0) };
}

if (import.meta.main) {
  try {
    const [flag, out] = Deno.args;
    if (Deno.args.length > 0 && (flag !== "--out" || !out || Deno.args.length > 2)) {
      throw new InputError(`"${Deno.args.join(" ")}" is not known; deno task site takes --out FOLDER, or nothing`);
    }
    const { folder, first } = await buildSite(out);
    console.log(`${folder}: the page itself is ${(first / 1000).toFixed(1)} kB packed; deno task site:serve shows it`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "InputError") throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
