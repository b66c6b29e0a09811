/**
 * Writes the pages of `docs/` that are made from the code.
 *
 *     deno task docs
 *
 * @module
 */
import { join } from "node:path";
import { asStarted } from "../mod.ts";
import { commandsPage } from "./commands.ts";
import { writePages } from "./command_line.ts";
import { deno, PROJECT } from "./deno.ts";
import { layersPage } from "./layers.ts";

const USAGE = `\
Usage: deno task docs [--check]

writes docs/commands.md from what --help says, and docs/layers.md from the registry and its schemas

  --check   change nothing; exit 1 and name what is not as it should be
`;

/** Stands in a page's first line. */
const MARK = (source: string) => `<!-- made by deno task docs from docs/${source} and what it reads -->\n\n`;

/** The pages by their path from the project's folder, formatted as \`deno fmt\` does. */
export async function pages(): Promise<Record<string, string>> {
  const format = (text: string) => deno(["fmt", "--ext", "md", "--config", "deno.json", "-"], text);
  return {
    "docs/commands.md": await format(MARK("commands.ts") + await commandsPage()),
    "docs/layers.md": await format(MARK("layers.ts") + layersPage()),
  };
}

/** The pages that are not what is there. */
export async function stalePages(
  made: Readonly<Record<string, string>>,
  read = (path: string) => Deno.readTextFile(join(PROJECT, path)),
): Promise<string[]> {
  const missing = (error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  };
  const there = await Promise.all(Object.keys(made).map((path) => read(path).catch(missing)));
  return Object.keys(made).filter((path, i) => there[i] !== made[path]);
}

if (import.meta.main) {
  await writePages(USAGE, async (check) => {
    const made = await pages(), stale = await stalePages(made);
    for (const path of stale) {
      if (check) console.error(asStarted(`error: ${path} is not what the code says: deno task docs`));
      else await Deno.writeTextFile(join(PROJECT, path), made[path]);
    }
    return stale.length > 0;
  });
}
