/** The project's pages, and what stands in Markdown. */
import assert from "node:assert/strict";
import { join, posix } from "node:path";

/** The project's folder. */
export const PROJECT = join(import.meta.dirname!, "..", "..");

/** A file's text, by its path from the project's folder. */
export const read = (path: string): Promise<string> => Deno.readTextFile(join(PROJECT, path));

/** All pages for people by their path from the project's folder, with their text. */
export async function readPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(join(PROJECT, folder))) {
      const path = posix.join(folder, name);
      if (isDirectory && !name.startsWith(".") && !["node_modules", "runs", "generated"].includes(name)) {
        await walk(path);
      } else if (name.endsWith(".md")) pages.set(path, await read(path));
    }
  };
  await walk("");
  return pages;
}

/** A block of code. */
export interface Block {
  readonly language: string;
  readonly code: string;
}

/** Code blocks, in order. `ts` blocks are to be run, `typescript` and `wat` blocks are quotations. */
export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\S*)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));

/** The code of all blocks of a language. */
export const blocks = (markdown: string, language: string): string[] =>
  blocksOf(markdown).filter((block) => block.language === language).map(({ code }) => code);

/** A table's cells. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All tables, in order. */
export function tablesOf(markdown: string): Table[] {
  return [...markdown.matchAll(/(?:^\|.*\|\n)+/gm)].map(([text]) => {
    const [header, , ...rows] = text.trimEnd().split("\n").map((line) =>
      line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim())
    );
    return { header, rows };
  });
}

/** The first table whose first column has a name. */
export function table(markdown: string, first: string): Table {
  const found = tablesOf(markdown).find(({ header }) => header[0] === first);
  assert.ok(found, `there is no table of ${first}`);
  return found;
}

/** What stands between backquotes. */
export const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word);

/** A text without its code. */
const prose = (markdown: string) => markdown.replaceAll(/^```.*?^```$/gms, "").replaceAll(/`[^`\n]*`/g, "");

/** Where a page's links lead, but for those to other sites: `path#place`. */
export const linksOf = (markdown: string): string[] =>
  [...prose(markdown).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target);

/** What links call a page's headings: as GitHub does, those of the same text numbered. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.replaceAll(/^```.*?^```$/gms, "").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const anchor = text.toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "").replaceAll(/\s/g, "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** Runs Deno with the project's settings; its output. */
export async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.ok(success, `deno ${args.join(" ")}\n${text(stderr)}`);
  return text(stdout);
}
