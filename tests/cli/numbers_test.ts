/** Nets without classes on the command line: trained from files of arrays, evaluated, predicted, resumed; one line for what is wrong. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadCheckpoint, parseReport } from "../../mod.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { asInstalled, PROJECT, taskArguments } from "../command_line.ts";
import type { Outcome } from "../command_lines.ts";
import { npy, npz } from "../numpy_files.ts";

const SCRATCH = join("runs", `numbers_test_${Deno.pid}`), OUT = join(SCRATCH, "generated");
const place = (name: string) => join(SCRATCH, name), absolute = (name: string) => join(PROJECT, place(name));

/** Runs a command with the permissions of its task, as on a machine without a GPU. */
async function cli(...[command, ...args]: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(command), ...args],
    cwd: PROJECT,
    env: { DENO_WEBGPU_BACKEND: "noop", NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => asInstalled(new TextDecoder().decode(bytes));
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The same of a command that goes well: what it prints. */
async function done(...line: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...line);
  assert.deepEqual([code, stderr], [0, ""], line.join(" "));
  return stdout;
}

const spec = (name: string, input: number[], outFeatures: number, loss: object) => ({
  ...{ name: `numbers_test_${Deno.pid}_${name}`, input, batchSize: 8 },
  layers: [{ type: "linear", outFeatures: 6 }, { type: "tanh" }, { type: "linear", outFeatures }],
  ...{ loss, training: { epochs: 4, optimizer: { type: "adam", learningRate: 0.02 } } },
});
const REGRESSION = spec("regression", [4], 2, { type: "huber" }),
  ITSELF = spec("itself", [6], 6, {
    ...{ type: "mse", target: "input" },
  });

/** Numbers from -1 to 1. */
function numbers(count: number, name: string): Float32Array<ArrayBuffer> {
  const key = streamKey(1, name);
  return Float32Array.from({ length: count }, (_, i) => 2 * uniform(key, i) - 1);
}

Deno.test.beforeAll(async () => {
  await Deno.mkdir(absolute("arrays"), { recursive: true });
  const write = (name: string, content: Uint8Array | object) =>
    Deno.writeFile(
      absolute(name),
      content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content)),
    );
  await write("regression.json", REGRESSION);
  await write("itself.json", ITSELF);
  await write("five.json", spec("five", [4], 7, { type: "softmaxCrossEntropy" }));
  await write("weighted.json", spec("weighted", [4], 2, { type: "mae", weighted: true }));
  await write("squares.json", spec("squares", [4], 2, { type: "mse" }));
  await write("told.json", { ...spec("told", [4], 2, { type: "mse" }), metrics: ["meanAbsoluteError"] });
  for (const [part, samples] of [["train", 30], ["test", 11]] as const) {
    const x = numbers(4 * samples, part),
      y = Float32Array.from({ length: 2 * samples }, (_, i) => x[4 * (i >> 1)] - i % 2);
    await write(`arrays/${part}_x.npy`, npy(x, [samples, 4]));
    await write(`arrays/${part}_y.npy`, npy(y, [samples, 2]));
  }
  // of a test with anomalies: in the last four samples all numbers are larger
  const x = numbers(6 * 20, "plain").map((value, i) => i < 6 * 16 ? value : 5 * value + 3);
  const kinds = BigInt64Array.from({ length: 20 }, (_, i) => i < 16 ? 0n : 1n);
  const test = { "test_x.npy": npy(x, [20, 6]), "test_y.npy": npy(kinds, [20]) };
  await write("itself.npz", npz({ "train_x.npy": npy(numbers(6 * 40, "t"), [40, 6]), ...test }, true));
  await write("asked.npy", npy(x.subarray(6 * 15, 6 * 17).slice(), [2, 6]));
  const wrong = {
    "train_x.npy": npy(numbers(12, "n").with(6, NaN), [3, 4]),
    "test_x.npy": npy(numbers(4, "o"), [1, 4]),
  };
  await write("nan.npz", npz(wrong));
  const bare = { "train_x.npy": npy(numbers(12, "n"), [3, 4]), "test_x.npy": npy(numbers(4, "o"), [1, 4]) };
  await write("bare.npz", npz(bare));
  const labels = { ...bare, "train_y.npy": npy(Int32Array.of(1, 7, 0), [3]), "test_y.npy": npy(Int32Array.of(1), [1]) };
  await write("labels.npz", npz(labels));
  await write("floats.npz", npz({ ...labels, "train_y.npy": npy(Float64Array.of(1, 0, 0), [3]) }));
  await write("untested.npz", npz({ ...bare, "train_y.npy": npy(Uint8Array.of(1, 0, 0), [3]) }));
  await write("cut.npz", npz(bare).subarray(0, -40));
  await write("floats.txt", new TextEncoder().encode("1 2 3\n"));
});
Deno.test.afterAll(() => Deno.remove(join(PROJECT, SCRATCH), { recursive: true }));

Deno.test("a regression from a folder of arrays: trained, resumed to the same bits, evaluated, asked", async () => {
  const data = ["--data", place("arrays")], to = ["--out", OUT, "--target", "wasm", "--threads", "1"];
  const file = (name: string) => ["--save", place(`${name}.safetensors`), "--report", place(`${name}_run.json`)];
  const text = await done("train", place("regression.json"), ...data, ...to, ...file("whole"));
  assert.match(text, /^30 training and 11 test samples of 4$/m);
  assert.match(
    text,
    /^epoch 4\/4 {2}loss \d\.\d+ {2}mean absolute error \d\.\d+ {2}learning rate 0\.02 {2}\d+\.\d s$/m,
  );
  assert.match(text, /^training took .+ samples\/s$/m);
  assert.match(text, /^11 test samples: loss \d\.\d+, mean absolute error \d\.\d+$/m);

  // half of it, and the rest later
  await done("train", place("regression.json"), ...data, ...to, ...file("half"), "--epochs", "2");
  const rest = ["--resume", place("half.safetensors"), "--epochs", "4"];
  assert.match(await done("train", ...rest, ...data, ...to, ...file("rest")), /2 of 2 epochs done/);
  const [whole, resumed, half] = await Promise.all(
    ["whole", "rest", "half"].map((name) => loadCheckpoint(absolute(`${name}.safetensors`))),
  );
  const bits = ({ parameters, training }: typeof whole) => [parameters, training!.optimizer];
  assert.deepEqual(bits(resumed), bits(whole));
  assert.notDeepEqual(bits(half), bits(whole));
  const figures = (checkpoint: typeof whole) => checkpoint.training!.history.map(({ seconds: _, ...rest }) => rest);
  assert.deepEqual(figures(resumed), figures(whole));

  const report = parseReport(await Deno.readTextFile(absolute("whole_run.json")));
  assert.deepEqual(Object.keys(report.test).sort(), ["loss", "meanAbsoluteError", "missed", "total"]);
  await done("report", place("whole_run.json"), "--out", place("page.html"));
  const html = await Deno.readTextFile(absolute("page.html"));
  assert(html.includes("Mean absolute error") && html.includes("samples a second") && !html.includes("accuracy"));

  const weights = ["--weights", place("whole.safetensors")];
  const tested = JSON.parse(await done("evaluate", ...weights, ...data, "--json"));
  assert.deepEqual([tested.total, tested.classes, tested.confusion], [11, [], undefined]);
  assert.match(
    await done("evaluate", ...weights, ...data),
    /^.+\n11 test samples: loss .+, mean absolute error \d\.\d+\n$/,
  );
  const { predictions } = JSON.parse(await done("predict", place("arrays/test_x.npy"), ...weights, "--json"));
  assert.deepEqual(predictions.map(({ index }: { index: number }) => index), Array.from({ length: 11 }, (_, i) => i));
  assert.deepEqual(Object.keys(predictions[0]), ["input", "index", "outputs"]);
  const lines = (await done("predict", place("arrays/test_x.npy"), ...weights)).split("\n");
  const [first] = predictions as { outputs: number[] }[];
  const [a, b] = first.outputs.map((value) => String(Number(value.toPrecision(4))));
  assert.equal(lines[0], `${place("arrays/test_x.npy")}, sample 0: ${a}, ${b}`);
});

Deno.test("typescript trains on floats as wasm does, from the command line too", async () => {
  const trained = async (target: string) => {
    const saved = place(`same_${target}.safetensors`), to = ["--out", OUT, "--report", "/dev/null", "--save", saved];
    await done("train", place("regression.json"), "--data", place("arrays"), ...to, "--target", target);
    const { parameters, training } = await loadCheckpoint(join(PROJECT, saved));
    return [
      ...training!.history.map(({ loss }) => loss),
      ...[...parameters.values()].flatMap(({ values }) => [...values]),
    ];
  };
  const script = await trained("typescript"), wasm = await trained("wasm");
  assert.equal(script.length, wasm.length);
  // 16 steps of f32, in which numbers are added in another order; inputs that are scaled by 1/255 make differences of 0.1
  script.forEach((value, i) => assert(Math.abs(value - wasm[i]) < 1e-4, `number ${i}: ${value}, not ${wasm[i]}`));
});

Deno.test("an autoencoder from an archive: the area under the curve of normal samples and anomalous ones", async () => {
  const data = ["--data", place("itself.npz")], saved = place("itself.safetensors");
  const to = [
    "--out",
    OUT,
    "--target",
    "wasm",
    "--threads",
    "1",
    "--report",
    place("itself_run.json"),
    "--save",
    saved,
  ];
  const text = await done("train", place("itself.json"), ...data, ...to);
  assert.match(text, /^40 training and 20 test samples of 6$/m);
  assert.match(text, /^20 test samples: loss .+, mean absolute error .+, area under the curve [01]\.\d{4}$/m);
  const { test } = parseReport(await Deno.readTextFile(absolute("itself_run.json")));
  // what it has not seen, it renders worse
  assert(test.areaUnderCurve! > 0.9 && test.correct === undefined);
  const tested = JSON.parse(await done("evaluate", "--weights", saved, ...data, "--target", "wasm", "--json"));
  assert.deepEqual([tested.areaUnderCurve, tested.loss], [test.areaUnderCurve, test.loss]);
  await done("report", place("itself_run.json"), "--out", place("itself.html"));
  assert((await Deno.readTextFile(absolute("itself.html"))).includes("test area under the curve"));
  const asked = (await done("predict", place("asked.npy"), "--weights", saved)).trimEnd().split("\n");
  assert.equal(asked.length, 2);
  for (const line of asked) assert.match(line, /asked\.npy, sample [01]: (-?\d[\d.e-]*(, |$)){6}$/);
});

/** Data that cannot be trained on, and what is said of it. */
const REFUSED: readonly (readonly [net: string, data: string, message: RegExp])[] = [
  ["regression", "none.npz", /^error: cannot read ".+none\.npz": there is no such file or folder; check the path\n$/],
  [
    "regression",
    "floats.txt",
    /^error: ".+floats\.txt" is of no known kind; give a file named \.safetensors or \.npz, or a folder .+\n$/,
  ],
  ["regression", "arrays/train_x.npy", /^error: ".+train_x\.npy" is one array; give a folder with train_x\.npy, .+\n$/],
  [
    "regression",
    "cut.npz",
    /^error: ".+cut\.npz": its list of arrays is missing; it is damaged, or no archive of numpy\.savez\n$/,
  ],
  [
    "regression",
    "nan.npz",
    /^error: ".+nan\.npz", train_x\[6\], at \[2\] of sample 1, is NaN: replace values that are not finite\.\n$/,
  ],
  [
    "regression",
    "bare.npz",
    /^error: ".+bare\.npz" has no train_y; net \S+ compares with numbers, \[2\] for each sample\n$/,
  ],
  [
    "regression",
    "itself.npz",
    /^error: .+itself\.npz: samples are \[6\], but net \S+ takes \[4\]; use other data .+\n$/,
  ],
  [
    "regression",
    "labels.npz",
    /^error: ".+labels\.npz", train_y is int32 \[3\]; net \S+ compares with numbers, \[2\] for each sample\n$/,
  ],
  ["five", "bare.npz", /^error: ".+bare\.npz" has no train_y; give each sample a class index, an integer from 0\n$/],
  [
    "five",
    "arrays",
    /^error: ".+train_y\.npy" is float32 \[30, 2\]; a loss on classes takes a whole number for each sample: if these are one-hot, save their argmax\n$/,
  ],
  [
    "five",
    "floats.npz",
    /^error: ".+floats\.npz", train_y is float64 \[3\]; a loss on classes takes a whole number for each sample: save it as int64\n$/,
  ],
  [
    "five",
    "untested.npz",
    /^error: ".+untested\.npz" has no test_y; give each sample a class index, an integer from 0\n$/,
  ],
  [
    "five",
    "labels.npz",
    /^error: ".+labels\.npz", train_y\[1\]: sample 1 has label 7, but the net has 7 classes .+\n$/,
  ],
  ["regression", "arrays/none", /^error: Folder ".+none" does not exist\. .+\n$/],
];

Deno.test("what is wrong with data gets one line: the file, the tensor, the place", async () => {
  for (const [net, data, message] of REFUSED) {
    const line = ["train", place(`${net}.json`), "--data", place(data), "--out", OUT, "--report", "/dev/null"];
    const { code, stdout, stderr } = await cli(...line, "--target", "wasm");
    assert.equal(code, 1, `${net}, ${data}: ${stdout}`);
    assert.match(stderr, message);
  }
  const { code, stderr } = await cli("train", place("five.json"), "--out", OUT, "--report", "/dev/null");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: without --data the set is MNIST, \[1, 28, 28\], but net \S+ takes \[4\]; give --data PATH\n$/,
  );
  // outputs of mse are taken for classes, unless the spec says otherwise
  const squares = [
    "--data",
    place("arrays"),
    "--out",
    OUT,
    "--report",
    "/dev/null",
    "--target",
    "wasm",
    "--epochs",
    "1",
  ];
  assert.match(
    await done("train", place("squares.json"), ...squares),
    /^note: the largest output is taken for a class,/m,
  );
  const told = await done("train", place("told.json"), ...squares);
  assert(!told.includes("note:") && !told.includes("accuracy") && told.includes("mean absolute error"));
  // weights are 1 where data has none
  const weighted = ["--data", place("arrays"), "--out", OUT, "--report", "/dev/null", "--target", "wasm"];
  assert.match(await done("train", place("weighted.json"), ...weighted), /11 test samples: loss/);
});
