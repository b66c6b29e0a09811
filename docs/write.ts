/**
 * Writes the pages of `docs/` that are made from the code.
 *
 *     deno task docs
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { asStarted } from "../mod.ts";
import { commandsPage } from "./commands.ts";
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

/** Runs a command line. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  let check = false;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      console.log(asStarted(USAGE.trimEnd()));
      return 0;
    }
    check = values.check ?? false;
  } catch (error) {
    console.error(asStarted(`error: ${(error as Error).message}\n${USAGE.trimEnd()}`));
    return 2;
  }
  const made = await pages(), stale = await stalePages(made);
  for (const path of stale) {
    if (check) console.error(asStarted(`error: ${path} is not what the code says: deno task docs`));
    else await Deno.writeTextFile(join(PROJECT, path), made[path]);
  }
  return check && stale.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
