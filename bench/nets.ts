/**
 * Training of nets that nobody tuned for, by this compiler and by PyTorch on the same processor, in turn: the same
 * samples, the same initial weights, the same steps.
 *
 *     deno task bench:nets [NET...] [flags]
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSpec, parseJson } from "../mod.ts";
import { commandLine, whole } from "./measure/command_line.ts";
import { fail, jsonFile } from "./measure/environment.ts";
import { projectFile } from "./measure/programs.ts";
import { CONFIGURATIONS, OURS, USUAL } from "./nets/configurations.ts";
import { kernelsText, measureKernels } from "./nets/kernels.ts";
import { findTorch, measureNets, type Net } from "./nets/measure.ts";
import { PAGES, withNets } from "./nets/pages.ts";
import { LARGEST_SEED, MOST_RANDOM, randomSpec } from "./nets/random.ts";
import { failures, type Results } from "./nets/results.ts";
import { netFile, SUITE } from "./nets/suite.ts";
import { netsText } from "./nets/text.ts";

/** Each configuration is measured so often, in turn with the others. */
const ROUNDS = 3;
/** Where a Python with PyTorch is looked for. */
const PYTHONS = ["python3", "/usr/bin/python3"];

const USAGE = "Usage: deno task bench:nets [NET...] [flags]";
const HELP = `${USAGE}

trains nets by this compiler and by PyTorch on the processor, in turn, where a Python with PyTorch is
found, else by this compiler alone; about half an hour on two cores. NET is a JSON file or the name of
a net in bench/nets/ or specs/ (default: ${SUITE.slice(0, 3).join(", ")},
${SUITE.slice(3, 9).join(", ")},
${SUITE.slice(9).join(", ")}).

  --random N     nets of convolutions made at random, so many, in place of those; the worst comes first
  --seed S       what they follow from (default: 0)
  --kernels      times each kernel on one thread instead, and tells how far those that take over 5 % of
                 their net's step are from what bounds them; the worst comes first
  --only NAMES   these configurations, with commas (default: all but ours1); ours is always measured
  --first        also times from the start of a process to the end of its first step
  --rounds N     how often each is measured (default: ${ROUNDS})
  --quick        less work for each, once, to see that all run
  --python FILE  a Python that has PyTorch (default: ${PYTHONS.join(", then ")})
  --keep FOLDER  writes the specs of nets made at random there, a file each
  --json FILE    writes all that was measured, replacing the file if there is one
  --from FILE    measures nothing: writes the tables in README.md and docs/results.md from such a file

configurations, "ours1" of which is measured only if it is named:
${CONFIGURATIONS.map(({ name, explained }) => `  ${name.padEnd(10)} ${explained}`).join("\n")}`;

const parse = () =>
  parseArgs({
    options: {
      random: { type: "string" },
      seed: { type: "string" },
      kernels: { type: "boolean", default: false },
      only: { type: "string" },
      first: { type: "boolean", default: false },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      python: { type: "string" },
      keep: { type: "string" },
      json: { type: "string" },
      from: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });

function check({ values, positionals: words }: ReturnType<typeof parse>) {
  const { from, random, kernels, only, quick, first, keep, python, json, ...others } = values;
  const given = Object.keys(values).filter((name) => name !== "from" && values[name as "json"]);
  if (from !== undefined && (words.length > 0 || given.length > 0)) {
    throw new Error("with --from nothing is measured, so nothing else may be given");
  }
  if (random !== undefined && words.length > 0) throw new Error("--random makes the nets, so none may be named");
  if (random === undefined && (others.seed !== undefined || keep !== undefined)) {
    throw new Error(`--${keep === undefined ? "seed" : "keep"} is for nets made at random: give --random, too`);
  }
  for (const name of kernels ? ["only", "first", "rounds", "quick", "python"] as const : []) {
    if (values[name]) throw new Error(`--kernels times kernels alone, so --${name} may not be given`);
  }
  if (quick && others.rounds !== undefined) throw new Error("--quick measures once, so --rounds may not be given");
  const names = only?.split(",").map((name) => name.trim());
  for (const name of names ?? []) {
    if (CONFIGURATIONS.some((each) => each.name === name)) continue;
    throw new Error(
      `there is no configuration "${name}": ${CONFIGURATIONS.map(({ name }) => name).join(", ")}`,
    );
  }
  return {
    ...{ words, from, kernels, keep, python, json },
    random: whole("random", random, 1, MOST_RANDOM),
    seed: whole("seed", others.seed, 0, LARGEST_SEED) ?? 0,
    configurations: names ? CONFIGURATIONS.filter((each) => each === OURS || names.includes(each.name)) : USUAL,
    effort: { quick, first, rounds: whole("rounds", others.rounds, 1, 100) ?? (quick ? 1 : ROUNDS) },
  };
}

/** The nets that are asked for, each a spec that can be read. Those made at random are written to a folder. */
async function netsOf(words: readonly string[], random: number | undefined, seed: number, folder: string) {
  if (random === undefined) {
    const nets: Net[] = await Promise.all((words.length > 0 ? words : SUITE).map(async (word) => {
      const file = netFile(word), { name } = await loadSpec(file, word);
      return { name, file };
    }));
    const twice = nets.find(({ name }, i) => nets.slice(0, i).some((other) => other.name === name));
    if (twice) {
      throw new Error(`two nets are called "${twice.name}": name each once, or call one otherwise in its file`);
    }
    return nets;
  }
  return Array.from({ length: random }, (_, number): Net => {
    const spec = randomSpec(seed, number), file = join(folder, `${spec.name}.json`);
    Deno.writeTextFileSync(file, `${JSON.stringify(spec, null, 2)}\n`);
    return { name: spec.name, file, spec };
  });
}

/** Writes the tables from figures that were measured before. */
function writeFrom(file: string): void {
  let at = file;
  try {
    const results = parseJson(Deno.readTextFileSync(file)) as Results;
    const texts = Object.entries(PAGES).map(([page, text]) => [page, text(results)]);
    for (const [page, text] of texts) {
      at = page;
      const before = Deno.readTextFileSync(projectFile(page)), after = withNets(before, text);
      if (after !== before) Deno.writeTextFileSync(projectFile(page), after);
    }
  } catch (error) {
    throw new Error(`${at}: ${(error as Error).message}`);
  }
}

const say = (what: string) => console.error(what);

/** Measures, prints, and writes what is wanted. Returns whether nothing failed. */
async function measure(wanted: ReturnType<typeof check>) {
  const { words, random, seed, kernels, keep } = wanted, file = await jsonFile(wanted.json);
  if (keep !== undefined) Deno.mkdirSync(keep, { recursive: true });
  const folder = keep ?? Deno.makeTempDirSync({ prefix: "kernelwright_specs_" });
  try {
    const nets = await netsOf(words, random, seed, folder);
    if (!kernels) return await measureRates(nets, wanted, file);
    const results = await measureKernels(nets, { say, onNet: (results) => file?.write(results) });
    console.log(kernelsText(results));
    return Object.values(results.nets).every((net) => !("reason" in net));
  } finally {
    if (keep === undefined) Deno.removeSync(folder, { recursive: true });
  }
}

/** Training, beside PyTorch. */
async function measureRates(
  nets: readonly Net[],
  { configurations, effort, python }: ReturnType<typeof check>,
  file: Awaited<ReturnType<typeof jsonFile>>,
) {
  const found = configurations.some(({ program }) => program === "pytorch")
    ? await findTorch(python === undefined ? PYTHONS : [python], Deno.env.get("LD_LIBRARY_PATH"))
    : { torch: { reason: "it was not asked for" } };
  if ("reason" in found.torch && python !== undefined) throw new Error(`--python: ${found.torch.reason}`);
  if ("reason" in found.torch) say(`ours alone, without PyTorch: ${found.torch.reason}`);
  // net by net, so that nothing is lost of a long run that is stopped
  const onNet = (results: Results) => file?.write(results);
  const results = await measureNets(nets, configurations, { ...found, effort, say, onNet });
  await file?.write(results);
  console.log(netsText(results));
  return failures(results).length === 0;
}

const wanted = commandLine({ usage: USAGE, help: HELP }, parse, check);
try {
  if (wanted.from !== undefined) writeFrom(wanted.from);
  else if (!await measure(wanted)) Deno.exitCode = 1;
} catch (error) {
  fail(error);
}
