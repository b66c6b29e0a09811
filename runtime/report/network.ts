/**
 * The drawing of a net's graph, as SVG: a box for each layer and those that follow it and learn nothing, from top to bottom,
 * and beside them lines from boxes that are read further below.
 *
 * @module
 */
import { type Lane, lanesOf, type LayerSummary, readsAbove } from "../../codegen/graph/lanes.ts";
import { count } from "../run/progress.ts";
import { type Markup, markup } from "./markup.ts";
import { plural } from "./numbers.ts";

/** Layers one after the other that are drawn as one. */
interface Box extends LayerSummary {
  /** What is written into it. */
  readonly title: string;
  readonly kinds: string;
  /** How many layers it is. */
  readonly layers: number;
}

/** Boxes from which on chains of them are drawn as one; and the fewest that are. */
const MANY = 30, SHORTEST = 3;
/** Sizes in CSS pixels: a box, the way to the next one, a lane, letters of both sizes on average, room inside of a box. */
const HEIGHT = 40, WAY = 14, LANE = 12, LETTER = 7.1, SMALL = 6.1, ROOM = 10;
/** Radius of the turns of lines. */
const TURN = 6;

/** The graph for a width. Nothing where what is read is not there, or comes later. */
export function networkChart(layers: readonly LayerSummary[], description: string, width: number): Markup | undefined {
  if (!isOrdered(layers)) return;
  const boxes = fold(boxesOf(layers)), lanes = lanesOf(boxes);
  const left = lanes.length === 0 ? 1 : LANE * (Math.max(...lanes.map(({ lane }) => lane)) + 1) + 10;
  const height = boxes.length * (HEIGHT + WAY) - WAY + 4, right = width - 1;
  const top = (row: number) => 2 + row * (HEIGHT + WAY);
  const room = right - left - 2 * ROOM;
  const drawn = boxes.map((box, row) => boxMarkup(box, { left, top: top(row), width: right - left, room }));
  const ways = boxes.map((_, row) => readsAbove(boxes, row) && wayMarkup((left + right) / 2, top(row)));
  return markup`<svg class="plot net" viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">
${ways}${lanes.map((lane) => laneMarkup(lane, left, top))}${drawn}</svg>`;
}

/** Whether each layer has a name of its own and reads what stands above it. */
function isOrdered(layers: readonly LayerSummary[]): boolean {
  const known = new Set<string>();
  return layers.every(({ name, inputs }) =>
    inputs.every((read) => known.has(read)) && known.size < known.add(name).size
  );
}

/** How many layers read each one. */
function readersOf(layers: readonly LayerSummary[]): Map<string, number> {
  const readers = new Map<string, number>();
  for (const { inputs } of layers) for (const name of new Set(inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}

/** Whether a row reads nothing but the one above, which nobody else reads. */
function follows(rows: readonly LayerSummary[], row: number, readers: ReadonlyMap<string, number>): boolean {
  return readsAbove(rows, row) && new Set(rows[row].inputs).size === 1 && readers.get(rows[row - 1].name) === 1;
}

/** A layer and those after it that learn nothing: conv, batchNorm, relu, where the batchNorm only goes with what it is behind. */
function boxesOf(layers: readonly LayerSummary[]): Box[] {
  const readers = readersOf(layers), boxes: Box[] = [];
  for (const [row, layer] of layers.entries()) {
    const box = { ...layer, title: layer.name, kinds: row === 0 ? "" : layer.type, layers: row === 0 ? 0 : 1 };
    const before = boxes.at(-1);
    // what keeps running figures goes with the layer that it follows
    const learns = layer.parameters > 0 && layer.buffers === 0;
    if (row > 1 && !learns && before && follows(layers, row, readers)) boxes[boxes.length - 1] = joined([before, box]);
    else boxes.push(box);
  }
  return boxes;
}

/** Boxes as one. */
function joined(boxes: readonly Box[]): Box {
  const first = boxes[0], last = boxes.at(-1)!;
  const sum = (of: "parameters" | "buffers" | "layers") => boxes.reduce((total, box) => total + box[of], 0);
  return {
    // others call it by what it gives
    ...{ name: last.name, type: last.type, inputs: first.inputs, shape: last.shape },
    ...{ parameters: sum("parameters"), buffers: sum("buffers"), layers: sum("layers") },
    title: boxes.map(({ title }) => title).join(" · "),
    kinds: boxes.map(({ kinds }) => kinds).join(", "),
  };
}

/** Of many boxes, chains as one. */
function fold(boxes: readonly Box[]): Box[] {
  if (boxes.length < MANY) return [...boxes];
  const readers = readersOf(boxes), folded: Box[] = [];
  for (let row = 0; row < boxes.length;) {
    let end = row + 1;
    while (row > 0 && end < boxes.length - 1 && follows(boxes, end, readers)) end++;
    const chain = boxes.slice(row, end), own = joined(chain);
    if (chain.length < SHORTEST) folded.push(...chain);
    else {
      const kinds = [...new Set(chain.flatMap(({ kinds }) => kinds.split(", ")))].join(", ");
      folded.push({ ...own, title: `${plural(own.layers, "layer")}, to ${own.name}`, kinds });
    }
    row = end;
  }
  return folded;
}

function boxMarkup(
  { title, kinds, shape, parameters, buffers }: Box,
  { left, top, width, room }: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly room: number;
  },
): Markup {
  const gives = shape.join(" × "), learns = parameters > 0 ? `${count(parameters)} trained` : "";
  const kept = buffers > 0 ? `${learns && ", "}${count(buffers)} kept` : "", numbers = learns + kept;
  const y = top + (kinds === "" && numbers === "" ? HEIGHT / 2 + 4 : 17), x = left + ROOM, end = left + width - ROOM;
  return markup`<g><rect x="${left}" y="${top}" width="${width}" height="${HEIGHT}" rx="5"/>
<text class="name" x="${x}" y="${y}">${shortened(title, room - SMALL * gives.length - ROOM, LETTER)}</text>
<text x="${end}" y="${y}" text-anchor="end">${gives}</text>
<text class="small" x="${x}" y="${top + 32}">${shortened(kinds, room - SMALL * numbers.length - ROOM, SMALL)}</text>
<text class="small" x="${end}" y="${top + 32}" text-anchor="end">${numbers}</text></g>
`;
}

/** A text without its end where there is no room for it. */
function shortened(text: string, room: number, letter: number): string {
  const most = Math.max(1, Math.floor(room / letter));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** From a box to the next one, which begins at a height. */
function wayMarkup(x: number, y: number): Markup {
  return markup`<path class="way" d="M${x} ${y - WAY}V${y - 1}m-3.5 -5l3.5 5l3.5 -5"/>
`;
}

/** From a box down to others that read it. */
function laneMarkup({ lane, from, to }: Lane, left: number, top: (row: number) => number): Markup {
  const x = left - 10 - LANE * lane, begin = top(from) + HEIGHT - 9, last = top(to.at(-1)!) + 9;
  const ends = to.map((row) => {
    const y = top(row) + 9;
    return `M${x} ${y - TURN}q0 ${TURN} ${TURN} ${TURN}H${left - 1}m-5 -3.5l5 3.5l-5 3.5`;
  });
  const line = `M${left} ${begin}H${x + TURN}q${-TURN} 0 ${-TURN} ${TURN}V${last - TURN}${ends.join("")}`;
  return markup`<path class="lane" d="${line}"/>
`;
}
