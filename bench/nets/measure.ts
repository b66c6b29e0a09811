/**
 * Nets are measured: each by every configuration in turn, each in processes of its own.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { askDoctor, environmentOf, slowestCoreApart } from "../measure/environment.ts";
import { ALWAYS_OPEN, type Gate, openGate } from "../measure/gate.ts";
import { lastLine, projectFile, RUN, runDeno, runProgram, v8Flags } from "../measure/programs.ts";
import { median } from "../measure/summary.ts";
import { CannotRun, type Contender, measureInTurn } from "../measure/turns.ts";
import type { Configuration } from "./configurations.ts";
import { type Job, type Outcome, TOLD } from "./job.ts";
import type { Prepared } from "./prepare.ts";
import type { NetResult, Results, Row, Torch } from "./results.ts";

/** A net that is measured. */
export interface Net {
  readonly name: string;
  /** Path of its spec. */
  readonly file: string;
  /** What is in that, of a net that was made at random. */
  readonly spec?: unknown;
}

/** How much each configuration does. */
export interface Effort {
  readonly rounds: number;
  readonly quick: boolean;
  /** Whether the time to the first step is measured too. */
  readonly first: boolean;
}

/**
 * Seconds of a round: those that warm up, and those that count. A pass: its work at most, in multiplications and
 * additions, and bytes of its samples.
 */
const LONG = { warmUp: 1.5, seconds: 3.5, work: 40e9, bytes: 32 * 2 ** 20 },
  QUICK: typeof LONG = { warmUp: 0.3, seconds: 0.7, work: 4e9, bytes: 2 * 2 ** 20 };
/** After so many seconds a process is given up. */
const MOST_SECONDS = 300;
/** Seconds that are waited for a machine that gives less than it can, for each net and round. */
const PATIENCE = 20;

/** OpenBLAS by the threads that PyTorch has, where Debian's package is installed: the fastest for it. */
const BLAS = "/usr/lib/x86_64-linux-gnu/openblas-openmp";
const TORCH = projectFile("bench/nets/torch_cpu.py");

/** A Python with PyTorch. */
export interface Python {
  readonly command: string;
  /** Folders of its libraries, if it is told any. */
  readonly libraries?: string;
}

/** What is set for PyTorch's processes. */
const torchEnv = ({ libraries }: Python, threads = navigator.hardwareConcurrency): Record<string, string> => ({
  OMP_NUM_THREADS: `${threads}`,
  OPENBLAS_NUM_THREADS: `${threads}`,
  ...libraries !== undefined && { LD_LIBRARY_PATH: libraries },
});

/** The first of some Pythons that has PyTorch; or why none has. `libraries`: folders of libraries that the user set. */
export async function findTorch(
  commands: readonly string[],
  libraries?: string,
): Promise<{ python?: Python; torch: Torch }> {
  const folders = [...existsSync(BLAS) ? [BLAS] : [], ...libraries ? [libraries] : []];
  const reasons: string[] = [];
  for (const command of commands) {
    const python = { command, ...folders.length > 0 && { libraries: folders.join(":") } };
    const ran = await runProgram(command, [TORCH], { env: torchEnv(python), seconds: MOST_SECONDS });
    if ("output" in ran) return { python, torch: lastLine(ran.output) };
    reasons.push(ran.reason.startsWith("there is no ") ? ran.reason : `${command}: ${ran.reason}`);
  }
  return { torch: { reason: reasons.join("; ") } };
}

/** What all processes of a run have in common. */
interface Setting {
  readonly python?: Python;
  /** Deno's argument for V8 at full speed. */
  readonly fast: string;
  readonly effort: Effort;
  readonly gate: Gate;
  readonly say: (what: string) => void;
}

/** Does a job in a process of its own. */
async function done(
  { program, env = {} }: Configuration,
  job: Omit<Job, "started">,
  { python, fast }: Setting,
): Promise<Outcome> {
  const text = JSON.stringify({ ...job, started: Date.now() } satisfies Job), seconds = MOST_SECONDS;
  const ran = program === "pytorch"
    ? await runProgram(python!.command, [TORCH, text], { env: { ...torchEnv(python!, job.threads), ...env }, seconds })
    : await runDeno([...RUN, "--allow-read", fast, projectFile("bench/nets/ours.ts"), text], { seconds });
  if ("reason" in ran) throw new CannotRun(ran.reason);
  return lastLine(ran.output);
}

/** A configuration that is measured: what is known of it so far. */
interface Measuring extends Contender<number> {
  readonly row: { losses: readonly number[]; apart?: readonly number[]; firstSteps: number[]; peakBytes: number[] };
}

/** A configuration as it is measured: samples/s. */
function contender(
  configuration: Configuration,
  net: string,
  folder: string,
  { batches }: Prepared,
  setting: Setting,
): Measuring {
  const { name, tuned = false } = configuration, { quick, first } = setting.effort;
  const threads = configuration.threads === "one" ? 1 : navigator.hardwareConcurrency;
  const few = { folder, threads, tuned, batches: 1, passes: 1, warmUp: 0, seconds: 0 };
  const { warmUp, seconds } = quick ? QUICK : LONG;
  const row: Measuring["row"] = { losses: [], firstSteps: [], peakBytes: [] };
  return {
    name,
    row,
    async prepare() {
      const { losses, apart } = await done(configuration, { ...few, passes: TOLD }, setting);
      row.losses = losses;
      if (apart) row.apart = apart;
    },
    async measure() {
      const start = first ? await done(configuration, few, setting) : undefined;
      const { rates, peakBytes } = await done(configuration, { ...few, batches, warmUp, seconds }, setting);
      if (start) row.firstSteps.push(start.sinceStart);
      row.peakBytes.push(peakBytes);
      const rate = median(rates), more = start ? `, first step after ${start.sinceStart.toFixed(2)} s` : "";
      setting.say(`${net}: ${name}: ${rate.toFixed(0)} images/s${more}`);
      return rate;
    },
  };
}

/** A net by each configuration. */
async function measureNet(
  { name, file, spec }: Net,
  configurations: readonly Configuration[],
  setting: Setting,
): Promise<NetResult> {
  const { effort: { rounds, quick }, gate, say } = setting;
  const folder = Deno.makeTempDirSync({ prefix: "kernelwright_nets_" });
  try {
    const { bytes, work: most } = quick ? QUICK : LONG;
    const words = [file, folder, `${bytes}`, `${most}`];
    const program = projectFile("bench/nets/prepare.ts");
    const ran = await runDeno([...RUN, "--allow-read", `--allow-write=${folder}`, program, ...words]);
    if ("reason" in ran) return { batchSize: 0, work: 0, configurations: {}, ...spec ? { spec } : {}, ...ran };
    const prepared: Prepared = lastLine(ran.output);
    const contenders = configurations.map((each) => contender(each, name, folder, prepared, setting));
    const measured = await measureInTurn(contenders, { rounds, gate, say: (what) => say(`${name}: ${what}`) });
    const rows = contenders.map(({ name, row }): [string, Row] => {
      const { values: rates, slow, reason } = measured[name];
      return [name, { ...row, rates, ...slow > 0 && { slow }, ...reason !== undefined && { reason } }];
    });
    const { work, batchSize } = prepared;
    return { batchSize, work, configurations: Object.fromEntries(rows), ...spec ? { spec } : {} };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Measures nets by configurations. `onNet`: called after each net with all that was measured so far. */
export async function measureNets(
  nets: readonly Net[],
  configurations: readonly Configuration[],
  { python, torch, effort, say, onNet = () => {} }: {
    python?: Python;
    torch: Torch;
    effort: Effort;
    say: (what: string) => void;
    onNet?: (results: Results) => unknown;
  },
): Promise<Results> {
  const [load] = Deno.loadavg(), fast = await v8Flags();
  say("what this machine can do");
  const environment = environmentOf(await askDoctor(fast), load);
  const patience = PATIENCE * nets.length * effort.rounds;
  const gate = effort.quick ? ALWAYS_OPEN : await openGate({ look: slowestCoreApart, patience });
  const able = configurations.filter(({ program }) => program === "kernelwright" || python);
  const results = {
    ...environment,
    v8Flags: fast.replace("--v8-flags=", ""),
    pytorch: torch,
    rounds: effort.rounds,
    ...effort.quick && { quick: true },
    nets: {} as Record<string, NetResult>,
  };
  for (const net of nets) {
    results.nets[net.name] = await measureNet(net, able, { python, fast, effort, gate, say });
    await onNet(results);
  }
  // the machine is not at its best at each moment
  const { arithmetic } = await askDoctor(fast), { peak } = results.machine;
  const best = { one: Math.max(peak.one, arithmetic!.one), all: Math.max(peak.all, arithmetic!.all) };
  return { ...results, machine: { ...results.machine, peak: best } };
}
