/**
 * What is printed of a run.
 *
 * @module
 */
import {
  type Checkpoint,
  count,
  type EpochReport,
  lossText,
  metricTexts,
  nounOf,
  profileTable,
  type TestReport,
  type TrainingReport,
} from "../../mod.ts";
import { platform } from "../../runtime/platform/here.ts";
import { systemOf } from "../../runtime/platform/systems.ts";
import type { Line } from "../command.ts";
import { print } from "../output.ts";
import { percent, plural } from "../text.ts";

/** An epoch in one line. `epochs`: all that there are to be. */
export function epochText(report: EpochReport, epochs: number): string {
  const { epoch, loss, learningRate, seconds } = report;
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `loss ${lossText(loss)}`,
    ...metricTexts(report).map(([title, text]) => `${title} ${text}`),
    `learning rate ${Number(learningRate.toPrecision(4))}`,
    `${seconds.toFixed(1)} s`,
  ].join("  ");
}

/** Prints what a run has come to. `finished`: nothing was left to train. */
export function printResult(report: TrainingReport, finished: boolean): void {
  const { training: { seconds, imagesPerSecond }, test, data: { shape }, gpu, resumed } = report;
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
    print(
      `training took ${seconds.toFixed(1)} s${resumed ? " in all" : ""}: ${count(imagesPerSecond)} ${
        nounOf(shape)
      }/s\n`,
    );
  }
  print(`${testText(test, nounOf(shape))}\n`);
  for (const line of profileTable(report)) print(`  ${line}\n`);
}

/** What a test has come to, in one line. `noun`: what samples are called. */
export function testText(test: TestReport, noun: string): string {
  const { correct, total, loss } = test;
  const others = metricTexts(test, correct === undefined ? undefined : "accuracy").map(([title, text]) =>
    `${title} ${text}`
  );
  return correct === undefined
    ? [`${count(total)} test ${noun}: loss ${lossText(loss)}`, ...others].join(", ")
    : [`${count(correct)} of ${count(total)} test ${noun} classified right (${percent(correct / total)})`, ...others]
      .join(", ");
}

/** What a checkpoint has of its run, in words. */
export function reached({ training }: Checkpoint): string {
  if (!training) return "weights only";
  const { history, partial, epochs } = training, done = `${count(history.length)} of ${plural(epochs, "epoch")} done`;
  return partial ? `${done}, and ${plural(partial.steps, "step")} of the next` : done;
}

/** The command that goes on from what was saved, as a shell takes it. */
export function resumeLine({ save, ...flags }: Line["flags"]): string {
  const known = ["resume", "target", "epochs", "limit", "seed", "without"];
  const others = Object.entries(flags).filter(([name]) => !known.includes(name));
  const values = [["resume", save], ["save", save], ...others].flatMap(([name, value]) => [`--${name}`, value!]);
  return ["deno", "task", "train", ...values].map(systemOf(platform.os).quote).join(" ");
}
