/**
 * Runs command lines made at random, all in this process, and prints as JSON how many ended with each exit code:
 *
 *     deno run --allow-read --allow-write=FOLDER tests/fuzz_arguments.ts FOLDER SEED COUNT
 *
 * A process of its own, that may write to that folder only: an argument can name any file. The first line that ends with
 * another code, a stack trace, an error that is not one line, or an exception is printed, and ends it with exit code 1.
 *
 * @module
 */
import { join } from "node:path";
import { main } from "../cli.ts";
import { parseSpec, saveCheckpoint } from "../mod.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";
import { idx } from "./command_line.ts";

const [folder, seed, count] = Deno.args;
const path = (name: string) => join(folder, name);

const net = {
  name: "fuzzed",
  input: [1, 4, 4],
  batchSize: 4,
  layers: [{ type: "flatten" }, { type: "linear", outFeatures: 2 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.5 } },
};
const spec = parseSpec(net);
const pixels = Array.from({ length: 160 }, (_, i) => i), labels = Array.from({ length: 10 }, (_, i) => i % 2);
for (const part of ["train", "t10k"]) {
  Deno.mkdirSync(path("data"), { recursive: true });
  Deno.writeFileSync(path(`data/${part}-images-idx3-ubyte`), idx(0x803, [10, 4, 4], pixels));
  Deno.writeFileSync(path(`data/${part}-labels-idx1-ubyte`), idx(0x801, [10], labels));
}
Deno.writeTextFileSync(path("net.json"), JSON.stringify(net));
const diverging = { ...net, training: { epochs: 1, optimizer: { type: "sgd", learningRate: 1e30 } } };
Deno.writeTextFileSync(
  path("diverging.json"),
  JSON.stringify({ ...diverging, loss: { type: "mse" }, layers: [...net.layers, net.layers[1]] }),
);
Deno.writeTextFileSync(path("broken.json"), '{"name":');
Deno.writeTextFileSync(path("grey.pgm"), "P2 2 2 9 9 9 0 0");
await saveCheckpoint(path("weights.safetensors"), {
  spec,
  parameters: new Map([
    ["linear1.weight", { shape: [2, 16], values: new Float32Array(32).fill(0.1) }],
    ["linear1.bias", { shape: [2], values: new Float32Array(2) }],
  ]),
});

const key = streamKey(Number(seed), "arguments");
let drawn = 0;
const draw = () => uniform(key, drawn++);
const pick = <T>(choices: readonly T[]): T => choices[Math.floor(draw() * choices.length)];

/** Arguments that nobody wants. */
const JUNK = [
  ...["", " ", "-", "--", "---", "-h5", "--=", "=", "--nothing", "--Target", "--save=", "-1", "0", "1e9", "NaN", "𝔘"],
  ...[
    "../../../etc/passwd",
    "/dev/null/x",
    "a\nb",
    "a\u001b[31mb",
    "a\u0000b",
    "__proto__",
    "--__proto__",
    "constructor",
  ],
  ...["--constructor=1", "x".repeat(5000), "*", "$(id)", "'", '"', "%s", "\u202e", "--help=1", "--seed", "--target"],
];
const FILES = ["net.json", "broken.json", "none.json", "grey.pgm", "weights.safetensors", "data", "out.onnx"].map(path);
const OUT = ["out.json", "out.html", "out.onnx", "out.safetensors", "none/out.safetensors", "data"].map(path);

/** Values of flags: what takes long, or writes elsewhere, is not among them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  target: ["auto", "typescript", "wasm", "wasm_relaxed", "webgpu", "wsam"],
  threads: ["1", "2", "0", "257", "1.5"],
  epochs: ["1", "2", "0", "-1", "1000001"],
  limit: ["1", "5", "10", "0", "99"],
  seed: ["0", "7", "9007199254740991", "9007199254740992"],
  without: ["layout", "layout,reorder,layout", "window", "tiles,vectors", "hoist", "nothing", ","],
  data: [path("data"), path("none"), folder],
  weights: FILES,
  resume: FILES,
  report: OUT,
  save: OUT,
  profile: [path("none/trace.json")],
  out: OUT,
  "save-every": ["1", "0", "x"],
  net: [path("net.json"), path("broken.json"), "nothing"],
  names: FILES,
  batch: ["1", "3", "0", "4097"],
  stage: ["kernel", "nest", "source", "schedule", "x"],
  kernel: ["nothing"],
  budget: ["1", "0", "-1", "x"],
};
const NO_VALUE = ["json", "check", "dark-on-light"];

/** For each command what it begins with, so that its flags are of use; and those flags. */
const COMMANDS: Readonly<Record<string, { readonly words: readonly (readonly string[])[]; readonly flags: string }>> = {
  train: {
    words: [[path("net.json")], [path("diverging.json")], [path("diverging.json")], [path("broken.json")]],
    flags: "target threads epochs limit seed without data save save-every resume report profile out",
  },
  evaluate: { words: [[], [path("net.json")], ["nothing"]], flags: "weights target threads data json" },
  predict: {
    words: [[path("grey.pgm")], [path("grey.pgm"), path("none")], []],
    flags: "weights net dark-on-light batch target json",
  },
  import: {
    words: [[path("weights.safetensors"), path("net.json")], [path("net.json"), "nothing"]],
    flags: "names out",
  },
  export: { words: [[path("weights.safetensors")], [path("data")], []], flags: "out" },
  report: { words: [[path("out.json")], [path("net.json")], []], flags: "out" },
  generate: { words: [[path("net.json")], [path("broken.json")], ["nothing"]], flags: "check out" },
  show: { words: [[path("net.json")], [path("net.json"), "linear1_forward"], []], flags: "target stage without" },
  // what is verified, tuned or measured takes seconds: here it is only asked for in a way that is refused
  verify: { words: [[path("broken.json")], ["nothing"]], flags: "target seed without" },
  tune: { words: [[path("broken.json")], ["nothing"]], flags: "target kernel budget out" },
  schema: { words: [["too much"], []], flags: "check" },
  doctor: { words: [["too much"]], flags: "json" },
  nothing: { words: [[]], flags: "json" },
};
/** Without these a command does nothing; they are given more often than others. */
const NEEDED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  train: [["--data", path("data"), "--threads", "1", "--out", path("nets"), "--report", path("out.json")]],
  evaluate: [["--weights", path("weights.safetensors"), "--data", path("data"), "--threads", "1"]],
  predict: [["--weights", path("weights.safetensors")]],
  import: [["--out", path("imported.safetensors")]],
  export: [["--out", path("out.onnx")], ["--out", path("out.safetensors")]],
  report: [["--out", path("out.html")]],
};

function commandLine(): string[] {
  const name = draw() < 0.1 ? "train" : pick(Object.keys(COMMANDS)), { words, flags } = COMMANDS[name];
  if (draw() < 0.02) return draw() < 0.5 ? [] : [pick(JUNK)];
  const args = [...pick(words)];
  if (NEEDED[name] && draw() < 0.85) args.push(...pick(NEEDED[name]));
  for (let more = Math.floor(draw() * 3); more > 0; more--) {
    const flag = draw() < 0.9 ? pick(flags.split(" ")) : pick([...Object.keys(VALUES), ...NO_VALUE]);
    if (NO_VALUE.includes(flag) !== draw() < 0.03) args.push(`--${flag}`);
    else {args.push(
        ...draw() < 0.5 ? [`--${flag}`, pick(VALUES[flag] ?? JUNK)] : [`--${flag}=${pick(VALUES[flag] ?? JUNK)}`],
      );}
  }
  if (draw() < 0.15) args.splice(Math.floor(draw() * (args.length + 1)), 0, pick(JUNK));
  if (draw() < 0.02) args.push(pick(["--help", "-h"]));
  return [name, ...args];
}

/** A command line whose answer is to be compared with what it printed. */
const real = { out: Deno.stdout.writeSync.bind(Deno.stdout), error: Deno.stderr.writeSync.bind(Deno.stderr) };
let printed = { out: "", error: "" };
const decoder = new TextDecoder();
for (const [stream, name] of [[Deno.stdout, "out"], [Deno.stderr, "error"]] as const) {
  stream.writeSync = (bytes) => {
    printed[name] += decoder.decode(bytes);
    return bytes.length;
  };
}
const say = (text: string) => real.out(new TextEncoder().encode(`${text}\n`));

/** What is wrong with how a command line has ended. */
function wrong(code: number): string | undefined {
  const { error, out } = printed, lines = error.split("\n").filter((line) => line.startsWith("error: "));
  if (![0, 1, 2, 3].includes(code)) return "the exit code";
  if (/^ +at .*:\d+:\d+\)?$/m.test(out + error)) return "a stack trace";
  // deno-lint-ignore no-control-regex
  if (/[\0-\x09\x0b-\x1f\x7f\u202e]/.test(error)) return "a character that is not to be printed";
  if (/undefined|\[object|TypeError|NotCapable/.test(error)) return "words that are no user's";
  // what writes says by itself that it could not
  if (code !== 0 && lines.length !== 1 && !(code === 2 && error.startsWith("Kernelwright "))) return "not one error";
  return code === 0 && lines.length > 0 ? "an error, and exit code 0" : undefined;
}

const codes: Record<number, number> = { 0: 0, 1: 0, 2: 0, 3: 0 };
for (let i = 0; i < Number(count); i++) {
  const line = commandLine();
  printed = { out: "", error: "" };
  let code: number, why: string | undefined;
  try {
    code = await main(line);
    why = wrong(code);
  } catch (error) {
    [code, why] = [NaN, `thrown: ${(error as Error).stack}`];
  }
  if (why !== undefined) {
    say(`seed ${seed}, line ${i}: ${JSON.stringify(line)} ended with ${code}: ${why}\n${printed.out}${printed.error}`);
    Deno.exit(1);
  }
  codes[code]++;
}
say(JSON.stringify(codes));
Deno.exit(0);
