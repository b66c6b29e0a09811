/**
 * What `deno task bench:peers --full --json bench/results.json` measured, as the tables of results: all rows in
 * docs/results.md, a few in README.md.
 *
 *     deno task results
 *
 * @module
 */
import { parseArgs } from "node:util";
import { parseJson } from "../mod.ts";
import { PAGES, withResults } from "./comparison/pages.ts";
import type { Results } from "./comparison/results.ts";
import { commandLine } from "./measure/command_line.ts";
import { fail } from "./measure/environment.ts";
import { projectFile } from "./measure/programs.ts";

const USAGE = "Usage: deno task results\n" +
  "writes the results in README.md and docs/results.md from bench/results.json, which\n" +
  "deno task bench:peers --full --json bench/results.json measures";

commandLine(
  { usage: USAGE },
  () => parseArgs({ options: { help: { type: "boolean", short: "h" } } }),
  () => {},
);
let file = "bench/results.json";
try {
  const results = parseJson(Deno.readTextFileSync(projectFile(file))) as Results;
  const texts = Object.entries(PAGES).map(([page, text]) => [page, text(results)]);
  for (const [page, text] of texts) {
    file = page;
    const before = Deno.readTextFileSync(projectFile(page)), after = withResults(before, text);
    if (after !== before) Deno.writeTextFileSync(projectFile(page), after);
  }
} catch (error) {
  fail(new Error(`${file}: ${(error as Error).message}`));
}
