/**
 * The comparison is measured: every row trains in processes of its own.
 *
 * @module
 */
import { askDoctor, environmentOf, slowestCoreApart } from "../measure/environment.ts";
import { openGate } from "../measure/gate.ts";
import { denoOutput, lastLine, projectFile, RUN, runDeno, v8Flags } from "../measure/programs.ts";
import { summary } from "../measure/summary.ts";
import { CannotRun, type Contender, measureInTurn } from "../measure/turns.ts";
import { type Outcome, workArguments } from "../peers/work.ts";
import type { Results, Row, WholeRun } from "./results.ts";
import { REFERENCE, type Trainer } from "./rows.ts";
import { SHOWN_STEPS } from "./text.ts";

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

/** What the processes of a run have in common. */
interface Setting {
  /** Where images, labels and weights are. */
  readonly folder: string;
  /** Images of a step, and most of a pass. */
  readonly batchSize: number;
  readonly images: number;
  /** Deno's argument for V8 at full speed. */
  readonly fast: string;
}

/** Trains a row in a process of its own. */
async function trained(
  { file, form, fast }: Trainer,
  { folder, fast: flags }: Setting,
  work: { images: number; passes: number; seconds: number },
): Promise<Outcome> {
  const config = file.startsWith("bench/peers/") ? "bench/peers/deno.json" : "deno.json";
  const ran = await runDeno([
    "run",
    "--no-prompt",
    // what is missing is a reason, not a download within the time to the first step
    "--frozen",
    "--cached-only",
    `--config=${projectFile(config)}`,
    "--allow-env",
    "--allow-read",
    ...fast ? [flags] : [],
    projectFile(file),
    ...workArguments({ form, folder, ...work }),
  ]);
  if ("reason" in ran) throw new CannotRun(ran.reason);
  return lastLine(ran.output);
}

/** Images/s of passes, of which the first warms up. */
const rate = (images: number, [, ...timed]: Outcome["passes"]) =>
  images * timed.length / timed.reduce((sum, { seconds }) => sum + seconds, 0);

/** A row that is measured: what is known of it so far. */
interface Measuring extends Contender<number> {
  readonly row: Row;
}

/** A row as it is measured: images/s. Its first steps also fill the caches of compiled code. */
function contender(trainer: Trainer, setting: Setting, adapter: boolean): Measuring {
  const { batchSize, images: most } = setting;
  const row: Row = { rates: [], sinceStart: [], sinceReady: [], peakBytes: [], losses: [] };
  const add = ({ sinceStart, sinceReady, peakBytes }: Outcome) => {
    row.sinceStart.push(sinceStart);
    row.sinceReady.push(sinceReady);
    row.peakBytes.push(peakBytes);
  };
  return {
    name: trainer.name,
    row,
    async prepare() {
      if (trainer.gpu && !adapter) {
        throw new CannotRun("it needs a WebGPU adapter, and navigator.gpu.requestAdapter() gives none here");
      }
      const outcome = await trained(trainer, setting, { images: batchSize, passes: STEPS, seconds: CHECK_SECONDS });
      const { passes, adapter: used, note } = outcome, speed = rate(batchSize, passes);
      Object.assign(row, { losses: passes.map(({ loss }) => loss), adapter: used, note });
      if (batchSize / speed > SLOW_STEP) {
        add(outcome);
        return passes.slice(1).map(({ seconds }) => batchSize / seconds);
      }
      row.images = batchSize * Math.max(1, Math.floor(Math.min(most, speed * PASS_SECONDS) / batchSize));
      row.passes = 1 + Math.min(TIMED_PASSES, Math.max(1, Math.round(speed * TIMED_SECONDS / row.images)));
    },
    async measure() {
      const images = row.images!, passes = row.passes!;
      // a process for the first step, and one for the speed
      const first = await trained(trainer, setting, { images: batchSize, passes: 1, seconds: 0 });
      const steady = await trained(trainer, setting, { images, passes, seconds: Infinity });
      add({ ...first, peakBytes: steady.peakBytes });
      return rate(images, steady.passes);
    },
  };
}

/** The versions of the peers' packages: what is behind the last @ of each. */
function peerVersions(): Record<string, string> {
  const { imports } = JSON.parse(Deno.readTextFileSync(projectFile("bench/peers/deno.json"))) as {
    imports: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(imports).map(([name, from]) => [name, from.slice(from.lastIndexOf("@") + 1)]),
  );
}

const progress = (what: string) => console.error(what);

/** Writes what the processes of rows read into a folder. Returns the machine's load before. */
async function prepareFolder(folder: string, word: string, images: number): Promise<number> {
  const flags = ["--allow-env", "--allow-read", "--allow-write", "--allow-sys=loadavg"];
  return Number(
    await denoOutput([...RUN, ...flags, projectFile("bench/comparison/prepare.ts"), folder, word, `${images}`]),
  );
}

/** The rows, each with how far its losses are from those of the reference. */
async function measureRows(
  trainers: readonly Trainer[],
  setting: Setting,
  adapter: boolean,
): Promise<Record<string, Row>> {
  const contenders = trainers.map((trainer) => contender(trainer, setting, adapter));
  const gate = await openGate({ look: slowestCoreApart });
  const measured = await measureInTurn(contenders, { rounds: ROUNDS, gate, say: progress });
  const reference = contenders.find(({ name }) => name === REFERENCE.name) ?? contender(REFERENCE, setting, adapter);
  // where it cannot run, there is nothing to compare with
  if (!contenders.includes(reference)) await Promise.resolve(reference.prepare!()).catch(() => {});
  return Object.fromEntries(contenders.map(({ name, row }) => {
    const { values: rates, slow, reason } = measured[name];
    const gaps = row.losses.slice(0, reference.row.losses.length)
      .map((loss, i) => Math.abs(loss - reference.row.losses[i]));
    return [name, {
      ...row,
      rates: [...rates],
      ...slow > 0 && { slow },
      ...gaps.length > 0 && { gap: Math.max(...gaps) },
      ...reason === undefined ? { spread: summary(rates).spread } : { reason },
    }];
  }));
}

/** Measures rows with the net of a spec, a file or a name in `specs/`; `full`: a run of all epochs, too. `complain`: told what fails without the rows being lost. */
export async function measurePeers(
  trainers: readonly Trainer[],
  { word, batchSize, images, full }: { word: string; batchSize: number; images: number; full: boolean },
  complain: (message: string) => void,
): Promise<Results> {
  const folder = Deno.makeTempDirSync({ prefix: "kernelwright_peers_" });
  try {
    const fast = await v8Flags(), load = await prepareFolder(folder, word, images);
    progress("what this machine can do");
    const { machine: { gpu: adapter, ...machine }, date, versions } = environmentOf(await askDoctor(fast), load);
    if (trainers.some(({ file }) => file.startsWith("bench/peers/"))) {
      const installed = await runDeno(["install", "--frozen", "--quiet"], { cwd: projectFile("bench/peers") });
      if ("reason" in installed) progress(`the peers' packages could not be installed: ${installed.reason}`);
    }
    const rows = await measureRows(trainers, { folder, batchSize, images, fast }, adapter !== null);
    return {
      net: JSON.parse(Deno.readTextFileSync(`${folder}/spec.json`)).name,
      batchSize,
      date,
      machine: { ...machine, adapter },
      versions: { ...versions, ...peerVersions() },
      v8Flags: fast.replace("--v8-flags=", ""),
      rounds: ROUNDS,
      rows,
      wholeRun: full ? await measureWhole(fast, complain) : undefined,
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A run of all epochs. */
async function measureWhole(fast: string, complain: (message: string) => void): Promise<WholeRun | undefined> {
  progress("all epochs");
  const program = projectFile("bench/comparison/whole_run.ts");
  const ran = await runDeno([...RUN, "--allow-env", "--allow-read", fast, program, "wasm_relaxed"]);
  if ("output" in ran) return lastLine(ran.output);
  complain(`bench/comparison/whole_run.ts: ${ran.reason}`);
}
