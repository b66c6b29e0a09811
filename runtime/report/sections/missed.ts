/**
 * The section on test samples that were classified wrong.
 *
 * @module
 */
import { fromBase64, toBase64 } from "../../data/bytes.ts";
import { encodePng, isPicture } from "../../data/png.ts";
import { classText } from "../../run/class_names.ts";
import { count } from "../../run/progress.ts";
import type { TrainingReport } from "../../run/training_report.ts";
import { section } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { percent } from "../numbers.ts";

/** Some of the samples, as pictures where they are some; nothing when none was missed. */
export function missed({ test, data, classes }: TrainingReport): Markup | undefined {
  const all = test.total - (test.correct ?? test.total), [channels, height, width] = data.shape;
  if (test.missed.length === 0) return undefined;
  const sample = ({ index, label, predicted, probability, pixels }: typeof test.missed[number]) => {
    const sure = probability !== undefined && percent(probability, 0);
    const shown = `${classText(label, classes)} → ${classText(predicted, classes)}`;
    const taken = markup`<span>${shown}</span>${sure && markup` <small>${sure}</small>`}`;
    if (pixels === undefined || !isPicture(channels)) return markup`<li><small>no. ${index}</small>${taken}</li>`;
    const png = toBase64(encodePng(fromBase64(pixels), data.shape));
    const [own, other] = [label, predicted].map((label) => classText(label, classes, Infinity));
    const text = `test image ${index}: class ${own}, taken for ${other}${sure ? `, probability ${sure}` : ""}`;
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
    markup`<ul class="missed ${classes && "named"}">${test.missed.map(sample)}</ul>`,
  );
}
