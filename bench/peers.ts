/**
 * Training of `mnist_cnn` by this compiler and by other libraries, in turn in one run, each in a process of its own: the
 * same images, the same initial weights, the same steps.
 *
 *     deno task bench:peers [--only ROW] [--images N] [--full] [--json FILE]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asStarted } from "../mod.ts";
import { jsonFile } from "./json_file.ts";
import { type Outcome, workArguments } from "./peers/work.ts";
import { peersText, SHOWN_STEPS } from "./comparison/text.ts";
import { BASE, FASTEST, median, type Results, type Row, type WholeRun } from "./results.ts";

const USAGE = "usage: deno task bench:peers [--only ROW] [--images N] [--full] [--json FILE]";
const HELP = `${USAGE}

trains mnist_cnn by this compiler and by other libraries; about 6 minutes on two cores

  --only ROW    the row of this name, or all whose names have it in them; may be given again
  --images N    the most images of a pass: a multiple of 64 up to 60000 (default: 1920)
  --full        trains all 10 epochs too, by target wasm_relaxed at full speed
  --json FILE   writes all that was measured, replacing the file if there is one`;

/** A library or target, and how it is started. */
interface Trainer {
  readonly name: string;
  /** Beside this file. Peers lie in `peers/` and run with the packages of the `deno.json` there. */
  readonly file: string;
  /** Which of the file's forms. */
  readonly form: string;
  /** Whether V8 packs two vectors into one of 256 bits, and checks no bounds: for our code, and the best peer. */
  readonly fast?: boolean;
  /** Whether it needs a WebGPU adapter. */
  readonly gpu?: boolean;
}

const OURS: readonly Trainer[] = [
  { name: "typescript", file: "comparison/ours.ts", form: "typescript" },
  { name: "wasm", file: "comparison/ours.ts", form: "wasm" },
  { name: "wasm, V8 flags", file: "comparison/ours.ts", form: "wasm", fast: true },
  { name: "wasm_relaxed", file: "comparison/ours.ts", form: "wasm_relaxed" },
  { name: "wasm_relaxed, 1 thread, V8 flags", file: "comparison/ours.ts", form: "wasm_relaxed 1", fast: true },
  { name: FASTEST, file: "comparison/ours.ts", form: "wasm_relaxed", fast: true },
  { name: "webgpu", file: "comparison/ours.ts", form: "webgpu", gpu: true },
];
const PEERS: readonly Trainer[] = [
  { name: "naive, 1 thread", file: "peers/naive.ts", form: "" },
  { name: BASE, file: "peers/jax_js.ts", form: "wasm lax" },
  { name: "jax-js wasm, im2col", file: "peers/jax_js.ts", form: "wasm im2col" },
  { name: "jax-js wasm, im2col, V8 flags", file: "peers/jax_js.ts", form: "wasm im2col", fast: true },
  { name: "jax-js webgpu, lax", file: "peers/jax_js.ts", form: "webgpu lax", gpu: true },
  { name: "jax-js webgpu, im2col", file: "peers/jax_js.ts", form: "webgpu im2col", gpu: true },
  { name: "TensorFlow.js cpu", file: "peers/tfjs.ts", form: "cpu" },
  { name: "TensorFlow.js wasm", file: "peers/tfjs.ts", form: "wasm" },
  { name: "TensorFlow.js webgpu", file: "peers/tfjs.ts", form: "webgpu", gpu: true },
];
const ALL = [...OURS, ...PEERS];
/** Its losses are those that all others must have. */
const REFERENCE = OURS[1];

/** Each row is measured so often, in turn with the others. */
const ROUNDS = 3;
/** Steps whose losses are compared, all on the first batch. */
const STEPS = SHOWN_STEPS.at(-1)!;
/** After so many seconds a peer makes no more of them. */
const CHECK_SECONDS = 6;
/** A row whose step takes more seconds is not measured in rounds: what its few steps for the losses took must do. */
const SLOW_STEP = 3;
/** What a pass takes at most, in seconds, and all passes of a round that are timed; at least one batch, one pass. */
const PASS_SECONDS = 2, TIMED_SECONDS = 2.5;
/** Passes of a round that are timed, at most. */
const TIMED_PASSES = 10;

function commandLine(): { only: string[]; images: number; full: boolean; json?: string } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string", multiple: true, default: [] },
        images: { type: "string", default: "1920" },
        full: { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      console.log(asStarted(HELP));
      Deno.exit(0);
    }
    const images = Number(values.images);
    if (!Number.isInteger(images) || images < batchSize || images > 60_000 || images % batchSize !== 0) {
      throw new Error(`--images is ${values.images}; expected a multiple of ${batchSize} up to 60000`);
    }
    for (const word of values.only) {
      if (chosen(word).length > 0) continue;
      throw new Error(`--only is "${word}", which no row has in its name: ${ALL.map(({ name }) => name).join("; ")}`);
    }
    return { ...values, images };
  } catch (error) {
    console.error(asStarted(`error: ${(error as Error).message}\n${USAGE}`));
    Deno.exit(2);
  }
}

/** What `--only` chooses. */
function chosen(word: string): readonly Trainer[] {
  const exact = ALL.filter(({ name }) => name === word);
  return exact.length > 0 ? exact : ALL.filter(({ name }) => name.includes(word));
}

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const { batchSize } = JSON.parse(Deno.readTextFileSync(path("../specs/mnist_cnn.json")));
const { only, images, full, json } = commandLine();
const picked = new Set(only.flatMap(chosen));
const trainers = ALL.filter((trainer) => only.length === 0 || picked.has(trainer));

const file = await jsonFile(json);

/** Runs Deno; what it printed, or why it failed. */
async function deno(args: readonly string[], cwd?: string): Promise<{ output: string } | { reason: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  if (success) return { output: text(stdout) };
  // drivers write lines of errors too, before the one that ends the program
  const lines = text(stderr).split("\n"), last = lines.findLast((line) => line.startsWith("error: ")) ?? lines.at(-1)!;
  return { reason: last.replace(/^error: (Uncaught (\(in promise\) )?)?/, "") };
}

/** Runs a file of ours with the program's own packages; its output. */
async function own(file: string, flags: readonly string[], ...words: readonly string[]): Promise<string> {
  const ran = await deno(["run", "--no-prompt", `--config=${path("../deno.json")}`, ...flags, path(file), ...words]);
  if ("output" in ran) return ran.output;
  throw new Error(`${file}: ${ran.reason}`);
}

/** Runs a row in a process of its own; what it brought, or why it cannot run. */
async function measure({ file, form, fast }: Trainer, work: {
  images: number;
  passes: number;
  seconds: number;
}): Promise<Outcome | string> {
  const ran = await deno([
    "run",
    "--no-prompt",
    // what is missing is a reason, not a download within the time to the first step
    "--frozen",
    "--cached-only",
    `--config=${path(file.startsWith("peers/") ? "peers/deno.json" : "../deno.json")}`,
    "--allow-env",
    "--allow-read",
    ...fast ? [`--v8-flags=${v8Flags}`] : [],
    path(file),
    ...workArguments({ form, folder, ...work }),
  ]);
  return "reason" in ran ? ran.reason : JSON.parse(ran.output.split("\n").at(-1)!);
}

/** Says what is wrong; the program ends with exit code 1 then. */
function complain(message: string): void {
  console.error(`error: ${message}`);
  Deno.exitCode = 1;
}

const newRow = (): Row => ({ rates: [], sinceStart: [], sinceReady: [], peakBytes: [], losses: [] });

/** Images/s of passes, of which the first warms up. */
const rate = (images: number, [, ...timed]: Outcome["passes"]) =>
  images * timed.length / timed.reduce((sum, { seconds }) => sum + seconds, 0);

function add(row: Row, { sinceStart, sinceReady, peakBytes }: Outcome): void {
  row.sinceStart.push(sinceStart);
  row.sinceReady.push(sinceReady);
  row.peakBytes.push(peakBytes);
}

/** The first steps, and from them how much can be done in a round. They also fill the caches of compiled code. */
async function check(trainer: Trainer, row: Row): Promise<void> {
  const outcome = await measure(trainer, { images: batchSize, passes: STEPS, seconds: CHECK_SECONDS });
  if (typeof outcome === "string") {
    row.reason = outcome;
    return;
  }
  const { passes, adapter, note } = outcome;
  row.losses = passes.map(({ loss }) => loss);
  row.adapter = adapter;
  row.note = note;
  const speed = rate(batchSize, passes);
  if (batchSize / speed > SLOW_STEP) {
    add(row, outcome);
    row.rates = passes.slice(1).map(({ seconds }) => batchSize / seconds);
    return;
  }
  row.images = batchSize * Math.max(1, Math.floor(Math.min(images, speed * PASS_SECONDS) / batchSize));
  row.passes = 1 + Math.min(TIMED_PASSES, Math.max(1, Math.round(speed * TIMED_SECONDS / row.images)));
}

/** One round of a row: a process for the first step, and one for the speed. */
async function round(trainer: Trainer, row: Row): Promise<void> {
  const { images, passes } = row;
  if (images === undefined || passes === undefined || row.reason !== undefined) return;
  const first = await measure(trainer, { images: batchSize, passes: 1, seconds: 0 });
  const steady = typeof first === "string" ? first : await measure(trainer, { images, passes, seconds: Infinity });
  if (typeof first === "string" || typeof steady === "string") {
    row.reason = steady as string;
    return;
  }
  add(row, { ...first, peakBytes: steady.peakBytes });
  row.rates.push(rate(images, steady.passes));
}

/** The versions of the peers' packages: what is behind the last @ of each. */
function peerVersions(): Record<string, string> {
  const { imports } = JSON.parse(Deno.readTextFileSync(path("peers/deno.json"))) as { imports: Record<string, string> };
  return Object.fromEntries(
    Object.entries(imports).map(([name, from]) => [name, from.slice(from.lastIndexOf("@") + 1)]),
  );
}

const folder = Deno.makeTempDirSync({ prefix: "kernelwright_peers_" });
let v8Flags: string;

async function run(): Promise<Results> {
  const progress = (what: string) => console.error(what);
  const read = ["--allow-env", "--allow-read"];
  v8Flags = await own("../runtime/v8_flags.ts", []);
  const load = await own(
    "comparison/prepare.ts",
    [...read, "--allow-write", "--allow-sys=loadavg"],
    folder,
    `${images}`,
  );
  progress("what this machine can do");
  const doctor = [...read, "--allow-sys=cpus", `--v8-flags=${v8Flags}`];
  const { cpu, os, arch, cores, arithmetic: peak, gpu: adapter, versions } = JSON.parse(
    await own("../cli.ts", doctor, "doctor", "--json"),
  );
  if (trainers.some(({ file }) => file.startsWith("peers/"))) {
    const installed = await deno(["install", "--frozen", "--quiet"], path("peers"));
    if ("reason" in installed) progress(`the peers' packages could not be installed: ${installed.reason}`);
  }

  const rows = new Map(trainers.map((trainer) => [trainer, newRow()]));
  progress("the first steps of every row");
  for (const [trainer, row] of rows) {
    if (!trainer.gpu || adapter) await check(trainer, row);
    else row.reason = "it needs a WebGPU adapter, and navigator.gpu.requestAdapter() gives none here";
  }
  const reference = rows.get(REFERENCE) ?? newRow();
  if (!rows.has(REFERENCE)) await check(REFERENCE, reference);
  for (const row of rows.values()) {
    const gaps = row.losses.slice(0, reference.losses.length).map((loss, i) => Math.abs(loss - reference.losses[i]));
    if (gaps.length > 0) row.gap = Math.max(...gaps);
  }
  for (let n = 1; n <= ROUNDS; n++) {
    progress(`round ${n} of ${ROUNDS}`);
    for (const [trainer, row] of rows) await round(trainer, row);
  }
  for (const row of rows.values()) {
    if (row.reason === undefined) {
      row.spread = (Math.max(...row.rates) - Math.min(...row.rates)) / median(row.rates);
    }
  }
  let wholeRun: WholeRun | undefined;
  if (full) {
    progress("all epochs");
    try {
      wholeRun = JSON.parse(await own("comparison/whole_run.ts", [...read, `--v8-flags=${v8Flags}`], "wasm_relaxed"));
    } catch (error) {
      // the rows are not lost with it
      complain((error as Error).message);
    }
  }
  return {
    net: "mnist_cnn",
    batchSize,
    date: new Date().toISOString(),
    machine: { cpu, os, arch, cores, peak, adapter, load: Number(load) },
    versions: { ...versions, ...peerVersions() },
    v8Flags,
    rounds: ROUNDS,
    rows: Object.fromEntries([...rows].map(([{ name }, row]) => [name, row])),
    wholeRun,
  };
}

try {
  const results = await run();
  console.log(peersText(results, OURS.map(({ name }) => name)));
  await file?.write(results);
} catch (error) {
  complain((error as Error).message);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
