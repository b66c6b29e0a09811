/** The graph in the page of a report: what is drawn is the net, whoever wrote the report, and it can be read on a phone. */
import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { layerSummaries, type LayerSummary } from "../../codegen/graph/lanes.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { parseReport, reportHtml, type TrainingReport } from "../../mod.ts";
import type { View } from "../browser.ts";
import { chromium, inChromium } from "../chromium.ts";
import { graphRegistry, randomGraph } from "../random_graph.ts";

/** A report of a run of a net with such layers. */
const reportOf = (layers?: readonly LayerSummary[]): TrainingReport => ({
  ...{ date: "2026-11-24T22:56:03.123Z", net: "drawn", target: "wasm", threads: 2, batchSize: 8, seed: 7, without: [] },
  ...{ parameters: 9, ...layers && { layers }, data: { source: "arrays", shape: [2], train: 8, test: 8 } },
  epochs: [{ epoch: 1, loss: 0.5, accuracy: 0.5, learningRate: 0.1, seconds: 1 }],
  training: { images: 8, seconds: 1, imagesPerSecond: 8 },
  test: { correct: 4, total: 8, accuracy: 0.5, loss: 0.5, missed: [] },
  machine: {
    versions: {},
    os: "linux",
    arch: "x86_64",
    cores: 2,
    threads: 2,
    simd: true,
    relaxedSimd: true,
    wrong: [],
  },
  versions: { kernelwright: "0.1.0" },
});

/** Layers from what each is called, reads, and learns. */
const layersOf = (...all: readonly (readonly [name: string, inputs: string, learned?: number])[]): LayerSummary[] => [
  { name: "input", type: "input", inputs: [], shape: [4, 8, 8], parameters: 0, buffers: 0 },
  ...all.map(([name, inputs, parameters = 0]) => ({
    ...{ name, type: name.replace(/\d+$/, ""), inputs: inputs.split(" "), shape: [4, 8, 8], parameters },
    buffers: name.startsWith("norm") ? 8 : 0,
  })),
];

/** Two blocks with ways around them. */
const RESIDUAL = layersOf(
  ["conv1", "input", 100],
  ["norm1", "conv1", 8],
  ["relu1", "norm1"],
  ["conv2", "relu1", 100],
  ["norm2", "conv2", 8],
  ["add1", "norm2 relu1"],
  ["relu2", "add1"],
  ["conv3", "relu2", 100],
  ["conv4", "relu2", 100],
  ["add2", "conv3 conv4"],
);

/** What of the drawing is looked at, the one for a phone. */
function drawn(html: string) {
  // deno-lint-ignore no-explicit-any
  const { document } = parseHTML(html) as any;
  const all = (selector: string, inside = document) => [...inside.querySelectorAll(selector)];
  const svgs = all("svg.net");
  const count = (selector: string) => all(selector, svgs.at(-1)).length;
  return {
    drawings: svgs.length,
    ...svgs.length > 0 && { boxes: count("rect"), ways: count("path.way"), lanes: count("path.lane") },
    texts: svgs.length > 0 ? all("text", svgs.at(-1)).map(({ textContent }) => textContent) : [],
    rows: all("section").filter((own) => own.querySelector("h2").textContent === "Network")
      .flatMap((own) => all("tbody tr", own)).length,
  };
}

Deno.test("what follows a layer and learns nothing is in its box; ways around boxes are lines beside them", async () => {
  const { texts, ...found } = drawn(await reportHtml(reportOf(RESIDUAL)));
  // input, conv1, conv2, add1, conv3, conv4, add2; conv4 does not read conv3
  assert.deepEqual(found, { drawings: 2, boxes: 7, ways: 5, lanes: 3, rows: 11 });
  assert(texts.includes("conv1 · norm1 · relu1") && texts.includes("conv, norm, relu"), `${texts}`);
  assert(texts.includes("108 trained, 8 kept") && texts.includes("add1 · relu2"), `${texts}`);
  const html = await reportHtml(reportOf(RESIDUAL));
  assert.match(html, /10 layers, 416 trained numbers, and 16 that are kept beside, such as running means\./);
});

Deno.test("long chains are one box, a net of many blocks is whole", async () => {
  const chain = layersOf(
    ...Array.from({ length: 200 }, (_, i) => [`linear${i + 1}`, i === 0 ? "input" : `linear${i}`, 1056] as const),
  );
  const { texts, boxes, rows } = drawn(await reportHtml(reportOf(chain)));
  assert.deepEqual([boxes, rows], [3, 201]);
  assert(texts.includes("199 layers, to linear199") && texts.includes("210,144 trained"), `${texts}`);
  // each block has a way around it, which nothing hides
  const blocks = layersOf(
    ...Array.from({ length: 40 }, (_, i) => {
      const before = i === 0 ? "input" : `add${i}`;
      return [[`conv${i + 1}`, before, 10], [`add${i + 1}`, `conv${i + 1} ${before}`]] as const;
    }).flat(),
  );
  const found = drawn(await reportHtml(reportOf(blocks)));
  assert.deepEqual([found.boxes, found.lanes], [81, 40]);
});

Deno.test("random graphs: every skip between boxes is drawn", async () => {
  let lanes = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const layers = layerSummaries(inferShapes(parseSpec(randomGraph(seed), graphRegistry), graphRegistry));
    const report = parseReport(JSON.stringify(reportOf(layers)));
    assert.deepEqual(report.layers, layers);
    const found = drawn(await reportHtml(report));
    assert.equal(found.rows, layers.length);
    // each layer is in a box that has its name, or is cut there
    const shown = found.texts.join(" ");
    const named = layers.filter(({ name }) => shown.includes(name)).length;
    assert(named >= layers.length / 2, shown);
    lanes += found.lanes ?? 0;
  }
  assert(lanes > 20, `${lanes} lanes`);
});

Deno.test("a report without layers, or with some that are no graph, has no drawing; no name becomes markup", async () => {
  assert.deepEqual(drawn(await reportHtml(reportOf())), { drawings: 0, texts: [], rows: 0 });
  for (
    const layers of [
      layersOf(["relu1", "relu2"], ["relu2", "input"]),
      layersOf(["relu1", "nothing"]),
      layersOf(["relu1", "relu1"]),
      layersOf(["relu1", "input"], ["relu1", "relu1"]),
    ]
  ) {
    const { drawings, rows } = drawn(await reportHtml(reportOf(layers)));
    assert.deepEqual([drawings, rows], [0, layers.length]);
  }
  const evil = `</text></svg><script>alert(1)</script>" onload="alert(1)`;
  const named = (name: string) =>
    RESIDUAL.map((layer) => ({
      ...layer,
      ...{ name: `${name}${layer.name}`, type: name, inputs: layer.inputs.map((read) => `${name}${read}`) },
    }));
  const tags = (html: string) => [...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag).join();
  const [harmless, other] = await Promise.all(["a", evil].map((name) => reportHtml(reportOf(named(name)))));
  assert.equal(tags(other), tags(harmless));
  assert.equal(drawn(other).boxes, 7);
  for (
    const [layers, message] of [
      [[{ ...RESIDUAL[0], shape: "wide" }], "layers[0].shape: expected a list of whole numbers"],
      [[{ ...RESIDUAL[0], parameters: -1 }], "layers[0].parameters: expected a whole number, at least 0"],
      [Array(300).fill(RESIDUAL[0]), "layers: expected a list of layers, at most 257"],
    ] as const
  ) {
    assert.throws(() => parseReport(JSON.stringify({ ...reportOf(), layers }), "run.json"), (error) => {
      assert((error as Error).message.startsWith(`run.json: ${message};`), `${error}`);
      return true;
    });
  }
});

Deno.test({
  name: "in Chromium the drawing is whole at every width, light and dark",
  ignore: chromium === undefined,
  async fn() {
    const random = inferShapes(parseSpec(randomGraph(14), graphRegistry), graphRegistry),
      path = await Deno.makeTempDir();
    try {
      for (const [i, layers] of [RESIDUAL, layerSummaries(random)].entries()) {
        await Deno.writeTextFile(`${path}/${i}.html`, await reportHtml(reportOf(layers)));
        const views = await inChromium<View[]>("tests/browser.ts", [`${path}/${i}.html`]);
        assert.equal(views.length, 4);
        for (const { overflow, cut, faint, messages, charts } of views) {
          assert.deepEqual({ overflow, cut, faint, messages }, { overflow: 0, cut: [], faint: [], messages: [] });
          assert.equal(charts.filter((name) => name.startsWith("The graph of drawn")).length, 1);
        }
      }
    } finally {
      await Deno.remove(path, { recursive: true });
    }
  },
});
