/**
 * The section on the test: loss and metrics, and how many samples of each class were taken for which.
 *
 * @module
 */
import { classText } from "../../run/class_names.ts";
import { count } from "../../run/progress.ts";
import { type Metrics, metricTexts } from "../../run/metrics.ts";
import type { TrainingReport } from "../../run/training_report.ts";
import { pair, scroll, section, table } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { loss, percent } from "../numbers.ts";

/** Most mistakes that are shown one by one. */
const MOST_MISTAKES = 8;

/** Samples by class and by what they were taken for. */
type Confusion = readonly (readonly number[])[];

/** Samples of one class that were taken for another. */
interface Mistake {
  readonly label: number;
  readonly predicted: number;
  readonly samples: number;
}

/** How many samples were right, the confusion matrix, and the most frequent mistakes. */
export function test({ classes, test }: TrainingReport): Markup {
  const { confusion, correct, total } = test;
  if (correct === undefined) return section("Test", figures(test));
  const others = metricTexts(test, "accuracy").length > 0 && figures(test, "accuracy");
  const lead = markup`<p>${count(correct)} of ${count(total)} test samples were classified right, ${
    percent(correct / total)
  }; ${count(total - correct)} were not.</p>${others}`;
  if (!confusion) {
    return section("Test", lead, markup`<p class="note">There are too many classes to tell them apart here.</p>`);
  }
  const sizes = confusion.map((row) => row.reduce((a, b) => a + b, 0)), mistakes = mistakesOf(confusion);
  return section(
    "Test",
    lead,
    pair([
      markup`<figure><figcaption>Confusion</figcaption>${
        scroll(matrix(confusion, sizes, mistakes[0]?.samples, classes), "confusion matrix")
      }</figure>`,
      mistakes.length > 0 && frequent(mistakes, sizes, classes),
    ], "wider"),
  );
}

/** The loss and the metrics in a sentence. */
function figures(test: TrainingReport["test"], left?: keyof Metrics): Markup {
  const texts = [["loss", loss(test.loss)], ...metricTexts(test, left)] as const;
  return markup`<p>Of ${count(test.total)} test samples: ${
    texts.map(([title, text]) => `${title} ${text}`).join(", ")
  }.</p>`;
}

/** The most frequent ones first. */
function mistakesOf(confusion: Confusion): Mistake[] {
  return confusion.flatMap((row, label) => row.map((samples, predicted) => ({ label, predicted, samples })))
    .filter(({ label, predicted, samples }) => label !== predicted && samples > 0)
    .sort((a, b) => b.samples - a.samples);
}

/**
 * @param sizes samples of each class.
 * @param most samples of the most frequent mistake, if there is one.
 * @param names of the classes, where they have some: beside rows, and of columns when one points there.
 */
function matrix(
  confusion: Confusion,
  sizes: readonly number[],
  most: number,
  names: TrainingReport["classes"],
): Markup {
  const classes = confusion.map((_, i) => i);
  const title = (label: number) => names && markup` title="${names[label]}"`;
  const text = names && markup` class="text"`;
  const cell = (samples: number, label: number, predicted: number) => {
    if (samples === 0) return markup`<td><span class="hidden">0</span></td>`;
    const right = label === predicted, strength = samples / (right ? sizes[label] : most);
    return markup`<td class="${right ? "hit" : "miss"}" style="--p:${Math.ceil(100 * strength)}%">${samples}</td>`;
  };
  return markup`<table class="matrix">
<thead>
<tr><td></td><th scope="colgroup" colspan="${classes.length}">taken for</th><td></td></tr>
<tr><th scope="col">class</th>${
    classes.map((i) => markup`<th scope="col"${title(i)}>${i}</th>`)
  }<th scope="col">right %</th></tr>
</thead>
<tbody>
${
    confusion.map((row, label) =>
      markup`<tr><th scope="row"${text}${title(label)}>${classText(label, names)}</th>${
        row.map((samples, predicted) => cell(samples, label, predicted))
      }<td>${sizes[label] > 0 ? (100 * row[label] / sizes[label]).toFixed(1) : "–"}</td></tr>\n`
    )
  }</tbody>
</table>`;
}

function frequent(mistakes: readonly Mistake[], sizes: readonly number[], names: TrainingReport["classes"]): Markup {
  const cell = (label: number) =>
    names ? markup`<span title="${names[label]}">${classText(label, names)}</span>` : label;
  return markup`<div><h3>Most frequent mistakes</h3>
${
    table(
      ["class", "taken for", "samples", "of its class"],
      mistakes.slice(0, MOST_MISTAKES).map(({ label, predicted, samples }) => [
        cell(label),
        cell(predicted),
        count(samples),
        percent(samples / sizes[label]),
      ]),
    )
  }</div>`;
}
