/**
 * The tables of results: all rows in docs/results.md, a few in README.md.
 *
 * @module
 */
import { median, NOISY } from "../measure/summary.ts";
import { betweenMarks, dateText, figure, type Marks, paragraph, percent, ratio } from "../measure/page.ts";
import { markdownTable } from "../measure/table.ts";
import { REFERENCE } from "../reference.ts";
import { BASE, FASTEST, type Results, SAMPLE_FLOPS, TOLERANCE } from "./results.ts";

/** Another library at its fastest: with the flags that ours has at full speed. */
const SAME_FLAGS = "jax-js wasm, im2col, V8 flags";

/** The rows that README has, in short words: of each other library the fastest, and how one would write it. */
function shortLabels({ machine: { adapter } }: Results): Readonly<Record<string, string>> {
  return {
    "TensorFlow.js webgpu": `TensorFlow.js, WebGPU${adapter?.fallback ? " on a software adapter (no GPU)" : ""}`,
    "naive, 1 thread": "naive network: nested loops in JavaScript, 1 thread",
    [BASE]: "jax-js, WebAssembly, as one would write it",
    [SAME_FLAGS]: "jax-js, WebAssembly, convolution rewritten as im2col, same V8 flags",
    typescript: "**Kernelwright**, TypeScript",
    wasm_relaxed: "**Kernelwright**, WebAssembly",
    [FASTEST]: "**Kernelwright**, WebAssembly, [full speed](docs/training.md#full-speed)",
  };
}

/** Where full speed is explained, from docs/results.md. */
const FULL_SPEED = "[full speed](training.md#full-speed)";

/** How the tables call each row. */
function labels({ versions }: Results): Readonly<Record<string, string>> {
  const jax = `jax-js ${versions["@jax-js/jax"]}`, tensorflow = `TensorFlow.js ${versions["@tensorflow/tfjs"]}`;
  return {
    "naive, 1 thread": "naive: loops over run-time shapes, 1 thread",
    typescript: "`typescript`",
    wasm: "`wasm`, no flags",
    "wasm, V8 flags": `\`wasm\`, ${FULL_SPEED}`,
    wasm_relaxed: "`wasm_relaxed`, no flags",
    "wasm_relaxed, 1 thread, V8 flags": `\`wasm_relaxed\`, ${FULL_SPEED}, 1 thread`,
    [FASTEST]: `\`wasm_relaxed\`, ${FULL_SPEED}`,
    webgpu: "`webgpu`",
    [BASE]: `${jax}, WebAssembly, as one would write it`,
    "jax-js wasm, im2col": `${jax}, WebAssembly, its conv written as im2col`,
    [SAME_FLAGS]: `${jax}, WebAssembly, im2col, with the flags of ${FULL_SPEED}`,
    "jax-js webgpu, lax": `${jax}, WebGPU, as one would write it`,
    "jax-js webgpu, im2col": `${jax}, WebGPU, its conv written as im2col`,
    "TensorFlow.js cpu": `${tensorflow}, JavaScript, 1 thread`,
    "TensorFlow.js wasm": `${tensorflow}, WebAssembly`,
    "TensorFlow.js webgpu": `${tensorflow}, WebGPU`,
  };
}

/** On what the rows were measured, how, and how steady they were. */
function originText(
  { date, machine, versions, rounds, rows }: Results,
  names: Readonly<Record<string, string>>,
): string {
  const { cpu, cores, os, arch, adapter, load } = machine;
  const spreads = Object.entries(rows).flatMap(([name, { spread }]) => spread === undefined ? [] : [{ name, spread }]);
  const widest = spreads.reduce((a, b) => a.spread >= b.spread ? a : b);
  const noisy = spreads.filter(({ spread }) => spread > NOISY).length;
  const most = `${percent(widest.spread)} (${names[widest.name]})`;
  return [
    `Measured on ${dateText(date)} on a ${cores}-core ${
      cpu ?? "machine"
    } (${os}, ${arch}) with Deno ${versions.deno}, on ${cores} ` +
    "threads where nothing else is said, all in one run (`deno task bench:peers --full`): every row in turn, medians " +
    `of ${rounds} rounds.`,
    adapter
      ? `WebGPU's adapter is ${adapter.name}${adapter.fallback ? ", which computes on the processor: no GPU" : ""}.`
      : "There is no WebGPU adapter.",
    noisy > 0
      ? `Noisy: the rates of ${noisy} of ${spreads.length} rows differ by more than ${percent(NOISY)} of their ` +
        `median, at most by ${most}.`
      : `The rates of a row differ by at most ${most} of their median.`,
    `The machine's load average before it was ${load.toFixed(1)}.`,
  ].join(" ");
}

/**
 * Makes sure that results are whole, and of the same work.
 *
 * @throws {Error} when a row is missing, or did other work than ours.
 */
function checkResults(results: Results): void {
  const { rows, machine, versions, wholeRun } = results;
  if (!rows || !machine || !versions) throw new Error("it is not what deno task bench:peers --json writes");
  const names = labels(results);
  for (const name of Object.keys(names)) {
    if (!rows[name]) throw new Error(`there is no row "${name}"; it must be from a run of all rows`);
  }
  for (const [name, { gap = 0 }] of Object.entries(rows)) {
    if (names[name] === undefined) {
      throw new Error(`there is a row "${name}", which labels of bench/comparison/pages.ts lacks`);
    }
    if (!(gap <= TOLERANCE)) throw new Error(`row "${name}" did other work: its losses are not ours`);
  }
  if (!wholeRun) throw new Error("there is no run of all epochs; it must be from a run with --full");
  const { reason } = rows[FASTEST];
  if (reason !== undefined) throw new Error(`row "${FASTEST}" cannot run: ${reason}`);
}

/** Median images/s of a row, 0 where it cannot run. */
const rateOf = ({ rows }: Results, name: string): number =>
  rows[name].reason === undefined ? median(rows[name].rates) : 0;

/** Images/s of a row, and how often the base row's they are. */
function rateCells(results: Results, name: string, times = ratio): [rate: string, times: string] {
  if (results.rows[name].reason !== undefined) return ["cannot run", ""];
  const rate = rateOf(results, name), base = rateOf(results, BASE);
  return [figure(rate), base > 0 ? times(rate / base) : ""];
}

/**
 * README's results: a few rows, and on what they were measured.
 *
 * @throws {Error} as {@linkcode resultsText}.
 */
export function shortText(results: Results): string {
  checkResults(results);
  const { date, machine: { cpu, cores }, versions, wholeRun } = results;
  const [fastest, flagged] = [FASTEST, SAME_FLAGS].map((name) => rateOf(results, name));
  const rows = Object.entries(shortLabels(results)).toSorted(([a], [b]) => rateOf(results, a) - rateOf(results, b));
  return [
    markdownTable([
      ["training", "images/s", "times jax-js"],
      ...rows.map(([name, label]) => [label, ...rateCells(results, name, figure)]),
    ]),
    paragraph(
      `Measured on ${dateText(date)} on a ${cores}-core ${
        cpu ?? "machine"
      }, all in one run, from the same initial weights: Deno ` +
        `${versions.deno}, jax-js ${versions["@jax-js/jax"]}, TensorFlow.js ${versions["@tensorflow/tfjs"]}. ` +
        `${wholeRun!.epochs} epochs at full speed took ${wholeRun!.seconds.toFixed(1)} s, and ` +
        `${figure(wholeRun!.correct, 0)} of ${figure(wholeRun!.tested, 0)} test images were right.` +
        (flagged > 0 ? ` Full speed is ${figure(fastest / flagged, 0)} times jax-js under the same flags.` : ""),
    ),
    // a paragraph of its own: a formatter breaks no line inside a link
    "[All rows, and how they were measured](docs/results.md)\n",
  ].join("\n");
}

/**
 * All rows, on what they were measured, and what is to be said to them.
 *
 * @throws {Error} when a row is missing, or did other work than ours.
 */
export function resultsText(results: Results): string {
  checkResults(results);
  const { rows, machine } = results, wholeRun = results.wholeRun!;
  const names = labels(results);
  const ordered = Object.keys(names).toSorted((a, b) => rateOf(results, a) - rateOf(results, b));
  const cells = (name: string): string[] => {
    const { reason, sinceStart, peakBytes } = rows[name];
    if (reason !== undefined) return [names[name], ...rateCells(results, name), "", "", "", ""];
    return [
      names[name],
      ...rateCells(results, name),
      `${median(sinceStart).toFixed(1)} s`,
      `${figure(Math.max(...peakBytes) / 1e6, 0)} MB`,
      ...name === FASTEST ? [`${wholeRun.seconds.toFixed(1)} s`, figure(wholeRun.correct, 0)] : ["", ""],
    ];
  };
  const table = markdownTable([
    [
      "",
      "training images/s",
      "times jax-js as written",
      "first step",
      "memory",
      `${wholeRun.epochs} epochs`,
      `test images right of ${figure(wholeRun.tested, 0)}`,
    ],
    [
      "reference program in C, as published, NOT measured here",
      `${figure(REFERENCE.images / REFERENCE.seconds)} (from its 10 epochs)`,
      "",
      "",
      "",
      `${figure(REFERENCE.seconds, 1)} s`,
      figure(REFERENCE.correct, 0),
    ],
    ...ordered.map(cells),
  ]);

  const share = rateOf(results, FASTEST) * SAMPLE_FLOPS / 1e9 / machine.peak.all;
  const said =
    `\`wasm_relaxed\` at full speed does ${percent(share)} of what ${machine.cores} cores can multiply and ` +
    `add at all (${figure(machine.peak.all, 0)} GFLOP/s, measured in the same run; ${SAMPLE_FLOPS / 1e6} MFLOP a ` +
    "sample: the products and sums of the conv and linear layers). The first step counts from the start of the " +
    "process, and memory is the most it had, both with few images; the " +
    `${wholeRun.epochs} epochs, data set included, took ${figure(wholeRun.peakBytes / 1e6, 0)} MB.`;
  // as code, which needs no escapes
  const failed = ordered.filter((name) => rows[name].reason !== undefined)
    .map((name) => `${names[name]}: ${rows[name].reason}\n`).join("");
  return [
    paragraph(originText(results, names)),
    table,
    paragraph(said),
    ...failed === "" ? [] : ["What cannot run, and what it says:\n", `\`\`\`text\n${failed}\`\`\`\n`],
  ].join("\n");
}

/** Where pages have the results: between these lines. */
const MARKS: Marks = { begin: "made by deno task results from bench/results.json", end: "end of results" };

/** @throws {Error} when a page does not have the two marks. */
export const withResults = (page: string, text: string): string => betweenMarks(page, MARKS, text);

/** The pages with results, and what stands there. */
export const PAGES: Readonly<Record<string, (results: Results) => string>> = {
  "README.md": shortText,
  "docs/results.md": resultsText,
};
