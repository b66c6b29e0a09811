/**
 * The section on the net: its layers, what each reads, gives and learns.
 *
 * @module
 */
import { count } from "../../run/progress.ts";
import type { TrainingReport } from "../../run/training_report.ts";
import { details, section, table } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { networkChart } from "../network.ts";
import { plural } from "../numbers.ts";

/** Widths that it is drawn for, in CSS pixels: a column of a page, and a phone. */
const COLUMN = 560, PHONE = 340;

/** The graph, and a table of it; nothing where the report tells of no layers. */
export function network({ net, layers = [] }: TrainingReport): Markup | undefined {
  if (layers.length < 2) return undefined;
  const sum = (of: "parameters" | "buffers") => layers.reduce((total, layer) => total + layer[of], 0);
  const many = plural(layers.length - 1, "layer"), kept = sum("buffers");
  const description =
    `The graph of ${net}: ${many} from the input down; the table below has what each reads and gives.`;
  const draw = (width: number) => networkChart(layers, description, width);
  return section(
    "Network",
    markup`<p>${many}, ${count(sum("parameters"))} trained numbers${
      kept > 0 && `, and ${count(kept)} that are kept beside, such as running means`
    }.</p>`,
    markup`<figure><div class="half graph">${draw(COLUMN)}</div><div class="phone">${draw(PHONE)}</div></figure>`,
    details(table(["layer", "kind", "reads", "gives", "trained", "kept"], layers.map(row))),
  );
}

function row({ name, type, inputs, shape, parameters, buffers }: NonNullable<TrainingReport["layers"]>[number]) {
  const text = (value: string) => markup`${value}`;
  return [text(name), text(type), text(inputs.join(", ")), text(shape.join(" × ")), count(parameters), count(buffers)];
}
