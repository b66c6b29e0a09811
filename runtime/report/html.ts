/**
 * A run's report as one page of HTML that needs nothing else.
 *
 * @module
 */
import { printable } from "../../codegen/error.ts";
import { PACKING_WORDS } from "../measure/machine.ts";
import { fromBase64, toBase64 } from "../data/bytes.ts";
import { type Content, Markup, markup } from "./markup.ts";
import { encodePng, isPicture } from "../data/png.ts";
import { count, duration } from "../run/progress.ts";
import { type Curve, curveChart, type KernelBar, kernelChart, rooflineChart, timeChart } from "./charts.ts";
import { STYLE } from "./style.ts";
import { trainedStepSeconds } from "./trained_step.ts";
import type { EpochReport, TrainingReport } from "../run/training_report.ts";

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

/** Most epochs, kernels and mistakes that are shown one by one. */
const MOST_EPOCHS = 200, MOST_KERNELS = 40, MOST_MISTAKES = 8;
/** Rows of a table that is shown without being asked for. */
const SHORT_TABLE = 12;
/** Widths that charts are drawn for, in CSS pixels: half a page, and a phone. */
const HALF = 460, PHONE = 340;

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

function keyFigures({ test, training, epochs }: TrainingReport): Markup {
  const figures: readonly (readonly [name: string, value: string, note: string])[] = [
    ["test accuracy", percent(test.accuracy), `${count(test.correct)} of ${count(test.total)} right`],
    ["test loss", loss(test.loss), "mean over the samples"],
    ["training time", seconds(training.seconds), plural(epochs.length, "epoch")],
    ["images a second", count(training.imagesPerSecond), `${count(training.images)} in training`],
  ];
  const entry = ([name, value, note]: typeof figures[number]) =>
    markup`<div><dt>${name}</dt><dd>${value} <small>${note}</small></dd></div>`;
  return markup`<dl class="figures">${figures.map(entry)}</dl>`;
}

function learning(report: TrainingReport): Markup {
  const { epochs, test } = report, shown = thinned(epochs), first = epochs[0], last = epochs.at(-1)!;
  const published = publishedEpochs(report);
  const curve = (
    key: "loss" | "accuracy",
    write: (value: number) => string,
    axis: Pick<Curve, "format" | "least" | "most" | "whole">,
  ): Curve => ({
    ...axis,
    description: [
      `${key} by epoch: ${write(first[key])} in the first, ${write(last[key])} in the last`,
      `in the test ${write(test[key])}`,
      ...published.map((point) => `published for epoch ${point.epoch}: ${write(point[key])}`),
    ].join("; "),
    values: shown.map((epoch) => ({ epoch: epoch.epoch, value: epoch[key] })),
    test: { epoch: last.epoch, value: test[key] },
    published: published.map((point) => ({ epoch: point.epoch, value: point[key] })),
  });
  const short = (value: number) => String(Number(value.toPrecision(3)));
  const losses = curve("loss", loss, { format: short, least: 0, most: Infinity, whole: true });
  const accuracies = curve("accuracy", percent, {
    format: (share) => `${short(100 * share)} %`,
    least: 0,
    most: 1,
    whole: false,
  });
  const legend = [
    ["run", "this run: means over the training samples as they were seen"],
    ["test", "this run: test, after the last epoch"],
    ...published.length > 0
      ? [["published", "the reference program, as published for epochs 1 and 10: not measured here"]]
      : [],
  ];
  const diverged = epochs.find(({ loss }) => !Number.isFinite(loss));
  const warning = diverged &&
    markup`<p class="warning">From epoch ${diverged.epoch} on the loss is no number: lower the learning rate.</p>`;
  return section(
    "Learning",
    warning,
    pair([
      chart("Loss", (width) => curveChart(losses, width)),
      chart("Accuracy", (width) => curveChart(accuracies, width)),
    ]),
    markup`<ul class="legend">${legend.map(([key, text]) => markup`<li><i class="key ${key}"></i>${text}</li>`)}</ul>`,
  );
}

/** What is published of the reference run, within the epochs of this run, if this is its net on its data. */
function publishedEpochs({ net, parameters, data, epochs }: TrainingReport): typeof REFERENCE.epochs {
  const same = net === REFERENCE.net && parameters === REFERENCE.parameters && data.name === REFERENCE.data &&
    data.train === REFERENCE.samples;
  return same ? REFERENCE.epochs.filter(({ epoch }) => epoch <= epochs.length) : [];
}

function epochs({ epochs, training }: TrainingReport): Markup {
  const shown = thinned(epochs), times = epochs.map((epoch) => epoch.seconds).toSorted((a, b) => a - b);
  const [fastest, median, slowest] = [times[0], times[times.length >> 1], times.at(-1)!].map(seconds);
  const summary = epochs.length === 1
    ? `The epoch took ${median}.`
    : `An epoch took ${median} (median), the fastest ${fastest}, the slowest ${slowest}.`;
  const figures = table(
    ["epoch", "loss", "accuracy", "learning rate", "seconds"],
    shown.map(({ epoch, loss: value, accuracy, learningRate, seconds }) => [
      epoch,
      loss(value),
      percent(accuracy),
      Number(learningRate.toPrecision(4)),
      seconds.toFixed(2),
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

function kernels(report: TrainingReport): Markup {
  const { profile, machine, threads, net } = report;
  if (!profile) {
    const command = markup`<code>deno task train ${net} --profile runs/trace.json</code>`;
    return section(
      "Kernels",
      markup`<p class="note">This run was not profiled. ${command} times each kernel of a step.</p>`,
    );
  }
  const sorted = profile.kernels.toSorted((a, b) => b.seconds - a.seconds);
  const bars = sorted.map(({ kernel, seconds, share, flops, bytes }, i): KernelBar => ({
    number: i + 1,
    name: printable(kernel),
    seconds,
    flops,
    bytes,
    text: `${time(seconds)}   ${percent(share, 1)}`,
  }));
  const shown = bars.slice(0, MOST_KERNELS), total = bars.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = shown.slice(0, 3).map(({ name, text }) => `${name} ${text}`).join(", ");
  const trained = trainedStepSeconds(report);
  const { arithmetic, bandwidth } = machine;
  const roof = threads > 0 && arithmetic && bandwidth
    ? { peak: arithmetic.all, bandwidth: bandwidth.read.all }
    : undefined;
  const rates = roof && `${rate(roof.peak)} GFLOP/s and ${rate(roof.bandwidth)} GB/s from memory`;
  return section(
    "Kernels",
    markup`<p>A step took ${time(profile.stepSeconds)}, of which the kernels are ${
      profile.stepSeconds > 0 ? percent(total / profile.stepSeconds, 0) : "a part"
    }; the rest is between them, waiting included. These are medians of ${
      plural(profile.steps, "step")
    } after the test, by
${profile.clock}. In the last epoch a step took ${time(trained)}.</p>`,
    pair([
      chart(
        "Time in a step",
        (width) => kernelChart(shown, `time of the kernels of a training step; the longest: ${longest}`, width),
        shown.length < bars.length && `The longest ${shown.length} of ${bars.length}.`,
      ),
      roof
        ? chart(
          "Roofline",
          (width) => rooflineChart(shown, roof, `operations a second of each kernel, under ${rates}`, width),
          [
            "Operations a second, by operations for each byte that must be moved. The line is what this machine gives " +
            `${
              plural(machine.threads, "thread")
            }, measured after the run: ${rates}. Kernels above its slope find their ` +
            "data in a cache; those without arithmetic are left out.",
            shown.some(({ flops, seconds }) => flops / seconds / 1e9 > 1.1 * roof.peak) &&
            " Some are faster than the machine was when it was measured: it had other work to do then.",
          ],
        )
        : markup`<p class="note">There is no roofline: what the ${
          threads > 0 ? "machine" : "GPU"
        } can do was not measured.</p>`,
    ]),
    details(table(
      ["", "kernel", "µs", "share", "MFLOP", "MB", "GFLOP/s", "GB/s"],
      bars.map(({ number, name, seconds, flops, bytes }, i) => [
        number,
        markup`<code>${name}</code>${
          sorted[i].merged.length > 1 && markup`<br><small>${sorted[i].merged.join(", ")}</small>`
        }`,
        (1e6 * seconds).toFixed(1),
        percent(sorted[i].share, 1),
        rate(flops / 1e6),
        rate(bytes / 1e6),
        seconds > 0 && rate(flops / seconds / 1e9),
        seconds > 0 && rate(bytes / seconds / 1e9),
      ]),
    )),
  );
}

function test({ test: { confusion, correct, total, accuracy } }: TrainingReport): Markup {
  const lead = markup`<p>${count(correct)} of ${count(total)} test samples were classified right, ${
    percent(accuracy)
  }; ${count(total - correct)} were not.</p>`;
  if (!confusion) {
    return section("Test", lead, markup`<p class="note">There are too many classes to tell them apart here.</p>`);
  }
  const classes = confusion.map((_, i) => i), sizes = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const mistakes = confusion.flatMap((row, label) => row.map((samples, predicted) => ({ label, predicted, samples })))
    .filter(({ label, predicted, samples }) => label !== predicted && samples > 0)
    .sort((a, b) => b.samples - a.samples);
  const cell = (samples: number, label: number, predicted: number) => {
    if (samples === 0) return markup`<td><span class="hidden">0</span></td>`;
    const right = label === predicted, strength = samples / (right ? sizes[label] : mistakes[0].samples);
    return markup`<td class="${right ? "hit" : "miss"}" style="--p:${Math.ceil(100 * strength)}%">${samples}</td>`;
  };
  const matrix = markup`<table class="matrix">
<thead>
<tr><td></td><th scope="colgroup" colspan="${classes.length}">taken for</th><td></td></tr>
<tr><th scope="col">class</th>${classes.map((i) => markup`<th scope="col">${i}</th>`)}<th scope="col">right %</th></tr>
</thead>
<tbody>
${
    confusion.map((row, label) =>
      markup`<tr><th scope="row">${label}</th>${row.map((samples, predicted) => cell(samples, label, predicted))}<td>${
        sizes[label] > 0 ? (100 * row[label] / sizes[label]).toFixed(1) : "–"
      }</td></tr>\n`
    )
  }</tbody>
</table>`;
  const frequent = mistakes.length > 0 &&
    markup`<div><h3>Most frequent mistakes</h3>
${
      table(
        ["class", "taken for", "samples", "of its class"],
        mistakes.slice(0, MOST_MISTAKES).map(({ label, predicted, samples }) => [
          label,
          predicted,
          count(samples),
          percent(samples / sizes[label]),
        ]),
      )
    }</div>`;
  return section(
    "Test",
    lead,
    pair([
      markup`<figure><figcaption>Confusion</figcaption>${scroll(matrix, "confusion matrix")}</figure>`,
      frequent,
    ], "wider"),
  );
}

function missed({ test, data }: TrainingReport): Markup | undefined {
  const all = test.total - test.correct, [channels, height, width] = data.shape;
  if (test.missed.length === 0) return undefined;
  const sample = ({ index, label, predicted, probability, pixels }: typeof test.missed[number]) => {
    const sure = probability !== undefined && percent(probability, 0);
    const taken = markup`<span>${label} → ${predicted}</span>${sure && markup` <small>${sure}</small>`}`;
    if (pixels === undefined || !isPicture(channels)) return markup`<li><small>no. ${index}</small>${taken}</li>`;
    const png = toBase64(encodePng(fromBase64(pixels), data.shape));
    const text = `test image ${index}: class ${label}, taken for ${predicted}${sure ? `, probability ${sure}` : ""}`;
    return markup`<li><img class="${
      channels === 1 && "grey"
    }" src="data:image/png;base64,${png}" width="${width}" height="${height}" alt="${text}" title="no. ${index}">${taken}</li>\n`;
  };
  const order = test.missed[0].probability === undefined
    ? "Each with its class → the class it was taken for."
    : "Each with its class → the class it was taken for, and how probable the net found that, the most probable first.";
  const shown = test.missed.length < all ? `${count(test.missed.length)} of the ${count(all)}` : `All ${count(all)}`;
  return section(
    "Missed",
    markup`<p>${shown} test samples that were classified wrong. ${order}</p>`,
    markup`<ul class="missed">${test.missed.map(sample)}</ul>`,
  );
}

function environment(report: TrainingReport): Markup {
  const { command, net, parameters, batchSize, seed, without, data, target, threads, gpu, machine, versions } = report;
  const { resumed } = report;
  const { cpu = "processor not known", cores, os, arch, mode } = machine;
  const facts: readonly (readonly [name: string, fact: Content])[] = [
    ["command", command && markup`<code>deno task ${command.join(" ")}</code>`],
    ["net", `${net}: ${count(parameters)} parameters, batches of ${batchSize}`],
    [
      "data",
      markup`${data.name ?? markup`<code>${data.source}</code>`}: ${count(data.train)} training and ${
        count(data.test)
      } test samples of ${data.shape.join(" × ")}`,
    ],
    ["target", threads > 0 ? `${target}, ${plural(threads, "thread")}` : target],
    ["left out", without.length > 0 && `${without.join(", ")} (optimizations)`],
    ["seed", seed],
    [
      "resumed",
      resumed && `from a checkpoint, after ${plural(resumed.epochs, "epoch")} and ${plural(resumed.steps, "step")}; ` +
        "the facts here are those of the last part",
    ],
    ["machine", `${cpu}, ${plural(cores, "thread")} at once, ${os} ${arch}`],
    [
      "GPU",
      gpu &&
      `${gpu.adapter}${gpu.fallback ? ", in software" : ""}: ${plural(gpu.dispatchesPerStep, "dispatch", "es")} a ` +
        `step, ${plural(gpu.submitsPerEpoch, "submit")} and ${plural(gpu.readBacksPerEpoch, "read-back")} an epoch; ` +
        `compiled in ${seconds(gpu.compileSeconds)}, uploaded in ${seconds(gpu.uploadSeconds)}`,
    ],
    ["packing", mode && PACKING_WORDS[mode.packing]],
    ["bounds checks", mode && (mode.boundsChecks ? "on" : "off")],
    ["versions", Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")],
  ];
  const told = facts.filter(([, fact]) => fact !== undefined && fact !== false);
  return section(
    "Environment",
    markup`<dl class="facts">${told.map(([name, fact]) => markup`<dt>${name}</dt><dd>${fact}</dd>\n`)}</dl>`,
  );
}

function section(title: string, ...contents: readonly Content[]): Markup {
  return markup`<section>
<h2>${title}</h2>
${contents}
</section>`;
}

/** Side by side where there is room. */
function pair(contents: readonly Content[], kind = ""): Markup {
  return markup`<div class="pair ${kind}">
${contents}
</div>`;
}

/** A chart at both widths, of which the page shows one. */
function chart(title: string, draw: (width: number) => string, note?: Content): Markup {
  const [half, phone] = [HALF, PHONE].map((width) => new Markup(draw(width)));
  return markup`<figure>
<figcaption>${title}</figcaption>
<div class="half">${half}</div><div class="phone">${phone}</div>
${note && markup`<p class="note">${note}</p>`}
</figure>
`;
}

function table(header: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  // the columns of text, not of numbers
  const kind = (column: number) => rows[0]?.[column] instanceof Markup && "text";
  const head = header.map((name, i) => markup`<th scope="col" class="${kind(i)}">${name}</th>`);
  const body = rows.map((row) =>
    markup`<tr>${row.map((value, i) => markup`<td class="${kind(i)}">${value}</td>`)}</tr>\n`
  );
  return scroll(markup`<table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table>`, "table");
}

/** What may be wider than a phone, by itself: the page never is. */
function scroll(content: Markup, name: string): Markup {
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${name}">${content}</div>`;
}

function details(content: Markup): Markup {
  return markup`<details><summary>All figures</summary>${content}</details>`;
}

/** At most so many epochs, evenly, the first and the last among them. */
function thinned(epochs: readonly EpochReport[]): readonly EpochReport[] {
  if (epochs.length <= MOST_EPOCHS) return epochs;
  const step = (epochs.length - 1) / (MOST_EPOCHS - 1);
  return Array.from({ length: MOST_EPOCHS }, (_, i) => epochs[Math.round(i * step)]);
}

const plural = (number: number, noun: string, ending = "s") => `${count(number)} ${noun}${number === 1 ? "" : ending}`;
const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)} %`;
const loss = (value: number) => Number.isFinite(value) ? value.toFixed(4) : "no number";
const seconds = (value: number) => value < 100 ? `${value.toFixed(value < 10 ? 2 : 1)} s` : duration(value);
const rate = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 3 });

/** A time of a kernel or a step. */
function time(value: number): string {
  return value < 1e-3 ? `${(1e6 * value).toFixed(1)} µs` : `${(1e3 * value).toFixed(2)} ms`;
}

/** Date and time in UTC. */
function moment(date: string): string {
  return `${new Date(date).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
