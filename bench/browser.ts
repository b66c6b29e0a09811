/**
 * Training by bundles in every engine, and by other libraries in the same Chromium, in turn in one run: the same images,
 * the same initial weights, the same steps.
 *
 *     deno task bench:browser [NET...] [flags]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadSpec, parseJson } from "../mod.ts";
import { measureBrowser } from "./browser/measure.ts";
import { isOurs, PAGES, withBrowser } from "./browser/pages.ts";
import { failures, type Results } from "./browser/results.ts";
import { ALL, chosen, NETS } from "./browser/rows.ts";
import { browserText } from "./browser/text.ts";
import { commandLine } from "./measure/command_line.ts";
import { fail, jsonFile } from "./measure/environment.ts";
import { paragraph } from "./measure/page.ts";
import { projectFile, specFile } from "./measure/programs.ts";

/** Rounds, and seconds that are timed of each row in a round. */
const ROUNDS = 3, SECONDS = 1.2;
/** The same, to see that all run. */
const QUICK = { quick: true, rounds: 1, seconds: 0.05 };

const USAGE = "Usage: deno task bench:browser [NET...] [flags]";
const HELP = `${USAGE}

trains nets by their bundles in Deno, Node, Bun and Chromium, and by jax-js and TensorFlow.js in the
same Chromium, in turn; about 11 minutes on two cores. NET is a JSON file or the name of a net in
specs/ (default: ${NETS.join(", ")}). What is slow or wants a GPU trains ${NETS[0]} only,
where no row is named.

  --only ROW   the row of this name, or all whose names have it in them; may be given again
  --rounds N   how often each is measured (default: ${ROUNDS})
  --quick      less work for each, once, to see that all run
  --json FILE  writes all that was measured, replacing the file if there is one
  --from FILE  measures nothing: writes the tables in README.md and docs/results.md from such a file

Node and Bun are those that deno task engines installs, Chromium is the one on the search path.

${paragraph(`rows: ${ALL.map(({ name }) => name).join("; ")}`).trimEnd()}`;

const parse = () =>
  parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      from: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });

function check({ values, positionals: words }: ReturnType<typeof parse>) {
  const { from, only, rounds, quick, json } = values;
  if (from !== undefined && (words.length > 0 || only.length > 0 || quick || rounds || json)) {
    throw new Error("with --from nothing is measured, so nothing else may be given");
  }
  for (const word of only) {
    if (chosen(word).length > 0) continue;
    throw new Error(`--only is "${word}", which no row has in its name: ${ALL.map(({ name }) => name).join("; ")}`);
  }
  if (quick && rounds !== undefined) throw new Error("--quick measures once, so --rounds may not be given");
  if (rounds !== undefined && !/^[1-9]\d?$/.test(rounds)) {
    throw new Error(`--rounds is ${rounds}; expected a whole number from 1 to 99`);
  }
  const picked = new Set(only.flatMap(chosen));
  return {
    ...{ words: words.length > 0 ? words : NETS, json, from },
    trainers: ALL.filter((trainer) => only.length === 0 || picked.has(trainer)),
    effort: {
      named: only.length > 0,
      ...quick ? QUICK : { quick: false, rounds: Number(rounds ?? ROUNDS), seconds: SECONDS },
    },
  };
}

/** Writes the tables from figures that were measured before. */
async function writeFrom(file: string): Promise<void> {
  let at = file;
  try {
    const results = parseJson(await Deno.readTextFile(file)) as Results;
    const texts = Object.entries(PAGES).map(([page, text]) => [page, text(results)]);
    for (const [page, text] of texts) {
      at = page;
      const before = await Deno.readTextFile(projectFile(page)), after = withBrowser(before, text);
      if (after !== before) await Deno.writeTextFile(projectFile(page), after);
    }
  } catch (error) {
    throw new Error(`${at}: ${(error as Error).message}`);
  }
}

/** Measures, prints, and writes what is wanted. Returns whether nothing failed. */
async function measure({ words, trainers, effort, json }: ReturnType<typeof check>): Promise<boolean> {
  const file = await jsonFile(json);
  // what is wrong with a spec is said before anything is measured
  const names = await Promise.all(words.map(async (word) => (await loadSpec(specFile(word), word)).name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`two nets are called "${twice}": name each once`);
  const results = await measureBrowser(trainers, words.map(specFile), {
    effort,
    say: (what) => console.error(what),
    // net by net, so that nothing is lost of a run that is stopped
    onNet: (results) => file?.write(results),
  });
  console.log(browserText(results));
  return failures(results, isOurs).length === 0;
}

const wanted = commandLine({ usage: USAGE, help: HELP }, parse, check);
try {
  if (wanted.from !== undefined) await writeFrom(wanted.from);
  else if (!await measure(wanted)) Deno.exitCode = 1;
} catch (error) {
  fail(error);
}
