/**
 * Makes a page of a run's report.
 *
 * @module
 */
import { resolve } from "node:path";
import { asStarted, loadReport, prepareFile, reportHtml, sameFile, writeAtomically } from "../../mod.ts";
import { type Command, type Line, OK, UsageError } from "../command.ts";
import { inTask } from "../flags.ts";
import { makeRuns } from "../folders.ts";
import { print } from "../output.ts";
import { shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "make a page of HTML of the JSON report that a run has left",
  words: "RUN.json",
  least: 1,
  most: 1,
  notes: [
    "The page needs no network: curves, times, kernels, confusion, the images that were missed, the environment.",
    ...inTask("In a task, paths count from the project's folder, and it may write to runs/ only."),
  ],
  flags: {
    out: { value: "FILE", text: "the page; it replaces another page only (default: RUN.html beside RUN.json)" },
  },
  example: "deno task report runs/mnist_cnn-wasm_relaxed-seed0.json",
  writes: true,
  run: report,
};

async function report({ words: [word], flags }: Line): Promise<number> {
  const path = resolve(word);
  const page = flags.out === undefined ? `${path.replace(/\.json$/, "")}.html` : resolve(flags.out);
  await makeRuns([page]);
  if (await sameFile(page, path)) throw new UsageError("--out names the report itself");
  await prepareFile(page, "page");
  await writeAtomically(page, asStarted(await reportHtml(await loadReport(path, shortPath(path)))));
  print(`wrote ${shortPath(page)}\n`);
  return OK;
}
