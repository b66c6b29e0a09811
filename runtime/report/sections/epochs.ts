/**
 * The section on single epochs and the time they took.
 *
 * @module
 */
import { METRICS, metricsIn, metricText } from "../../run/metrics.ts";
import type { EpochReport, TrainingReport } from "../../run/training_report.ts";
import { count } from "../../run/progress.ts";
import { timeChart } from "../charts.ts";
import { chart, details, pair, section, table } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { loss, seconds } from "../numbers.ts";

/** Most epochs that are shown one by one. */
const MOST_EPOCHS = 200;
/** Rows of a table that is shown without being asked for. */
const SHORT_TABLE = 12;

/** Seconds of each epoch, and all its figures. */
export function epochs({ epochs, training }: TrainingReport): Markup {
  const shown = thinned(epochs), times = epochs.map((epoch) => epoch.seconds).toSorted((a, b) => a - b);
  const [fastest, median, slowest] = [times[0], times[times.length >> 1], times.at(-1)!].map(seconds);
  const metrics = metricsIn(epochs[0]);
  const summary = epochs.length === 1
    ? `The epoch took ${median}.`
    : `An epoch took ${median} (median), the fastest ${fastest}, the slowest ${slowest}.`;
  const figures = table(
    ["epoch", "loss", ...metrics.map((name) => METRICS[name].title), "learning rate", "seconds"],
    shown.map((report) => [
      report.epoch,
      loss(report.loss),
      ...metrics.map((name) => metricText(name, report[name] ?? NaN)),
      Number(report.learningRate.toPrecision(4)),
      report.seconds.toFixed(2),
    ]),
  );
  const left = shown.length < epochs.length &&
    ` Of ${count(epochs.length)} epochs, ${count(shown.length)} are shown, evenly.`;
  const values = shown.map(({ epoch, seconds }) => ({ epoch, value: seconds }));
  return section(
    "Epochs",
    pair([
      chart(
        "Seconds",
        (width) => timeChart(values, `seconds by epoch. ${summary}`, width),
        markup`${summary} All of the training loop took ${seconds(training.seconds)}.${left}`,
      ),
      shown.length <= SHORT_TABLE ? figures : details(figures),
    ]),
  );
}

/** At most so many epochs, evenly, the first and the last among them. */
export function thinned(epochs: readonly EpochReport[]): readonly EpochReport[] {
  if (epochs.length <= MOST_EPOCHS) return epochs;
  const step = (epochs.length - 1) / (MOST_EPOCHS - 1);
  return Array.from({ length: MOST_EPOCHS }, (_, i) => epochs[Math.round(i * step)]);
}
