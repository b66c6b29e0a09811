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
import * as esbuild from "esbuild";
import { InputError } from "../codegen/error.ts";
import { packedSize } from "../build/bundle/mod.ts";
import { bundleFiles } from "./build/bundle.ts";
import { costsFiles } from "./build/costs.ts";
import { dataFiles } from "./build/data.ts";
import { checkFolder, type Files, hashOf, writeFiles } from "./build/files.ts";
import { scriptFiles } from "./build/scripts.ts";
import { pageOf, styleSheet } from "./build/sheets.ts";
import { firstFiles, packedSizes } from "./build/size.ts";

/** The project's folder, and that of the site's sources. */
const PROJECT = fileURLToPath(new URL("../", import.meta.url)), SOURCE = join(PROJECT, "site");
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
  /** Bytes as a server packs them: what is loaded to draw and train, before images. */
  readonly first: number;
}

/**
 * Makes the site in a folder, in place of what a build has left there; files of others stay. All scripts, style and modules lie in one folder whose name tells what is in it: files of
 * two versions never meet, and a browser may keep them.
 *
 * @throws {InputError} when esbuild or MNIST is missing, or the folder cannot be written, or has a file of somebody else
 * in the place of one of the site.
 */
export async function buildSite(folder: string = SITE, { quick = false }: SiteOptions = {}): Promise<Site> {
  await checkFolder(folder);
  const { app, apart } = await appFiles(), name = `app-${hashOf(app)}`;
  const page = await pageOf(SOURCE, name);
  await writeFiles(
    folder,
    new Map([
      ...await dataFiles(PROJECT, folder, quick ? 1 : 9),
      ...[...app].map(([file, bytes]) => [`${name}/${file}`, bytes] as const),
      ...apart,
      ["index.html", page] as const,
    ]),
  );
  return { folder, first: packedSize(page) + packedSizes(app, firstFiles(app)) };
}

/** Files of the app's folder, and what lies beside it. */
async function appFiles(): Promise<{ readonly app: Files; readonly apart: Files }> {
  try {
    const { scripts, apart } = await scriptFiles(PROJECT), style = await styleSheet(SOURCE);
    const made = [...await bundleFiles(PROJECT), ...await costsFiles(PROJECT)];
    return { app: new Map([...scripts, ["style.css", style], ...made]), apart };
  } finally {
    await esbuild.stop();
  }
}

if (import.meta.main) {
  try {
    const [flag, out] = Deno.args;
    if (Deno.args.length > 0 && (flag !== "--out" || !out || Deno.args.length > 2)) {
      throw new InputError(`"${Deno.args.join(" ")}" is not known; deno task site takes --out FOLDER, or nothing`);
    }
    const { folder, first } = await buildSite(out);
    console.log(
      `${folder}: ${
        (first / 1000).toFixed(1)
      } kB packed to draw and train, before images; deno task site:serve shows it`,
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "InputError") throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
