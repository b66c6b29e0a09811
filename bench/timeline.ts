/**
 * The timeline of optimizations: trains a net by every configuration of `ladder.ts`, in turn, each in a process of its
 * own, and tells what each brought.
 *
 *     deno task timeline [SPEC] [--only NAME] [--quick] [--json FILE] [--from FILE]
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asStarted, loadSpec, type Machine, parseJson, trainingWork, VERSION } from "../mod.ts";
import { type Configuration, type Engine, LADDER, LEFT_OUT } from "./timeline/ladder.ts";
import type { Outcome, Work } from "./timeline/rung.ts";
import { type Measured, type Results, wrongOnes } from "./timeline/results.ts";
import { NET, timelineSvg, timelineTable, timelineText } from "./timeline/text.ts";

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const RESULTS = path("bench/timeline.json"), CHART = path("bench/timeline.svg"), TEXT = path("OPTIMIZATIONS.md");
/** What is not whole yet: in a folder that the task may write to. */
const PART = path(`bench/timeline.${Deno.pid}.tmp`);
const ALL = [...LADDER, ...LEFT_OUT];

const USAGE = "usage: deno task timeline [SPEC] [--only NAME] [--quick] [--json FILE] [--from FILE]";
const HELP = `${USAGE}

trains a net (default: ${NET}) by each configuration in turn, about 6 minutes on two cores. Of all
configurations of ${NET} it writes bench/timeline.json, and from it OPTIMIZATIONS.md and its chart,
bench/timeline.svg. SPEC is a JSON file or the name of a net in specs/, for images as those of MNIST.

  --only NAME   one configuration, or several with commas; only the table is printed
  --quick       less work for each, to see that all run; only the table is printed
  --json FILE   writes what was measured there, in place of bench/timeline.json
  --from FILE   measures nothing: writes OPTIMIZATIONS.md and its chart from such a file

configurations: ${LADDER.map(({ name }) => name).join(", ")};
and the fastest on the processor ${LEFT_OUT.map(({ name }) => name).join("; ")}`;

/** Rounds in which each configuration is timed, in turn with the others. */
const ROUNDS = 3;
/** What each configuration trains first, whatever its speed. */
const CHECK = { images: 1280, epochs: 2 }, QUICK_CHECK = { images: 256, epochs: 2 };
/** Seconds of a timed epoch, and how many there are in a round; the first warms V8 up. */
const EPOCH_SECONDS = 1, EPOCHS = 3;
/** Images that there are. */
const MOST_IMAGES = 60_000;

function commandLine() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        from: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(asStarted(HELP));
      Deno.exit(0);
    }
    if (positionals.length > 1) throw new Error(`"${positionals[1]}" is too much`);
    const { from, ...others } = values;
    const more = positionals.length > 0 || others.only !== undefined || others.json !== undefined || others.quick;
    if (from !== undefined && more) {
      throw new Error("with --from nothing is measured, so nothing else may be given");
    }
    const only = values.only?.split(",").map((name) => name.trim());
    for (const name of only ?? []) {
      if (ALL.some((each) => each.name === name)) continue;
      throw new Error(`there is no configuration "${name}": ${ALL.map(({ name }) => name).join(", ")}`);
    }
    return { ...values, only, word: positionals[0] ?? NET };
  } catch (error) {
    console.error(asStarted(`error: ${(error as Error).message}\n${USAGE}`));
    Deno.exit(2);
  }
}

/** Ends the program with one line. */
function fail(error: unknown): never {
  console.error(`error: ${(error as Error).message}`);
  Deno.exit(1);
}

/** Runs Deno with this program's packages. */
async function deno(args: readonly string[], input?: string): Promise<{ output: string } | { reason: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) await new Response(input).body!.pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (success) return { output: text(stdout) };
  // drivers write lines of errors too, before the one that ends the program
  const lines = text(stderr).trimEnd().split("\n");
  return { reason: (lines.findLast((line) => line.startsWith("error: ")) ?? lines.at(-1)!).replace(/^error: /, "") };
}

/** What a process of ours prints. */
async function output(args: readonly string[], input?: string): Promise<string> {
  const ran = await deno(args, input);
  if ("output" in ran) return ran.output;
  throw new Error(`deno ${args.join(" ")}: ${ran.reason}`);
}

const RUN = ["run", "--no-prompt", `--config=${path("deno.json")}`];

/** V8's flags for each way to run WebAssembly, on this kind of processor. */
async function v8Flags(): Promise<Record<Engine, readonly string[]>> {
  const flags = async (...words: string[]) => [
    `--v8-flags=${(await output(["run", path("runtime/v8_flags.ts"), ...words])).trim()}`,
  ];
  return { default: [], unchecked: await flags("unpacked"), packed: await flags() };
}

/** Trains a configuration in a process of its own. */
async function trained(work: Work, flags: readonly string[]): Promise<Outcome | string> {
  const ran = await deno([...RUN, "--allow-read", ...flags, path("bench/timeline/rung.ts"), JSON.stringify(work)]);
  return "output" in ran ? JSON.parse(ran.output.trimEnd().split("\n").at(-1)!) : ran.reason;
}

/** Measures configurations of a net. */
async function measure(word: string, only: readonly string[] | undefined, quick: boolean): Promise<Results> {
  const file = /[/\\]|\.json$/.test(word) ? word : path(`specs/${word}.json`);
  const spec = await loadSpec(file, word), { batchSize } = spec;
  const [load] = Deno.loadavg(), flags = await v8Flags();
  const doctor = await output([
    ...RUN,
    "--allow-read",
    "--allow-sys=cpus",
    ...flags.packed,
    path("cli.ts"),
    "doctor",
    "--json",
  ]);
  const { cpu = null, os, arch, cores, versions, arithmetic, gpu = null } = JSON.parse(doctor) as Machine;
  const chosen = ALL.filter(({ name, target }) => only ? only.includes(name) : target !== "webgpu" || gpu !== null);
  const wanted = quick ? QUICK_CHECK : CHECK;
  // whole batches, so that none is short
  const check = { ...wanted, images: Math.max(1, Math.round(wanted.images / batchSize)) * batchSize };
  const seconds = EPOCH_SECONDS / (quick ? 10 : 1), rounds = quick ? 1 : ROUNDS;

  const work = (configuration: Configuration, images: number, epochs: number): Work => ({
    configuration,
    spec: file,
    origin: word,
    tuning: path("generated/tuning.json"),
    images,
    epochs,
  });
  const configurations: Record<string, Measured & { readonly rates: number[] }> = {};
  for (const configuration of chosen) {
    const { name, engine } = configuration;
    console.error(`checking ${name}`);
    const outcome = await trained(work(configuration, check.images, check.epochs), flags[engine]);
    if (typeof outcome === "string") {
      configurations[name] = { rates: [], losses: [], images: 0, threads: 0, reason: outcome };
      continue;
    }
    const { epochs, threads } = outcome, rate = check.images / epochs.at(-1)!.seconds;
    const batches = Math.min(Math.floor(MOST_IMAGES / batchSize), Math.max(1, Math.round(rate * seconds / batchSize)));
    configurations[name] = {
      rates: [],
      losses: epochs.map(({ loss }) => loss),
      images: batches * batchSize,
      threads,
    };
  }
  for (let round = 0; round < rounds; round++) {
    console.error(`round ${round + 1} of ${rounds}`);
    for (const configuration of chosen) {
      const { rates, images, reason } = configurations[configuration.name];
      if (reason !== undefined) continue;
      const outcome = await trained(work(configuration, images, EPOCHS), flags[configuration.engine]);
      if (typeof outcome === "string") throw new Error(`${configuration.name} ran and then did not: ${outcome}`);
      const warm = outcome.epochs.slice(1);
      rates.push(images * warm.length / warm.reduce((sum, { seconds }) => sum + seconds, 0));
    }
  }
  return {
    net: spec.name,
    batchSize,
    work: trainingWork(spec),
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu, os, arch, cores, load, peak: arithmetic!, gpu: gpu && { name: gpu.name, fallback: gpu.fallback } },
    versions: { kernelwright: VERSION, ...versions },
    check,
    rounds,
    ...quick && { quick },
    configurations,
  };
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
  if (results.net !== NET) throw new Error(`OPTIMIZATIONS.md is about ${NET}, and this is about ${results.net}`);
  const missing = LADDER.filter(({ name, target }) => target !== "webgpu" && !results.configurations[name]);
  if (missing.length > 0) {
    throw new Error(
      `it has no ${missing.map(({ name }) => name).join(", ")}: OPTIMIZATIONS.md wants all configurations`,
    );
  }
  const [wrong] = wrongOnes(results);
  if (wrong !== undefined) throw new Error(`${wrong} does other work: its loss is not the others'`);
  const text = await timelineText(results, await loadSpec(path(`specs/${NET}.json`)));
  writeWhole(TEXT, await output(["fmt", `--config=${path("deno.json")}`, "--ext=md", "-"], text));
  writeWhole(CHART, timelineSvg(results));
}

if (import.meta.main) {
  const { word, only, quick, json, from } = commandLine();
  try {
    if (from !== undefined) {
      try {
        await write(parseJson(Deno.readTextFileSync(from)) as Results);
      } catch (error) {
        throw new Error(`${from}: ${(error as Error).message}`);
      }
    } else {
      const file = json ?? (only || quick || word !== NET ? undefined : RESULTS);
      for (const each of file === RESULTS ? [RESULTS, TEXT, CHART] : file === undefined ? [] : [file]) {
        checkWritable(each);
      }
      const results = await measure(word, only, quick);
      console.log(timelineTable(results));
      if (file !== undefined) writeWhole(file, `${JSON.stringify(results, null, 2)}\n`);
      if (file === RESULTS) await write(results);
      if (wrongOnes(results).length > 0) Deno.exit(1);
    }
  } catch (error) {
    fail(error);
  }
}
