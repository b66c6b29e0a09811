/**
 * A graph as text: a line for each layer, and beside them lines from those that are read further below.
 *
 * @module
 */
import { type Lane, lanesOf, layerSummaries, type LayerSummary, readsAbove } from "../graph/lanes.ts";
import type { Graph } from "../graph/shapes.ts";

/** The graph for people. */
export function graphText(graph: Pick<Graph, "name" | "nodes" | "shapes">): string {
  const rows = layerSummaries(graph), lanes = lanesOf(rows);
  const sum = (of: "parameters" | "buffers") => rows.reduce((total, row) => total + row[of], 0);
  const buffers = sum("buffers") > 0,
    cells = rows.map((row, i) => [
      drawn(rows, lanes, i),
      row.name,
      row.type === row.name ? "" : row.type,
      `[${row.shape.join(", ")}]`,
      row.parameters > 0 ? `${row.parameters}` : "",
      ...buffers ? [row.buffers > 0 ? `${row.buffers}` : ""] : [],
      readsAbove(rows, i) && row.inputs.length === 1 ? "" : row.inputs.join(", "),
    ]);
  const head = ["", "layer", "kind", "gives", "trained", ...buffers ? ["kept"] : [], "reads"];
  const widths = head.map((title, column) => Math.max(...[title, ...cells.map((row) => row[column])].map(lengthOf)));
  const isNumber = (column: number) => head[column] === "trained" || head[column] === "kept";
  const line = (row: readonly string[]) =>
    row.map((cell, column) => {
      const room = " ".repeat(widths[column] - lengthOf(cell));
      return isNumber(column) ? room + cell : cell + room;
    }).join("  ").trimEnd();
  const layers = rows.length - 1;
  return [
    `graph of ${graph.name}: ${layers} layer${layers === 1 ? "" : "s"}, ${sum("parameters")} parameters` +
    (buffers ? `, ${sum("buffers")} in buffers` : ""),
    lanes.length > 0
      ? "● reads the layer above it; ○ does not; lines lead from a layer to others below that read it"
      : "each layer reads the one above it",
    "",
    ...[head, ...cells].map((row) => `  ${line(row)}`),
  ].join("\n") + "\n";
}

/** Letters of a text. */
const lengthOf = (text: string) => [...text].length;

/** The dot of a row, and what is beside it. */
function drawn(rows: readonly LayerSummary[], lanes: readonly Lane[], row: number): string {
  const dot = row === 0 || readsAbove(rows, row) ? "●" : "○";
  const all = Array.from(
    { length: Math.max(0, ...lanes.map(({ lane }) => lane + 1)) },
    (_, number) => lanes.find(({ lane, from, to }) => lane === number && from <= row && row <= to.at(-1)!),
  );
  const touches = (lane?: Lane) => lane !== undefined && (lane.from === row || lane.to.includes(row));
  const last = all.findLastIndex(touches);
  return dot + all.map((lane, i) => {
    const along = i <= last ? "─" : " ";
    if (!lane) return along + (i < last ? "─" : " ");
    if (!touches(lane)) return along + (i < last ? "┼" : "│");
    const ends = row === lane.to.at(-1);
    if (i < last) return along + (lane.from === row ? "┬" : ends ? "┴" : "┼");
    return along + (lane.from === row ? "┐" : ends ? "┘" : "┤");
  }).join("");
}
