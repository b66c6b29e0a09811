/**
 * The timeline of optimizations: trains a net by every configuration of `timeline/ladder.ts`, in turn, each in a process
 * of its own, and tells what each brought.
 *
 *     deno task timeline [SPEC] [--only NAME] [--quick] [--json FILE] [--from FILE]
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { parseArgs } from "node:util";
import { loadSpec, parseJson } from "../mod.ts";
import { commandLine } from "./measure/command_line.ts";
import { fail } from "./measure/environment.ts";
import { denoOutput, projectFile as path } from "./measure/programs.ts";
import { measureTimeline } from "./timeline/measure.ts";
import { type Results, wrongOnes } from "./timeline/results.ts";
import { configurationsOf, specOf, STORIES, type Story, storyOf } from "./timeline/stories.ts";
import { timelineTable } from "./timeline/table.ts";
import { timelineSvg, timelineText } from "./timeline/text.ts";

const [{ net: NET }] = STORIES;
/** What is not whole yet: in a folder that the task may write to. */
const PART = path(`bench/timeline.${Deno.pid}.tmp`);

const USAGE = "Usage: deno task timeline [SPEC] [--only NAME] [--quick] [--json FILE] [--from FILE]";
const HELP = `${USAGE}

trains a net (default: ${NET}) by each configuration in turn, 6 to 10 minutes on two cores. SPEC is a JSON
file or the name of a net in specs/; images other than MNIST's are at random. Of all configurations are written
${
  STORIES.map(({ net, results, text, chart }) => `  of ${net.padEnd(9)}  ${results}, and from it ${text} and ${chart}`)
    .join("\n")
}

  --only NAME   one configuration, or several with commas (default: all); only the table is printed
  --quick       less work for each, to see that all run; only the table is printed
  --json FILE   writes what was measured there, in place of that file
  --from FILE   measures nothing: writes the text and its chart from such a file

${
  STORIES.map(({ net, ladder, leftOut }) =>
    `configurations of ${net}${net === NET ? " and others" : ""}: ${ladder.map(({ name }) => name).join(", ")};
and the fastest on the processor ${leftOut.map(({ name }) => name).join("; ")}`
  ).join("\n")
}`;

const parse = () =>
  parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      from: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });

function check({ values, positionals }: ReturnType<typeof parse>) {
  if (positionals.length > 1) throw new Error(`"${positionals[1]}" is too much`);
  const { from, ...others } = values;
  const more = positionals.length > 0 || others.only !== undefined || others.json !== undefined || others.quick;
  if (from !== undefined && more) {
    throw new Error("with --from nothing is measured, so nothing else may be given");
  }
  const only = values.only?.split(",").map((name) => name.trim());
  const all = new Set(STORIES.flatMap(configurationsOf).map(({ name }) => name));
  for (const name of only ?? []) {
    if (!all.has(name)) throw new Error(`there is no configuration "${name}": ${[...all].join(", ")}`);
  }
  return { ...values, only, word: positionals[0] ?? NET };
}

/** Writes all of a file or nothing. */
function writeWhole(file: string, text: string): void {
  Deno.writeTextFileSync(PART, text);
  Deno.renameSync(PART, file);
  console.error(`wrote ${relative(Deno.cwd(), file)}`);
}

/** @throws {Error} when a file could not be written: nobody wants to know that when all is measured. */
function checkWritable(file: string): void {
  try {
    if (!existsSync(dirname(file))) Deno.mkdirSync(dirname(file), { recursive: true });
    Deno.openSync(file, { append: true, create: true }).close();
    if (Deno.statSync(file).size === 0) Deno.removeSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Writes the text and its chart. */
async function write(results: Results): Promise<void> {
  if (!results?.configurations || !results.machine?.peak || !results.check) {
    throw new Error("it is not what deno task timeline --json writes");
  }
  const story = storyOf(results.net);
  if (story.net !== results.net) {
    throw new Error(
      `there are texts about ${STORIES.map(({ net }) => net).join(" and ")}, and this is about ${results.net}`,
    );
  }
  const missing = story.ladder.filter(({ name, target }) => target !== "webgpu" && !results.configurations[name]);
  if (missing.length > 0) {
    throw new Error(
      `it has no ${missing.map(({ name }) => name).join(", ")}: ${story.text} wants all configurations`,
    );
  }
  const [wrong] = wrongOnes(results);
  if (wrong !== undefined) throw new Error(`${wrong} does other work: its loss is not the others'`);
  const text = await timelineText(results, await loadSpec(specOf(story.net)));
  writeWhole(path(story.text), await denoOutput(["fmt", `--config=${path("deno.json")}`, "--ext=md", "-"], text));
  writeWhole(path(story.chart), timelineSvg(results));
}

/** Writes the text and its chart from figures that were measured before. */
async function writeFrom(file: string): Promise<void> {
  try {
    await write(parseJson(Deno.readTextFileSync(file)) as Results);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/** Measures, prints, and writes what is wanted. Returns whether all did the same work. */
async function measure(word: string, only: string[] | undefined, quick: boolean, json?: string): Promise<boolean> {
  const story: Story | undefined = only || quick || json ? undefined : STORIES.find(({ net }) => net === word);
  const file = json ?? (story && path(story.results));
  for (const each of story ? [story.results, story.text, story.chart].map(path) : file === undefined ? [] : [file]) {
    checkWritable(each);
  }
  const results = await measureTimeline(specOf(word), word, only, quick);
  console.log(timelineTable(results));
  if (file !== undefined) writeWhole(file, `${JSON.stringify(results, null, 2)}\n`);
  if (story) await write(results);
  return wrongOnes(results).length === 0;
}

if (import.meta.main) {
  const { word, only, quick, json, from } = commandLine({ usage: USAGE, help: HELP }, parse, check);
  try {
    if (from !== undefined) await writeFrom(from);
    else if (!await measure(word, only, quick, json)) Deno.exit(1);
  } catch (error) {
    fail(error);
  }
}
