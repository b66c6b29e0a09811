/** Reports of runs: what is read is checked, and the page made of it is whole, safe, and right in a browser. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { printable } from "../../codegen/error.ts";
import {
  fromArrays,
  loadReport,
  parseReport,
  parseSpec,
  prepareReport,
  reportHtml,
  train,
  type TrainingReport,
} from "../../mod.ts";
import { markup } from "../../runtime/report/markup.ts";
import { encodePng } from "../../runtime/data/png.ts";
import type { View } from "../browser.ts";
import { chromium, inChromium } from "../chromium.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");

/** A report of a run of the reference's net, with all that there can be. */
function example(epochs = 10): TrainingReport {
  const missed = Array.from({ length: 12 }, (_, i) => ({
    index: 17 * i,
    label: i % 10,
    predicted: (i + 3) % 10,
    probability: 1 - i / 20,
    pixels: Uint8Array.from({ length: 784 }, (_, p) => (p * (i + 1)) % 256).toBase64(),
  }));
  const confusion = Array.from(
    { length: 10 },
    (_, label) => Array.from({ length: 10 }, (_, j) => label === j ? 980 : (label + 3) % 10 === j ? 20 : 0),
  );
  const kernel = (name: string, seconds: number, flops: number, bytes: number) => ({
    kernel: name,
    merged: [name],
    seconds,
    share: seconds / 0.00266,
    flops,
    bytes,
  });
  return {
    date: "2026-11-24T22:56:03.123Z",
    command: ["train", "--epochs", String(epochs)],
    net: "mnist_cnn",
    target: "wasm_relaxed",
    threads: 2,
    batchSize: 64,
    seed: 7,
    without: ["window", "cases"],
    parameters: 805_066,
    data: { name: "MNIST", source: "/data/train-images-idx3-ubyte", shape: [1, 28, 28], train: 60_000, test: 10_000 },
    epochs: Array.from({ length: epochs }, (_, i) => ({
      epoch: i + 1,
      loss: 0.2 / (i + 1),
      accuracy: 1 - 0.06 / (i + 1),
      learningRate: 0.001,
      seconds: 3 + (i % 4) / 10,
    })),
    training: { images: 60_000 * epochs, seconds: 3.2 * epochs, imagesPerSecond: 18_750 },
    test: { correct: 9_800, total: 10_000, accuracy: 0.98, loss: 0.0471, confusion, missed },
    profile: {
      clock: "the threads' clocks",
      steps: 50,
      stepSeconds: 0.0031,
      kernels: [
        kernel("batch_gather", 0.00001, 0, 250_000),
        kernel("conv1_pool1_relu1_forward", 0.0005, 82e6, 3.4e6),
        kernel("linear1_forward_chunks", 0.00048, 103e6, 5.9e6),
        kernel("linear1_backward_update_weight_with_a_name_that_is_longer_than_a_phone", 0.00065, 115e6, 21e6),
        { ...kernel("loss_hit", 0.00002, 25e3, 6_400), merged: ["loss_forward", "loss_backward"] },
      ],
    },
    machine: {
      versions: { deno: "2.9.6", v8: "15.0" },
      os: "linux",
      arch: "x86_64",
      cpu: "AMD EPYC",
      cores: 2,
      threads: 2,
      simd: true,
      relaxedSimd: true,
      wrong: [],
      mode: { packing: "engaged", packingGain: 2.4, boundsChecks: false, boundsChecksCost: 1 },
      arithmetic: { one: 117, all: 235 },
      bandwidth: { read: { one: 25, all: 34 }, copy: { one: 28, all: 40 }, firstCache: 150, secondCache: 96 },
    },
    versions: { kernelwright: "0.1.0", deno: "2.9.6" },
  };
}

/** Changes a part of a report; its path, with dots. */
function changed(path: string, value: unknown, report: unknown = example()): unknown {
  const copy = structuredClone(report), steps = path.split(".");
  let at = copy as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
  if (value === undefined) delete at[steps.at(-1)!];
  else at[steps.at(-1)!] = value;
  return copy;
}

const read = (report: unknown) => parseReport(JSON.stringify(report), "run.json");

Deno.test("what a run reports is read back as it was, a loss that is no number included", async () => {
  const spec = parseSpec({
    name: "read_back",
    input: [1, 3, 3],
    batchSize: 4,
    layers: [{ type: "flatten" }, { type: "linear", outFeatures: 3 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 2, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
  const bytes = Uint8Array.from({ length: 90 }, (_, i) => (37 * i) % 256);
  const data = fromArrays(bytes, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], [1, 3, 3]);
  for (const probes of [[], ["mode", "arithmetic", "bandwidth", "gpu"] as const]) {
    const { report } = await train(spec, { train: data, test: data }, { threads: 2, probes, without: ["loss"] });
    assert.deepEqual(read(report), report);
    assert.deepEqual([report.without, report.machine.mode === undefined], [["loss"], probes.length === 0]);
    assert.ok(Math.abs(Date.now() - Date.parse(report.date)) < 600_000);
  }
  const resume = (await train(spec, { train: data, test: data }, { threads: 1 })).checkpoint;
  const { report: later } = await train(spec, { train: data, test: data }, { threads: 1, resume, epochs: 3 });
  assert.deepEqual([read(later), later.resumed], [later, { epochs: 2, steps: 0 }]);
  assert.match(await reportHtml(read(later)), /from a checkpoint, after 2 epochs and 0 steps/);
  // of a version that trained on
  const report = { ...later, epochs: later.epochs.map((epoch) => epoch.epoch < 2 ? epoch : { ...epoch, loss: NaN }) };
  assert.deepEqual(read(report), report);
  assert.match(await reportHtml(read(report)), /From epoch \d on the loss is no number/);
  assert.deepEqual(read(example()), example());
});

/** What is wrong, and the message between the file's name and the advice. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["", "not JSON: Unexpected end of JSON input"],
  ["[1, 2", "not JSON: Expected ',' or ']' after array element in JSON at position 5 (line 1 column 6)"],
  ["[]", "expected an object"],
  ["null", "expected an object"],
  ...([
    ["date", undefined, "date: expected a date and time, as 2026-01-31T12:00:00.000Z"],
    ["date", "yesterday", "date: expected a date and time, as 2026-01-31T12:00:00.000Z"],
    ["net", 7, "net: expected a text"],
    ["net", "x".repeat(5000), "net: expected a text of at most 4096 characters"],
    ["command", "train", "command: expected a list of texts"],
    ["threads", -1, "threads: expected a whole number, at least 0"],
    ["threads", 1.5, "threads: expected a whole number, at least 0"],
    ["classes", "cat", "classes: expected a list of texts"],
    ["classes", ["cat", 3], "classes[1]: expected a text"],
    ["classes", Array(10_001).fill("cat"), "classes: expected a list of texts, at most 10000"],
    ["classes", ["cat", "dog"], "classes: expected 10 names, as many as test.confusion has rows"],
    ["epochs", [], "epochs: expected at least one epoch"],
    ["epochs.3.accuracy", 1.5, "epochs[3].accuracy: expected a number from 0 to 1"],
    ["epochs.3.loss", "low", "epochs[3].loss: expected a number, or null"],
    ["epochs.3.epoch", 7, "epochs: expected epochs 1, 2, 3 and so on"],
    ["training.seconds", null, "training.seconds: expected a number, at least 0"],
    ["training.seconds", 1e19, "training.seconds: expected a number, at most 1e18"],
    ["test", undefined, "test: expected an object"],
    ["test.total", 0, "test.total: expected a whole number, at least 1"],
    ["test.confusion", [[1, 2], [3]], "test.confusion: expected as many numbers in each row as there are rows"],
    ["test.confusion", Array(51).fill([]), "test.confusion: expected a list of lists, at most 50"],
    ["test.missed.2.pixels", "!!", "test.missed[2].pixels: expected Base64"],
    ["test.missed.2.pixels", "AAAA", "test.missed[2].pixels: expected 784 bytes: data.shape is [1, 28, 28]"],
    ["data.shape", [784], "test.missed[0].pixels: expected 784 bytes: data.shape is [784]"],
    [
      "data.shape",
      [1, 2 ** 40, 2 ** 40],
      `test.missed[0].pixels: expected ${2 ** 80} bytes: data.shape is [1, ${2 ** 40}, ${2 ** 40}]`,
    ],
    ["profile.kernels.0.seconds", -1, "profile.kernels[0].seconds: expected a number, at least 0"],
    ["machine.mode.packing", "maybe", "machine.mode.packing: expected a known state"],
    ["machine.arithmetic.all", 0, "machine.arithmetic.all: expected a number above 0"],
    ["versions", { deno: 2 }, "versions.deno: expected a text"],
    ["machine.versions", { node: 26 }, "machine.versions.node: expected a text"],
  ] as const).map(([path, value, message]) => [JSON.stringify(changed(path, value)), message] as const),
];

Deno.test("a report that another platform made is one", () => {
  const made = JSON.parse(JSON.stringify(changed("machine.versions", { node: "26.12.0", v8: "14.6" })));
  assert.deepEqual(parseReport(JSON.stringify(made), "run.json").machine.versions, { node: "26.12.0", v8: "14.6" });
});

Deno.test("what is no report is refused with one line: the file, the path in it, what may be there", async () => {
  for (const [text, message] of REFUSED) {
    assert.throws(() => parseReport(text, "run.json"), {
      name: "InputError",
      message: `run.json: ${message}; give a report that "deno task train" of this version has written`,
    });
  }
  assert.ok(REFUSED.length >= 33);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, JSON.stringify(example()));
    assert.deepEqual(await loadReport(path), example());
    // its bytes are not read
    await Deno.truncate(path, 2 ** 40);
    await assert.rejects(loadReport(path, "run.json"), /^InputError: run\.json: it has 1099511627776 bytes, at most/);
    await assert.rejects(loadReport("/dev/zero"), /^InputError: \/dev\/zero: it is no regular file; give a report/);
    await assert.rejects(loadReport(`${path}.none`), /^InputError: cannot read ".+\.none": there is no such file/);
  } finally {
    await Deno.remove(path);
  }
  // what a later version adds is no reason to refuse
  assert.deepEqual(read({ ...example(), more: { of: "it" } }), example());
});

Deno.test("what a run may write is read: many epochs, rates and limits of any size, a clock too coarse for a step", async () => {
  const { machine, profile, epochs, ...rest } = example(110_000);
  const long: TrainingReport = {
    ...rest,
    command: ["train", `--data=${"x".repeat(100_000)}`],
    // as long as figures are
    epochs: epochs.map((epoch) => ({ ...epoch, loss: 0.1 / epoch.epoch, seconds: 1 / 3, learningRate: 1e300 })),
    profile: { ...profile!, stepSeconds: 0 },
    machine: { ...machine, gpu: { name: "G", fallback: false, timestamps: true, limits: { maxBufferSize: 2 ** 64 } } },
  };
  const path = await Deno.makeTempFile();
  try {
    await (await prepareReport({ file: path })).write(long);
    const { size } = await Deno.stat(path);
    assert(size > 2 ** 24, `${size} bytes`);
    const report = await loadReport(path);
    assert.deepEqual(report, long);
    const html = await reportHtml(report);
    assert(html.length < 400_000, `${html.length} characters`);
    assert.match(html, /Of 110,000 epochs, 200 are shown, evenly\./);
    assert.match(html, /of which the kernels are a part;/);
    assert.doesNotMatch(html, /NaN|Infinity/);
  } finally {
    await Deno.remove(path);
  }
  // the most that an epoch takes, as it is written, times the most epochs
  const one = -1.2345678901234567e-300, widest = { epoch: 1_000_000, loss: one, accuracy: one, learningRate: one };
  const text = JSON.stringify({ epochs: [{ ...widest, seconds: one }] }, null, 2);
  assert(text.length <= 256, `${text.length} characters`);
});

/** Names of classes, one of them long, one that looks like HTML. */
const NAMES = ["T-shirt", "Trouser", "Pullover", "Dress", "<b>Coat</b>", "Sandal", "Shirt", "Sneaker", "Bag"];
const LONG = "Ankle boot with a heel that is high";

/** A report of a net whose classes have names. */
const named = (): TrainingReport => ({ ...example(), classes: [...NAMES, LONG] });

/** Names of all elements and of their attributes. */
function structure(html: string): string[] {
  const { document } = parseHTML(html) as unknown as { document: { querySelectorAll(selector: string): unknown[] } };
  return Array.from(document.querySelectorAll("*"), (element) => {
    const { localName, attributes } = element as { localName: string; attributes: Iterable<{ name: string }> };
    return [localName, ...Array.from(attributes, ({ name }) => name)].join(" ");
  });
}

/** The same with another text in place of each that is free. */
function withTexts(report: TrainingReport, text: string): TrainingReport {
  const kernels = report.profile!.kernels.map((kernel) => ({
    ...kernel,
    kernel: text,
    merged: kernel.merged.map(() => text),
  }));
  return {
    ...report,
    command: report.command!.map(() => text),
    net: text,
    ...report.classes && { classes: report.classes.map(() => text) },
    target: text,
    without: report.without.map(() => text),
    data: { ...report.data, name: text, source: text },
    profile: { ...report.profile!, clock: text, kernels },
    gpu: {
      adapter: text,
      fallback: true,
      dispatchesPerStep: 8,
      submitsPerEpoch: 9,
      readBacksPerEpoch: 1,
      compileSeconds: 1,
      uploadSeconds: 1,
    },
    machine: { ...report.machine, os: text, arch: text, cpu: text },
    versions: { [text]: text },
  };
}

const EVIL = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onload='alert(1)`,
  `</style></svg></title><svg onload=alert(1)>`,
  `<!--`,
  `]]>&lt;script&gt;`,
  "\u202e\u2028",
];

Deno.test("no text of a report becomes markup", async () => {
  const plain = structure(await reportHtml(read(withTexts(named(), "harmless"))));
  const quoted = (text: string) => markup`<p title="${text}" lang='${text}'>${[text, 1]}</p>`.text;
  for (const text of [...EVIL, EVIL.join("")]) {
    assert.deepEqual(structure(quoted(text)), ["p title lang"]);
    const { document } = parseHTML(quoted(text)) as unknown as { document: { querySelector(p: "p"): unknown } };
    const { title, lang, textContent } = document.querySelector("p") as Record<string, string>;
    assert.deepEqual([title, lang, textContent], [printable(text), printable(text), `${printable(text)}1`]);
    const html = await reportHtml(read(withTexts(named(), text)));
    assert.deepEqual(structure(html), plain, text);
    assert.doesNotMatch(html, /[\u202e\u2028]/);
  }
  assert.ok(plain.length > 700, `${plain.length} elements`);
  assert.ok(!plain.some((element) => /^script| on/.test(element)));
  // negative control: markup would be seen
  assert.notDeepEqual(structure(`<p>${EVIL[0]}</p>`), structure("<p>harmless</p>"));
});

/** The dots of a kind in a chart, by its colour. */
const dots = (svg: string, color: string) =>
  [...svg.matchAll(/<g[^>]*aria-label="dot"[^>]*>.*?<\/g>/g)].filter(([group]) => group.includes(`var(--${color})`))
    .reduce((sum, [group]) => sum + group.matchAll(/<(circle|path)/g).toArray().length, 0);
const charts = (html: string) => [...html.matchAll(/<svg.*?<\/svg>/gs)].map(([svg]) => svg);

Deno.test("the page has everything, needs nothing else, and is small", async () => {
  const html = await reportHtml(example());
  assert.ok(html.length < 200_000, `${html.length} characters`);
  assert.doesNotMatch(html, /https?:|<script|<link(?! rel="icon" href="data:,")|@import|url\((?!#)/);
  for (const [, source] of html.matchAll(/ (?:src|href|srcset|action)="([^"]*)"/g)) assert.match(source, /^data:/);
  // loss, accuracy, seconds, kernels, roofline; each at two widths
  assert.equal(charts(html).length, 10);
  for (const svg of charts(html)) assert.match(svg, /^<svg aria-label="[^"]{20,}" role="img" /);
  for (const svg of charts(html).slice(0, 4)) {
    assert.deepEqual(["run", "test", "published"].map((color) => dots(svg, color)), [10, 1, 2]);
  }
  // the kernel without operations is in the bars, not under the roof
  assert.deepEqual(charts(html).slice(8).map((svg) => dots(svg, "run")), [4, 4]);
  assert.equal(html.match(/<img /g)!.length, 12);
  for (
    const text of [
      "98.00 %",
      "9,800 of 10,000 right",
      "32.0 s",
      "18,750",
      "deno task train --epochs 10",
      "window, cases",
      "805,066 parameters, batches of 64",
      "AMD EPYC, 2 threads at once, linux x86_64",
      "on: two 128-bit operations run as one of 256 bits",
      "235 GFLOP/s and 34 GB/s from memory",
      "loss_forward, loss_backward",
      "2026-11-24 22:56 UTC",
      "0.0471",
      "of which the kernels are 54 %",
    ]
  ) assert.ok(html.includes(text), text);
  // a row of the confusion matrix and the table of mistakes
  assert.match(html, /<th scope="row">3<\/th>(<td>.*?<\/td>){3}<td class="hit" style="--p:98%">980<\/td>/);
  assert.equal(html.match(/<td class="miss" style="--p:100%">20<\/td>/g)!.length, 10);
});

Deno.test("the reference's points are drawn for its net on its data only, and within the run", async () => {
  const drawn = async (report: unknown) => {
    const html = await reportHtml(read(report));
    const counts = charts(html).slice(0, 4).map((svg) => dots(svg, "published"));
    assert.equal(html.includes("not measured here"), counts[0] > 0);
    assert.equal(new Set(counts).size, 1);
    return counts[0];
  };
  assert.equal(await drawn(example()), 2);
  assert.equal(await drawn(example(9)), 1);
  assert.equal(await drawn(example(1)), 1);
  for (
    const [path, value] of [
      ["net", "lenet5"],
      ["parameters", 805_065],
      ["data.name", undefined],
      ["data.name", "Fashion-MNIST"],
      ["data.train", 1_280],
    ] as const
  ) assert.equal(await drawn(changed(path, value)), 0, path);
});

Deno.test("names of classes stand beside their numbers: in the matrix, among mistakes and missed samples", async () => {
  const html = await reportHtml(read(named()));
  const texts = (selector: string) => {
    const { document } = parseHTML(html) as unknown as { document: { querySelectorAll(selector: string): unknown[] } };
    return Array.from(document.querySelectorAll(selector), (e) => (e as { textContent: string }).textContent);
  };
  const short = "9 Ankle boot with a heel …";
  const whole = [...NAMES.map((name, label) => `${label} ${name}`), short];
  assert.deepEqual(texts(".matrix th[scope=row]"), whole);
  assert.deepEqual(texts(".matrix thead th[title]"), whole.map((_, label) => String(label)));
  assert.deepEqual(texts(".missed li span").slice(0, 10), whole.map((own, i) => `${own} → ${whole[(i + 3) % 10]}`));
  assert.deepEqual(texts("td span[title]").slice(0, 3), ["0 T-shirt", "3 Dress", "1 Trouser"]);
  // what is cut is told whole where one points
  assert.ok(html.includes(`title="${LONG}"`) && html.includes(`class 9 ${LONG}, taken for 2 Pullover`));
  assert.ok(html.includes('title="&lt;b&gt;Coat&lt;/b&gt;"') && !html.includes("<b>"));
  // negative control: without names there are numbers alone
  const plain = await reportHtml(read(example()));
  assert.ok(plain.includes('<th scope="row">9</th>') && plain.includes("<span>9 → 2</span>"));
  assert.ok(!/title="\D/.test(plain.replaceAll(/title="no\. \d+"/g, "")));
  // more classes than the matrix has rows
  const { confusion: _, ...test } = named().test;
  assert.match(await reportHtml(read({ ...named(), test })), /<span>0 T-shirt → 3 Dress<\/span>/);
  // labels that no name belongs to
  const few = { ...named(), test, classes: ["cat", "dog"] };
  assert.match(await reportHtml(read(few)), /<span>0 cat → 3<\/span>/);
});

Deno.test("what a run has not is left out, and told where that helps", async () => {
  const html = async (path: string, value: unknown) => await reportHtml(read(changed(path, value)));
  const bare = await html("profile", undefined);
  assert.match(bare, /This run was not profiled\. <code>deno task train mnist_cnn --profile runs\/trace\.json<\/code>/);
  assert.equal(charts(bare).length, 6);
  const roofless = await html("machine.bandwidth", undefined);
  assert.match(roofless, /There is no roofline: what the machine can do was not measured/);
  assert.match(await html("threads", 0), /There is no roofline: what the GPU can do was not measured/);
  // a peak that was measured while others used the machine
  assert.equal(roofless.includes("it had other work to do then"), false);
  assert.match(await html("machine.arithmetic.all", 150), /it had other work to do then/);
  assert.equal(charts(roofless).length, 8);
  assert.match(await html("test.confusion", undefined), /too many classes/);
  assert.doesNotMatch(await html("test.missed", []), /<h2>Missed<\/h2>/);
  const missed = example().test.missed.map(({ index, label, predicted }) => ({ index, label, predicted }));
  const unseen = await html("test.missed", missed);
  assert.ok(unseen.includes("no. 17<") && !unseen.includes("<img") && !unseen.includes("probable"));
  // many epochs and kernels are thinned out, and the page says so
  const long = await reportHtml(read({ ...example(), epochs: example(1000).epochs }));
  assert.ok(long.includes("Of 1,000 epochs, 200 are shown, evenly.") && long.length < 300_000);
  const [kernel] = example().profile!.kernels;
  const deep = await html("profile.kernels", Array(60).fill({ ...kernel, flops: 1 }));
  assert.ok(deep.includes("The longest 40 of 60.") && deep.length < 300_000);
  // numbers at the ends of what is allowed
  for (const [seconds, flops] of [[0, 0], [1e-300, 1e18], [1e18, 1e-300]]) {
    const kernels = [{ ...kernel, seconds, flops, bytes: 1 }];
    assert.doesNotMatch(await html("profile.kernels", kernels), /NaN|undefined/);
  }
  const still = example().epochs.map((epoch) => ({ ...epoch, loss: NaN, accuracy: 0, seconds: 0 }));
  assert.doesNotMatch(await reportHtml({ ...example(), epochs: still }), /NaN|undefined/);
});

Deno.test("pictures are PNG files of their pixels", () => {
  for (const [channels, height, width] of [[1, 2, 3], [3, 5, 4], [1, 28, 28]]) {
    const pixels = Uint8Array.from({ length: channels * height * width }, (_, i) => (29 * i) % 256);
    const file = encodePng(pixels, [channels, height, width]), view = new DataView(file.buffer);
    assert.equal(file.subarray(0, 8).toHex(), "89504e470d0a1a0a");
    assert.deepEqual([view.getUint32(16), view.getUint32(20), file[24], file[25]], [
      width,
      height,
      8,
      channels === 1 ? 0 : 2,
    ]);
    const rows = new Uint8Array(inflateSync(file.subarray(41, 41 + view.getUint32(33))));
    assert.equal(rows.length, height * (1 + width * channels));
    for (let i = 0; i < pixels.length; i++) {
      const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      assert.equal(rows[y * (1 + width * channels) + 1 + x * channels + c], pixels[i]);
    }
  }
});

Deno.test("training does not load what only the page needs", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", "mod.ts"], cwd: PROJECT })
    .output();
  interface Module {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly code?: { readonly specifier: string }; readonly isDynamic?: true }[];
  }
  const { modules, roots }: { modules: Module[]; roots: string[] } = JSON.parse(new TextDecoder().decode(stdout));
  const reached = (dynamic: boolean) => {
    const found = new Set(roots);
    for (const specifier of found) {
      for (const { code, isDynamic } of modules.find((module) => module.specifier === specifier)?.dependencies ?? []) {
        if (code && (dynamic || !isDynamic)) found.add(code.specifier);
      }
    }
    return [...found].filter((specifier) => /report\/charts|plot|linkedom/.test(specifier));
  };
  assert.deepEqual(reached(false), []);
  assert.ok(reached(true).length >= 3);
});

/** What Chromium shows of a page, light and dark, wide and at a phone's width. */
async function views(html: string): Promise<View[]> {
  const folder = await Deno.makeTempDir();
  try {
    const page = join(folder, "page.html");
    await Deno.writeTextFile(page, html);
    return await inChromium<View[]>("tests/browser.ts", [page]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "in Chromium: no message, no request, all charts and pictures, nothing cut off, wide or faint",
  ignore: !chromium,
  async fn() {
    const pages = [named(), withTexts({ ...named(), ...example(1) }, EVIL.join("")), changed("profile", undefined)];
    for (const [i, report] of pages.entries()) {
      const seen = await views(await reportHtml(read(report)));
      assert.deepEqual(seen.map(({ scheme, width }) => `${scheme} ${width}`), [
        "light 1280",
        "light 390",
        "dark 1280",
        "dark 390",
      ]);
      for (const { scheme: _s, width: _w, charts, ...rest } of seen) {
        assert.deepEqual(rest, {
          messages: [],
          requests: [],
          overflow: 0,
          cut: [],
          pictures: 12,
          broken: 0,
          faint: [],
          scripts: 0,
        });
        const names = ["loss by epoch", "accuracy by epoch", "seconds by epoch", "time of the ker", "operations a sec"];
        assert.deepEqual(charts.map((name, j) => name.slice(0, names[j].length)), names.slice(0, i === 2 ? 3 : 5));
      }
    }
  },
});

Deno.test({
  name: "in Chromium, negative control: a message, a request, what is cut off, wide, faint or broken is seen",
  ignore: !chromium,
  async fn() {
    const seen = await views(`<!doctype html><title>wrong</title>
<body style="background:#fff" onclick="">
<script>console.error("a message")</script>
<img src="http://127.0.0.1:9/a.png" alt="">
<p style="color:#bbb">faint</p>
<div style="width:2000px">wide</div>
<svg width="100" height="20" aria-label="chart"><text x="90" y="15">cut off</text></svg>`);
    for (const view of seen) {
      assert.ok(view.messages.some((message) => message.includes("a message")));
      assert.deepEqual(view.requests, ["http://127.0.0.1:9/a.png"]);
      assert.ok(view.overflow > 500);
      assert.deepEqual([view.charts, view.cut, view.pictures, view.broken], [["chart"], ["cut off"], 1, 1]);
      assert.equal(view.faint.length, 1);
      assert.equal(view.scripts, 2);
    }
    assert.equal(seen.length, 4);
  },
});
