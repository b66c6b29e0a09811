/**
 * `README.md` of a bundle: what is in the folder, and ten lines that use it.
 *
 * @module
 */
import { countsRight, type Declared, LABELS } from "./declarations.ts";
import { packageName } from "./folder.ts";

/** What a README tells beside the net. */
export interface Told extends Declared {
  readonly singleFile: boolean;
  /** What was typed to make the bundle. */
  readonly command: string;
}

/** The file. */
export function readme(net: Told): string {
  const { name, version, predict, singleFile } = net;
  return [
    `# ${name}`,
    `${predict ? "A net that predicts" : "A net and its own trainer"}, for browsers, Node 24 or newer, Deno and Bun. ` +
    "Nothing else is needed: no package, no compiler. A page has to come from a server, any one for files: browsers load " +
    "no modules from a disk.",
    "```js\n" + (predict ? predicting(net) : training(net)) + "\n```",
    samples(net),
    "## The files",
    table(filesOf(net)),
    "## Where it runs",
    ...places(net),
    ...singleFile ? [] : [bundlers(net)],
    "## What is promised",
    promised(predict),
    `Made by Kernelwright ${version}: \`${net.command}\`. The scripts and modules are under the MIT license, see LICENSE.`,
  ].join("\n\n") + "\n";
}

function training(net: Told): string {
  const { name, outputs, gpu, metrics = ["accuracy"], given: [target, weight] = LABELS } = net;
  const figures = ["loss", ...countsRight(net) ? ["correct"] : [], "total", ...metrics];
  const told = ["loss", ...metrics].map((figure) => `epoch.${figure}`);
  const y = target.isInput ? [] : ["y"], data = ["x", ...y, ...weight ? ["weights"] : []];
  const beside = answers(net), own = beside.includes("className") ? ["className"] : beside.slice(0, 1);
  const test = ["x: testX", ...target.isInput ? [] : ["y: testY"]];
  return `\
import { open } from "./${name}.js";

const net = await open(); // ${gpu ? "{ target, threads, seed, weights }" : "{ threads, seed, weights }"} are options
const { epochs } = await net.train({ ${data.join(", ")} }, { epochs: 3, onEpoch: (epoch) => console.log(${
    told.join(", ")
  }) });
console.log(await net.evaluate({ ${test.join(", ")} })); // { ${figures.join(", ")} }
const [{ ${[...own, "outputs"].join(", ")} }] = await net.predict(oneSample); // ${outputs} outputs
const bytes = await net.save(); // a checkpoint; net.restore(bytes) takes it back
net.close();`;
}

/** What a prediction has beside outputs. */
function answers({ classes, probabilities, tellsClasses = true }: Declared): string[] {
  return [
    ...tellsClasses ? ["label"] : [],
    ...classes && tellsClasses ? ["className"] : [],
    ...probabilities ? ["probabilities"] : [],
  ];
}

function predicting(net: Told): string {
  const { name, outputs, tellsClasses = true } = net, beside = answers(net);
  return `\
import { open } from "./${name}.js";

const net = await open(); // { weights } is an option
const [{ ${beside.length > 0 ? beside.join(", ") : "outputs"} }] = await net.predict(x); // ${outputs} ${
    tellsClasses ? "classes" : "outputs"
  }
net.close();`;
}

function samples(net: Told): string {
  const { name, shape, data, predict } = net;
  const size = shape.reduce((a, b) => a * b, 1);
  const numbers = data === "u8"
    ? "bytes, which are scaled by 1/255"
    : "floats, or bytes in a Uint8Array, which are scaled by 1/255";
  return `\`x\` has ${size} numbers for each sample ([${
    shape.join(", ")
  }], row-major), one sample behind the other: ${numbers}. ` +
    `${predict ? "" : `${learned(net)} `}[${name}.d.ts](${name}.d.ts) has all methods and types.`;
}

/** What is given beside samples. */
function learned({ outputs, given: [target, weight] = LABELS, tellsClasses = true }: Told): string {
  const numbers = `${outputs} number${outputs === 1 ? "" : "s"}`;
  const y = target.isInput
    ? "The net compares its outputs with its input: there is no `y`."
    : target.dtype === "i32"
    ? `\`y\` has the class of each, 0 to ${outputs - 1}.`
    : `\`y\` has ${numbers} for each, in a typed array or in lists, and bytes are not scaled${
      tellsClasses && outputs > 1 ? "; or the class of each" : ""
    }.`;
  const weights = " `weights`, which may be left out, has " +
    `${weight?.shape.length === 0 ? "a number" : numbers} for each, none below 0, by which the loss is multiplied.`;
  return weight ? y + weights : y;
}

function filesOf({ name, predict, singleFile, weights, gpu }: Told): [file: string, what: string][] {
  const later = ["check.js", "sha256.js", "files.js", ...predict ? [] : ["stored_state.js", "node_shared.js"]];
  const beside: [string, string][] = [
    [`${name}.relaxed.wasm`, "the net for engines with relaxed SIMD"],
    [`${name}.wasm`, "the net for others; an engine loads one of the two"],
    ...predict
      ? []
      : [["worker.js, shared.js", "what runs in each thread, and what both scripts need"] as [string, string]],
    ...weights ? [["weights.safetensors", "the weights that it begins with"] as [string, string]] : [],
    ...gpu ? [[`gpu.js, ${name}.webgpu.json`, "what a GPU runs: loaded where one is taken"] as [string, string]] : [],
    ["check.json", "what a step must give, for `net.selfTest()`"],
    [
      later.join(", "),
      "loaded only where they are needed: to test itself, " +
      `${predict ? "" : "to restore a checkpoint, "}in Node, in pages that have no safe origin`,
    ],
  ];
  return [
    [`${name}.js`, singleFile ? "all of it" : "what a program imports"],
    [`${name}.d.ts`, "its types"],
    ...singleFile ? [] : beside,
    ["package.json", "for npm and Node; and by what a later build knows its own files"],
  ];
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ["| file | what it is |", "| --- | --- |", ...rows.map(([file, what]) => `| ${file} | ${what} |`)].join("\n");
}

function places({ predict, singleFile, gpu }: Told): string[] {
  const threads = predict ? [] : [
    "Threads share memory where they can. A page has to be cross-origin isolated for that: its server sends " +
    "`Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`. In other pages the same " +
    "net trains in one worker, to the same bits.",
  ];
  const worker = predict
    ? ""
    : singleFile
    ? " The worker is made of a text: `worker-src blob:` has to be there, too."
    : "";
  const onGpu = gpu
    ? [
      '`open({ target: "webgpu" })` trains on a GPU, where there is WebGPU: in Chrome, Safari 26, Firefox on Windows and ' +
      "macOS, and Deno. Its numbers are those of threads but for rounding. A single step waits for it some milliseconds. " +
      "Without the option a GPU is taken where it is said to be faster, and `net.target` tells; with `threads`, never.",
    ]
    : [];
  return [
    ...threads,
    ...onGpu,
    "A content policy has to allow `script-src 'self' 'wasm-unsafe-eval'`: the second is what browsers ask for to compile " +
    `any WebAssembly. No text is ever run as JavaScript.${worker}`,
    "Node reads the files by itself. Deno asks for `--allow-read`, or `--allow-net` where they come from a server.",
  ];
}

const bundlers = ({ name, predict }: Told) =>
  `Vite finds the other files by itself when the folder is among your sources; of a package in node_modules, tell it ` +
  `\`optimizeDeps: { exclude: ["${packageName(name)}"] }\`. esbuild copies no files: put ${
    predict ? "" : "worker.js, shared.js, "
  }check.json and the modules beside what it writes, or build with \`--single-file\`.`;

const promised = (predict: boolean) =>
  "Every access to memory in the modules was proven to be in bounds when they were built, and engines check each again." +
  (predict
    ? ""
    : " The same seed and data give the same bits for any number of threads, on every engine with the same kind of SIMD; " +
      "with relaxed SIMD, on processors that round products and sums alike. `net.selfTest()` tells.") +
  " What is taken as given: that the engine does what WebAssembly's specification says, and that the files are those that " +
  "were built.";
