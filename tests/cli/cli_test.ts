/** The command line, run as its tasks run it: what it prints, its exit codes, and what it leaves on the disk. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { kernelsOf, plan } from "../../codegen/compile.ts";
import { formulaHash } from "../../codegen/schedule/tuning.ts";
import { encodePng } from "../../runtime/data/png.ts";
import { encodeSafetensors, storedTensor } from "../../runtime/files/safetensors.ts";
import {
  loadCheckpoint,
  OPTIMIZATIONS,
  parseSpec,
  registry,
  saveCheckpoint,
  specNames,
  type Trace,
  type TrainingReport,
  VERSION,
} from "../../mod.ts";
import { ignore } from "../adapter.ts";
import { asInstalled, idx, PROJECT, taskArguments, version } from "../command_line.ts";
import type { Outcome } from "../command_lines.ts";

/** One of the places that every task may write to. */
const SCRATCH = join("runs", `cli_test_${Deno.pid}`);
const NET = `cli_test_${Deno.pid}`;

/** Without what the driver of an adapter says on a machine without a desktop. */
const withoutDriver = (stderr: string) => stderr.replace(/^error: XDG_RUNTIME_DIR .*\n/gm, "");

const decode = (bytes: Uint8Array) => asInstalled(new TextDecoder().decode(bytes));

/** Runs `deno` in the project. */
async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: PROJECT, env })
    .output();
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Runs a command with the permissions of its task, as on a machine without a GPU. */
function cli(command: string, ...args: string[]): Promise<Outcome> {
  return deno([...taskArguments(command), ...args], { DENO_WEBGPU_BACKEND: "noop" });
}

/** Of the lines of a command, one of so many has a process of its own. */
const ALONE = 16;

/** Runs command lines with the permissions of their tasks. Those of a command share a process, but for a few of them. */
async function cliEach(lines: readonly (readonly [command: string, ...args: string[]])[]): Promise<Outcome[]> {
  const outcomes = new Map<readonly string[], Outcome>();
  for (const [command, all] of Map.groupBy(lines, ([command]) => command)) {
    const own = all.filter((_, i) => i % ALONE > 0);
    for (const line of all) if (!own.includes(line)) outcomes.set(line, await cli(...line));
    if (own.length === 0) continue;
    const task = taskArguments(command), flags = task.slice(0, task.indexOf("cli.ts"));
    const child = new Deno.Command(Deno.execPath(), {
      args: [...flags, "tests/command_lines.ts"],
      cwd: PROJECT,
      env: { DENO_WEBGPU_BACKEND: "noop", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await new Response(JSON.stringify(own)).body!.pipeTo(child.stdin);
    const { code, stdout, stderr } = await child.output();
    assert.deepEqual([code, decode(stderr)], [0, ""], command);
    (JSON.parse(decode(stdout)) as Outcome[]).forEach((outcome, i) => outcomes.set(own[i], outcome));
  }
  return lines.map((line) => outcomes.get(line)!);
}

/** Runs cli.ts itself. */
function bare(...args: string[]): Promise<Outcome> {
  return deno(["run", "--no-prompt", "--allow-read", "cli.ts", ...args]);
}

const SPEC = {
  name: NET,
  input: [1, 4, 4],
  batchSize: 4,
  layers: [{ type: "flatten" }, { type: "linear", outFeatures: 2 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 3, optimizer: { type: "sgd", learningRate: 0.5 } },
};

/** Images with one bright half, upper (0) or lower (1): a linear net learns them. */
function images(labels: number[]): Uint8Array {
  const bytes = labels.flatMap((label, n) =>
    Array.from({ length: 16 }, (_, i) => Math.floor(i / 8) === label ? 200 + n : n + i)
  );
  return idx(0x803, [labels.length, 4, 4], bytes);
}

const TRAIN = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0], TEST = [1, 0, 0, 1, 1];

/** Weights of the linear net that tell the halves apart, not quite for sure. */
const WEIGHT = Float32Array.from({ length: 32 }, (_, i) => Math.floor(i / 8) % 2 === Math.floor(i / 16) ? 0.25 : -0.25);
const BIAS = Float32Array.of(0.5, 0);

/** What its classes are called. */
const NAMES = ["upper", "the lower half of an image"];

async function prepare(): Promise<void> {
  const write = (name: string, content: string | Uint8Array) =>
    Deno.writeFile(
      join(PROJECT, SCRATCH, name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  await Deno.mkdir(join(PROJECT, SCRATCH, "data"), { recursive: true });
  await Deno.mkdir(join(PROJECT, SCRATCH, "half"));
  await Deno.mkdir(join(PROJECT, SCRATCH, "folder"));
  await write("data/train-images-idx3-ubyte", images(TRAIN));
  await write("data/train-labels-idx1-ubyte", idx(0x801, [TRAIN.length], TRAIN));
  await write("data/t10k-images-idx3-ubyte.gz", gzipSync(images(TEST)));
  await write("data/t10k-labels-idx1-ubyte", idx(0x801, [TEST.length], TEST));
  await write("half/train-images-idx3-ubyte", images(TRAIN));
  await write("file", "in the way");
  await Deno.mkdir(join(PROJECT, SCRATCH, "mistuned"));
  await write("mistuned/tuning.json", '{"net":3}');
  await write("net.json", JSON.stringify(SPEC));
  await write("again.json", JSON.stringify(SPEC));
  await write("broken.json", "{");
  await write("unknown.json", JSON.stringify({ ...SPEC, colour: "red" }));
  await write("misfit.json", JSON.stringify({ ...SPEC, layers: [{ type: "linear", inFeatures: 9, outFeatures: 2 }] }));
  const parameters = new Map([
    ["linear1.weight", { shape: [2, 16], values: WEIGHT }],
    ["linear1.bias", { shape: [2], values: BIAS }],
  ]);
  await saveCheckpoint(join(PROJECT, SCRATCH, "trained.safetensors"), { spec: parseSpec(SPEC), parameters });
  const foreign = new Map([["1.bias", storedTensor([2], BIAS)], ["1.weight", storedTensor([2, 16], WEIGHT)]]);
  const pieces = encodeSafetensors({ metadata: new Map([["format", "pt"]]), tensors: foreign });
  await write("foreign.safetensors", Uint8Array.from(pieces.flatMap((piece) => [...piece])));
  await write("names.json", '{"linear1": "2"}');
  // twice as large as the net takes them; light on dark
  const lower = Uint8Array.from({ length: 64 }, (_, i) => i < 32 ? 0 : 255);
  await write("lower.png", encodePng(lower, [1, 8, 8]));
  await write("upper.pgm", "P2 2 2 9 9 9 0 0");
  await write("cut.png", encodePng(lower, [1, 8, 8]).subarray(0, 20));
  await write("mnist.json", JSON.stringify({ ...SPEC, input: [1, 28, 28] }));
  await write("named.json", JSON.stringify({ ...SPEC, classes: NAMES }));
  await write("misnamed.json", JSON.stringify({ ...SPEC, classes: [...NAMES, "left"] }));
}

Deno.test.beforeAll(prepare);
Deno.test.afterAll(() => Deno.remove(join(PROJECT, SCRATCH), { recursive: true }));

const DATA = join(SCRATCH, "data"), OUT = join(SCRATCH, "generated"), SPEC_FILE = join(SCRATCH, "net.json");
const see = (command: string) => `see deno task ${command} --help\n`;
const NETS = await specNames(join(PROJECT, "specs"));
const KERNELS = "batch_gather, batch_gather_label";
const TARGETS = ["wasm_relaxed", "wasm", "typescript"];
const TARGET_CHOICE = "choose from auto, wasm_relaxed, wasm, typescript, webgpu";

/** Command lines, with their exit code and what they say on stderr: all of it, or a pattern. */
const REFUSED: readonly [line: string, code: number, stderr: string | RegExp][] = [
  // wrong usage
  ["train --epoch 3", 2, `error: there is no flag --epoch (did you mean "--epochs"?)\n${see("train")}`],
  ["train --frobnicate", 2, `error: there is no flag --frobnicate\n${see("train")}`],
  ["train -t 3", 2, `error: there is no flag -t\n${see("train")}`],
  ["train -save kept", 2, `error: there is no flag -save (did you mean "--save"?)\n${see("train")}`],
  ["train -seed=3", 2, `error: there is no flag -seed (did you mean "--seed"?)\n${see("train")}`],
  ["generate --epochs 3", 2, `error: there is no flag --epochs\n${see("generate")}`],
  ["train --seed 1 --seed 2", 2, `error: --seed is given twice\n${see("train")}`],
  ["generate --check --check", 2, `error: --check is given twice\n${see("generate")}`],
  ["train --seed", 2, `error: --seed needs a value: --seed N\n${see("train")}`],
  ["train --seed --epochs 3", 2, `error: --seed needs a value: --seed N\n${see("train")}`],
  ["train --data=", 2, `error: --data needs a value: --data PATH\n${see("train")}`],
  ["generate --check=yes", 2, `error: --check takes no value, but it is given "yes"\n${see("generate")}`],
  ["train --epochs ten", 2, `error: --epochs is "ten"; expected a whole number from 1 to 1000000\n${see("train")}`],
  ["train --epochs 0", 2, `error: --epochs is "0"; expected a whole number from 1 to 1000000\n${see("train")}`],
  ["train --epochs 1.5", 2, `error: --epochs is "1.5"; expected a whole number from 1 to 1000000\n${see("train")}`],
  ["train --epochs 1e3", 2, `error: --epochs is "1e3"; expected a whole number from 1 to 1000000\n${see("train")}`],
  ["train --threads 257", 2, `error: --threads is "257"; expected a whole number from 1 to 256\n${see("train")}`],
  ["train --limit 0", 2, `error: --limit is "0"; expected a whole number from 1 to 2147483647\n${see("train")}`],
  [
    "train --target webgpu --threads 2",
    2,
    "error: --threads is of use only with a target that runs on threads, and --target is webgpu\n" + see("train"),
  ],
  [
    `evaluate --weights ${SCRATCH}/trained.safetensors --threads 2 --target webgpu`,
    2,
    "error: --threads is of use only with a target that runs on threads, and --target is webgpu\n" + see("evaluate"),
  ],
  ["train --seed -1", 2, `error: --seed is "-1"; expected a whole number from 0 to 9007199254740991\n${see("train")}`],
  [
    "verify --seed 9007199254740992",
    2,
    `error: --seed is "9007199254740992"; expected a whole number from 0 to 9007199254740991\n${see("verify")}`,
  ],
  [
    "train --target typscript",
    2,
    `error: --target cannot be "typscript" (did you mean "typescript"?); ${TARGET_CHOICE}\n${see("train")}`,
  ],
  [
    "show mnist_cnn --target wasm_relax",
    2,
    `error: --target cannot be "wasm_relax" (did you mean "wasm_relaxed"?); ${TARGET_CHOICE}\n${see("show")}`,
  ],
  ["verify --target cuda", 2, `error: --target cannot be "cuda"; ${TARGET_CHOICE}\n${see("verify")}`],
  [
    "show mnist_cnn batch_gather --stage text",
    2,
    `error: --stage cannot be "text"; choose from kernel, schedule, nest, source, binary\n${see("show")}`,
  ],
  [
    "verify --without hoisting",
    2,
    'error: --without cannot be "hoisting" (did you mean "hoist"?); choose from layout, channels, pad, reorder, ' +
    `winograd, loss, elementwise, window, cases, hoist, tiles, vectors, chain, reuse\n${see("verify")}`,
  ],
  [
    "show mnist_mlp --target wasm --without hoist",
    1,
    "error: hoist cannot be left out for target wasm: its proof wants indices that are never negative on the way\n",
  ],
  ["show", 2, `error: SPEC is missing\n${see("show")}`],
  ["show mnist_cnn --stage nest", 2, `error: --stage is of use only with a KERNEL\n${see("show")}`],
  ["show mnist_cnn batch_gather more", 2, `error: "more" is too much: expected SPEC [KERNEL]\n${see("show")}`],
  ["train lenet5 mnist_cnn", 2, `error: "mnist_cnn" is too much: expected [SPEC]\n${see("train")}`],
  ["schema all", 2, `error: "all" is too much: expected flags only\n${see("schema")}`],
  ["doctor mnist_cnn", 2, `error: "mnist_cnn" is too much: expected flags only\n${see("doctor")}`],
  ["tune --budget 1.5", 2, `error: --budget is "1.5"; expected a whole number from 1 to 86400\n${see("tune")}`],
  ["tune --budget 0", 2, `error: --budget is "0"; expected a whole number from 1 to 86400\n${see("tune")}`],
  ["tune --target gpu", 2, `error: --target cannot be "gpu"; ${TARGET_CHOICE}\n${see("tune")}`],
  [
    `tune mnist_mlp --kernel linear1_forwards --out ${OUT}`,
    1,
    /^error: net mnist_mlp has no kernel "linear1_forwards" \(did you mean "linear\w+"\?\); choose from batch_gather, .+\n$/,
  ],
  [
    `tune ${SPEC_FILE} --kernel linear1_forward --budget 1 --out ${SCRATCH}/file`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/file/tuning.json": ` +
    "a file is in the place of one of its folders; remove the file, or choose another path\n",
  ],
  [
    `generate ${SPEC_FILE} --out ${SCRATCH}/mistuned`,
    1,
    `error: ${SCRATCH}/mistuned/tuning.json: net: expected an object of targets; ` +
    'correct it, or delete the file and run "deno task tune" again\n',
  ],
  [
    `train ${SPEC_FILE} --data ${DATA} --out ${SCRATCH}/mistuned`,
    1,
    /^error: runs\/cli_test_\d+\/mistuned\/tuning\.json: net: expected an object of targets; .+\n$/,
  ],
  // trained nets
  [
    "evaluate",
    2,
    `error: --weights is missing: give a checkpoint, or weights of another program\n${see("evaluate")}`,
  ],
  ["predict", 2, `error: FILE... is missing\n${see("predict")}`],
  [
    `predict ${SCRATCH}/lower.png`,
    2,
    `error: --weights is missing: give a checkpoint, or weights of another program\n${see("predict")}`,
  ],
  [
    `predict ${SCRATCH}/lower.png --weights ${SCRATCH}/trained.safetensors --target gpu`,
    2,
    `error: --target cannot be "gpu"; ${TARGET_CHOICE}\n${see("predict")}`,
  ],
  [
    `predict ${SCRATCH}/lower.png --weights ${SCRATCH}/none`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/none": there is no such file or folder; check the path\n`,
  ],
  [
    `predict ${SCRATCH}/lower.png ${SCRATCH}/cut.png --weights ${SCRATCH}/trained.safetensors`,
    1,
    `error: "${join(PROJECT, SCRATCH)}/cut.png": at byte 8 it announces 13 bytes, but ends at byte 20; ` +
    "the PNG file is damaged, take another copy\n",
  ],
  [
    `predict ${SPEC_FILE} --weights ${SCRATCH}/trained.safetensors`,
    1,
    `error: "${join(PROJECT, SPEC_FILE)}" is of no known kind; ` +
    "give a PNG, PGM or IDX file, or numbers in a file named .npy or .f32\n",
  ],
  [
    `predict ${SCRATCH}/lower.png --weights ${SCRATCH}/foreign.safetensors`,
    1,
    `error: ${SCRATCH}/foreign.safetensors: it is no checkpoint, but weights of another program; ` +
    "name the net that they are of: predict --net NET\n",
  ],
  [
    `evaluate --weights ${SCRATCH}/foreign.safetensors`,
    1,
    /; name the net that they are of: evaluate NET --weights W\n$/,
  ],
  [
    `export ${SCRATCH}/foreign.safetensors --out ${SCRATCH}/new.onnx`,
    1,
    /; name the net that they are of: export WEIGHTS NET\n$/,
  ],
  [
    `train --resume ${SCRATCH}/foreign.safetensors`,
    1,
    `error: ${SCRATCH}/foreign.safetensors: it is no checkpoint of Kernelwright: its metadata have no ` +
    '"kernelwright.checkpoint"; if it has another program\'s weights, make a checkpoint of them with deno task import\n',
  ],
  [
    `predict ${SCRATCH}/lower.png --weights ${SPEC_FILE}`,
    1,
    /^error: runs\/cli_test_\d+\/net\.json: .+; it is damaged, or not a safetensors file\n$/,
  ],
  [
    `evaluate mnist_mlp --weights ${SCRATCH}/foreign.safetensors`,
    1,
    `error: ${SCRATCH}/foreign.safetensors: net mnist_mlp has 1 layer with bias [128], weight [128, 784] (linear1), the file none; ` +
    "take the weights of this net, or give a mapping of names\n",
  ],
  [
    `evaluate mnist_mlp --weights ${SCRATCH}/trained.safetensors`,
    1,
    `error: ${SCRATCH}/trained.safetensors: it is a checkpoint of net ${NET}, whose layers are not those of mnist_mlp\n`,
  ],
  [
    `evaluate --weights ${SCRATCH}/trained.safetensors`,
    1,
    /^error: .+: samples are \[1, 28, 28\], but net cli_test_\d+ takes \[1, 4, 4\]; use other data or change "input" in the spec\n$/,
  ],
  ["import", 2, `error: FILE is missing\n${see("import")}`],
  [`import ${SCRATCH}/foreign.safetensors`, 2, `error: NET is missing\n${see("import")}`],
  [
    `import ${SCRATCH}/foreign.safetensors ${SPEC_FILE}`,
    2,
    `error: --out is missing: give the checkpoint that is to be written\n${see("import")}`,
  ],
  [
    `import ${SCRATCH}/foreign.safetensors ${SPEC_FILE} --out ./${SCRATCH}/foreign.safetensors`,
    2,
    `error: --out names the file that is imported\n${see("import")}`,
  ],
  [
    `import ${SCRATCH}/foreign.safetensors ${SPEC_FILE} --names ${SCRATCH}/names.json --out ${SCRATCH}/new`,
    1,
    `error: ${SCRATCH}/foreign.safetensors, "2.weight": there is no such tensor, and linear1.weight should be it; ` +
    "check the mapping\n",
  ],
  [
    `import ${SCRATCH}/foreign.safetensors ${SPEC_FILE} --names ${SCRATCH}/file --out ${SCRATCH}/new`,
    1,
    /^error: runs\/cli_test_\d+\/file: it is no mapping: give an object of texts in JSON, .+\n$/,
  ],
  [
    `import ${SCRATCH}/foreign.safetensors ${SPEC_FILE} --out specs/new`,
    1,
    `error: cannot write "${join(PROJECT, "specs", "new")}": Deno may not; ` +
    `choose a path below runs/, where tasks may write, or start it by "deno run" with --allow-write=${
      join(PROJECT, "specs")
    }\n`,
  ],
  ["export", 2, `error: WEIGHTS is missing\n${see("export")}`],
  [
    `export ${SCRATCH}/trained.safetensors`,
    2,
    `error: --out is missing: give the file that is to be written, .onnx or .safetensors\n${see("export")}`,
  ],
  [
    `export ${SCRATCH}/trained.safetensors --out ${SCRATCH}/new.pt`,
    2,
    `error: --out is "${SCRATCH}/new.pt"; its ending must be .onnx or .safetensors\n${see("export")}`,
  ],
  // reports
  ["report", 2, `error: RUN.json is missing\n${see("report")}`],
  ["report runs/a.json runs/b.json", 2, `error: "runs/b.json" is too much: expected RUN.json\n${see("report")}`],
  [`report ${SPEC_FILE} --out ./${SPEC_FILE}`, 2, `error: --out names the report itself\n${see("report")}`],
  [
    `report ${SCRATCH}/none.json`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/none.json": there is no such file or folder; check the path\n`,
  ],
  [
    `report ${SCRATCH}/folder`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/folder": it is a folder; give the path of a file\n`,
  ],
  [
    `report ${SPEC_FILE}`,
    1,
    `error: ${SPEC_FILE}: date: expected a date and time, as 2026-01-31T12:00:00.000Z; ` +
    'give a report that "deno task train" of this version has written\n',
  ],
  // specs
  [
    "generate mnist_cn",
    1,
    'error: specs/ has no net "mnist_cn" (did you mean "mnist_cnn"?); ' +
    `choose from ${NETS.join(", ")}, or give the path of a JSON file\n`,
  ],
  ["show MNIST_MLP", 1, /^error: specs\/ has no net "MNIST_MLP" \(did you mean "mnist_mlp"\?\); .+\n$/],
  [
    "train mnist_mlp.json",
    1,
    `error: there is no file "${join(PROJECT, "mnist_mlp.json")}"; a net in specs/ is named without .json: mnist_mlp\n`,
  ],
  [
    `verify ${SCRATCH}/none.json`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/none.json": there is no such file or folder; check the path\n`,
  ],
  [
    `train ${SCRATCH}/folder/`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/folder": it is a folder; give the path of a file\n`,
  ],
  [`train ${SCRATCH}/broken.json`, 1, /^error: runs\/cli_test_\d+\/broken\.json: not JSON: .+\n$/],
  [`show ${SCRATCH}/unknown.json`, 1, /^error: runs\/cli_test_\d+\/unknown\.json: .*"colour".*\n$/],
  [
    `generate ${SCRATCH}/misnamed.json`,
    1,
    `error: ${SCRATCH}/misnamed.json: classes has 3 names, but layers[1] linear gives 2 outputs; give each output one name\n`,
  ],
  [
    `generate ${SCRATCH}/misfit.json`,
    1,
    /^error: runs\/cli_test_\d+\/misfit\.json: layers\[0\]: .+\n$/,
  ],
  [
    `generate ${SPEC_FILE} ${SCRATCH}/again.json --out ${OUT}`,
    1,
    `error: ${SPEC_FILE} and ${SCRATCH}/again.json: both nets are named "${NET}"; rename one\n`,
  ],
  [
    "show mnist_cnn batch_gathre",
    1,
    new RegExp(
      `^error: net mnist_cnn has no kernel "batch_gathre" \\(did you mean "batch_gather"\\?\\); choose from ${KERNELS}, .+\\n$`,
    ),
  ],
  ["show mnist_cnn foo", 1, new RegExp(`^error: net mnist_cnn has no kernel "foo"; choose from ${KERNELS}, .+\\n$`)],
  // data
  [
    `train ${SPEC_FILE} --data ${SCRATCH}/none`,
    1,
    `error: Folder "${join(PROJECT, SCRATCH)}/none" does not exist. ` +
    "Give the folder that holds train-images-idx3-ubyte and the three other IDX files.\n",
  ],
  [
    `train ${SPEC_FILE} --data ${SCRATCH}/half`,
    1,
    `error: Folder "${
      join(PROJECT, SCRATCH)
    }/half" has no training labels, such as train-labels-idx1-ubyte, plain or .gz; ` +
    "it has train-images-idx3-ubyte. Add the file.\n",
  ],
  [
    `train ${SPEC_FILE} --data ${DATA} --limit 11`,
    1,
    `error: ${
      join(PROJECT, DATA)
    }/train-images-idx3-ubyte has 10 samples, fewer than the 11 asked for. Ask for at most 10.\n`,
  ],
  [
    `train ${SCRATCH}/mnist.json --data ${DATA} --out ${OUT}`,
    1,
    `error: ${join(PROJECT, DATA)}/train-images-idx3-ubyte: samples are [1, 4, 4], but net ${NET} takes [1, 28, 28]; ` +
    'use other data or change "input" in the spec\n',
  ],
  // places that cannot be written to
  [
    `train --report ${SCRATCH}/none/report.json`,
    1,
    `error: cannot write "${join(PROJECT, SCRATCH)}/none/report.json": there is no folder "${
      join(PROJECT, SCRATCH)
    }/none"; make it, or choose another path\n`,
  ],
  [
    `train --report ${SCRATCH}/file/report.json`,
    1,
    `error: cannot write "${join(PROJECT, SCRATCH)}/file/report.json": a file is in the place of one of its folders; ` +
    "remove the file, or choose another path\n",
  ],
  [
    `train --report ${SCRATCH}/folder`,
    1,
    `error: cannot write "${join(PROJECT, SCRATCH)}/folder": it is a folder; give the path of a file\n`,
  ],
  [
    `train --profile ${SCRATCH}/none/trace.json`,
    1,
    `error: cannot write "${join(PROJECT, SCRATCH)}/none/trace.json": there is no folder "${
      join(PROJECT, SCRATCH)
    }/none"; make it, or choose another path\n`,
  ],
  [
    `import ${SCRATCH}/foreign.safetensors ${SPEC_FILE} --out ${SCRATCH}/none/new`,
    1,
    `error: cannot write "${join(PROJECT, SCRATCH)}/none/new": there is no folder "${
      join(PROJECT, SCRATCH)
    }/none"; make it, or choose another path\n`,
  ],
  [
    `train --profile ${SCRATCH}/folder`,
    1,
    `error: cannot write "${join(PROJECT, SCRATCH)}/folder": it is a folder; give the path of a file\n`,
  ],
  [
    `train --report ${SCRATCH}/both.json --profile ./${SCRATCH}/both.json`,
    2,
    `error: --report and --profile name the same file\n${see("train")}`,
  ],
  [
    `train ${SPEC_FILE} --data ${DATA} --out ${SCRATCH}/file`,
    1,
    `error: cannot read "${join(PROJECT, SCRATCH)}/file/tuning.json": a file is in the place of one of its folders; ` +
    "remove the file, or choose another path\n",
  ],
  [
    `generate ${SPEC_FILE} --out specs`,
    1,
    `error: cannot write "${join(PROJECT, "specs", NET, "wasm_relaxed")}": Deno may not; ` +
    `choose a path below runs/, where tasks may write, or start it by "deno run" with --allow-write=${
      join(PROJECT, "specs", NET)
    }\n`,
  ],
];

Deno.test("wrong command lines, files and folders: one clear error each", async (t) => {
  const outcomes = await cliEach(REFUSED.map(([line]) => line.split(" ") as [string, ...string[]]));
  for (const [i, [line, code, stderr]] of REFUSED.entries()) {
    await t.step(line, () => {
      const outcome = outcomes[i];
      if (typeof stderr === "string") assert.equal(outcome.stderr, stderr);
      else assert.match(outcome.stderr, stderr);
      assert.equal(outcome.code, code);
    });
  }
});

Deno.test("no command, a wrong one, help and version", async () => {
  const help = await bare("--help");
  assert.equal(help.code, 0);
  assert.equal(help.stderr, "");
  assert.deepEqual(await bare("-h"), help);
  assert.deepEqual(await bare(), { code: 2, stdout: "", stderr: help.stdout });
  const commands = [
    "train",
    "evaluate",
    "predict",
    "import",
    "export",
    "build",
    "report",
    "generate",
    "show",
    "verify",
    "tune",
    "schema",
    "doctor",
  ];
  const asked = await cliEach(commands.map((command) => [command, "--help"]));
  for (const [i, command] of commands.entries()) {
    assert.match(help.stdout, new RegExp(`^  ${command} +\\S`, "m"));
    const { code, stdout, stderr } = asked[i];
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^Usage: deno task ${command} `, "m"));
    assert.match(stdout, new RegExp(`^Example: deno task ${command}`, "m"));
  }
  assert.deepEqual(await cliEach(commands.map((command) => [command, "--no-such-flag", "-h"])), asked);
  assert.deepEqual(await bare("--version"), { code: 0, stdout: `kernelwright ${VERSION}\n`, stderr: "" });
  assert.equal(version, VERSION, "deno.json");
  assert.deepEqual(await bare("trian"), {
    code: 2,
    stdout: "",
    stderr:
      'error: there is no command "trian" (did you mean "train"?); choose from train, evaluate, predict, import, export, build, report, generate, show, verify, tune, schema, doctor\n' +
      "see deno run cli.ts --help\n",
  });
});

Deno.test("show prints the graph, the plan, and a kernel at each stage", async () => {
  const graph = [
    "graph of mnist_mlp: 4 layers, 101770 parameters",
    "each layer reads the one above it",
    "",
    "     layer     kind     gives        trained  reads",
    "  ●  input              [1, 28, 28]",
    "  ●  flatten1  flatten  [784]",
    "  ●  linear1   linear   [128]         100480",
    "  ●  relu1     relu     [128]",
    "  ●  linear2   linear   [10]            1290",
    "",
    "",
  ].join("\n");
  const committed = await Deno.readTextFile(join(PROJECT, "generated/mnist_mlp/wasm_relaxed/plan.txt"));
  const plan = { code: 0, stdout: `target wasm_relaxed\n${graph}${committed}`, stderr: "" };
  assert.deepEqual(await cli("show", "mnist_mlp"), plan);
  assert.deepEqual(await cli("show", "specs/mnist_mlp.json"), plan);
  const scalar = await Deno.readTextFile(join(PROJECT, "generated/mnist_mlp/typescript/plan.txt"));
  assert.deepEqual(await cli("show", "mnist_mlp", "--target", "typescript"), {
    ...plan,
    stdout: `target typescript\n${graph}${scalar}`,
  });
  const shown = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli("show", "mnist_mlp", "linear2_forward", ...args);
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout;
  };
  const source = await Deno.readTextFile(join(PROJECT, "generated/mnist_mlp/typescript/linear2_forward.ts"));
  assert.equal(await shown("--target", "typescript"), source);
  assert.equal(await shown("--stage", "source", "--target", "typescript"), source);
  for (const target of ["wasm_relaxed", "wasm"]) {
    const module = await Deno.readTextFile(join(PROJECT, `generated/mnist_mlp/${target}/module.wat`));
    const text = await shown("--target", target);
    assert.match(text, /^;; kernel +linear2_forward [^]*^\(func \$linear2_forward \(export "linear2_forward"\)/m);
    // within the module it is indented, and a blank line is before and after it
    const within = `\n\n${text.replace(/^(?=.)/gm, "  ")}\n`;
    assert.equal(module.split(within).length, 2, `${target}: the function is in the module, once and word for word`);
    assert.equal(await shown("--stage", "source", "--target", target), text);
    assert.equal(text.includes("f32x4.relaxed_madd"), target === "wasm_relaxed");
    if (target === TARGETS[0]) assert.equal(await shown(), text, "the default");
  }
  const kernel = await shown("--stage=kernel");
  assert.match(kernel, /^kernel linear2_forward\n/);
  assert.match(kernel, /sum over ib,i of x\[nb,16ib\+i,n\] \* w\[ib,o,i\]/);
  assert.match(await shown("--stage=kernel", "--target=typescript"), /sum over i of x\[n,i\] \* w\[o,i\]/);
  assert.match(await shown("--stage", "schedule"), /^[^\n]*parallel [a-z]+\n$/);
  const nest = await shown("--stage", "nest");
  assert.match(nest, /^nest linear2_forward\n/);
  assert.match(nest, /^ +parallel for /m);
  const lines = (await shown("--stage", "binary")).trimEnd().split("\n");
  assert.match(lines[3], /^ *file +instruction +tensor +first +last +of bytes +which begin at$/);
  assert(lines.length > 20);
  for (const line of lines.slice(4)) {
    const [, first, last, bytes] = line.match(/^ *\d+ +\S+ +(?:reads|writes) +\S+ +(\d+) +(\d+) +(\d+) +byte \d+$/) ??
      [];
    assert(Number(first) < Number(last) && Number(last) < Number(bytes), line);
  }
  assert.match(
    await shown("--stage=binary", "--target=typescript"),
    /^target typescript: the engine checks each access/,
  );
});

Deno.test("generate writes, checks, repairs and leaves alone", async () => {
  const root = join(OUT, "check"),
    net = join(root, NET),
    kernels = join(net, "typescript"),
    shaders = join(net, "webgpu");
  const modules = ["wasm_relaxed", "wasm"].map((target) => join(net, target, "module.wat"));
  // the one of TypeScript is among the names of its folder
  const plans = ["wasm_relaxed", "wasm"].map((target) => join(net, target, "plan.txt"));
  const generate = (...args: string[]) => cli("generate", SPEC_FILE, "--out", root, ...args);
  const outcome = (code: number, stdout: string[], stderr = "") => ({
    code,
    stdout: stdout.map((line) => `${line}\n`).join(""),
    stderr,
  });
  const complaint = (files: string) => `error: ${files} not as the compiler would write; run "deno task generate"\n`;

  assert.equal((await generate("--check")).code, 1, "nothing is there yet");
  assert.equal(await Deno.stat(join(PROJECT, root)).catch(() => "none"), "none", "--check writes nothing");
  const first = await generate();
  assert.equal(first.code, 0);
  const names = [...Deno.readDirSync(join(PROJECT, kernels))].map(({ name }) => name);
  assert(names.includes("step.ts") && names.includes("linear1_forward.ts") && names.includes("plan.txt"));
  const others = [...Deno.readDirSync(join(PROJECT, shaders))].map(({ name }) => name);
  assert(others.includes("step.json") && others.some((name) => name.endsWith(".wgsl")) && others.includes("plan.txt"));
  assert.deepEqual(
    first.stdout.trimEnd().split("\n").sort(),
    [
      ...plans,
      ...modules,
      ...names.map((name) => join(kernels, name)),
      ...others.map((name) => join(shaders, name)),
    ].map((path) => `wrote ${path}`).sort(),
  );
  const listed = (path: string) => [...Deno.readDirSync(join(PROJECT, path))].map(({ name }) => name).sort();
  assert.deepEqual(listed(net), ["typescript", "wasm", "wasm_relaxed", "webgpu"]);
  for (const target of ["wasm", "wasm_relaxed"]) {
    assert.deepEqual(listed(join(net, target)), ["module.wat", "plan.txt"]);
  }
  const upToDate = outcome(0, [`${NET}: ${names.length + others.length + 4} files up to date`]);
  assert.deepEqual(await generate("--check"), upToDate);
  assert.deepEqual(await generate(), upToDate);

  const at = (path: string) => join(PROJECT, path);
  const original = await Deno.readTextFile(at(join(kernels, "step.ts")));
  const [relaxed, fixed] = await Promise.all(modules.map((path) => Deno.readTextFile(at(path))));
  assert.notEqual(relaxed, fixed);
  const untouched = (await Deno.stat(at(join(kernels, "linear1_forward.ts")))).mtime;
  const damage = async () => {
    await Deno.writeTextFile(at(join(kernels, "step.ts")), original + "\n");
    await Deno.remove(at(join(kernels, "plan.txt")));
    await Deno.writeTextFile(at(join(kernels, "old_kernel.ts")), original);
    await Deno.mkdir(at(join(net, "old_target/deep")), { recursive: true });
    await Deno.writeTextFile(at(join(net, "old_target/deep/step.ts")), original);
    await Deno.writeTextFile(at(modules[0]), fixed);
    await Deno.remove(at(join(net, "wasm")), { recursive: true });
    await Deno.writeTextFile(at(join(net, "wasm_relaxed/old_module.wat")), relaxed);
    await Deno.mkdir(at(join(net, "old_wasm")));
    await Deno.writeTextFile(at(join(net, "old_wasm/module.wat")), fixed);
  };
  await damage();
  const found = [
    `differs     ${net}/wasm_relaxed/module.wat`,
    `missing     ${net}/wasm/plan.txt`,
    `missing     ${net}/wasm/module.wat`,
    `missing     ${kernels}/plan.txt`,
    `differs     ${kernels}/step.ts`,
    `superfluous ${net}/old_target/deep/step.ts`,
    `superfluous ${net}/old_wasm/module.wat`,
    `superfluous ${kernels}/old_kernel.ts`,
    `superfluous ${net}/wasm_relaxed/old_module.wat`,
  ];
  assert.deepEqual(await generate("--check"), outcome(1, found, complaint("9 generated files")));
  assert.deepEqual(await generate("--check"), outcome(1, found, complaint("9 generated files")), "nothing was changed");
  assert.deepEqual(
    await generate(),
    outcome(0, [
      `wrote ${net}/wasm_relaxed/module.wat`,
      `wrote ${net}/wasm/plan.txt`,
      `wrote ${net}/wasm/module.wat`,
      `wrote ${kernels}/plan.txt`,
      `wrote ${kernels}/step.ts`,
      `removed ${net}/old_target/deep/step.ts`,
      `removed ${net}/old_wasm/module.wat`,
      `removed ${kernels}/old_kernel.ts`,
      `removed ${net}/wasm_relaxed/old_module.wat`,
    ]),
  );
  assert.deepEqual(await generate("--check"), upToDate);
  assert.equal(await Deno.readTextFile(at(join(kernels, "step.ts"))), original);
  assert.deepEqual(await Promise.all(modules.map((path) => Deno.readTextFile(at(path)))), [relaxed, fixed]);
  for (const folder of ["old_target", "old_wasm"]) {
    assert.equal(await Deno.stat(at(join(net, folder))).catch(() => "none"), "none", "empty folders go too");
  }
  assert.deepEqual((await Deno.stat(at(join(kernels, "linear1_forward.ts")))).mtime, untouched);

  // what others wrote is never removed
  await Deno.writeTextFile(at(join(net, "notes.md")), "mine");
  assert.deepEqual(
    await generate("--check"),
    outcome(1, [`superfluous ${net}/notes.md`], complaint("1 generated file")),
  );
  assert.deepEqual(
    await generate(),
    outcome(
      1,
      [],
      `error: "${at(net)}/notes.md" was not generated but is in a net's folder; move it elsewhere or delete it\n`,
    ),
  );
  assert.equal(await Deno.readTextFile(at(join(net, "notes.md"))), "mine");
});

Deno.test("schema --check agrees with the file", async () => {
  const path = join("specs", "spec.schema.json");
  assert.deepEqual(await cli("schema", "--check"), { code: 0, stdout: `${path} is up to date\n`, stderr: "" });
});

Deno.test("verify prints a table for each target and ends well", async () => {
  const tables: string[] = [];
  for (const target of TARGETS) {
    const { code, stdout, stderr } = await cli("verify", SPEC_FILE, "--seed", "7", "--target", target);
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines[0], `${NET}, target ${target}, seed 7`);
    assert.match(lines[1], /^ {2}check +cases {2}largest error {2}tolerance {2}result$/);
    assert.equal(lines[lines.length - 1], `  all ${lines.length - 3} checks passed`);
    for (const line of lines.slice(2, -1)) {
      assert.match(line, /^ {2}\S+( \S+)* +[\d,]+ +\S+ +\S+ {2}ok( {2}.+)?$/);
      assert.equal(line.indexOf("  ok"), lines[1].indexOf("  result"), "columns are aligned");
    }
    for (const check of ["linear1_forward", "gradient linear1.weight"]) assert(stdout.includes(`  ${check} `), check);
    tables.push(stdout);
  }
  const auto = await cli("verify", SPEC_FILE, "--seed", "7", "--target", "auto");
  assert.deepEqual(auto, { code: 0, stdout: tables[0], stderr: "" });
  const all = await cli("verify", SPEC_FILE, "--seed", "7");
  assert.deepEqual(all, { code: 0, stdout: tables.join(""), stderr: "" }, "without --target: a table for each");
});

Deno.test("tune writes what generate reads", async () => {
  const root = join(OUT, "tuned"), file = join(root, "tuning.json");
  const tune = (...args: string[]) =>
    cli("tune", SPEC_FILE, "--target", "wasm", "--kernel", "linear1_forward", "--budget", "1", "--out", root, ...args);
  const { code, stdout, stderr } = await tune();
  assert.deepEqual([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines[0], `${NET}, target wasm`);
  assert.match(lines[1], /^ {2}kernel +share {2}before us {3}after us {2}tried {2}schedule$/);
  assert.match(lines[2], /^ {2}linear1_forward +[\d.]+ +[\d.]+ +\d+ {2}\S.+$/);
  assert.match(
    lines[3],
    /^nothing is faster by 3 % or more$|^wrote 1 schedule to runs.+; run "deno task generate --out \S+" for the code$/,
  );
  assert.equal(lines.length, 4);

  // which one is fastest is the machine's business: another schedule is put there by hand
  const [hash, schedule] = [
    formulaHash(kernelsOf(plan(parseSpec(SPEC), registry).plan).find(({ name }) => name === "linear1_forward")!),
    { parallel: "o", tile: { n: 3 } },
  ];
  await Deno.mkdir(join(PROJECT, root), { recursive: true });
  const write = (entry: unknown) =>
    Deno.writeTextFile(
      join(PROJECT, file),
      JSON.stringify({ [NET]: { typescript: { linear1_forward: entry } } }),
    );
  await write({ hash, schedule });
  const generate = (...args: string[]) => cli("generate", SPEC_FILE, "--out", root, ...args);
  assert.equal((await generate()).code, 0);
  const kernel = await Deno.readTextFile(join(PROJECT, root, NET, "typescript/linear1_forward.ts"));
  assert(kernel.includes("schedule  tile n 3 · parallel o\n"), kernel);
  assert.equal(
    (await generate("--check")).code,
    0,
    "the file of schedules is not superfluous, and code follows from it",
  );
  await write({ hash: "00000000", schedule });
  assert.match((await generate("--check")).stdout, /^differs {5}\S+typescript\/linear1_forward\.ts\n/m);
  await write({ hash, schedule: { parallel: "z" } });
  assert.deepEqual(await generate(), {
    code: 1,
    stdout: "",
    stderr: `error: ${file}: ${NET}: typescript: linear1_forward cannot be shared along z: its parts do not have ` +
      'that axis with one extent; run "deno task tune" again for this net\n',
  });
});

/** A report's fields, but for what differs from run to run. */
function checkReport(
  report: TrainingReport,
  expected: string,
  epochs: number,
  threads: number,
  samples: number,
): void {
  const { net, target, batchSize, seed, parameters, data, training, test, machine, versions, ...rest } = report;
  assert.deepEqual({ net, target, batchSize, seed, parameters }, {
    net: NET,
    target: expected,
    batchSize: 4,
    seed: 5,
    parameters: 16 * 2 + 2,
  });
  assert.deepEqual(Object.keys(rest).sort(), ["command", "date", "epochs", "layers", "threads", "without"]);
  assert.deepEqual([report.command!.slice(0, 2), report.without], [["train", SPEC_FILE], []]);
  assert.deepEqual(data, {
    source: join(PROJECT, DATA, "train-images-idx3-ubyte"),
    shape: [1, 4, 4],
    train: samples,
    test: TEST.length,
  });
  assert.deepEqual([machine.cpu === undefined, machine.wrong], [false, []]);
  assert.equal(machine.mode === undefined, expected === "typescript");
  assert.equal(report.threads, threads);
  assert.deepEqual(report.epochs.map(({ epoch }) => epoch), Array.from({ length: epochs }, (_, i) => i + 1));
  for (const epoch of report.epochs) {
    assert.deepEqual(Object.keys(epoch).sort(), ["accuracy", "epoch", "learningRate", "loss", "seconds"]);
    assert(epoch.loss > 0 && Number.isFinite(epoch.loss));
    assert(Number.isInteger(Math.round(epoch.accuracy! * samples * 1e6) / 1e6) && epoch.accuracy! <= 1);
    assert.equal(epoch.learningRate, 0.5);
    assert(epoch.seconds > 0);
  }
  assert.deepEqual(Object.keys(training).sort(), ["images", "imagesPerSecond", "seconds"]);
  assert.equal(training.images, epochs * samples);
  assert(training.seconds >= report.epochs.reduce((sum, { seconds }) => sum + seconds, 0) * 0.999);
  assert.equal(training.imagesPerSecond, training.images / training.seconds);
  assert.deepEqual(Object.keys(test).sort(), [
    "accuracy",
    "areaUnderCurve",
    "confusion",
    "correct",
    "loss",
    "missed",
    "total",
  ]);
  assert.equal(test.confusion!.reduce((sum, row, i) => sum + row[i], 0), test.correct);
  assert.equal(test.missed.length, test.total - test.correct!);
  assert.equal(test.total, TEST.length);
  assert.equal(test.accuracy, test.correct! / test.total);
  assert(test.loss > 0 && Number.isFinite(test.loss));
  assert.deepEqual(versions, { kernelwright: VERSION, ...Deno.version });
}

const readReport = async (path: string): Promise<TrainingReport> =>
  JSON.parse(await Deno.readTextFile(join(PROJECT, path)));

/** A target, the flags it is chosen by, the file that is loaded, and how many files are generated with the plan. */
const TRAINED: readonly [target: string, flags: string[], entry: string, files: string][] = [
  ["typescript", ["--target", "typescript"], "step.ts", "\\d+ files"],
  ["wasm", ["--target", "wasm"], "module.wat", "2 files"],
  ["wasm_relaxed", ["--target", "wasm_relaxed"], "module.wat", "2 files"],
  ["wasm_relaxed", [], "module.wat", "2 files"],
];

const NO_GPU = "auto takes wasm_relaxed: no GPU, or no driver for it: navigator.gpu.requestAdapter() gives none; " +
  "see deno task doctor";

for (const [target, flags, entry, files] of TRAINED) {
  const name = `train${flags.map((flag) => ` ${flag}`).join("")} generates, trains, tests and reports; `;
  Deno.test(`${name}threads change nothing but time`, async () => {
    const report = join(SCRATCH, "report.json"), root = join(OUT, `train_${flags[1] ?? "default"}`);
    const run = (...args: string[]) =>
      cli("train", SPEC_FILE, "--data", DATA, "--out", root, "--seed", "5", "--report", report, ...flags, ...args);
    const { code, stdout, stderr } = await run("--threads", "1");
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    // the default says what it took, and why
    if (flags.length === 0) assert.equal(lines.shift(), NO_GPU);
    assert.match(lines[0], new RegExp(`^generated ${files} in ${join(root, NET)}$`));
    assert.deepEqual(lines.slice(1, 3), [
      `${NET}, batch 4, target ${target}, 1 thread, seed 5`,
      "10 training and 5 test images of 1x4x4",
    ]);
    for (const epoch of [1, 2, 3]) {
      assert.match(
        lines[2 + epoch],
        new RegExp(
          `^epoch ${epoch}/3  loss \\d\\.\\d{4}  accuracy \\d+\\.\\d\\d %  learning rate 0\\.5  \\d+\\.\\d s$`,
        ),
      );
    }
    assert.match(lines[6], /^training took \d+\.\d s: [\d,]+ images\/s$/);
    assert.equal(lines[7], "5 of 5 test images classified right (100.00 %), area under the curve 1.0000");
    assert.equal(lines[8], `report: ${report}`);
    assert.equal(lines.length, 9);
    const one = await readReport(report);
    checkReport(one, target, 3, 1, TRAIN.length);
    assert.equal(one.test.correct, TEST.length);

    const again = await run("--threads", "2");
    assert.deepEqual([again.code, again.stderr], [0, ""]);
    assert(!again.stdout.includes("generated"), "what is up to date is not generated again");
    const two = await readReport(report);
    checkReport(two, target, 3, 2, TRAIN.length);
    const same = ({ epochs, test }: TrainingReport) => [epochs.map(({ loss, accuracy }) => [loss, accuracy]), test];
    assert.deepEqual(same(two), same(one));

    // a stale kernel is generated again, and what is not its business is left alone
    const module = join(PROJECT, root, NET, target, entry), text = await Deno.readTextFile(module);
    await Deno.writeTextFile(module, entry === "step.ts" ? "throw new Error('stale');" : "(module (stale))");
    const other = join(PROJECT, root, NET, target !== "typescript" ? "typescript/step.ts" : "wasm/module.wat");
    assert.equal(
      await Deno.stat(dirname(other)).catch(() => "none"),
      "none",
      "only the target's own files are generated",
    );
    await Deno.mkdir(dirname(other));
    await Deno.writeTextFile(other, "another target's");
    await Deno.writeTextFile(join(PROJECT, root, NET, "notes.md"), "mine");
    const stale = await run("--limit", "6", "--epochs", "1");
    assert.deepEqual([stale.code, stale.stderr], [0, ""]);
    const said = flags.length === 0 ? `${NO_GPU}\n` : "";
    assert(stale.stdout.startsWith(`${said}generated 1 file in ${join(root, NET)}\n`));
    assert(stale.stdout.includes("\n6 training and 5 test images of 1x4x4\n"));
    assert.equal(await Deno.readTextFile(module), text);
    assert.equal(await Deno.readTextFile(other), "another target's");
    assert.equal(await Deno.readTextFile(join(PROJECT, root, NET, "notes.md")), "mine");
    checkReport(await readReport(report), target, 1, navigator.hardwareConcurrency, 6);

    const left = [...Deno.readDirSync(join(PROJECT, SCRATCH))].map(({ name }) => name).filter((name) =>
      /tmp/.test(name)
    );
    assert.deepEqual(left, [], "no partial files are left");
  });
}

for (const flags of [["--target", "typescript"], ["--target", "wasm"]]) {
  Deno.test(`train ${flags.join(" ")} --profile prints a table and writes a trace; the report has it too`, async () => {
    const [report, trace] = ["profiled.json", "trace.json"].map((name) => join(SCRATCH, name));
    const args = ["--data", DATA, "--out", OUT, "--seed", "5", "--report", report, "--profile", trace, ...flags];
    const { code, stdout, stderr } = await cli("train", SPEC_FILE, ...args, "--threads", "2");
    assert.deepEqual([code, stderr], [0, ""]);
    const { profile, ...rest } = await readReport(report);
    checkReport(rest, flags[1], 3, 2, TRAIN.length);
    // what the machine can do stands beside what its kernels do
    const { arithmetic, bandwidth, threads } = rest.machine;
    assert(arithmetic!.all > 0 && bandwidth!.read.all > 0 && threads === 2);
    const { traceEvents } = JSON.parse(await Deno.readTextFile(join(PROJECT, trace))) as Trace;
    const names = profile!.kernels.map(({ kernel }) => kernel);
    assert.deepEqual(new Set(traceEvents.filter(({ ph }) => ph === "X").map(({ name }) => name)), new Set(names));
    const lines = stdout.trimEnd().split("\n"), head = lines.findIndex((line) => /^ {2}kernel +us +share/.test(line));
    assert.match(lines[head - 1], /test images classified right/);
    assert.deepEqual(lines.slice(head + 1, head + 1 + names.length).map((line) => line.trim().split(" ")[0]), names);
    assert.deepEqual(lines.slice(-2), [`report: ${report}`, `trace: ${trace}`]);
  });
}

Deno.test("names of classes stand beside their numbers, and go where the net goes", async () => {
  const file = (name: string) => join(SCRATCH, name),
    saved = file("named.safetensors"),
    report = file("named_run.json");
  const done = async (command: string, ...args: string[]) => {
    const { code, stdout, stderr } = await cli(command, ...args);
    assert.deepEqual([code, stderr], [0, ""], `${command} ${args.join(" ")}`);
    return stdout;
  };
  const run = ["--data", DATA, "--out", OUT, "--report", report, "--target", "wasm", "--threads", "1"];
  await done("train", file("named.json"), ...run, "--save", saved);
  const { classes } = JSON.parse(await Deno.readTextFile(join(PROJECT, report)));
  assert.deepEqual(classes, NAMES);
  await done("report", report, "--out", file("named_run.html"));
  const html = await Deno.readTextFile(join(PROJECT, file("named_run.html")));
  assert.ok(html.includes(">1 the lower half of an im…</th>"), "the page's matrix");

  // a checkpoint has its own names; others get those of the net that is named with them
  const lower =
    /^.+lower\.png: 1 the lower half of an im… {2}\(0 upper: \d+\.\d\d %, 1 the lower half of an im…: \d+\.\d\d %\)\n$/;
  assert.match(await done("predict", file("lower.png"), "--weights", saved), lower);
  const bare = [file("lower.png"), "--weights", file("trained.safetensors")];
  assert.match(await done("predict", ...bare, "--net", file("named.json")), lower);
  assert.match(await done("predict", ...bare), /: 1 {2}\(0: /);
  const { predictions: [{ label, className }] } = JSON.parse(
    await done("predict", file("upper.pgm"), "--weights", saved, "--json"),
  );
  assert.deepEqual([label, className], [0, "upper"]);

  const tested = await done("evaluate", "--weights", saved, "--data", DATA);
  assert.match(
    tested,
    /^ {2}class {23}images .+\n {2}0 upper {26}2 .+\n {2}1 the lower half of an im… +3 +3 /m,
  );
  assert.match(tested, /\(columns\)\n +0 {2}1\n {2}0 upper +2 {2}0\n {2}1 the lower half of an im… {2}0 {2}3\n$/);

  const imported = file("named_import.safetensors"), model = file("named.onnx");
  await done("import", file("foreign.safetensors"), file("named.json"), "--out", imported);
  assert.deepEqual((await loadCheckpoint(join(PROJECT, imported))).spec.classes, NAMES);
  await done("export", imported, "--out", model);
  assert.ok(decode(await Deno.readFile(join(PROJECT, model))).includes(JSON.stringify({ ...NAMES })));

  // to go on, names may be others, or none
  const resumed = await done("train", SPEC_FILE, ...run, "--resume", saved, "--epochs", "4");
  assert.match(resumed, /^epoch 4\/4 /m);
});

Deno.test("import, evaluate, predict and export: a net of another program is used here, and given to others", async () => {
  const file = (name: string) => join(SCRATCH, name), imported = file("imported.safetensors");
  const done = async (command: string, ...args: string[]) => {
    const { code, stdout, stderr } = await cli(command, ...args);
    assert.deepEqual([code, stderr], [0, ""], `${command} ${args.join(" ")}`);
    return stdout;
  };
  assert.equal(
    await done("import", file("foreign.safetensors"), SPEC_FILE, "--out", imported),
    `  linear1.weight  from 1.weight\n  linear1.bias    from 1.bias\nwrote ${imported}\n`,
  );
  // by hand: 0.5 more for the upper half, 8 pixels of 0.25 for the bright one and as much less for the other
  const chance = 1 / (1 + Math.exp(-3.5)), percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const lower = `${file("lower.png")}: 1  (0: ${percent(1 - chance)}, 1: ${percent(chance)})\n`;
  assert.equal(await done("predict", file("lower.png"), "--weights", imported), lower);
  for (const more of [["--net", SPEC_FILE], ["--net", SPEC_FILE, "--batch", "4", "--target", "wasm"]]) {
    const weights = file(more.length > 2 ? "trained.safetensors" : "foreign.safetensors");
    assert.equal(await done("predict", file("lower.png"), "--weights", weights, ...more), lower);
  }
  const swapped = await done("predict", file("lower.png"), file("upper.pgm"), "--dark-on-light", "--weights", imported);
  assert.deepEqual(swapped.match(/: [01] {2}/g), [": 0  ", ": 1  "]);
  const told = JSON.parse(
    await done("predict", file("upper.pgm"), file("data/t10k-images-idx3-ubyte.gz"), "--weights", imported, "--json"),
  );
  assert.deepEqual([told.net, told.target, told.batchSize, told.predictions.length], [NET, "wasm_relaxed", 1, 6]);
  const [first, second] = told.predictions;
  assert.deepEqual([first.input, first.index, first.label], [file("upper.pgm"), undefined, 0]);
  assert.deepEqual(Object.keys(first), ["input", "label", "probabilities", "outputs"]);
  assert.deepEqual([second.index, ...told.predictions.slice(1).map(({ label }: { label: number }) => label)], [
    0,
    ...TEST,
  ]);

  const tested = await done("evaluate", "--weights", imported, "--data", DATA);
  assert.match(
    tested,
    /^5 of 5 test images classified right \(100\.00 %\), area under the curve 1\.0000, loss 0\.\d{4}$/m,
  );
  assert.match(tested, /^ +class +images +right +precision +recall\n +0 +2 +2 +100\.00 % +100\.00 %\n +1 +3 +3 /m);
  assert.match(tested, /\(columns\)\n +0 +1\n +0 +2 +0\n +1 +0 +3\n$/);
  const json = JSON.parse(
    await done("evaluate", SPEC_FILE, "--weights", file("foreign.safetensors"), "--data", DATA, "--json"),
  );
  assert.deepEqual([json.net, json.correct, json.total, json.confusion], [NET, 5, 5, [[2, 0], [0, 3]]]);
  assert.deepEqual(json.classes[1], { label: 1, samples: 3, predicted: 3, correct: 3, precision: 1, recall: 1 });

  const model = file("model.onnx"), copy = file("copy.safetensors");
  assert.equal(await done("export", imported, "--out", model), `wrote ${model}\n`);
  const names = decode(await Deno.readFile(join(PROJECT, model)));
  for (const name of ["Flatten", "Gemm", "transB", "linear1.weight", NET]) assert.ok(names.includes(name), name);
  assert.equal(await done("export", file("foreign.safetensors"), SPEC_FILE, "--out", copy), `wrote ${copy}\n`);
  assert.equal(await done("predict", file("lower.png"), "--weights", copy), lower);
});

Deno.test("report makes a page of what train has left, beside it or elsewhere", async () => {
  const run = join(SCRATCH, "paged.json"), page = join(SCRATCH, "paged.html"), other = join(SCRATCH, "other");
  const args = ["--data", DATA, "--out", OUT, "--report", run, "--limit", "3", "--epochs", "1"];
  assert.equal((await cli("train", SPEC_FILE, ...args)).code, 0);
  assert.deepEqual(await cli("report", run), { code: 0, stdout: `wrote ${page}\n`, stderr: "" });
  const html = await Deno.readTextFile(join(PROJECT, page));
  assert(html.startsWith("<!doctype html>\n") && html.endsWith("</html>\n") && html.includes(`<h1>${NET}</h1>`));
  assert(html.includes(`deno task train ${SPEC_FILE} --data ${DATA} --out ${OUT}`));
  assert.deepEqual(await cli("report", run, "--out", other), { code: 0, stdout: `wrote ${other}\n`, stderr: "" });
  assert.equal(await Deno.readTextFile(join(PROJECT, other)), html);
});

Deno.test({
  name: "train on this machine's adapter: it says what the device was asked for; by default only a GPU is taken",
  ignore,
  async fn() {
    const report = join(SCRATCH, "gpu.json"), kept = join(SCRATCH, "gpu.safetensors");
    const run = (...flags: string[]) =>
      deno([
        ...taskArguments("train"),
        SPEC_FILE,
        ...["--data", DATA, "--out", join(OUT, "gpu"), "--report", report, "--epochs", "1", ...flags],
      ]);
    const { code, stdout, stderr } = await run("--target", "webgpu", "--save", kept);
    assert.deepEqual([code, withoutDriver(stderr)], [0, ""]);
    assert.match(stdout, new RegExp(`^${NET}, batch 4, target webgpu, seed 0\n10 training`, "m"));
    // as "to go on" may say: the target is the checkpoint's
    const resumed = await run("--resume", kept, "--threads", "2");
    assert.deepEqual([resumed.code, withoutDriver(resumed.stderr)], [0, ""]);
    const ignored = "--threads 2 has no effect: target webgpu takes no threads";
    assert.match(resumed.stdout, new RegExp(`^${NET}, batch 4, target webgpu, seed 0\n${ignored}\n10 training`, "m"));
    assert.match(
      stdout,
      /^.+: \d+ dispatches a step, 2 submits and 1 read-back an epoch; compiled in \d+\.\d s, uploaded in \d+\.\d\d s$/m,
    );
    assert.ok(!stdout.includes("auto takes"));
    const { target, threads, gpu } = await readReport(report);
    assert.deepEqual([target, threads], ["webgpu", 0]);
    const chosen = await run();
    assert.deepEqual([chosen.code, withoutDriver(chosen.stderr)], [0, ""]);
    const [line] = chosen.stdout.split("\n");
    assert.equal(
      line,
      gpu!.fallback
        ? `auto takes wasm_relaxed: no GPU here, ${gpu!.adapter} is a software adapter`
        : `auto takes webgpu: ${gpu!.adapter} is a GPU`,
    );
  },
});

Deno.test({
  name: "predict on this machine's adapter says what threads say",
  ignore,
  async fn() {
    const images = [`${SCRATCH}/lower.png`, `${SCRATCH}/upper.pgm`];
    const run = (...flags: string[]) =>
      deno([...taskArguments("predict"), ...images, "--weights", `${SCRATCH}/trained.safetensors`, ...flags]);
    const own = await run("--target", "webgpu", "--batch", "2"), expected = await run();
    assert.deepEqual([own.code, withoutDriver(own.stderr), own.stdout], [0, "", expected.stdout]);
    const { target, batchSize } = JSON.parse((await run("--target", "webgpu", "--json")).stdout);
    assert.deepEqual([target, batchSize], ["webgpu", 1]);
  },
});

Deno.test("commands that need an adapter say so where there is none", async () => {
  for (const [command, ...args] of [["train", "--data", DATA, "--out", OUT], ["verify"], ["tune", "--out", OUT]]) {
    const { code, stderr } = await cli(command, SPEC_FILE, ...args, "--target", "webgpu");
    assert.equal(code, 1);
    assert.match(stderr, /^error: target webgpu needs a WebGPU adapter, and .*mesa-vulkan-drivers.*\n$/);
  }
  const words = [`${SCRATCH}/lower.png`, "--weights", `${SCRATCH}/trained.safetensors`, "--target", "webgpu"];
  const { code, stderr } = await cli("predict", ...words);
  assert.deepEqual([code, /^error: target webgpu needs a WebGPU adapter, and /.test(stderr)], [1, true]);
});

/** What is left out, and in which targets that is possible. */
const VARIANTS: readonly (readonly [without: string, targets: readonly string[]])[] = [
  ["tiles", TARGETS.slice(0, 1)],
  ["vectors", TARGETS.slice(1, 2)],
  ["layout,channels,reorder,loss,elementwise,window,cases", TARGETS],
  ["hoist,tiles,loss,elementwise", ["typescript"]],
];

Deno.test("train leaves out what it shall, says so, and leaves nothing of it in the folder of generated nets", async () => {
  const report = join(SCRATCH, "variant.json"), root = join(OUT, "variants");
  const losses = new Set<string>();
  let ran = 0;
  for (const [left, targets] of VARIANTS) {
    for (const target of targets) {
      const args = [SPEC_FILE, "--data", DATA, "--out", root, "--report", report, "--target", target];
      const { code, stderr } = await cli("train", ...args, "--without", left);
      assert.deepEqual([code, stderr], [0, ""], `${target} without ${left}`);
      const { epochs, test, without } = await readReport(report);
      assert.equal(test.correct, TEST.length);
      assert.deepEqual(without, left.split(","));
      losses.add(epochs.at(-1)!.loss.toFixed(6));
      ran++;
    }
  }
  assert.equal(ran, VARIANTS.flatMap(([, targets]) => targets).length);
  assert.equal(losses.size, 1, [...losses].join());
  assert.equal(await Deno.stat(join(PROJECT, root)).catch(() => "none"), "none");
});

Deno.test("a checkpoint of a run that left optimizations out is good for all that others are", async () => {
  const saved = join(SCRATCH, "plain.safetensors"),
    data = ["--data", `${SCRATCH}/data`],
    to = ["--report", "/dev/null"];
  const own = ["--target", "typescript", "--without", OPTIMIZATIONS.join(), ...data, ...to];
  const uses: readonly (readonly [string, ...string[]])[] = [
    ["train", `${SCRATCH}/net.json`, "--epochs", "1", ...own, "--save", saved],
    ["train", "--resume", saved, "--epochs", "2", ...data, ...to, "--save", saved],
    ["evaluate", "--weights", saved, ...data],
    ["predict", `${SCRATCH}/upper.pgm`, "--weights", saved],
    ["export", saved, "--out", `${SCRATCH}/plain.onnx`],
    ["export", saved, "--out", `${SCRATCH}/plain_weights.safetensors`],
  ];
  for (const args of uses) {
    const { code, stderr } = await cli(...args);
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
  }
  const { training } = await loadCheckpoint(join(PROJECT, saved));
  assert.deepEqual([training!.history.length, training!.without], [2, OPTIMIZATIONS]);
});

Deno.test("train --resume of a run that is done says that nothing is left, and tells no speed", async () => {
  const kept = join(SCRATCH, "done.safetensors"), again = join(SCRATCH, "again_report.json");
  const own = ["--data", DATA, "--out", OUT, "--target", "wasm", "--threads", "1"];
  const first = await cli("train", SPEC_FILE, ...own, "--save", kept, "--report", "/dev/null");
  assert.equal(first.code, 0, first.stderr);
  const said = [
    `${NET}, batch 4, target wasm, 1 thread, seed 0`,
    "10 training and 5 test images of 1x4x4",
    `nothing is left to train: 3 of 3 epochs done in ${kept}; --epochs N trains on, where N is the total`,
    "5 of 5 test images classified right (100.00 %), area under the curve 1.0000",
  ];
  const outcome = await cli("train", ...own, "--resume", kept);
  assert.deepEqual(outcome, { code: 0, stdout: said.map((line) => `${line}\n`).join(""), stderr: "" });
  const asked = await cli("train", ...own, "--resume", kept, "--report", again);
  assert.deepEqual(asked.stdout.trimEnd().split("\n"), [...said, `report: ${again}`]);
  assert.deepEqual((await readReport(again)).resumed, { epochs: 3, steps: 0 });
  // negative control: one more epoch is trained, and timed
  const more = await cli("train", ...own, "--resume", kept, "--epochs", "4", "--report", "/dev/null");
  assert.match(more.stdout, /^goes on from .+: 3 of 3 epochs done\nepoch 4\/4 .+\ntraining took /m);
});

Deno.test("train does not write over another run's report", async () => {
  for (const [target, flags] of [["wasm_relaxed", []], ["typescript", ["--target", "typescript"]]] as const) {
    const names = [`${NET}-${target}-seed0.json`, `${NET}-${target}-seed0-2.json`].map((name) => join("runs", name));
    const args = [SPEC_FILE, "--data", DATA, "--out", OUT, "--epochs", "1", "--threads", "1", ...flags];
    try {
      for (const name of names) {
        const { code, stdout, stderr } = await cli("train", ...args);
        assert.deepEqual([code, stderr], [0, ""]);
        assert(stdout.endsWith(`\nreport: ${name}\n`), stdout);
        assert.equal((await readReport(name)).seed, 0);
      }
    } finally {
      for (const name of names) await Deno.remove(join(PROJECT, name)).catch(() => {});
    }
  }
});

Deno.test("a reader that leaves early sees no stack", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("show"), "mnist_cnn"],
    cwd: PROJECT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const [stderr, { code }] = await Promise.all([new Response(child.stderr).text(), child.status]);
  assert.equal(stderr, "");
  assert.equal(code, 141);
});

Deno.test("a run goes on when its output cannot be written, and keeps what it was to keep", async () => {
  const [report, checkpoint] = ["unread.json", "unread.safetensors"].map((name) => join(SCRATCH, name));
  const line = ["train", SPEC_FILE, "--data", DATA, "--report", report, "--save", checkpoint, "--epochs", "2"];
  const args = [...taskArguments("train"), ...line.slice(1), "--target", "typescript", "--threads", "1", "--out", OUT];
  const kept = async () => {
    for (const file of [report, checkpoint]) await Deno.remove(join(PROJECT, file));
  };
  // the one who reads leaves before the first line
  const child = new Deno.Command(Deno.execPath(), { args, cwd: PROJECT, stdout: "piped", stderr: "piped" }).spawn();
  await child.stdout.cancel();
  const [stderr, { code }] = await Promise.all([new Response(child.stderr).text(), child.status]);
  const warning = (reason: string) => `warning: standard output cannot be written: ${reason}; the command goes on\n`;
  assert.deepEqual([withoutDriver(stderr), code], [warning("nobody reads it any more"), 141]);
  await kept();
  if (Deno.build.os !== "linux") return;
  // a disk that is full; a command that only prints says so, and ends
  const full = async (args: readonly string[]) => {
    const script = 'exec "$0" "$@" > /dev/full';
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", script, Deno.execPath(), ...args],
      cwd: PROJECT,
    }).output();
    return [withoutDriver(decode(stderr)), code];
  };
  assert.deepEqual(await full(args), [warning("the disk is full"), 1]);
  await kept();
  assert.deepEqual(await full([...taskArguments("show"), "mnist_mlp"]), [
    "error: standard output cannot be written: the disk is full\n",
    1,
  ]);
});

Deno.test("a run that is refused for its data leaves no code behind", async () => {
  const root = join(OUT, "refused"), narrow = join(SCRATCH, "narrow.json");
  // labels are 0 and 1
  const layers = [{ type: "flatten" }, { type: "linear", outFeatures: 1 }];
  await Deno.writeTextFile(join(PROJECT, narrow), JSON.stringify({ ...SPEC, layers, loss: { type: "mse" } }));
  const run = (spec: string, target: string) =>
    cli("train", spec, "--data", DATA, "--out", root, "--target", target, "--report", "/dev/null");
  for (const target of TARGETS) {
    for (
      const [spec, reason] of [
        [narrow, /: sample 1 has label 1, but the net has 1 classes \(labels 0 to 0\)\..+\n$/],
        [join(SCRATCH, "mnist.json"), /: samples are \[1, 4, 4\], but net cli_test_\d+ takes \[1, 28, 28\]; .+\n$/],
      ] as const
    ) {
      const { code, stdout, stderr } = await run(spec, target);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, reason);
      assert.equal(await Deno.stat(join(PROJECT, root)).catch(() => "none"), "none");
    }
  }
  // nor does it change what is there
  assert.equal((await run(SPEC_FILE, "typescript")).code, 0);
  const step = join(PROJECT, root, NET, "typescript", "step.ts");
  await Deno.writeTextFile(step, "mine");
  assert.equal((await run(narrow, "typescript")).code, 1);
  assert.equal(await Deno.readTextFile(step), "mine");
});

Deno.test("--save keeps a symbolic link, and two paths that lead to one file are taken for one", async () => {
  if (Deno.build.os === "windows") {
    console.log("symbolic links are not tried: on Windows making one takes a right that few users have");
    return;
  }
  const link = (name: string) => join(SCRATCH, `link_${name}`), end = join(SCRATCH, "linked");
  for (const name of ["foreign.safetensors", "net.json", "linked"]) {
    await Deno.symlink(name, join(PROJECT, link(name)));
  }
  const foreign = join(SCRATCH, "foreign.safetensors"), before = await Deno.readFile(join(PROJECT, foreign));
  const train = ["train", SPEC_FILE, "--data", DATA, "--out", OUT, "--save", link("linked")];
  for (
    const [said, command, ...args] of [
      ["--report and --save name the same file", ...train, "--report", end],
      ["--out names the file that is imported", "import", foreign, SPEC_FILE, "--out", link("foreign.safetensors")],
      ["--out names the file that is exported", "export", foreign, SPEC_FILE, "--out", link("foreign.safetensors")],
      ["--out names the report itself", "report", SPEC_FILE, "--out", link("net.json")],
    ]
  ) {
    assert.deepEqual(await cli(command, ...args), { code: 2, stdout: "", stderr: `error: ${said}\n${see(command)}` });
  }
  assert.deepEqual(await Deno.readFile(join(PROJECT, foreign)), before);
  assert.equal(await Deno.stat(join(PROJECT, end)).catch(() => "none"), "none");

  const { code, stdout, stderr } = await cli(train[0], ...train.slice(1), "--report", "/dev/null");
  assert.deepEqual([code, stderr], [0, ""]);
  assert(stdout.includes(`\ncheckpoint: ${link("linked")}, 3 of 3 epochs done\n`), stdout);
  assert.equal(await Deno.readLink(join(PROJECT, link("linked"))), "linked");
  assert.equal((await loadCheckpoint(join(PROJECT, end))).training!.history.length, 3);
});

Deno.test("what is there is not lost: files that are no checkpoints, and the code of the nets that ship", async () => {
  const spec = join(SCRATCH, "taken.json"), own = { ...SPEC, name: "mnist_mlp" };
  await Deno.writeTextFile(join(PROJECT, spec), JSON.stringify(own));
  const other = await cli("train", spec, "--limit", "1", "--report", "/dev/null");
  assert.deepEqual([other.code, other.stdout], [1, ""]);
  assert.match(
    other.stderr,
    /^error: \S+taken\.json: the name "mnist_mlp" is taken by another net, specs\/mnist_mlp\.json, whose code is in generated\/; give yours another "name", or use --out DIR\n$/,
  );
  assert.equal((await cli("generate", spec)).code, 1);
  // what is wrong in it comes first, and other numbers of training make no other code
  const inSpec = async (change: object) => {
    const shipped = JSON.parse(await Deno.readTextFile(join(PROJECT, "specs", "mnist_mlp.json")));
    await Deno.writeTextFile(join(PROJECT, spec), JSON.stringify({ ...shipped, ...change }));
    return await cli("generate", "--check", spec);
  };
  assert.match((await inSpec({ layers: [{ type: "linear", outFeatures: 10 }] })).stderr, /taken\.json: layers\[0\]: /);
  const optimizer = { type: "adam", learningRate: 0.0123, l2: 0.0001 };
  assert.equal((await inSpec({ training: { epochs: 1, optimizer: { ...optimizer, type: "sgd" } } })).code, 1);
  const same = await inSpec({ training: { epochs: 1, optimizer } });
  assert.deepEqual([same.code, same.stderr], [0, ""]);
  const kept = await Deno.readTextFile(join(PROJECT, spec));
  for (const file of [spec, join(SCRATCH, "short")]) {
    await Deno.writeTextFile(join(PROJECT, file), file === spec ? kept : "short");
    const saved = await cli("train", "mnist_mlp", "--limit", "1", "--report", "/dev/null", "--save", file);
    assert.equal(saved.code, 1);
    assert.match(saved.stderr, /^error: ".*" is there, and is no checkpoint; give another name, or remove it\n$/);
  }
  assert.equal(await Deno.readTextFile(join(PROJECT, spec)), kept);

  // the state of a run, weights of this program, and another program's
  const place = (name: string) => join(SCRATCH, name), at = (name: string) => join(PROJECT, place(name));
  const foreign = encodeSafetensors({
    metadata: new Map(),
    tensors: new Map([["a", storedTensor([4], new Float32Array(4))]]),
  });
  await Deno.writeFile(at("model.safetensors"), Uint8Array.from(foreign.flatMap((piece) => [...piece])));
  const run = ["train", "mnist_mlp", "--limit", "1", "--epochs", "1"] as const, to = ["--report", "/dev/null"];
  const made = [await cli(...run, ...to, "--save", place("state.safetensors"))];
  made.push(await cli("export", place("state.safetensors"), "--out", place("weights.safetensors")));
  assert.deepEqual(made.map(({ code, stderr }) => [code, stderr]), [[0, ""], [0, ""]]);
  // an ending says nothing of what is in a file
  for (const name of ["state", "weights", "model"]) {
    await Deno.copyFile(at(`${name}.safetensors`), at(`${name}.onnx`));
  }
  for (const name of ["own.json", "own.onnx"]) await Deno.writeTextFile(at(name), kept);
  await Deno.writeTextFile(at("trace.json"), '{"displayTimeUnit":"ns","traceEvents":[{"ph":"M"}]}');
  const exporting = ["export", place("weights.safetensors"), "--out"] as const;
  const attempts: readonly (readonly [name: string, args: readonly [string, ...string[]], why: string])[] = [
    ["model.safetensors", [...run, ...to, "--save"], "has another program's weights"],
    ["state.safetensors", exporting, "has the state of a run"],
    ["model.safetensors", exporting, "has another program's weights"],
    ["state.onnx", exporting, "has the state of a run"],
    ["weights.onnx", exporting, "is a checkpoint"],
    ["model.onnx", exporting, "has another program's weights"],
    ["state.safetensors", ["import", place("weights.safetensors"), "mnist_mlp", "--out"], "has the state of a run"],
    ["state.safetensors", ["report", "runs/none.json", "--out"], "has the state of a run"],
    ["weights.safetensors", ["report", "runs/none.json", "--out"], "is a checkpoint"],
    ["weights.safetensors", [...run, "--report"], "is a checkpoint"],
    ["state.safetensors", [...run, ...to, "--profile"], "has the state of a run"],
    // what a user has written, and what another command has
    ["own.json", [...run, "--report"], "is no report of a run"],
    ["trace.json", [...run, "--report"], "is no report of a run"],
    ["own.json", [...run, ...to, "--profile"], "is no trace of a profile"],
    ["own.json", ["report", "runs/none.json", "--out"], "is no page of a report"],
    ["own.onnx", exporting, "is no ONNX model of this program"],
  ];
  const before = await Promise.all(attempts.map(([name]) => Deno.readFile(at(name))));
  const refused = await cliEach(attempts.map(([name, [command, ...args]]) => [command, ...args, place(name)]));
  for (const [i, [name, , why]] of attempts.entries()) {
    const { code, stderr } = refused[i];
    assert.deepEqual([code, stderr], [
      1,
      `error: "${at(name)}" is there, and ${why}; give another name, or remove it\n`,
    ]);
    assert.deepEqual(await Deno.readFile(at(name)), before[i]);
  }
  // the same command again replaces what it made
  const again: readonly (readonly [string, ...string[]])[] = [
    [...run, "--save", place("state.safetensors"), "--report", place("run.json"), "--profile", place("trace.json")],
    ["export", place("state.safetensors"), "--out", place("weights.safetensors")],
    ["export", place("state.safetensors"), "--out", place("net.onnx")],
    ["import", place("weights.safetensors"), "mnist_mlp", "--out", place("imported.safetensors")],
    ["report", place("run.json"), "--out", place("run.html")],
  ];
  await Deno.remove(at("trace.json"));
  const twice = again.flatMap((args) => [args, [...args] as typeof args]);
  for (const [i, { code, stderr }] of (await cliEach(twice)).entries()) {
    assert.deepEqual([code, stderr], [0, ""], twice[i].join(" "));
  }
});
