/**
 * The section on the loss and the accuracy by epoch.
 *
 * @module
 */
import type { TrainingReport } from "../../run/training_report.ts";
import { type AtEpoch, type Curve, curveChart } from "../charts.ts";
import { chart, pair, section } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { loss, percent } from "../numbers.ts";
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

/** Losses and accuracies of training and test, beside what is published. */
export function learning(report: TrainingReport): Markup {
  const losses = curve(report, "loss", loss, { format: short, least: 0, most: Infinity, whole: true });
  const accuracies = curve(report, "accuracy", percent, {
    format: (share) => `${short(100 * share)} %`,
    least: 0,
    most: 1,
    whole: false,
  });
  const diverged = report.epochs.find(({ loss }) => !Number.isFinite(loss));
  const warning = diverged &&
    markup`<p class="warning">From epoch ${diverged.epoch} on the loss is no number: lower the learning rate.</p>`;
  return section(
    "Learning",
    warning,
    pair([
      chart("Loss", (width) => curveChart(losses, width)),
      chart("Accuracy", (width) => curveChart(accuracies, width)),
    ]),
    legend(publishedEpochs(report).length > 0),
  );
}

const short = (value: number) => String(Number(value.toPrecision(3)));

function curve(
  report: TrainingReport,
  key: "loss" | "accuracy",
  write: (value: number) => string,
  axis: Pick<Curve, "format" | "least" | "most" | "whole">,
): Curve {
  const { epochs, test } = report, first = epochs[0], last = epochs.at(-1)!;
  const published = publishedEpochs(report);
  const point = (epoch: { readonly epoch: number } & Readonly<Record<typeof key, number>>): AtEpoch => (
    { epoch: epoch.epoch, value: epoch[key] }
  );
  return {
    ...axis,
    description: [
      `${key} by epoch: ${write(first[key])} in the first, ${write(last[key])} in the last`,
      `in the test ${write(test[key])}`,
      ...published.map((point) => `published for epoch ${point.epoch}: ${write(point[key])}`),
    ].join("; "),
    values: thinned(epochs).map(point),
    test: { epoch: last.epoch, value: test[key] },
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
