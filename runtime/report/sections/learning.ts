/**
 * The section on the loss and the accuracy by epoch.
 *
 * @module
 */
import { METRICS, type Metrics, metricsIn, metricText } from "../../run/metrics.ts";
import type { TrainingReport } from "../../run/training_report.ts";
import { type AtEpoch, type Curve, curveChart } from "../charts.ts";
import { chart, pair, section } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { loss } from "../numbers.ts";
import { thinned } from "./epochs.ts";

/**
 * The reference run of mnist_cnn: what its document prints for the first epoch and for the last, and how to tell the net.
 * Nothing of what lies between is known.
 */
const REFERENCE = {
  net: "mnist_cnn",
  parameters: 805_066,
  data: "MNIST",
  samples: 60_000,
  epochs: [{ epoch: 1, loss: 0.2594, accuracy: 0.9258 }, { epoch: 10, loss: 0.0331, accuracy: 0.99 }],
};

/** Losses and metrics of training and test, beside what is published. */
export function learning(report: TrainingReport): Markup {
  const losses = curve(report, "loss", loss, { format: short, least: 0, most: Infinity, whole: true });
  const metrics = metricsIn(report.epochs[0]).map((name) => {
    const { title, share } = METRICS[name], write = (value: number) => metricText(name, value);
    const axis = share
      ? { format: (value: number) => `${short(100 * value)} %`, least: 0, most: 1, whole: false }
      : { format: short, least: 0, most: Infinity, whole: true };
    return { title: `${title[0].toUpperCase()}${title.slice(1)}`, curve: curve(report, name, write, axis) };
  });
  const diverged = report.epochs.find(({ loss }) => !Number.isFinite(loss));
  const warning = diverged &&
    markup`<p class="warning">From epoch ${diverged.epoch} on the loss is no number: lower the learning rate.</p>`;
  return section(
    "Learning",
    warning,
    pair([
      chart("Loss", (width) => curveChart(losses, width)),
      ...metrics.map(({ title, curve }) => chart(title, (width) => curveChart(curve, width))),
    ]),
    legend(publishedEpochs(report).length > 0),
  );
}

const short = (value: number) => String(Number(value.toPrecision(3)));

function curve(
  report: TrainingReport,
  key: "loss" | keyof Metrics,
  write: (value: number) => string,
  axis: Pick<Curve, "format" | "least" | "most" | "whole">,
): Curve {
  const { epochs, test } = report, first = epochs[0], last = epochs.at(-1)!;
  const published = publishedEpochs(report).filter((point: Metrics & { loss: number }) => point[key] !== undefined);
  const point = (epoch: Metrics & { readonly epoch: number; readonly loss: number }): AtEpoch => (
    { epoch: epoch.epoch, value: epoch[key] ?? NaN }
  );
  const text = (report: Metrics & { readonly loss: number }) => write(report[key] ?? NaN), known = test[key];
  return {
    ...axis,
    description: [
      `${key === "loss" ? key : METRICS[key].title} by epoch: ${text(first)} in the first, ${text(last)} in the last`,
      ...known === undefined ? [] : [`in the test ${text(test)}`],
      ...published.map((point) => `published for epoch ${point.epoch}: ${text(point)}`),
    ].join("; "),
    values: thinned(epochs).map(point),
    ...known !== undefined && { test: { epoch: last.epoch, value: known } },
    published: published.map(point),
  };
}

function legend(published: boolean): Markup {
  const entries = [
    ["run", "this run: means over the training samples as they were seen"],
    ["test", "this run: test, after the last epoch"],
    ...published ? [["published", "the reference program, as published for epochs 1 and 10: not measured here"]] : [],
  ];
  return markup`<ul class="legend">${
    entries.map(([key, text]) => markup`<li><i class="key ${key}"></i>${text}</li>`)
  }</ul>`;
}

/** What is published of the reference run, within the epochs of this run, if this is its net on its data. */
function publishedEpochs({ net, parameters, data, epochs }: TrainingReport): typeof REFERENCE.epochs {
  const same = net === REFERENCE.net && parameters === REFERENCE.parameters && data.name === REFERENCE.data &&
    data.train === REFERENCE.samples;
  return same ? REFERENCE.epochs.filter(({ epoch }) => epoch <= epochs.length) : [];
}
