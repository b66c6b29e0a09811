/**
 * A run's report as one page of HTML that needs nothing else.
 *
 * @module
 */
import { metricTexts } from "../run/metrics.ts";
import { count, nounOf } from "../run/progress.ts";
import type { TrainingReport } from "../run/training_report.ts";
import { Markup, markup } from "./markup.ts";
import { loss, moment, percent, plural, seconds } from "./numbers.ts";
import { environment } from "./sections/environment.ts";
import { epochs } from "./sections/epochs.ts";
import { kernels } from "./sections/kernels.ts";
import { learning } from "./sections/learning.ts";
import { missed } from "./sections/missed.ts";
import { network } from "./sections/network.ts";
import { test } from "./sections/test.ts";
import { STYLE } from "./style.ts";

/** The page. */
export function reportHtml(report: TrainingReport): string {
  const { net, date, data, target, threads } = report;
  const samples = `${count(data.train)} samples${data.name === undefined ? "" : ` of ${data.name}`}`;
  const place = threads > 0 ? `${target}, ${plural(threads, "thread")}` : target;
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="Kernelwright">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${net}: training report</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${net}</h1>
<p class="lead">trained on ${samples}, target ${place}, <time datetime="${date}">${moment(date)}</time></p>
${keyFigures(report)}
</header>
${learning(report)}
${epochs(report)}
${network(report)}
${kernels(report)}
${test(report)}
${missed(report)}
${environment(report)}
</main>
</body>
</html>
`;
  return text;
}

type Figure = readonly [name: string, value: string, note: string];

/** What tells best how good a net is, where there is something beside the loss. */
function mainFigure({ correct, total, ...test }: TrainingReport["test"]): Figure[] {
  if (correct !== undefined) {
    return [["test accuracy", percent(correct / total), `${count(correct)} of ${count(total)} right`]];
  }
  const main = metricTexts(test).at(-1);
  return main ? [[`test ${main[0]}`, main[1], `of ${plural(total, "sample")}`]] : [];
}

function keyFigures({ test, training, epochs, data }: TrainingReport): Markup {
  const noun = nounOf(data.shape);
  const figures: readonly Figure[] = [
    ...mainFigure(test),
    ["test loss", loss(test.loss), "mean over the samples"],
    ["training time", seconds(training.seconds), plural(epochs.length, "epoch")],
    [`${noun} a second`, count(training.imagesPerSecond), `${count(training.images)} in training`],
  ];
  const entry = ([name, value, note]: typeof figures[number]) =>
    markup`<div><dt>${name}</dt><dd>${value} <small>${note}</small></dd></div>`;
  return markup`<dl class="figures">${figures.map(entry)}</dl>`;
}
