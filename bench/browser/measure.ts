/**
 * The comparison is measured: each row trains in a process of its own, or in a browser of its own.
 *
 * @module
 */
import { join } from "node:path";
import type { Call, PageOptions } from "../../tests/browser_module.ts";
import { findChromium, findEngine, NAMES } from "../../tests/engines.ts";
import { askDoctor, environmentOf, slowestCoreApart } from "../measure/environment.ts";
import { openGate } from "../measure/gate.ts";
import { lastLine, projectFile, type Ran, runDeno, runProgram, v8Flags } from "../measure/programs.ts";
import { CannotRun, type Contender, measureInTurn, type TurnOptions } from "../measure/turns.ts";
import type { PageOutcome, PageWork } from "../peers/peer.ts";
import type { BundleOutcome, BundleWork } from "./ours.ts";
import { type Prepared, prepareNet, prepareOurs, preparePeers } from "./prepare.ts";
import type { NetResult, Results, Row } from "./results.ts";
import { NETS, type Trainer } from "./rows.ts";

/** Steps whose losses are compared. */
const STEPS = 3;
/** After so many seconds a process or page is given up. */
const PATIENCE = 180;

/** How much is measured. */
export interface Effort {
  readonly quick: boolean;
  readonly rounds: number;
  /** Seconds that are timed of each row in a round. */
  readonly seconds: number;
  /** Whether rows were asked for by name: then all of them train each net, those that are slow too. */
  readonly named: boolean;
}

/** What the processes of a run have in common. */
interface Setting {
  readonly folder: string;
  readonly flags: Results["flags"];
  readonly seconds: number;
  /** Why other libraries cannot run. */
  readonly noPeers?: string;
}

/** @throws {CannotRun} with the reason of a program that failed. */
function printed<Value>(ran: Ran): Value {
  if ("reason" in ran) throw new CannotRun(ran.reason);
  return lastLine(ran.output);
}

/** Calls a function of a module in the folder, in a page of Chromium. */
async function inPage<Outcome>(
  { folder }: Setting,
  call: readonly [module: string, name: string, work: unknown],
  options: PageOptions,
): Promise<Outcome> {
  const chromium = findChromium(), [module, name, work] = call;
  if (!chromium) throw new CannotRun("there is no Chromium here");
  const ran = await runDeno([
    ...["run", "--no-prompt", `--config=${projectFile("deno.json")}`, "--allow-read", "--allow-write", "--allow-env"],
    ...["--allow-run", "--allow-sys=homedir,osRelease", "--allow-net=127.0.0.1"],
    ...[projectFile("tests/browser_module.ts"), chromium, folder, module, name],
    ...[JSON.stringify([work]), JSON.stringify(options)],
  ], { seconds: PATIENCE });
  const { returned, thrown } = printed<Call>(ran);
  if (thrown !== undefined) throw new CannotRun(thrown.split("\n")[0]);
  return returned as Outcome;
}

/** Starts a bundle in an engine with a command line. */
async function inEngine({ engine, flags }: Trainer, setting: Setting, work: BundleWork): Promise<BundleOutcome> {
  const args = [join(setting.folder, "program.js"), JSON.stringify(work)];
  const own = flags ? setting.flags[flags] : undefined, seconds = PATIENCE;
  if (engine === "deno") {
    const v8 = own === undefined ? [] : [`--v8-flags=${own}`];
    return printed(
      await runDeno(["run", "--no-prompt", "--no-config", ...v8, `--allow-read=${setting.folder}`, ...args], {
        seconds,
      }),
    );
  }
  const program = findEngine(engine as keyof typeof NAMES);
  if (!program) {
    throw new CannotRun(`there is no ${NAMES[engine as keyof typeof NAMES]}: deno task engines installs it`);
  }
  return printed(await runProgram(program, [...own?.split(",") ?? [], ...args], { seconds }));
}

/** Trains a row. */
function train(trainer: Trainer, net: Prepared, setting: Setting): Promise<BundleOutcome | PageOutcome> {
  const { peer, gpu, isolated, engine, threads } = trainer, { data, bundle } = net, { seconds } = setting;
  if (peer) {
    if (setting.noPeers !== undefined) throw new CannotRun(setting.noPeers);
    const work: PageWork = { ...peer, data, steps: STEPS, seconds };
    return inPage(setting, ["page.js", "trainInPage", work], { isolated, gpu, patience: 0 });
  }
  const work: BundleWork = { bundle, data, threads: threads!, steps: STEPS, seconds };
  if (engine === "chromium") return inPage(setting, ["ours.js", "trainBundle", work], { isolated });
  return inEngine(trainer, setting, work);
}

/** A row that is measured, and what is known of it so far. */
interface Measuring extends Contender<number> {
  readonly row: { losses: readonly number[] } & Pick<Row, "target" | "threads" | "adapter">;
}

/** A row as it is measured: images/s. */
function contender(trainer: Trainer, net: Prepared, setting: Setting): Measuring {
  const row: Measuring["row"] = { losses: [] };
  const measure = async () => {
    const { rate, note: _, ...found } = await train(trainer, net, setting) as BundleOutcome & PageOutcome;
    Object.assign(row, found);
    return rate!;
  };
  return { name: trainer.name, row, measure, ...trainer.slow && { prepare: async () => [await measure()] } };
}

/** The rows of a net. */
async function measureNet(
  trainers: readonly Trainer[],
  net: Prepared,
  setting: Setting,
  turns: TurnOptions,
): Promise<NetResult> {
  const contenders = trainers.map((trainer) => contender(trainer, net, setting));
  const measured = await measureInTurn(contenders, turns);
  const rows = contenders.map(({ name, row }) => {
    const { values: rates, slow, reason } = measured[name];
    return [name, { rates, ...row, ...slow > 0 && { slow }, ...reason !== undefined && { reason } }] as const;
  });
  return { batchSize: net.batchSize, rows: Object.fromEntries(rows) };
}

/** Versions of engines that are there, and of other libraries. */
async function versionsHere(): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  const ask = async (name: string, program: string | undefined) => {
    const ran = program === undefined ? undefined : await runProgram(program, ["--version"], { seconds: 20 });
    if (ran && "output" in ran) versions[name] = /\d[\d.]*/.exec(ran.output)?.[0] ?? ran.output.trim();
  };
  for (const name of ["node24", "node26", "bun"] as const) await ask(name, findEngine(name));
  await ask("chromium", findChromium());
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(projectFile("bench/peers/deno.json")),
  );
  for (const name of ["@jax-js/jax", "@tensorflow/tfjs"]) versions[name] = imports[name].split("@").at(-1)!;
  return versions;
}

/** Measures nets, the files of their specs. `onNet`: told of what there is after each. */
export async function measureBrowser(
  trainers: readonly Trainer[],
  nets: readonly string[],
  { effort, say, onNet }: { effort: Effort; say: (what: string) => void; onNet: (results: Results) => unknown },
): Promise<Results> {
  const folder = await Deno.makeTempDir({ prefix: "kernelwright_browser_" });
  try {
    const flagsOf = async (...words: string[]) => (await v8Flags(...words)).replace("--v8-flags=", "");
    const flags = { full: await flagsOf(), packed: await flagsOf("checked") };
    say("building");
    await prepareOurs(folder);
    const prepared = [];
    for (const file of nets) prepared.push(await prepareNet(folder, file));
    const noPeers = trainers.some(({ peer }) => peer) ? await preparePeers(folder) : undefined;
    say("what this machine can do");
    const environment = environmentOf(await askDoctor(`--v8-flags=${flags.full}`), prepared[0].load);
    let results: Results = {
      ...environment,
      versions: { ...environment.versions, ...await versionsHere() },
      ...{ flags, rounds: effort.rounds, nets: {} },
      ...effort.quick && { quick: true },
    };
    const gate = effort.quick ? undefined : await openGate({ look: slowestCoreApart });
    const setting = { folder, flags, seconds: effort.seconds, noPeers };
    for (const net of prepared) {
      say(net.name);
      const suited = effort.named
        ? trainers
        : trainers.filter(({ gpu, slow }) => net.name === NETS[0] || !(gpu || slow));
      const measured = await measureNet(suited, net, setting, { rounds: effort.rounds, gate, say });
      results = { ...results, nets: { ...results.nets, [net.name]: measured } };
      await onNet(results);
    }
    return results;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
