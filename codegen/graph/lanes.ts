/**
 * How a graph is drawn as rows from top to bottom: a tensor that is read further below than in the next row has a lane
 * beside the rows, down to its last reader.
 *
 * @module
 */
import { elementsIn } from "../language/layer.ts";
import type { Graph } from "./shapes.ts";
import { INPUT } from "./names.ts";

/** A layer for people: the input of the net is the first one, and reads nothing. */
export interface LayerSummary {
  /** Its own, by which others read it. */
  readonly name: string;
  /** Its kind; "input" for the net's own. */
  readonly type: string;
  /** What it reads, by name. */
  readonly inputs: readonly string[];
  /** Of what it gives, without the batch. */
  readonly shape: readonly number[];
  /** Numbers that are trained. */
  readonly parameters: number;
  /** Numbers that are kept beside, such as running means. */
  readonly buffers: number;
}

/** A tensor that is read further below than in the next row. */
export interface Lane {
  /** Its number, from 0: the one next to the rows. */
  readonly lane: number;
  /** The row that makes it. */
  readonly from: number;
  /** Rows that read it, but for the next one; in order. */
  readonly to: readonly number[];
}

/** All layers of a graph, the input of the net before them. */
export function layerSummaries({ nodes, shapes }: Pick<Graph, "nodes" | "shapes">): LayerSummary[] {
  const numbers = (tensors: readonly { readonly shape: readonly number[] }[]) =>
    tensors.reduce((sum, { shape }) => sum + elementsIn(shape), 0);
  const input = { name: INPUT, type: INPUT, inputs: [], shape: [...shapes[INPUT]], parameters: 0, buffers: 0 };
  return [
    input,
    ...nodes.map(({ name, kind, inputs, parameters, buffers }) => ({
      name,
      type: kind.type,
      inputs: Object.values(inputs),
      shape: [...shapes[name]],
      parameters: numbers(parameters),
      buffers: numbers(buffers),
    })),
  ];
}

/** The lanes of rows that read each other, each as near to the rows as those beside it leave it. */
export function lanesOf(rows: readonly Pick<LayerSummary, "name" | "inputs">[]): Lane[] {
  const lanes: Lane[] = [], ends: number[] = [];
  for (const [from, { name }] of rows.entries()) {
    const to = rows.flatMap(({ inputs }, row) => row > from + 1 && inputs.includes(name) ? [row] : []);
    if (to.length === 0) continue;
    const free = ends.findIndex((end) => end < from), lane = free < 0 ? ends.length : free;
    ends[lane] = to.at(-1)!;
    lanes.push({ lane, from, to });
  }
  return lanes;
}

/** Whether a row reads what the one above it gives. */
export function readsAbove(rows: readonly Pick<LayerSummary, "name" | "inputs">[], row: number): boolean {
  return row > 0 && rows[row].inputs.includes(rows[row - 1].name);
}
