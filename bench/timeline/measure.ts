/**
 * The timeline is measured: every configuration trains in a process of its own, since V8's flags are a process's.
 *
 * @module
 */
import { loadSpec, type Machine, trainingWork } from "../../mod.ts";
import { askDoctor, environmentOf } from "../measure/environment.ts";
import { openGate } from "../measure/gate.ts";
import { lastLine, projectFile, RUN, runDeno, v8Flags } from "../measure/programs.ts";
import { CannotRun, type Contender, measureInTurn } from "../measure/turns.ts";
import type { Engine } from "./ladder.ts";
import type { Measured, Results } from "./results.ts";
import type { Outcome, Work } from "./rung.ts";
import { configurationsOf, storyOf } from "./stories.ts";

/** Rounds in which each configuration is timed, in turn with the others. */
const ROUNDS = 3;
/** Of the images that each configuration trains first, in so many epochs, a part is enough to see that it runs. */
const CHECK_EPOCHS = 2, QUICK_PART = 1 / 5;
/** Seconds of a timed epoch, and how many there are in a round; the first warms V8 up. */
const EPOCH_SECONDS = 1, EPOCHS = 3;
/** Images that there are. */
const MOST_IMAGES = 60_000;

/** A configuration that is measured: what is known of it from its check. */
interface Checked extends Contender<number> {
  checked: Omit<Measured, "rates" | "slow" | "reason">;
}

/** Trains a configuration in a process of its own. */
async function trained(work: Work, flags: readonly string[]): Promise<Outcome> {
  const ran = await runDeno([
    ...RUN,
    "--allow-read",
    ...flags,
    projectFile("bench/timeline/rung.ts"),
    JSON.stringify(work),
  ]);
  if ("reason" in ran) throw new CannotRun(ran.reason);
  return lastLine(ran.output);
}

/** A configuration as it is measured: images/s. */
function contender(
  work: Omit<Work, "images" | "epochs">,
  flags: readonly string[],
  batchSize: number,
  check: Results["check"],
  seconds: number,
): Checked {
  const { name } = work.configuration;
  return {
    name,
    checked: { losses: [], images: 0, threads: 0 },
    async prepare() {
      const { epochs, threads } = await trained({ ...work, ...check }, flags);
      const rate = check.images / epochs.at(-1)!.seconds;
      const most = Math.floor(MOST_IMAGES / batchSize);
      const batches = Math.min(most, Math.max(1, Math.round(rate * seconds / batchSize)));
      this.checked = { losses: epochs.map(({ loss }) => loss), images: batches * batchSize, threads };
    },
    async measure() {
      const { images } = this.checked;
      const { epochs: [, ...warm] } = await trained({ ...work, images, epochs: EPOCHS }, flags).catch((error) => {
        throw new Error(`${name} ran and then did not: ${error.message}`);
      });
      return images * warm.length / warm.reduce((sum, { seconds }) => sum + seconds, 0);
    },
  };
}

/** V8's flags for each way to run WebAssembly, on this kind of processor. */
async function engineFlags(): Promise<Record<Engine, readonly string[]>> {
  return { default: [], unchecked: [await v8Flags("unpacked")], packed: [await v8Flags()] };
}

/** Measures configurations of a net: those that are named, or all that can run on such a machine. */
export async function measureTimeline(
  file: string,
  word: string,
  only: readonly string[] | undefined,
  quick: boolean,
): Promise<Results> {
  const spec = await loadSpec(file, word), { batchSize } = spec, story = storyOf(spec.name);
  const all = configurationsOf(story);
  for (const name of only ?? []) {
    if (all.some((each) => each.name === name)) continue;
    throw new Error(`net ${spec.name} has no configuration "${name}": ${all.map(({ name }) => name).join(", ")}`);
  }
  const [load] = Deno.loadavg(), flags = await engineFlags();
  const machine: Machine = await askDoctor(flags.packed[0]);
  const images = story.checkImages * (quick ? QUICK_PART : 1);
  // whole batches, so that none is short
  const check = { images: Math.max(1, Math.round(images / batchSize)) * batchSize, epochs: CHECK_EPOCHS };
  const tuning = projectFile("generated/tuning.json");
  const contenders = all
    .filter(({ name, target }) => only ? only.includes(name) : target !== "webgpu" || machine.gpu)
    .map((configuration) =>
      contender(
        { configuration, spec: file, origin: word, tuning },
        flags[configuration.engine],
        batchSize,
        check,
        EPOCH_SECONDS / (quick ? 10 : 1),
      )
    );
  const rounds = quick ? 1 : ROUNDS;
  const gate = quick ? undefined : await openGate();
  const measured = await measureInTurn(contenders, { rounds, gate, say: (what) => console.error(what) });
  return {
    net: spec.name,
    batchSize,
    work: trainingWork(spec),
    ...environmentOf(machine, load),
    check,
    rounds,
    ...quick && { quick },
    configurations: Object.fromEntries(contenders.map(({ name, checked }) => {
      const { values: rates, slow, reason } = measured[name];
      return [name, { rates, ...slow > 0 && { slow }, ...checked, ...reason !== undefined && { reason } }];
    })),
  };
}
