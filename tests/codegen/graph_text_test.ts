/** A graph as text and as rows with lanes: every edge is drawn, once, and no two lines lie over each other. */
import assert from "node:assert/strict";
import { lanesOf, layerSummaries, readsAbove } from "../../codegen/graph/lanes.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { graphText } from "../../codegen/print/graph_text.ts";
import { graphRegistry, randomGraph } from "../random_graph.ts";
import { width } from "../width.ts";

const GRAPHS = width(100, 500);

const graphOf = (json: unknown) => inferShapes(parseSpec(json, graphRegistry), graphRegistry);

Deno.test("skip connections, shapes, trained numbers and those that are kept are seen in the text", () => {
  const text = graphText(graphOf({
    name: "residual",
    input: [2, 6, 6],
    batchSize: 4,
    layers: [
      { type: "conv2d", outChannels: 4, kernel: 3, padding: 1, name: "stem" },
      { type: "relu" },
      { type: "conv2d", outChannels: 4, kernel: 3, padding: 1 },
      { type: "add", input: ["conv2", "relu1"] },
      { type: "tanh", name: "left" },
      { type: "relu", name: "right", input: "add1" },
      { type: "mix", input: ["left", "right"] },
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  }));
  assert.equal(
    text,
    `graph of residual: 9 layers, 663 parameters, 4 in buffers
● reads the layer above it; ○ does not; lines lead from a layer to others below that read it

         layer     kind     gives      trained  kept  reads
  ●      input              [2, 6, 6]
  ●      stem      conv2d   [4, 6, 6]       76
  ●─┐    relu1     relu     [4, 6, 6]
  ● │    conv2     conv2d   [4, 6, 6]      148
  ●─┴─┐  add1      add      [4, 6, 6]                 conv2, relu1
  ●─┐ │  left      tanh     [4, 6, 6]
  ○─┼─┘  right     relu     [4, 6, 6]                 add1
  ●─┘    mix1      mix      [4, 6, 6]        4     4  left, right
  ●      flatten1  flatten  [144]
  ●      linear1   linear   [3]            435
`,
  );
});

Deno.test(`${GRAPHS} random graphs: the lanes and the rows above are all edges; no lane is in another one's way`, () => {
  let edges = 0, beside = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const rows = layerSummaries(graphOf(randomGraph(seed))), lanes = lanesOf(rows), drawn: string[] = [];
    for (const [row, { name }] of rows.entries()) {
      if (readsAbove(rows, row)) drawn.push(`${rows[row - 1].name} ${name}`);
    }
    for (const { from, to } of lanes) drawn.push(...to.map((row) => `${rows[from].name} ${rows[row].name}`));
    const all = rows.flatMap(({ name, inputs }) => [...new Set(inputs)].map((read) => `${read} ${name}`));
    assert.deepEqual(drawn.toSorted(), all.toSorted(), `seed ${seed}`);
    for (const one of lanes) {
      // each touches rows of its own in its lane
      const same = lanes.filter((other) => other !== one && other.lane === one.lane);
      assert(same.every(({ from, to }) => from > one.to.at(-1)! || to.at(-1)! < one.from), `seed ${seed}`);
      if (one.lane > 0) beside++;
    }
    edges += all.length;
  }
  assert(edges > 8 * GRAPHS && beside > GRAPHS / 2, `${edges} edges, ${beside} lanes beside others`);
});

Deno.test("in the text each lane begins and ends at its rows, and nothing else is drawn", () => {
  let corners = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const graph = graphOf(randomGraph(seed)), rows = layerSummaries(graph), lanes = lanesOf(rows);
    const lines = graphText(graph).trimEnd().split("\n").slice(-rows.length);
    const at = (row: number, lane: number) => [...lines[row]][2 + 2 * (lane + 1)];
    for (const { lane, from, to } of lanes) {
      assert.match(at(from, lane), /[┐┬]/);
      assert.match(at(to.at(-1)!, lane), /[┘┴]/);
      for (const row of to.slice(0, -1)) assert.match(at(row, lane), /[┤┼]/);
      corners += 2;
    }
    for (const [row, line] of lines.entries()) {
      assert.equal([...line][2], row === 0 || readsAbove(rows, row) ? "●" : "○");
      const begun = lanes.filter(({ from, to }) => from === row || to.at(-1) === row).length;
      assert.equal(line.match(/[┐┬┘┴]/g)?.length ?? 0, begun, `seed ${seed}: ${line}`);
      const { name, shape } = rows[row];
      assert(line.includes(` ${name} `) && line.includes(`[${shape.join(", ")}]`), line);
    }
  }
  assert(corners > GRAPHS, `${corners} corners`);
});
