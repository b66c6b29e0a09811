/**
 * Trains a net and tests it.
 *
 * @module
 */
import {
  backendOf,
  type Checkpoint,
  DeviceError,
  DivergedError,
  ProfileError,
  ProgressBar,
  StoppedError,
} from "../../mod.ts";
import { type Command, DIVERGED, ERROR, type Line, OK } from "../command.ts";
import { data, EPOCHS, out, seed, specNote, target, THREADS, without } from "../flags.ts";
import { columns, complain, print } from "../output.ts";
import { shortPath } from "../text.ts";
import { runJob, trainingJob } from "../train/job.ts";
import { Saving } from "../train/saving.ts";
import { Stopping } from "../train/stopping.ts";
import { printResult, reached, resumeLine } from "../train/text.ts";

/** The command. */
export const command: Command = {
  text: "train a net and test it (default: mnist_cnn on MNIST)",
  words: "[SPEC]",
  most: 1,
  notes: [
    specNote,
    "What is missing or stale in the folder of generated nets is generated first.",
    "Target auto is webgpu where there is a GPU that can hold net and data, else the fastest of the others here; the",
    "other commands take none but those others for auto.",
    "Ctrl-C ends training after a step, and saves if --save is given; once more ends it at once. The exit code is 3",
    "when the loss or a weight is infinite or NaN: what was saved before stays, as it does when a GPU fails.",
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
};

async function trainNet(line: Line): Promise<number> {
  const job = await trainingJob(line), { target, saveFile, reportFile, profileFile } = job;
  const bar = Deno.stdout.isTerminal() ? new ProgressBar({ write: print, columns, color: !Deno.noColor }) : undefined;
  const stopping = new Stopping(
    () => bar?.erase(),
    backendOf(target).lastWork,
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

/**
 * Tells what is left of a run that was stopped, has diverged, or whose device failed. Returns the exit code.
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
  if (error instanceof DeviceError) {
    complain(error.message);
    if (saving) print(`checkpoint: ${saving.words()}\n`);
    if (saving?.saved) print(`to go on: ${resumeLine(flags)}\n`);
    return ERROR;
  }
  if (!(error instanceof StoppedError)) throw error;
  print(`stopped: ${reached(error.checkpoint)}\n`);
  if (!saving) print("nothing was saved: that takes --save FILE\n");
  else print(`checkpoint: ${saving.words()}\n`);
  if (saving?.saved) print(`to go on: ${resumeLine(flags)}\n`);
  if (saving?.failed) throw saving.failed;
  return code ?? ERROR;
}

/** Whether a run has done no step since what it went on from, or since its beginning. */
function noStep({ training }: Checkpoint, from?: Checkpoint): boolean {
  const before = from?.training;
  return training?.history.length === (before?.history.length ?? 0) &&
    (training.partial?.steps ?? 0) === (before?.partial?.steps ?? 0);
}
