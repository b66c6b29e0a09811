/**
 * What a run is to do, and doing it.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  backendOf,
  type Checkpoint,
  chooseTarget,
  compareGenerated,
  count,
  type Dataset,
  type DataSplit,
  findTarget,
  generatedFiles,
  InputError,
  limitSamples,
  loadCheckpoint,
  loadData,
  loadMnist,
  MOST_THREADS,
  nounOf,
  prepareCheckpoint,
  prepareReport,
  type ProgressBar,
  repairGenerated,
  sameFile,
  type Spec,
  storageNote,
  targetNote,
  train,
  type Trained,
} from "../../mod.ts";
import { isClone } from "../../runtime/platform/commands.ts";
import { type Line, UsageError } from "../command.ts";
import { checkThreads, parseOptimizations } from "../flags.ts";
import { GENERATED, makeRuns, RUNS, tuningIn } from "../folders.ts";
import { checkNameFree, loadSpecs } from "../nets.ts";
import { print } from "../output.ts";
import { plural, shortPath } from "../text.ts";
import type { Saving } from "./saving.ts";
import { epochText, reached } from "./text.ts";

/** What a machine can do, beside what its kernels do. */
const PEAKS = ["arithmetic", "bandwidth"] as const;

/** What a run is to do and where it writes, from a command line that is checked to the end. */
export type TrainingJob = Awaited<ReturnType<typeof trainingJob>>;

/** Reads and checks all that a run needs. */
export async function trainingJob({ words, flags }: Line) {
  const places = await trainingPlaces(flags);
  const { spec, origin, resume } = await trainingNet(words, flags), before = resume?.training;
  const root = flags.out === undefined ? GENERATED : resolve(flags.out), tuning = await tuningIn(root);
  const without = parseOptimizations(flags.without ?? before?.without.join());
  const loading = trainingData(spec, flags, before?.data.samples);
  // it is read while the net is compiled; what is wrong with it, waiting for it tells
  loading.catch(() => {});
  const wish = flags.target ?? before?.target ?? "auto";
  const choice = wish === "auto"
    ? await chooseTarget(spec, loading, { origin, tuning, without, profile: flags.profile !== undefined })
    : undefined;
  const target = findTarget(choice?.target ?? wish);
  const threads = Number(flags.threads ?? Math.min(navigator.hardwareConcurrency, MOST_THREADS));
  const seed = Number(flags.seed ?? before?.seed ?? 0);
  const epochs = Number(flags.epochs ?? before?.epochs ?? spec.training.epochs);
  const finished = before !== undefined && before.history.length === epochs;
  const written = await prepareFiles(places, spec.name, `${spec.name}-${target.name}-seed${seed}`, flags.resume);
  const files = generatedFiles(spec, { target: target.name, origin, tuning, without });
  // without optimizations nothing is put there
  if (flags.out === undefined && without.length === 0) {
    await checkNameFree(spec, origin, files, { target: target.name, tuning });
  }
  return {
    ...{ spec, data: await loading, resume, finished, target, choice, tuning, without, threads, seed, epochs },
    ...{ root, files, ...written },
  };
}

/** The net that is trained, and the checkpoint that its training goes on from. */
async function trainingNet(
  words: readonly string[],
  { resume: file }: Line["flags"],
): Promise<{ spec: Spec; origin: string; resume?: Checkpoint }> {
  if (file === undefined) return (await loadSpecs(words.length > 0 ? words : ["mnist_cnn"]))[0];
  const resume = await loadCheckpoint(resolve(file), shortPath(resolve(file)));
  const net = words.length > 0 ? (await loadSpecs(words))[0] : { spec: resume.spec, origin: file };
  return { ...net, resume };
}

/** What is trained on. `known`: how many samples a checkpoint was trained on. */
async function trainingData(spec: Spec, flags: Line["flags"], known?: number): Promise<DataSplit> {
  if (flags.data === undefined && spec.input.reduce((size, extent) => size * extent, 1) !== 28 * 28) {
    throw new InputError(
      `without --data the set is MNIST, [1, 28, 28], but net ${spec.name} takes [${
        spec.input.join(", ")
      }]; give --data PATH`,
    );
  }
  const { train, test } = flags.data === undefined ? await loadMnist() : await loadData(resolve(flags.data), { spec });
  return { train: trainingSamples(train, flags, known), test };
}

/** Where a run is to write, as flags tell: each another file. */
async function trainingPlaces(flags: Line["flags"]) {
  const path = (flag?: string) => flag === undefined ? undefined : resolve(flag);
  const file = path(flags.report), traceFile = path(flags.profile), saveFile = path(flags.save);
  const places = ([["--report", file], ["--profile", traceFile], ["--save", saveFile]] as const)
    .flatMap(([name, place]) => place === undefined ? [] : [{ name, place }]);
  for (const [i, { name, place }] of places.entries()) {
    for (const earlier of places.slice(0, i)) {
      if (await sameFile(earlier.place, place)) throw new UsageError(`${earlier.name} and ${name} name the same file`);
    }
  }
  if (flags["save-every"] !== undefined && saveFile === undefined) {
    throw new UsageError("--save-every is of use only with --save");
  }
  checkThreads(flags);
  await makeRuns(places.map(({ place }) => place));
  return { file, traceFile, saveFile };
}

/**
 * Sees to it that what a run is to write can be written, and replaces nothing that would be a loss.
 *
 * @param base the report's name where no flag tells.
 * @param resume the checkpoint that is gone on from: it may be written again, whatever net it is of.
 */
async function prepareFiles(
  { file, traceFile, saveFile }: Awaited<ReturnType<typeof trainingPlaces>>,
  net: string,
  base: string,
  resume?: string,
) {
  const reportFile = await prepareReport(file === undefined ? { base: join(RUNS, base) } : { file });
  const profileFile = traceFile === undefined ? undefined : await prepareReport({ file: traceFile }, "trace");
  const ownFile = saveFile !== undefined && resume !== undefined && await sameFile(resolve(resume), saveFile);
  if (saveFile !== undefined) await prepareCheckpoint(saveFile, ownFile ? {} : { net });
  return { saveFile, ownFile, reportFile, profileFile };
}

/** The training samples that are used. `known`: how many a checkpoint was trained on. */
function trainingSamples(all: Dataset, { limit, resume }: Line["flags"], known?: number): Dataset {
  const count = limit === undefined ? known ?? all.samples : Number(limit);
  if (known === undefined || (count === known && count <= all.samples)) return limitSamples(all, count);
  const found = limit === undefined ? `${all.source} has ${all.samples}` : `--limit is ${limit}`;
  throw new InputError(
    `${resume} was trained on ${known} samples, but ${found}; give the same --data, and no --limit`,
  );
}

/** Trains, and prints what it begins with and each epoch. */
export async function runJob(
  job: TrainingJob,
  { flags }: Line,
  bar: ProgressBar | undefined,
  saving: Saving | undefined,
  signal: AbortSignal,
): Promise<Trained> {
  const { spec, data, resume, target, tuning, without, threads, seed, epochs, root, profileFile } = job;
  const { takesThreads } = backendOf(target);
  return await train(spec, data, {
    target: target.name,
    tuning,
    without,
    threads,
    epochs,
    // what the checkpoint says is compared with what was given
    seed: flags.seed === undefined ? undefined : seed,
    resume,
    // a run that is refused has written no code, and has not said that it goes on
    onStart: () => beginJob(job, flags),
    onCheckpoint: saving && ((checkpoint) => saving.save(checkpoint)),
    checkpointEvery: Number(flags["save-every"] ?? 1),
    signal,
    profile: profileFile !== undefined,
    // V8's flags matter to WebAssembly only; a profile is compared with what the machine can do
    probes: takesThreads ? [...target.sample ? ["mode" as const] : [], ...profileFile ? PEAKS : []] : [],
    // files are of a net that takes bytes. All else is loaded from memory, from the very text that was just compiled; a
    // package cannot count on its engine to load TypeScript from its user's folder
    ...target.script && without.length === 0 && data.train.inputs instanceof Uint8Array && isClone() &&
      { module: pathToFileURL(join(root, spec.name, target.name, target.entry)).href },
    onProgress: bar && ((progress) => bar.show(progress)),
    onEpoch: (report) => {
      bar?.erase();
      print(`${epochText(report, epochs)}\n`);
      const next = profileFile === undefined ? "" : ", then timing kernels";
      if (report.epoch === epochs) {
        bar?.note(`testing on ${count(data.test.samples)} ${nounOf(data.test.shape)}${next}`);
      }
    },
  });
}

/** Writes the code that is missing or stale, and prints what a run begins with. */
async function beginJob(
  { spec, data: { train, test }, resume, finished, target, choice, without, threads, seed, root, files }: TrainingJob,
  flags: Line["flags"],
): Promise<void> {
  const { takesThreads } = backendOf(target);
  // other targets' files are none of this run's business
  const stale = without.length > 0
    ? []
    : (await compareGenerated(root, files)).filter(({ state }) => state !== "superfluous");
  for (const difference of stale) await repairGenerated(root, files, difference);
  if (choice) print(`auto takes ${target.name}: ${choice.reason}\n`);
  if (stale.length > 0) print(`generated ${plural(stale.length, "file")} in ${shortPath(join(root, spec.name))}\n`);
  print(
    `${spec.name}, batch ${spec.batchSize}, target ${target.name}${
      takesThreads ? `, ${plural(threads, "thread")}` : ""
    }, seed ${seed}\n`,
  );
  // auto or a checkpoint chose the target: the same command line is right where they choose another one
  if (!takesThreads && flags.threads !== undefined) {
    print(`--threads ${flags.threads} has no effect: target ${target.name} takes no threads\n`);
  }
  print(
    `${count(train.samples)} training and ${count(test.samples)} test ${nounOf(train.shape)} of ${
      train.shape.join("x")
    }\n`,
  );
  for (const note of [storageNote(train), targetNote(spec, train)]) if (note) print(`note: ${note}\n`);
  if (finished) {
    print(
      `nothing is left to train: ${reached(resume!)} in ${shortPath(resolve(flags.resume!))}; ` +
        "--epochs N trains on, where N is the total\n",
    );
  } else if (resume) print(`goes on from ${shortPath(resolve(flags.resume!))}: ${reached(resume)}\n`);
}
