/**
 * The command line: train, evaluate, predict, import, export, report, generate, show, verify, tune, schema, doctor.
 *
 * @module
 */
// first of all
import "./runtime/platform/deno_version.ts";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs, styleText } from "node:util";
import {
  asStarted,
  type Checkpoint,
  chooseTarget,
  compareGenerated,
  compile,
  type CompileOptions,
  count,
  type Dataset,
  DivergedError,
  type EpochReport,
  evaluate,
  type Evaluation,
  exportOnnx,
  findTarget,
  generatedFiles,
  holdsSomething,
  InputError,
  jsonSchema,
  kernelStages,
  limitSamples,
  loadCheckpoint,
  loadIdxDirectory,
  loadIdxTestSet,
  loadMnist,
  loadNames,
  loadPredictor,
  loadReport,
  loadSpec,
  loadTuning,
  loadWeights,
  type Machine,
  measureMachine,
  MOST_EPOCHS,
  MOST_THREADS,
  type Optimization,
  OPTIMIZATIONS,
  PACKING_WORDS,
  type Prediction,
  prepareCheckpoint,
  prepareFile,
  prepareReport,
  printable,
  processorTargets,
  ProfileError,
  profileTable,
  ProgressBar,
  type Rate,
  readInputs,
  type Refusal,
  repairGenerated,
  reportHtml,
  runsHere,
  sameFile,
  saveCheckpoint,
  saveTuning,
  type Spec,
  specNames,
  StoppedError,
  storageNote,
  targets,
  train,
  type Trained,
  type TrainingReport,
  tune,
  type TunedRow,
  type Tuning,
  verifyNet,
  type VerifyRow,
  VERSION,
  writeAtomically,
  writeDurably,
} from "./mod.ts";

/** The project: the folder this file is in. */
const PROJECT = import.meta.dirname ?? Deno.cwd();
const SPECS = join(PROJECT, "specs"), GENERATED = join(PROJECT, "generated"), RUNS = join(PROJECT, "runs");

/**
 * Exit codes: as it should be, an error, a wrong command line, training has diverged, nobody reads what is written (a
 * shell's 128 + SIGPIPE).
 */
const OK = 0, ERROR = 1, USAGE = 2, DIVERGED = 3, PIPE_CLOSED = 141;
/** What stops training, and the exit code then: a shell's 128 + the signal's number. */
const STOPPING = { SIGINT: 130, SIGTERM: 143 } as const;
/** Milliseconds in which it counts once: a terminal sends Ctrl-C to `deno task` too, which hands it on. */
const SAME_KEY = 500;

/** A wrong command line. */
class UsageError extends Error {}

interface Flag {
  /** How help calls its value; a flag without one is on or off. */
  readonly value?: string;
  readonly text: string;
  readonly choices?: readonly string[];
  /** Smallest and largest whole number. */
  readonly range?: readonly [number, number];
}

interface Command {
  readonly text: string;
  /** How help calls the arguments that are no flags, and how many there may be. */
  readonly words: string;
  readonly least?: number;
  readonly most: number;
  readonly notes?: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly example: string;
  /** It is there for the files that it writes: it goes on where its output cannot be written. */
  readonly writes?: boolean;
  /** Returns the exit code. */
  run(line: Line): Promise<number>;
}

/** A command line that has been checked. */
interface Line {
  /** As they were given. */
  readonly args: readonly string[];
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | undefined>>;
}

const EPOCHS = [1, MOST_EPOCHS] as const;
const THREADS = [1, MOST_THREADS] as const;
const targetNames = ["auto", ...targets.map(({ name }) => name)];
const stages = ["kernel", "schedule", "nest", "source"] as const;

const check: Flag = { text: "change nothing; exit 1 and name what is not as it should be" };
const target: Flag = { value: "T", text: `${targetNames.join(", ")} (default: auto)`, choices: targetNames };
const seed: Flag = { value: "N", text: "what random numbers follow from (default: 0)", range: [0, 2 ** 53 - 1] };
const without: Flag = {
  value: "RULES",
  text: `leave out optimizations, with commas: ${OPTIMIZATIONS.join(", ")}`,
};
/** What a machine can do, beside what its kernels do. */
const PEAKS = ["arithmetic", "bandwidth"] as const;
/** The file of tuned schedules in a folder of generated nets. */
const TUNING = "tuning.json";
const out: Flag = { value: "DIR", text: "folder of generated nets (default: the project's generated/)" };
/** Targets that a thread can ask. */
const askable = ["auto", ...processorTargets.map(({ name }) => name)];
const data: Flag = {
  value: "DIR",
  text: "folder of IDX files, named as MNIST's, EMNIST's or QMNIST's (default: MNIST)",
};
const weights: Flag = { value: "W", text: "a checkpoint, or weights of another program in the format safetensors" };
const json: Flag = { text: "print JSON" };
const specNote =
  "SPEC is a JSON file or the name of a net in specs/. In a task, paths count from the project's folder.";

const commands: Readonly<Record<string, Command>> = {
  train: {
    text: "train a net and test it (default: mnist_cnn on MNIST)",
    words: "[SPEC]",
    most: 1,
    notes: [
      specNote,
      "What is missing or stale in the folder of generated nets is generated first.",
      "Target auto is webgpu where there is a GPU that can hold net and data, else the fastest of the others here; the",
      "other commands take none but those others for auto.",
      "Ctrl-C ends training after a step, and saves if --save is given; once more ends it at once. The exit code is 3",
      "when the loss or a weight is infinite or NaN: what was saved before stays.",
    ],
    flags: {
      target,
      threads: {
        value: "N",
        text: `worker threads (default: all cores, here ${navigator.hardwareConcurrency})`,
        range: THREADS,
      },
      epochs: { value: "N", text: "passes over the training samples (default: the spec's)", range: EPOCHS },
      limit: { value: "N", text: "use the first N training samples (default: all)", range: [1, 2 ** 31 - 1] },
      seed,
      without,
      data,
      save: {
        value: "FILE",
        text: "keep what was trained in FILE, in safetensors; it replaces a checkpoint of the same net only",
      },
      "save-every": {
        value: "N",
        text: "epochs between saves (default: 1); it is saved at the end anyway",
        range: EPOCHS,
      },
      resume: {
        value: "FILE",
        text: "go on from FILE: net, target, seed and epochs are as they were; --epochs N counts those done, too",
      },
      report: { value: "FILE", text: "JSON report; it replaces another report only (default: a new file in runs/)" },
      profile: {
        value: "FILE",
        text: "also time each kernel: a table, and in FILE a trace for ui.perfetto.dev; it replaces a trace only",
      },
      out,
    },
    example: "deno task train lenet5 --epochs 3 --report runs/lenet5.json",
    writes: true,
    run: trainNet,
  },
  evaluate: {
    text: "test a trained net: accuracy, confusion, figures of each class",
    words: "[NET]",
    most: 1,
    notes: [
      "NET is the net that weights of another program are of, as SPEC elsewhere; a checkpoint has its own.",
      "In a task, paths count from the project's folder.",
    ],
    flags: {
      weights,
      target,
      threads: { value: "N", text: "worker threads (default: all cores)", range: THREADS },
      data: { ...data, text: `${data.text}; test files are enough` },
      json,
    },
    example: "deno task evaluate --weights runs/mnist_cnn.safetensors",
    run: evaluateNet,
  },
  predict: {
    text: "tell what images show: label and probabilities",
    words: "FILE...",
    least: 1,
    most: Infinity,
    notes: [
      "FILE is an image in PNG or PGM, of any size, grey or in colours: it gets the net's size by averaging areas;",
      "or images of the net's size in IDX, plain or .gz; or numbers of 32 bits, little-endian, in a file named .f32.",
      "In a task, paths count from the project's folder.",
    ],
    flags: {
      weights,
      net: { value: "NET", text: "the net that weights of another program are of (default: a checkpoint's own)" },
      "dark-on-light": { text: "images are dark on a light ground: swap light and dark (default: light on dark)" },
      batch: { value: "N", text: "samples that are computed at once (default: 1)", range: [1, 4096] },
      target: { value: "T", text: `${askable.join(", ")} (default: auto)`, choices: askable },
      json,
    },
    example: "deno task predict seven.png --dark-on-light --weights runs/mnist_cnn.safetensors",
    run: predict,
  },
  import: {
    text: "make a checkpoint of another program's weights, such as PyTorch's",
    words: "FILE NET",
    least: 2,
    most: 2,
    notes: [
      "FILE is in the format safetensors; NET is the net that the weights are of, a JSON file or its name in specs/.",
      "Layers are found by the shapes of their weights, and by the numbers in their names where several are alike.",
      "In a task, paths count from the project's folder, and it may write to runs/ only.",
    ],
    flags: {
      names: {
        value: "MAP",
        text: 'JSON file that tells which is which: {"conv1": "features.0", "linear1.bias": "b"}',
      },
      out: { value: "FILE", text: "the checkpoint; it replaces weights of a checkpoint only" },
    },
    example: "deno task import model.safetensors mnist_cnn --out runs/imported.safetensors",
    writes: true,
    run: importWeights,
  },
  export: {
    text: "write a trained net for other programs: ONNX, or safetensors",
    words: "WEIGHTS [NET]",
    least: 1,
    most: 2,
    notes: [
      "WEIGHTS is a checkpoint, or weights of another program, of the net NET.",
      "A file named .onnx becomes a model of opset 17 from input [batch, ...] to output, what the last layer gives; one",
      "named .safetensors the weights alone, named and laid out as PyTorch has them.",
      "In a task, paths count from the project's folder, and it may write to runs/ only.",
    ],
    flags: { out: { value: "FILE", text: "what is written, .onnx or .safetensors; it replaces its own kind only" } },
    example: "deno task export runs/mnist_cnn.safetensors --out runs/mnist_cnn.onnx",
    writes: true,
    run: exportNet,
  },
  report: {
    text: "make a page of HTML of the JSON report that a run has left",
    words: "RUN.json",
    least: 1,
    most: 1,
    notes: [
      "The page needs no network: curves, times, kernels, confusion, the images that were missed, the environment.",
      "In a task, paths count from the project's folder, and it may write to runs/ only.",
    ],
    flags: {
      out: { value: "FILE", text: "the page; it replaces another page only (default: RUN.html beside RUN.json)" },
    },
    example: "deno task report runs/mnist_cnn-wasm_relaxed-seed0.json",
    writes: true,
    run: report,
  },
  generate: {
    text: "write kernels and plans of nets (default: all in specs/)",
    words: "[SPEC...]",
    most: Infinity,
    notes: [specNote, "The task may write to generated/ and runs/ only."],
    flags: { check, out },
    example: "deno task generate mnist_cnn",
    writes: true,
    run: generate,
  },
  show: {
    text: "print the plan of a net, or one of its kernels",
    words: "SPEC [KERNEL]",
    least: 1,
    most: 2,
    notes: [specNote, "Without KERNEL the plan is printed, which names the kernels."],
    flags: { target, without, stage: { value: "S", text: `${stages.join(", ")} (default: source)`, choices: stages } },
    example: "deno task show mnist_cnn linear1_relu2_forward --stage nest",
    run: show,
  },
  verify: {
    text: "check kernels against the interpreter, and gradients (default: of all in specs/)",
    words: "[SPEC...]",
    most: Infinity,
    notes: [specNote, "The exit code is 1 when a check fails."],
    flags: {
      target: { ...target, text: `${targetNames.join(", ")} (default: each but webgpu, one after the other)` },
      seed,
      without,
    },
    example: "deno task verify lenet5",
    run: verify,
  },
  tune: {
    text: "find faster schedules for nets on this machine (default: for all in specs/)",
    words: "[SPEC...]",
    most: Infinity,
    notes: [
      specNote,
      "Candidates are checked, then timed; winners go to tuning.json in the folder of generated nets, which train,",
      "evaluate, generate, show, verify, bench, bench:step and timeline read.",
      "The task may write to generated/ and runs/ only.",
    ],
    flags: {
      target: { ...target, text: `${targetNames.join(", ")} (default: each in WebAssembly)` },
      kernel: { value: "K", text: "only this kernel (default: those with 2 % of a step's time or more)" },
      budget: { value: "N", text: "seconds for each net and target (default: 120)", range: [1, 86_400] },
      out,
    },
    example: "deno task tune mnist_cnn --target wasm --budget 300",
    writes: true,
    run: tuneNets,
  },
  schema: {
    text: "write specs/spec.schema.json, the JSON Schema of specs",
    words: "",
    most: 0,
    flags: { check },
    example: "deno task schema",
    writes: true,
    run: schema,
  },
  doctor: {
    text: "tell what this machine gives, and the fastest way to train on it",
    words: "",
    most: 0,
    notes: [
      "It measures as its own process was started: the task does it as training is started.",
      "The exit code is 1 when a probe computes something wrong.",
    ],
    flags: { json },
    example: "deno task doctor",
    run: doctor,
  },
};

async function trainNet(line: Line): Promise<number> {
  const job = await trainingJob(line), { target, saveFile, reportFile, profileFile } = job;
  const bar = Deno.stdout.isTerminal() ? new ProgressBar({ write: print, columns, color: !Deno.noColor }) : undefined;
  const stopping = new Stopping(
    () => bar?.erase(),
    target.gpu ? "the steps that the GPU was given, a few seconds in software" : "this step",
  );
  // what a run goes on from and saves into is the same, when no step is done
  const spared = (checkpoint: Checkpoint) => stopping.signal.aborted && !job.ownFile && noStep(checkpoint, job.resume);
  const saving = saveFile === undefined ? undefined : new Saving(saveFile, () => bar?.erase(), spared);
  try {
    let failed: ProfileError | undefined;
    const { report, trace } = await runJob(job, line, bar, saving, stopping.signal).catch((error) => {
      // what was trained is not lost
      if (!(error instanceof ProfileError)) throw error;
      failed = error;
      return error.trained;
    });
    bar?.erase();
    printResult(report, job.finished);
    if (saving) print(`checkpoint: ${saving.words()}\n`);
    // what was not trained now is no run of its own, unless its report is asked for
    if (!job.finished || line.flags.report !== undefined || profileFile) {
      print(`report: ${shortPath(await reportFile.write({ ...report, command: ["train", ...line.args] }))}\n`);
    }
    if (failed) throw failed;
    if (profileFile && trace) print(`trace: ${shortPath(await profileFile.write(trace))}\n`);
    if (saving?.failed) throw saving.failed;
    return stopping.code ?? OK;
  } catch (error) {
    bar?.erase();
    return endedEarly(error, saving, line.flags, stopping.code);
  } finally {
    bar?.erase();
    stopping.end();
  }
}

/** What a run is to do and where it writes, from a command line that is checked to the end. */
type TrainingJob = Awaited<ReturnType<typeof trainingJob>>;

async function trainingJob({ words, flags }: Line) {
  const { file, traceFile, saveFile } = await trainingFiles(flags);
  const resume = flags.resume === undefined
    ? undefined
    : await loadCheckpoint(resolve(flags.resume), shortPath(resolve(flags.resume)));
  const before = resume?.training;
  const [{ spec, origin }] = resume && words.length === 0
    ? [{ spec: resume.spec, origin: flags.resume! }]
    : await specs(words.length > 0 ? words : ["mnist_cnn"]);
  const root = flags.out === undefined ? GENERATED : resolve(flags.out), tuning = await tuningIn(root);
  const without = rules(flags.without ?? before?.without.join());
  // read while the net is compiled
  const loading =
    (flags.data === undefined ? loadMnist() : loadIdxDirectory(resolve(flags.data), { shape: spec.input })).then(
      ({ train, test }) => ({ train: trainingSamples(train, flags, before?.data.samples), test }),
    );
  loading.catch(() => {});
  const wish = flags.target ?? before?.target ?? "auto";
  const choice = wish === "auto"
    ? await chooseTarget(spec, loading, { origin, tuning, without, profile: flags.profile !== undefined })
    : undefined;
  const target = findTarget(choice?.target ?? wish), { name } = target;
  const threads = Number(flags.threads ?? Math.min(navigator.hardwareConcurrency, MOST_THREADS));
  const seed = Number(flags.seed ?? before?.seed ?? 0);
  const epochs = Number(flags.epochs ?? before?.epochs ?? spec.training.epochs);
  const finished = before !== undefined && before.history.length === epochs;
  const reportFile = await prepareReport(
    file === undefined ? { base: join(RUNS, `${spec.name}-${name}-seed${seed}`) } : { file },
  );
  const profileFile = traceFile === undefined ? undefined : await prepareReport({ file: traceFile }, "trace");
  const ownFile = saveFile !== undefined && flags.resume !== undefined &&
    await sameFile(resolve(flags.resume), saveFile);
  if (saveFile !== undefined) await prepareCheckpoint(saveFile, ownFile ? {} : { net: spec.name });
  const files = generatedFiles(spec, { target: name, origin, tuning, without });
  // without optimizations nothing is put there
  if (flags.out === undefined && without.length === 0) {
    await keepShipped(spec, origin, files, { target: name, tuning });
  }
  return {
    ...{ spec, data: await loading, resume, finished, target, choice, tuning, without, threads, seed, epochs },
    ...{ root, files, saveFile, ownFile, reportFile, profileFile },
  };
}

/** The files that a run is to write: each another one, and none that would be a loss. */
async function trainingFiles(flags: Line["flags"]) {
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

/** Trains, and prints what it begins with and each epoch. */
async function runJob(
  job: TrainingJob,
  { flags }: Line,
  bar: ProgressBar | undefined,
  saving: Saving | undefined,
  signal: AbortSignal,
): Promise<Trained> {
  const { spec, data, resume, target, tuning, without, threads, seed, epochs, root, profileFile } = job;
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
    probes: target.gpu ? [] : [...target.sample ? ["mode" as const] : [], ...profileFile ? PEAKS : []],
    // all else is loaded from memory, from the very text that was just compiled
    ...target.entry.endsWith(".ts") && without.length === 0 &&
      { module: pathToFileURL(join(root, spec.name, target.name, target.entry)).href },
    onProgress: bar && ((progress) => bar.show(progress)),
    onEpoch: (report) => {
      bar?.erase();
      print(`${epochText(report, epochs)}\n`);
      const next = profileFile === undefined ? "" : ", then timing kernels";
      if (report.epoch === epochs) bar?.note(`testing on ${count(data.test.samples)} images${next}`);
    },
  });
}

/** Writes the code that is missing or stale, and prints what a run begins with. */
async function beginJob(
  { spec, data: { train, test }, resume, finished, target, choice, without, threads, seed, root, files }: TrainingJob,
  flags: Line["flags"],
): Promise<void> {
  // other targets' files are none of this run's business
  const stale = without.length > 0
    ? []
    : (await compareGenerated(root, files)).filter(({ state }) => state !== "superfluous");
  for (const difference of stale) await repairGenerated(root, files, difference);
  if (choice) print(`auto takes ${target.name}: ${choice.reason}\n`);
  if (stale.length > 0) print(`generated ${plural(stale.length, "file")} in ${shortPath(join(root, spec.name))}\n`);
  print(
    `${spec.name}, batch ${spec.batchSize}, target ${target.name}${
      target.gpu ? "" : `, ${plural(threads, "thread")}`
    }, seed ${seed}\n`,
  );
  // auto or a checkpoint chose the target: the same command line is right where they choose another one
  if (target.gpu && flags.threads !== undefined) {
    print(`--threads ${flags.threads} has no effect: target ${target.name} takes no threads\n`);
  }
  print(`${count(train.samples)} training and ${count(test.samples)} test images of ${train.shape.join("x")}\n`);
  const note = storageNote(train);
  if (note) print(`note: ${note}\n`);
  if (finished) {
    print(
      `nothing is left to train: ${reached(resume!)} in ${shortPath(resolve(flags.resume!))}; ` +
        "--epochs N trains on, where N is the total\n",
    );
  } else if (resume) print(`goes on from ${shortPath(resolve(flags.resume!))}: ${reached(resume)}\n`);
}

/** An epoch in one line. `epochs`: all that there are to be. */
function epochText({ epoch, loss, accuracy, learningRate, seconds }: EpochReport, epochs: number): string {
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `loss ${loss.toFixed(4)}`,
    `accuracy ${percent(accuracy)}`,
    `learning rate ${Number(learningRate.toPrecision(4))}`,
    `${seconds.toFixed(1)} s`,
  ].join("  ");
}

/** Prints what a run has come to. `finished`: nothing was left to train. */
function printResult(report: TrainingReport, finished: boolean): void {
  const { training: { seconds, imagesPerSecond }, test: { correct, total, accuracy }, gpu, resumed } = report;
  if (gpu) {
    print(
      `${gpu.adapter}${gpu.fallback ? ", in software" : ""}: ${plural(gpu.dispatchesPerStep, "dispatch", "es")} ` +
        `a step, ${plural(gpu.submitsPerEpoch, "submit")} and ${
          plural(gpu.readBacksPerEpoch, "read-back")
        } an epoch; ` +
        `compiled in ${gpu.compileSeconds.toFixed(1)} s, uploaded in ${gpu.uploadSeconds.toFixed(2)} s\n`,
    );
  }
  // what was not trained now was not timed
  if (!finished) {
    print(`training took ${seconds.toFixed(1)} s${resumed ? " in all" : ""}: ${count(imagesPerSecond)} images/s\n`);
  }
  print(`${count(correct)} of ${count(total)} test images classified right (${percent(accuracy)})\n`);
  for (const line of profileTable(report)) print(`  ${line}\n`);
}

/**
 * Tells what is left of a run that was stopped or has diverged. Returns the exit code.
 *
 * @param code the signal's, if one stopped it.
 * @throws any other error.
 */
function endedEarly(error: unknown, saving: Saving | undefined, flags: Line["flags"], code?: number): number {
  if (error instanceof DivergedError) {
    complain(error.message);
    if (saving) print(`checkpoint: ${saving.words()}\n`);
    return DIVERGED;
  }
  if (!(error instanceof StoppedError)) throw error;
  print(`stopped: ${reached(error.checkpoint)}\n`);
  if (!saving) print("nothing was saved: that takes --save FILE\n");
  else print(`checkpoint: ${saving.words()}\n`);
  if (saving?.saved) print(`to go on: ${resumeLine(flags)}\n`);
  if (saving?.failed) throw saving.failed;
  return code ?? ERROR;
}

/** @throws {UsageError} when threads are asked for together with a target that takes none. */
function checkThreads({ target, threads }: Line["flags"]): void {
  if (threads === undefined || target === undefined || !findTarget(target).gpu) return;
  throw new UsageError(`--threads is of use only with a target that runs on threads, and --target is ${target}`);
}

/** What a command cannot do without. */
function needed(flags: Line["flags"], name: string, what: string): string {
  const value = flags[name];
  if (value === undefined) throw new UsageError(`--${name} is missing: give ${what}`);
  return value;
}

/**
 * A net with its weights, from the file of a flag or word; `net`: which, where the file does not tell.
 *
 * @param naming how the command is told the net, for messages.
 */
async function weightsIn(file: string, net: string | undefined, naming?: string, names?: string) {
  const [named] = net === undefined ? [] : await specs([net]), path = resolve(file);
  const map = names === undefined ? undefined : await loadNames(resolve(names), shortPath(resolve(names)));
  const weights = await loadWeights(path, { spec: named?.spec, names: map, origin: shortPath(path), naming });
  return { named: named?.spec, ...weights };
}

async function evaluateNet({ words: [net], flags }: Line): Promise<number> {
  const file = needed(flags, "weights", "a checkpoint, or weights of another program");
  checkThreads(flags);
  const { spec, parameters } = await weightsIn(file, net, "evaluate NET --weights W");
  const test = flags.data === undefined
    ? (await loadMnist()).test
    : await loadIdxTestSet(resolve(flags.data), { shape: spec.input });
  const evaluation = await evaluate({ spec, parameters }, test, {
    target: flags.target,
    ...flags.threads !== undefined && { threads: Number(flags.threads) },
    tuning: await tuningIn(GENERATED),
  });
  const about = { net: spec.name, weights: shortPath(resolve(file)), data: test.source };
  print(
    flags.json !== undefined
      ? `${JSON.stringify({ ...about, ...evaluation }, null, 2)}\n`
      : `${about.net}, weights ${about.weights}, target ${evaluation.target}\n${evaluationText(evaluation)}`,
  );
  return OK;
}

/** Most classes whose confusion fits a terminal. */
const SHOWN_CLASSES = 20;

function evaluationText({ correct, total, accuracy, loss, confusion, classes }: Evaluation): string {
  const share = (value?: number) => value === undefined ? "-" : percent(value);
  const figures = classes.map(({ label, samples, correct, precision, recall }) =>
    [String(label), count(samples), count(correct), share(precision), share(recall)] as const
  );
  const lines = [
    `${count(correct)} of ${count(total)} test images classified right (${percent(accuracy)}), loss ${loss.toFixed(4)}`,
    "",
    ...columnsOf([["class", "images", "right", "precision", "recall"], ...figures]),
  ];
  if (confusion && confusion.length <= SHOWN_CLASSES) {
    const labels = confusion.map((_, label) => String(label));
    const rows = confusion.map((row, label) => [String(label), ...row.map(String)]);
    lines.push(
      "",
      "what images of each class (rows) were taken for (columns)",
      ...columnsOf([["", ...labels], ...rows]),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Rows as lines whose columns end below each other. */
function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] + 2)).join(""));
}

async function predict({ words, flags }: Line): Promise<number> {
  const file = needed(flags, "weights", "a checkpoint, or weights of another program");
  const { spec, parameters } = await weightsIn(file, flags.net, "predict --net NET");
  const predictor = await loadPredictor({ spec, parameters }, {
    target: flags.target,
    batchSize: Number(flags.batch ?? 1),
  });
  const darkOnLight = flags["dark-on-light"] !== undefined;
  const lines: ({ input: string; index?: number } & Prediction)[] = [];
  // nothing is said before all is done: a file that is broken is then the only thing to see
  for (const input of words) {
    const { samples, inputs } = await readInputs(resolve(input), spec.input, { darkOnLight });
    for (const [index, prediction] of predictor.predict(inputs).entries()) {
      lines.push({ input, ...samples > 1 && { index }, ...prediction });
    }
  }
  if (flags.json !== undefined) {
    const { target, batchSize } = predictor;
    const predictions = lines.map(({ probabilities, outputs, ...rest }) => ({
      ...rest,
      ...probabilities && { probabilities: [...probabilities] },
      outputs: [...outputs],
    }));
    print(
      `${
        JSON.stringify({ net: spec.name, weights: shortPath(resolve(file)), target, batchSize, predictions }, null, 2)
      }\n`,
    );
    return OK;
  }
  const texts = lines.map(({ input, index, label, probabilities, outputs }) => {
    const figures = [...probabilities ?? outputs].map((value, label) => ({ value, label }));
    // of many classes, the most probable
    const shown = figures.length <= SHOWN_CLASSES ? figures : figures.sort((a, b) => b.value - a.value).slice(0, 5);
    const text = shown.map(({ value, label }) => `${label}: ${probabilities ? percent(value) : value.toPrecision(4)}`);
    return `${printable(input)}${index === undefined ? "" : `, image ${index}`}: ${label}  (${text.join(", ")})\n`;
  });
  print(texts.join(""));
  return OK;
}

async function importWeights({ words: [file, net], flags }: Line): Promise<number> {
  const out = resolve(needed(flags, "out", "the checkpoint that is to be written"));
  if (await sameFile(out, resolve(file))) throw new UsageError("--out names the file that is imported");
  const { named, spec, parameters, names } = await weightsIn(file, net, undefined, flags.names);
  await makeRuns([out]);
  await prepareCheckpoint(out, { weightsOnly: true });
  await saveCheckpoint(out, { spec: named ?? spec, parameters });
  for (const line of table([...names ?? []].map(([name, theirs]) => [name, `from ${printable(theirs)}`]))) {
    print(`${line}\n`);
  }
  print(`wrote ${shortPath(out)}\n`);
  return OK;
}

async function exportNet({ words: [file, net], flags }: Line): Promise<number> {
  const out = resolve(needed(flags, "out", "the file that is to be written, .onnx or .safetensors"));
  if (!/\.(onnx|safetensors)$/.test(out)) {
    throw new UsageError(`--out is "${flags.out}"; its ending must be .onnx or .safetensors`);
  }
  if (await sameFile(out, resolve(file))) throw new UsageError("--out names the file that is exported");
  await makeRuns([out]);
  const { spec, parameters } = await weightsIn(file, net, "export WEIGHTS NET");
  if (out.endsWith(".onnx")) {
    await prepareFile(out, "model");
    await writeDurably(out, [await exportOnnx({ spec, parameters })]);
  } else {
    await prepareCheckpoint(out, { weightsOnly: true });
    await saveCheckpoint(out, { spec, parameters });
  }
  print(`wrote ${shortPath(out)}\n`);
  return OK;
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

/** What a checkpoint has of its run, in words. */
function reached({ training }: Checkpoint): string {
  if (!training) return "weights only";
  const { history, partial, epochs } = training, done = `${count(history.length)} of ${plural(epochs, "epoch")} done`;
  return partial ? `${done}, and ${plural(partial.steps, "step")} of the next` : done;
}

/** Whether a run has done no step since what it went on from, or since its beginning. */
function noStep({ training }: Checkpoint, from?: Checkpoint): boolean {
  const before = from?.training;
  return training?.history.length === (before?.history.length ?? 0) &&
    (training.partial?.steps ?? 0) === (before?.partial?.steps ?? 0);
}

/** Checkpoints of a run, all into one file. */
class Saving {
  readonly #path: string;
  readonly #before: () => void;
  readonly #spared: (checkpoint: Checkpoint) => boolean;
  /** Whether what was there before the run stays. */
  #kept = false;
  /** What is in the file. */
  saved?: Checkpoint;
  /** Why the last attempt came to nothing. */
  failed?: InputError;

  /** `before`: called before something is printed. `spared`: whether what is there is worth more than a checkpoint. */
  constructor(path: string, before: () => void, spared: (checkpoint: Checkpoint) => boolean) {
    this.#path = path;
    this.#before = before;
    this.#spared = spared;
  }

  /** A disk that is full now may have room again when the next epoch is done: the run goes on. */
  async save(checkpoint: Checkpoint): Promise<void> {
    this.#kept = this.#spared(checkpoint) && await holdsSomething(this.#path);
    if (this.#kept) return;
    try {
      await saveCheckpoint(this.#path, checkpoint);
      this.saved = checkpoint;
      this.failed = undefined;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.failed = error;
      this.#before();
      print(`warning: not saved, with ${reached(checkpoint)}: ${printable(error.message)}\n`, Deno.stderr);
    }
  }

  words(): string {
    if (this.#kept) return `${shortPath(this.#path)} stays as it was: no step was done`;
    return this.saved ? `${shortPath(this.#path)}, ${reached(this.saved)}` : "none was saved by this run";
  }
}

/** Signals that stop a run: the first one after a step, the second one at once. */
class Stopping {
  /** When the first one came. */
  #since = 0;
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [Deno.Signal, () => void])[];
  /** The exit code of a run that was stopped. */
  code?: number;

  /** `before`: called before something is printed. `rest`: what is finished first. */
  constructor(before: () => void, rest: string) {
    const names = (Object.keys(STOPPING) as (keyof typeof STOPPING)[])
      .filter((name) => name !== "SIGTERM" || Deno.build.os !== "windows");
    this.#listeners = names.map((name) => [name, () => {
      if (this.code === STOPPING[name] && performance.now() - this.#since < SAME_KEY) return;
      if (this.code !== undefined) Deno.exit(STOPPING[name]);
      this.code = STOPPING[name];
      this.#since = performance.now();
      before();
      print(`${name}: stopping after ${rest}; once more stops at once\n`, Deno.stderr);
      this.#controller.abort();
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Signals do again what they did before. */
  end(): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}

/** The command that goes on from what was saved, as a shell takes it. */
function resumeLine({ save, ...flags }: Line["flags"]): string {
  const known = ["resume", "target", "epochs", "limit", "seed", "without"];
  const others = Object.entries(flags).filter(([name]) => !known.includes(name));
  const values = [["resume", save], ["save", save], ...others].flatMap(([name, value]) => [`--${name}`, value!]);
  return ["deno", "task", "train", ...values].map((word) =>
    /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  ).join(" ");
}

async function report({ words: [word], flags }: Line): Promise<number> {
  const path = resolve(word);
  const page = flags.out === undefined ? `${path.replace(/\.json$/, "")}.html` : resolve(flags.out);
  await makeRuns([page]);
  if (await sameFile(page, path)) throw new UsageError("--out names the report itself");
  await prepareFile(page, "page");
  await writeAtomically(page, asStarted(await reportHtml(await loadReport(path, shortPath(path)))));
  print(`wrote ${shortPath(page)}\n`);
  return OK;
}

async function generate({ words, flags }: Line): Promise<number> {
  const root = flags.out === undefined ? GENERATED : resolve(flags.out), tuning = await tuningIn(root);
  const nets = new Map<string, { spec: Spec; origin: string; files: Readonly<Record<string, string>> }>();
  for (const net of await specs(words)) {
    const { name } = net.spec, other = nets.get(name)?.origin;
    if (other) throw new InputError(`${other} and ${net.origin}: both nets are named "${name}"; rename one`);
    const files = generatedFiles(net.spec, { origin: net.origin, tuning });
    if (flags.out === undefined) await keepShipped(net.spec, net.origin, files, { tuning });
    nets.set(name, { ...net, files });
  }
  let wrong = 0;
  for (const { spec, files } of nets.values()) {
    const differences = await compareGenerated(root, files);
    wrong += differences.length;
    for (const difference of differences) {
      const path = shortPath(join(root, difference.path));
      if (flags.check !== undefined) print(`${difference.state.padEnd(11)} ${path}\n`);
      else {
        await repairGenerated(root, files, difference);
        print(`${difference.state === "superfluous" ? "removed" : "wrote"} ${path}\n`);
      }
    }
    if (differences.length === 0) print(`${spec.name}: ${plural(Object.keys(files).length, "file")} up to date\n`);
  }
  if (flags.check === undefined || wrong === 0) return OK;
  complain(`${plural(wrong, "generated file")} not as the compiler would write; run "deno task generate"`);
  return ERROR;
}

async function show({ words: [net, kernel], flags: { target, stage, without: left } }: Line): Promise<number> {
  if (kernel === undefined && stage !== undefined) throw new UsageError("--stage is of use only with a KERNEL");
  const [{ spec, origin }] = await specs([net]);
  const tuning = await tuningIn(GENERATED), without = rules(left);
  if (kernel === undefined) {
    write(compile(spec, { target, origin, tuning, without }).planText);
    return OK;
  }
  const kernels = kernelStages(spec, { target, origin, tuning, without });
  const texts = kernels.get(kernel);
  if (!texts) throw new InputError(`net ${spec.name} has no kernel ${choice(kernel, [...kernels.keys()])}`);
  write(texts[(stage ?? "source") as typeof stages[number]]);
  return OK;
}

async function verify({ words, flags: { target, seed = "0", without } }: Line): Promise<number> {
  const chosen = target === undefined ? processorTargets : [findTarget(target)];
  const tuning = await tuningIn(GENERATED);
  let failures = 0;
  for (const { spec, origin } of await specs(words)) {
    for (const each of chosen) {
      if (runsHere(each)) {
        failures += await verifyTarget(spec, each.name, {
          origin,
          seed: Number(seed),
          tuning,
          without: rules(without),
        });
      } else if (target === undefined) print(`${spec.name}, target ${each.name}: this engine cannot run it\n`);
      else throw new InputError(`this engine cannot run target ${each.name}; use target auto`);
    }
  }
  return failures === 0 ? OK : ERROR;
}

/** Prints the table of a net and a target. Returns how many checks failed. */
async function verifyTarget(
  spec: Spec,
  target: string,
  { seed, ...options }: { origin: string; seed: number; tuning: Tuning; without: readonly Optimization[] },
): Promise<number> {
  const width = Math.max(...[...kernelStages(spec, { target, ...options }).keys()].map((name) => name.length));
  const line = (check: string, cases: string, error: string, tolerance: string, result: string) =>
    print(
      `  ${check.padEnd(width)}  ${cases.padStart(9)}  ${error.padStart(13)}  ${tolerance.padStart(9)}  ${result}\n`,
    );
  const power = (value: number) => value === 0 ? "0" : value.toExponential(2);
  print(`${spec.name}, target ${target}, seed ${seed}\n`);
  line("check", "cases", "largest error", "tolerance", "result");
  const onRow = ({ check, cases, error, tolerance, ok, note }: VerifyRow) => {
    const result = ok ? "ok" : "FAIL";
    line(check, count(cases), power(error), power(tolerance), note === undefined ? result : `${result}  ${note}`);
  };
  const rows = await verifyNet(spec, { target, seed, ...options, onRow });
  const failed = rows.filter(({ ok }) => !ok).length;
  print(failed === 0 ? `  all ${rows.length} checks passed\n` : `  ${failed} of ${rows.length} checks FAILED\n`);
  return failed;
}

async function tuneNets({ words, flags: { target, kernel, budget = "120", out } }: Line): Promise<number> {
  const chosen = target === undefined ? targets.filter(({ sample }) => sample) : [findTarget(target)];
  const root = out === undefined ? GENERATED : resolve(out), path = join(root, TUNING);
  let changes = 0, wrong = 0;
  for (const { spec, origin } of await specs(words)) {
    for (const { name } of chosen) {
      const names = [...kernelStages(spec, { target: name, origin }).keys()];
      if (kernel !== undefined && !names.includes(kernel)) {
        throw new InputError(`net ${spec.name} has no kernel ${choice(kernel, names)}`);
      }
      if (target === undefined && !runsHere(findTarget(name))) {
        print(`${spec.name}, target ${name}: this engine cannot run it\n`);
        continue;
      }
      const width = Math.max(...names.map((name) => name.length));
      print(`${spec.name}, target ${name}${kernel === undefined ? "; first, every kernel is timed once" : ""}\n`);
      print(`  ${"kernel".padEnd(width)}   share  before us   after us  tried  schedule\n`);
      const known = await tune(spec, {
        target: name,
        kernel,
        budget: Number(budget),
        tuning: await tuningIn(root),
        // kernel by kernel: what was found before somebody stops it stays
        onKernel: async (row, tuning) => {
          print(tunedLine(row, width));
          for (const { schedule, reason } of row.refused) print(`    not taken: ${schedule}: ${reason}\n`);
          wrong += row.refused.filter(({ wrong }: Refusal) => wrong).length;
          if (!row.changed) return;
          await saveTuning(path, tuning);
          changes++;
        },
      });
      // what no longer fits goes, even where no kernel got another schedule
      await saveTuning(path, known);
    }
  }
  print(
    changes === 0
      ? "nothing is faster by 3 % or more\n"
      : `wrote ${plural(changes, "schedule")} to ${shortPath(path)}; run "deno task generate${
        out === undefined ? "" : ` --out ${out}`
      }" for the code\n`,
  );
  if (wrong === 0) return OK;
  complain(`${plural(wrong, "candidate")} computed something else than the interpreter; see above`);
  return ERROR;
}

/** A kernel of the table that tuning prints. */
function tunedLine({ kernel, share, before, after, tried, schedule }: TunedRow, width: number): string {
  const microseconds = (seconds: number) => (1e6 * seconds).toFixed(1).padStart(9);
  const part = share === undefined ? "" : `${(100 * share).toFixed(1)} %`;
  return `  ${kernel.padEnd(width)}  ${part.padStart(6)}  ${microseconds(before)}  ${microseconds(after)}  ${
    String(tried).padStart(5)
  }  ${schedule}\n`;
}

/** The tuned schedules that belong to a folder of generated nets. */
function tuningIn(root: string): Promise<Tuning> {
  const path = join(root, TUNING);
  return loadTuning(path, shortPath(path));
}

async function schema({ flags }: Line): Promise<number> {
  const files = { "spec.schema.json": JSON.stringify(jsonSchema(), null, 2) + "\n" };
  const [difference] = await compareGenerated(SPECS, files);
  const path = shortPath(join(SPECS, "spec.schema.json"));
  if (difference && flags.check !== undefined) {
    complain(`${path} ${difference.state === "missing" ? "is missing" : "differs"}; run "deno task schema"`);
    return ERROR;
  }
  if (difference) await repairGenerated(SPECS, files, difference);
  print(difference ? `wrote ${path}\n` : `${path} is up to date\n`);
  return OK;
}

/** How to train: as fast as is legal, and as fast as can be with the engine's own checks. */
const WAYS = { fastest: "deno task train", checked: "deno task train:checked" } as const;

/** What WebGPU works with, by operating system. */
const GPU_DRIVERS: Readonly<Record<string, string>> = {
  darwin: "Metal",
  windows: "DirectX 12 or Vulkan",
};

/** What is told of the adapter and of the target that needs one. */
function gpuDiagnosis(gpu: NonNullable<Machine["gpu"]> | null): [what: string, finding: string][] {
  if (!gpu) {
    const drivers = GPU_DRIVERS[Deno.build.os] ?? "Vulkan or OpenGL";
    return [
      ["WebGPU", `no adapter: navigator.gpu.requestAdapter() finds no driver for ${drivers} that it can use`],
      [
        "target webgpu",
        "refused here; it needs the driver of a GPU, with Vulkan on Linux, where the package mesa-vulkan-drivers has " +
        "many, and one that needs no GPU",
      ],
    ];
  }
  const { name, fallback, timestamps, limits } = gpu;
  const bytes = (limit: string) => `${figure(limits[limit] / 1e6)} MB`,
    number = (limit: string) => count(limits[limit]);
  return [
    ["WebGPU", `${name}${fallback ? ", in software" : ""}`],
    [
      "its limits",
      `${bytes("maxStorageBufferBindingSize")} for a tensor, ${bytes("maxBufferSize")} for a buffer, ` +
      `${number("maxStorageBuffersPerShaderStage")} tensors in a kernel; ` +
      `${number("maxComputeWorkgroupStorageSize")} bytes and ${
        number("maxComputeInvocationsPerWorkgroup")
      } invocations ` +
      `in a workgroup; timestamp-query: ${timestamps ? "yes" : "no"}`,
    ],
    [
      "target webgpu",
      fallback
        ? "runs on the processor, slowly: to check kernels; deno task train takes it only with --target webgpu"
        : "runs on this GPU; deno task train takes it where net and data keep within the limits",
    ],
  ];
}

const figure = (value: number) => Number(value.toPrecision(3)).toString();

async function doctor({ flags: { json } }: Line): Promise<number> {
  const machine = await measureMachine();
  if (json !== undefined) print(`${JSON.stringify({ ...machine, ways: WAYS }, null, 2)}\n`);
  else print(diagnosis(machine).map(([what, finding]) => `${what.padEnd(15)}${finding}\n`).join(""));
  if (machine.wrong.length === 0) return OK;
  complain(`V8 computes wrong results here, in ${machine.wrong.join(", ")}; use deno task train --target typescript`);
  return ERROR;
}

/** What the doctor tells, line by line. */
function diagnosis(machine: Machine): [what: string, finding: string][] {
  const { versions, os, arch, cpu, cores, threads, simd, relaxedSimd, mode, arithmetic, bandwidth, gpu } = machine;
  const rate = ({ one, all }: Rate, unit: string) =>
    `${figure(one)} ${unit} in one thread, ${figure(all)} in ${threads} at once`;
  const lines: [string, string][] = [
    ["engine", `Deno ${versions.deno}, V8 ${versions.v8}, ${os} ${arch}`],
    ["processor", `${cpu ?? "model not known without --allow-sys=cpus"}; ${plural(cores, "thread")} at once`],
    ["vectors", `SIMD: ${simd ? "yes" : "no"}; relaxed SIMD: ${relaxedSimd ? "yes" : "no"}`],
  ];
  if (mode) {
    const { packing, packingGain, boundsChecks, boundsChecksCost } = mode;
    lines.push(
      ["packing", `${PACKING_WORDS[packing]} (${packingGain.toFixed(2)} times as fast as what cannot be packed)`],
      [
        "bounds checks",
        `${boundsChecks ? "on" : "off"} (unknown addresses take ${
          boundsChecksCost.toFixed(2)
        } times as long as constant ones)`,
      ],
    );
  }
  const packed = mode?.packing === "engaged" ? "packed" : "unpacked";
  if (arithmetic) lines.push(["multiply-add", `${rate(arithmetic, "GFLOP/s")}, ${packed}`]);
  if (bandwidth) {
    const { read, copy, firstCache, secondCache } = bandwidth;
    lines.push(
      ["memory read", rate(read, "GB/s")],
      ["memory copied", `${rate(copy, "GB/s")}, bytes read and written`],
      ["caches read", `${figure(firstCache)} GB/s of 16 KiB, ${figure(secondCache)} GB/s of 256 KiB, in one thread`],
    );
  }
  lines.push(...gpuDiagnosis(gpu ?? null), ["fastest", WAYS.fastest], ["with checks", WAYS.checked]);
  return lines;
}

/** Specs by path or name; without any, all in specs/. */
async function specs(words: readonly string[]): Promise<{ spec: Spec; origin: string }[]> {
  const names = await specNames(SPECS);
  return await Promise.all((words.length > 0 ? words : names).map(async (word) => {
    const isPath = /[/\\]|\.json$/.test(word);
    if (!isPath && !names.includes(word)) {
      throw new InputError(`specs/ has no net ${choice(word, names)}, or give the path of a JSON file`);
    }
    const path = isPath ? resolve(word) : join(SPECS, `${word}.json`), origin = shortPath(path);
    const bare = word.replace(/\.json$/, "");
    if (isPath && names.includes(bare) && !await Deno.stat(path).catch(() => undefined)) {
      throw new InputError(`there is no file "${path}"; a net in specs/ is named without .json: ${bare}`);
    }
    return { spec: await loadSpec(path, origin), origin };
  }));
}

/**
 * @param files what is to be generated of the spec, with the options.
 * @throws {InputError} when it would be put in place of that of another spec in specs/, of the same name.
 */
async function keepShipped(
  spec: Spec,
  origin: string,
  files: Readonly<Record<string, string>>,
  options: CompileOptions,
): Promise<void> {
  const { name } = spec;
  if (!(await specNames(SPECS)).includes(name)) return;
  const shipped = await loadSpec(join(SPECS, `${name}.json`));
  // to compile it takes its time
  if (JSON.stringify({ ...shipped, ...spec }) === JSON.stringify(shipped)) return;
  const own = generatedFiles(shipped, options);
  if (Object.entries(files).every(([path, text]) => own[path] === text)) return;
  throw new InputError(
    `${origin}: the name "${name}" is taken by another net, specs/${name}.json, whose code is in generated/; ` +
      'give yours another "name", or use --out DIR',
  );
}

/** Makes the folder runs/ if one of some files is to be there. */
async function makeRuns(paths: readonly string[]): Promise<void> {
  if (!paths.some((path) => dirname(path) === RUNS)) return;
  // what is wrong, writing tells
  await Deno.mkdir(RUNS, { recursive: true }).catch(() => {});
}

/** The optimizations that a flag names. */
function rules(flag = ""): Optimization[] {
  return flag.split(",").filter((word) => word !== "").map((word) => {
    const rule = OPTIMIZATIONS.find((rule) => rule === word);
    if (!rule) throw new UsageError(`--without cannot be ${choice(word, OPTIMIZATIONS)}`);
    return rule;
  });
}

/** A path as seen from the current folder, unless it is elsewhere. */
function shortPath(path: string): string {
  const short = relative(Deno.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const plural = (number: number, noun: string, ending = "s") => `${count(number)} ${noun}${number === 1 ? "" : ending}`;

/** Columns of the terminal. */
function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Standard output: the exit code where it could not be written, and whether the command goes on all the same. */
let output: { lost?: number; readonly goesOn?: boolean } = {};

/** Writes text, in which commands of Deno become those that work here. */
function print(text: string, stream: typeof Deno.stdout | typeof Deno.stderr = Deno.stdout): void {
  write(asStarted(text), stream);
}

/** Writes text as it is. What cannot be written to standard error is left out: there is nobody to tell. */
function write(text: string, stream: typeof Deno.stdout | typeof Deno.stderr = Deno.stdout): void {
  if (stream === Deno.stdout && output.lost !== undefined) return;
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(stream.writeSync(rest));
    } catch (error) {
      // a pipe that its other end has made so: it takes more when that has read
      if (error instanceof Deno.errors.WouldBlock) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      else return stream === Deno.stdout ? cannotPrint(error as NodeJS.ErrnoException) : undefined;
    }
  }
}

/**
 * Nobody reads standard output any more, as in `deno task show mnist_cnn | head`, or a disk is full. A command that is
 * there for the files that it writes goes on; any other one has nothing left to do.
 */
function cannotPrint(error: NodeJS.ErrnoException): void {
  const closed = error instanceof Deno.errors.BrokenPipe;
  if (closed && !output.goesOn) Deno.exit(PIPE_CLOSED);
  const reason = closed
    ? "nobody reads it any more"
    : error.code === "ENOSPC"
    ? "the disk is full"
    : error.message.split("\n")[0];
  if (!output.goesOn) throw new InputError(`standard output cannot be written: ${reason}`);
  output.lost = closed ? PIPE_CLOSED : ERROR;
  print(`warning: standard output cannot be written: ${reason}; the command goes on\n`, Deno.stderr);
}

function complain(message: string): void {
  const color = Deno.stderr.isTerminal() && !Deno.noColor;
  print(
    `${color ? styleText("red", "error:", { validateStream: false }) : "error:"} ${printable(message)}\n`,
    Deno.stderr,
  );
}

function help(): string {
  return [
    `Kernelwright ${VERSION}: compiles a network's spec to shape-specialised kernels and trains with them`,
    "",
    "Usage: deno task COMMAND (or deno run cli.ts COMMAND)",
    "",
    "Commands:",
    ...table(Object.entries(commands).map(([name, { text }]) => [name, text])),
    "",
    "Flags:",
    ...table([["-h, --help", "this text, or with a COMMAND its flags"], ["--version", "the version"]]),
    "",
    "Example: deno task train --epochs 1",
    "",
  ].join("\n");
}

function commandHelp(name: string): string {
  const { text, words, notes = [], flags, example } = commands[name];
  return [
    `${name}: ${text}`,
    "",
    `Usage: deno task ${name} ${words === "" ? "" : `${words} `}[flags]`,
    "",
    ...notes.length > 0 ? [...notes, ""] : [],
    "Flags:",
    ...table([
      ...Object.entries(flags).map(([flag, { value, text }]) => [`--${flag}${value ? ` ${value}` : ""}`, text]),
      ["-h, --help", "this text"],
    ]),
    "",
    `Example: ${example}`,
    "",
  ].join("\n");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** Takes the arguments of a command apart and checks them. */
function parseLine({ words: expected, least = 0, most, flags }: Command, args: string[]): Line {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [name, { type: value ? "string" as const : "boolean" as const }]),
  );
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const words: string[] = [], found: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue, index } = token;
    // a word behind a single dash is letters to the parser
    const [given] = /^-[^-]/.test(args[index]) ? args[index].split("=") : [rawName];
    if (!Object.hasOwn(flags, name) || !rawName.startsWith("--")) {
      throw new UsageError(
        `there is no flag ${given}${meant(given, Object.keys(flags).map((flag) => `--${flag}`))}`,
      );
    }
    if (Object.hasOwn(found, name)) throw new UsageError(`${rawName} is given twice`);
    found[name] = checkValue(rawName, flags[name], value, inlineValue);
  }
  if (words.length > most) {
    throw new UsageError(`"${words[most]}" is too much: expected ${expected === "" ? "flags only" : expected}`);
  }
  if (words.length < least) throw new UsageError(`${expected.split(" ")[words.length]} is missing`);
  return { args, words, flags: found };
}

function checkValue(
  name: string,
  { value: placeholder, choices, range }: Flag,
  value: string | undefined,
  inline: boolean | undefined,
): string {
  if (placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`${name} takes no value, but it is given "${value}"`);
    return "";
  }
  // after a blank, -1 is a value and --seed is the next flag
  if (value === undefined || value === "" || (!inline && /^-\D/.test(value))) {
    throw new UsageError(`${name} needs a value: ${name} ${placeholder}`);
  }
  if (choices && !choices.includes(value)) throw new UsageError(`${name} cannot be ${choice(value, choices)}`);
  if (range && !(/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1])) {
    throw new UsageError(`${name} is "${value}"; expected a whole number from ${range[0]} to ${range[1]}`);
  }
  return value;
}

/** `"given" (did you mean "word"?); choose from words`. */
function choice(given: string, words: readonly string[]): string {
  return `"${given}"${meant(given, words)}; choose from ${words.join(", ")}`;
}

/** ` (did you mean "word"?)` if one of the words is like the one given. */
function meant(given: string, words: readonly string[]): string {
  const near =
    words.map((word) => ({ word, edits: edits(given.toLowerCase(), word.toLowerCase()) })).sort((a, b) =>
      a.edits - b.edits
    )[0];
  return near && near.edits <= Math.min(3, given.length / 2.5) ? ` (did you mean "${near.word}"?)` : "";
}

/** How many letters must be put in, left out or replaced to make one word of another. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** Runs a command line. Returns the exit code. */
export async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  output = {};
  try {
    if (name === undefined) {
      print(help(), Deno.stderr);
      return USAGE;
    }
    if (command) {
      if (args.includes("--help") || args.includes("-h")) print(commandHelp(name));
      else {
        output = { goesOn: command.writes };
        const code = await command.run(parseLine(command, args));
        return code === OK ? output.lost ?? OK : code;
      }
    } else if (name === "--help" || name === "-h") print(help());
    else if (name === "--version") print(`kernelwright ${VERSION}\n`);
    else throw new UsageError(`there is no command ${choice(name, Object.keys(commands))}`);
    return OK;
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    complain(error instanceof InputError ? message : message.split("\n")[0]);
    if (error instanceof UsageError) {
      print(`see ${command ? `deno task ${name}` : "deno run cli.ts"} --help\n`, Deno.stderr);
      return USAGE;
    }
    if (!(error instanceof InputError) && debugging()) print(`${stack}\n`, Deno.stderr);
    return ERROR;
  }
}

/** Whether the stack of an unexpected error is wanted. */
function debugging(): boolean {
  const variable = "KERNELWRIGHT_DEBUG";
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted" && Deno.env.has(variable);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
