/**
 * Training of `mnist_cnn` by this compiler and by other libraries, in turn in one run, each in a process of its own: the
 * same images, the same initial weights, the same number of steps.
 *
 *     deno task bench:peers [--images N] [--json FILE]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Outcome, workArguments } from "./peers/work.ts";

const USAGE = "usage: deno task bench:peers [--images N] [--json FILE]";

/** Without bounds checks V8 packs two vectors into one of 256 bits: for our code, whose accesses are proven, and the best peer. */
const V8_FLAGS = "--v8-flags=--experimental-wasm-revectorize,--no-wasm-bounds-checks";

interface Row {
  readonly name: string;
  /** Beside this file. Peers lie in `peers/` and run with the packages of the `deno.json` there. */
  readonly file: string;
  /** Which of the file's forms. */
  readonly form: string;
  /** For Deno, beside those that all processes get. */
  readonly flags?: readonly string[];
  /** Passes over the images in a round, of which the first warms up: more where one takes no time. Default 2. */
  readonly passes?: number;
}

const own = { file: "ours.ts", passes: 11 } as const;
const OURS: readonly Row[] = [
  // esbuild, which strips its types, is a program of its own
  { name: "typescript", form: "typescript", flags: ["--allow-run"], ...own, passes: 3 },
  { name: "wasm", form: "wasm", ...own },
  { name: "wasm, V8 flags", form: "wasm", flags: [V8_FLAGS], ...own },
  { name: "wasm_relaxed", form: "wasm_relaxed", ...own },
  { name: "wasm_relaxed, 1 thread, V8 flags", form: "wasm_relaxed 1", flags: [V8_FLAGS], ...own },
  { name: "wasm_relaxed, V8 flags", form: "wasm_relaxed", flags: [V8_FLAGS], ...own },
];
const PEERS: readonly Row[] = [
  { name: "jax-js wasm, lax", file: "peers/jax_js.ts", form: "lax" },
  { name: "jax-js wasm, im2col", file: "peers/jax_js.ts", form: "im2col" },
  { name: "jax-js wasm, im2col, V8 flags", file: "peers/jax_js.ts", form: "im2col", flags: [V8_FLAGS] },
];
const ROWS = [...OURS, ...PEERS];

/** Each row is measured so often, in turn with the others. */
const ROUNDS = 3;
/** Steps whose losses are compared, all on the first batch. */
const STEPS = 50;
/** Of these the loss is printed. */
const SHOWN = [1, 2, 3, 5, 10, 20, 30, 40, 50];
/** Multiplications and additions of one training sample: those of the convolution and the linear layers. */
const SAMPLE_FLOPS = 7.33e6;
/** A peer whose loss is further from ours in any of these steps does other work. */
const TOLERANCE = 0.001;

function commandLine(): { images: number; json?: string } {
  try {
    const { values } = parseArgs({
      options: {
        images: { type: "string", default: "1920" },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      console.log(USAGE);
      Deno.exit(0);
    }
    const images = Number(values.images);
    if (!Number.isInteger(images) || images < batchSize || images > 60_000 || images % batchSize !== 0) {
      throw new Error(`--images is ${values.images}; expected a multiple of ${batchSize} up to 60000`);
    }
    return { images, json: values.json };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const { batchSize } = JSON.parse(Deno.readTextFileSync(path("../specs/mnist_cnn.json")));
const { images, json } = commandLine();

const deno = (args: string[], cwd?: string) =>
  new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" }, stdin: "null", stderr: "piped" }).output();

/** Writes what the processes read. */
async function prepare(): Promise<void> {
  const flags = ["--no-prompt", `--config=${path("../deno.json")}`, "--allow-env", "--allow-read", "--allow-write"];
  const { success, stderr } = await deno(["run", ...flags, path("prepare_peers.ts"), folder, `${images}`]);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Runs a row in a process of its own; what it brought, or why it cannot run. */
async function measure({ file, form, flags = [] }: Row, images: number, passes: number): Promise<Outcome | string> {
  // cached-only: what is missing is a reason, not a download within the time to the first step
  const config = file.startsWith("peers/") ? "peers/deno.json" : "../deno.json";
  const { success, stdout, stderr } = await deno([
    "run",
    "--no-prompt",
    "--frozen",
    "--cached-only",
    `--config=${path(config)}`,
    "--allow-env",
    "--allow-read",
    ...flags,
    path(file),
    ...workArguments(form, folder, images, passes),
  ]);
  const lines = new TextDecoder().decode(success ? stdout : stderr).trimEnd().split("\n");
  if (success) return JSON.parse(lines.at(-1)!);
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1)!;
}

/** What was measured of a row. */
interface Measured {
  readonly rates: number[];
  /** Seconds to the first step: from the start of the process, and from loaded code and data. */
  readonly sinceStart: number[];
  readonly sinceReady: number[];
  readonly peakBytes: number[];
  /** Losses of `STEPS` steps on one batch. */
  losses: number[];
  /** Loss of the pass that was timed. */
  loss: number;
  note?: string;
  /** Why it cannot run. */
  reason?: string;
}

const table = new Map(ROWS.map((row) => [row, {
  rates: [],
  sinceStart: [],
  sinceReady: [],
  peakBytes: [],
  losses: [],
  loss: NaN,
} as Measured]));

/** Measures a row unless it has failed. */
async function attempt(row: Row, images: number, passes: number): Promise<Outcome | undefined> {
  const measured = table.get(row)!;
  if (measured.reason !== undefined) return;
  const outcome = await measure(row, images, passes);
  if (typeof outcome !== "string") return outcome;
  measured.reason = outcome;
}

const folder = Deno.makeTempDirSync({ prefix: "kernelwright_peers_" });
try {
  await prepare();
  const { success, stderr } = await deno(["install", "--frozen", "--quiet"], path("peers"));
  if (!success) console.error(`the peers' packages could not be installed: ${new TextDecoder().decode(stderr).trim()}`);

  // also fills the caches of compiled code, before the time to the first step is measured
  for (const [row, measured] of table) {
    const outcome = await attempt(row, batchSize, STEPS);
    measured.losses = outcome?.passes.map(({ loss }) => loss) ?? [];
    measured.note = outcome?.note;
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [row, measured] of table) {
      const first = await attempt(row, batchSize, 1);
      // the first pass warms up
      const steady = await attempt(row, images, row.passes ?? 2);
      if (!first || !steady) continue;
      measured.sinceStart.push(first.sinceStart);
      measured.sinceReady.push(first.sinceReady);
      const warm = steady.passes.slice(1);
      measured.rates.push(images * warm.length / warm.reduce((sum, { seconds }) => sum + seconds, 0));
      measured.peakBytes.push(steady.peakBytes);
      measured.loss = steady.passes[1].loss;
    }
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}

/** GFLOP/s of the machine's cores, as a process with the flags measures it. */
async function peak(): Promise<{ one: number; all: number }> {
  const flags = ["--no-prompt", `--config=${path("../deno.json")}`, "--allow-env", "--allow-read", V8_FLAGS];
  const { stdout } = await deno(["run", ...flags, path("../cli.ts"), "doctor", "--json"]);
  return JSON.parse(new TextDecoder().decode(stdout)).arithmetic;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
const line = (first: string, cells: readonly string[], width: number) =>
  console.log((first.padEnd(34) + cells.map((cell) => cell.padStart(width)).join("")).trimEnd());
const ran = (row: Row) => table.get(row)!.reason === undefined;

console.log(
  `mnist_cnn, batch ${batchSize}, ${ROUNDS} rounds in turn; images/s: passes over ${images} images, the first not counted\n` +
    "first step: seconds from the start of the process; compile: of these, after code and data were loaded\n",
);
line("", ["median", "best", "first step", "compile", "peak MB", "loss"], 11);
for (const [{ name }, { rates, sinceStart, sinceReady, peakBytes, loss, reason }] of table) {
  if (reason !== undefined) {
    console.log(`${name.padEnd(34)} cannot run: ${reason}`);
    continue;
  }
  line(name, [
    median(rates).toFixed(0),
    Math.max(...rates).toFixed(0),
    median(sinceStart).toFixed(2),
    median(sinceReady).toFixed(2),
    (Math.max(...peakBytes) / 1e6).toFixed(0),
    loss.toFixed(4),
  ], 11);
}
console.log(`\nV8 flags: ${V8_FLAGS.replace("--v8-flags=", "")}`);
const { one, all } = await peak();
console.log(
  `peak: ${one.toFixed(0)} GFLOP/s of one core, ${all.toFixed(0)} of all at once (multiply-adds in registers, packed)`,
);
console.log(`\nshare of that peak, at ${(SAMPLE_FLOPS / 1e6).toFixed(2)} MFLOP a sample whatever is saved (medians)\n`);
for (const row of OURS.filter(ran)) {
  const share = median(table.get(row)!.rates) * SAMPLE_FLOPS / 1e9 / (row.form.endsWith(" 1") ? one : all);
  line(row.name, [`${(100 * share).toFixed(1)} %`], 11);
}
for (const note of new Set([...table.values()].flatMap(({ note }) => note ?? []))) console.log(note);

console.log("\nours, times as fast as each peer (medians)\n");
for (const peer of PEERS.filter(ran)) {
  console.log(`against ${peer.name}`);
  for (const own of OURS.filter(ran)) {
    line(`  ${own.name}`, [(median(table.get(own)!.rates) / median(table.get(peer)!.rates)).toFixed(1)], 11);
  }
}

console.log("\nlosses of the first steps, all on the same batch from the same weights\n");
line("step", [...SHOWN.map(String), " largest gap"], 8);
const [reference] = OURS.filter(ran).map((row) => table.get(row)!.losses);
for (const [row, { losses }] of table) {
  if (!reference || losses.length === 0) continue;
  const gap = Math.max(...losses.map((loss, i) => Math.abs(loss - reference[i])));
  line(row.name, [...SHOWN.map((step) => losses[step - 1].toFixed(4)), gap.toExponential(1).padStart(12)], 8);
  if (!(gap <= TOLERANCE)) console.log(`  ${row.name} does not do the same work: its losses are not ours`);
}

if (json) {
  const machine = {
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    cores: navigator.hardwareConcurrency,
    peak: { one, all },
  };
  const date = new Date().toISOString().slice(0, 10);
  const rows = Object.fromEntries([...table].map(([{ name }, measured]) => [name, measured]));
  Deno.writeTextFileSync(json, JSON.stringify({ net: "mnist_cnn", date, machine, images, rows }, null, 2) + "\n");
}
