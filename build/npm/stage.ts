/**
 * A folder with what the package is made of.
 *
 * @module
 */
import { dirname, join, posix } from "node:path";
import type { Archive } from "./tar.ts";
import type { Project } from "./manifest.ts";

/** What deno.json says, of what is used here. */
interface Configuration extends Project {
  readonly compilerOptions: unknown;
  readonly publish: { readonly include: readonly string[] };
}

/** The page that is the package's README. */
const README = "docs/package.md";
/** How a module names its worker; bundlers know just this form. */
const WORKER = /(?<=new URL\(")\.\/\w+\.ts(?=", import\.meta\.url\))/g;

/** What bundles are made of: no module imports them, esbuild is told of them. */
const BUNDLE_PART = /^build\/bundle\/\w+\.ts$/;

const TEXT = new TextDecoder();

/** A module's text with other names of its workers. */
export function workerUrls(text: string, rename: (file: string) => string): string {
  return text.replace(WORKER, rename);
}

/**
 * Copies into a folder what is published of the project, with a deno.json in which each worker is an entry of its own.
 *
 * @returns what is said of the package, and those of its files that are no modules.
 */
export async function stage(project: string, place: string) {
  const configuration: Configuration = JSON.parse(await Deno.readTextFile(join(project, "deno.json")));
  const { name, version, license, exports, imports, compilerOptions, publish } = configuration;
  const files = await filesOf(project, publish.include), workers: string[] = [];
  for (const [path, bytes] of files) {
    await Deno.mkdir(dirname(join(place, path)), { recursive: true });
    await Deno.writeFile(join(place, path), bytes);
    for (const [name] of TEXT.decode(bytes).matchAll(WORKER)) {
      const worker = posix.join(posix.dirname(path), name);
      // a comment says what the form is
      if (files.has(worker)) workers.push(worker);
    }
  }
  const parts = [...files.keys()].filter((path) => BUNDLE_PART.test(path));
  const entries = Object.fromEntries([...workers, ...parts].map((path, i) => [`./entry${i}`, `./${path}`]));
  const made = { name, version, license, exports: { ...exports, ...entries }, imports, compilerOptions };
  await Deno.writeTextFile(join(place, "deno.json"), JSON.stringify(made));
  return {
    project: configuration,
    description: firstSentence(TEXT.decode(files.get("mod.ts"))),
    readme: withoutLinks(await Deno.readTextFile(join(project, README))),
    assets: new Map([...files].filter(([path]) => !/\.ts$|^README\.md$/.test(path))),
  };
}

/** Files and folders of the project, by their paths. */
async function filesOf(project: string, paths: readonly string[]): Promise<Archive> {
  const files = new Map<string, Uint8Array>();
  const add = async (path: string) => {
    if ((await Deno.stat(join(project, path))).isFile) files.set(path, await Deno.readFile(join(project, path)));
    else for await (const { name } of Deno.readDir(join(project, path))) await add(`${path}/${name}`);
  };
  for (const path of paths) await add(path.replace(/\/$/, ""));
  return files;
}

/** What a module says of itself first, in one line. */
function firstSentence(source: string): string {
  const [, text] = /^\/\*\*\n(.*?)\n \*\n/s.exec(source)!;
  return text.replaceAll(/\s*\n? \* /g, " ").trim();
}

/** A page whose links lead nowhere but to other sites: the pages that it names are not in the package. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]*\)/g, "$1");
}
