/** Runs of the command line that are interrupted: by signals, by being killed, by a disk that takes no more. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Checkpoint, loadCheckpoint, parseSpec, saveCheckpoint } from "../../mod.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { ignore } from "../adapter.ts";
import { asInstalled, idx, PROJECT, taskArguments } from "../command_line.ts";
import { QUICK, width } from "../width.ts";

const SCRATCH = join("runs", `interrupted_test_${Deno.pid}`), NET = `interrupted_test_${Deno.pid}`;
const place = (...names: string[]) => join(SCRATCH, ...names), absolute = (path: string) => join(PROJECT, path);
const LINUX = Deno.build.os === "linux";

/** A checkpoint has 1.6 MB, and a step takes far less time than writing it. */
const SPEC = {
  name: NET,
  input: [1, 16, 16],
  batchSize: 16,
  layers: [
    { type: "flatten" },
    { type: "linear", outFeatures: 512 },
    { type: "relu" },
    { type: "dropout", rate: 0.2 },
    { type: "linear", outFeatures: 2 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 3, optimizer: { type: "adam" } },
};

Deno.test.beforeAll(async () => {
  await Deno.mkdir(absolute(place("data")), { recursive: true });
  const write = (name: string, bytes: Uint8Array) => Deno.writeFile(absolute(place(name)), bytes);
  for (const [name, count] of [["train", 100], ["t10k", 20]] as const) {
    const key = streamKey(count, "pixels"), labels = Array.from({ length: count }, (_, i) => i % 2);
    const pixels = Array.from({ length: 256 * count }, (_, i) => Math.floor(100 * uniform(key, i)) + 100 * (i % 2));
    await write(`data/${name}-images-idx3-ubyte`, idx(0x803, [count, 16, 16], pixels));
    await write(`data/${name}-labels-idx1-ubyte`, idx(0x801, [count], labels));
  }
  const text = (spec: unknown) => new TextEncoder().encode(JSON.stringify(spec));
  await write("net.json", text(SPEC));
  // a step of it takes seconds
  const layers = SPEC.layers.map((layer) =>
    layer.type === "linear" && layer.outFeatures === 512 ? { ...layer, outFeatures: 32_768 } : layer
  );
  await write("slow.json", text({ ...SPEC, name: `${NET}_slow`, batchSize: 100, layers }));
  const optimizer = { type: "sgd", learningRate: 1e30 };
  await write("wild.json", text({ ...SPEC, training: { ...SPEC.training, optimizer } }));
});
Deno.test.afterAll(() => Deno.remove(absolute(SCRATCH), { recursive: true }));

/** `train` as its task starts it, while it runs. */
class Training {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #texts = { stdout: "", stderr: "" };
  readonly #ended: Promise<number>;
  #over = false;
  #changed = () => {};

  constructor(args: readonly string[], command?: (words: readonly string[]) => readonly string[]) {
    const words = [Deno.execPath(), ...taskArguments("train"), ...args];
    const [program, ...rest] = command?.(words) ?? words;
    const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(program, { args: rest, cwd: PROJECT, ...piped }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const read = async (name: "stdout" | "stderr") => {
      for await (const text of this.#child[name].pipeThrough(new TextDecoderStream())) {
        this.#texts[name] += text;
        this.#changed();
      }
    };
    this.#ended = Promise.all([read("stdout"), read("stderr")]).then(async () => {
      const { code } = await this.#child.status;
      this.#over = true;
      this.#changed();
      return code;
    });
  }

  get over(): boolean {
    return this.#over;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Returns when it has written this. */
  async until(text: string | RegExp): Promise<void> {
    for (;;) {
      const { stdout, stderr } = this.#texts;
      if (typeof text === "string" ? (stdout + stderr).includes(text) : text.test(stdout + stderr)) return;
      assert(!this.#over, `it ended without ${text}:\n${stdout}${stderr}`);
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
  }

  async type(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async end(): Promise<{ code: number; stdout: string; stderr: string }> {
    const code = await this.#ended, { stdout, stderr } = this.#texts;
    return { code, stdout: asInstalled(stdout), stderr: asInstalled(stderr) };
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Flags that keep what a run writes in the scratch folder. */
const own = ["--data", place("data"), "--out", place("generated"), "--report", "/dev/null"];
const start = (...args: string[]) => new Training([...args, ...own]);
const run = (...args: string[]) => start(...args).end();

/** All that a run ends with, but for times. */
async function outcome(path: string) {
  const { parameters, training } = await loadCheckpoint(absolute(path));
  const hash = createHash("sha256");
  for (const map of [parameters, training!.optimizer]) for (const [, { values }] of map) hash.update(values);
  return { weights: hash.digest("hex"), losses: training!.history.map(({ loss }) => loss) };
}

const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143]] as const;
/** On a GPU, whose steps are slower here, after a first submission; there is no thread to be told. */
const STOPPED = [
  ...SIGNALS.map(([signal, code]) => ({ signal, code, target: "wasm", epochs: 900, rest: "this step" })),
  {
    ...{ signal: "SIGINT", code: 130, target: "webgpu", epochs: 80 } as const,
    rest: "the steps that the GPU was given, a few seconds in software",
  },
];
for (const { signal, code, target, epochs, rest: until } of Deno.build.os === "windows" ? [] : STOPPED) {
  const name = `${target}: ${signal} ends training after a step and saves; what is printed goes on to the same bits`;
  // in the quick run one of them
  const left = QUICK && (target === "webgpu" || signal === "SIGTERM");
  Deno.test(name, { ignore: left || (target === "webgpu" && ignore) }, async () => {
    const kept = place(`it's ${signal}, ${target}.safetensors`), whole = place("whole.safetensors");
    const started = [place("net.json"), "--target", target, "--seed", "3", "--epochs", `${epochs}`];
    started.push("--save-every", "1000");
    const threads = (count: number) => target === "webgpu" ? [] : ["--threads", `${count}`];
    const all = await run(...started, "--save", whole, ...threads(1));
    assert.deepEqual([all.code, all.stderr], [0, ""]);
    assert(all.stdout.includes(`\ncheckpoint: ${whole}, ${epochs} of ${epochs} epochs done\n`), all.stdout);

    const first = start(...started, "--save", kept, ...threads(2));
    await first.until(/epoch +3\//);
    first.kill(signal);
    const stopped = await first.end();
    assert.equal(stopped.code, code, stopped.stderr);
    assert.equal(stopped.stderr, `${signal}: stopping after ${until}; once more stops at once\n`);
    const lines = stopped.stdout.trimEnd().split("\n").slice(-3);
    const done = /^stopped: (\d+) of (\d+) epochs done(?:, and (\d+) steps? of the next)?$/.exec(lines[0]);
    assert(done && Number(done[1]) >= 3 && Number(done[1]) < epochs && Number(done[2]) === epochs, lines[0]);
    assert.equal(lines[1], `checkpoint: ${kept}, ${lines[0].slice("stopped: ".length)}`);
    assert.match(lines[2], /^to go on: deno task train --resume '.*' --save '.*' --save-every 1000 /);
    const { training } = await loadCheckpoint(absolute(kept));
    assert.deepEqual([training!.history.length, training!.partial?.steps ?? 0], [done[1], done[3] ?? 0].map(Number));

    // what a shell makes of the line
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `deno() { for word; do printf '%s\\n' "$word"; done; }; ${lines[2].slice("to go on: ".length)}`],
    }).output();
    const [, , ...again] = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assert.deepEqual(again.slice(0, 4), ["--resume", kept, "--save", kept]);
    const at = again.indexOf("--threads");
    const rest = await new Training(at < 0 ? again : again.with(at + 1, "1")).end();
    assert.deepEqual([rest.code, rest.stderr], [0, ""]);
    assert(rest.stdout.includes(`\ngoes on from ${kept}: ${lines[0].slice("stopped: ".length)}\n`), rest.stdout);
    assert.deepEqual(await outcome(kept), await outcome(whole));
    // to the last digit printed
    const printed = (text: string) =>
      text.split("\n").filter((line) => line.startsWith("epoch")).map((line) => line.split("  ").slice(0, 4).join());
    assert.deepEqual([...printed(stopped.stdout), ...printed(rest.stdout)], printed(all.stdout));
  });
}

Deno.test("without --save a signal says that nothing was saved; a second one ends at once", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const lost = start(place("net.json"), "--target", "wasm", "--epochs", "100000");
  await lost.until(/epoch +2\//);
  lost.kill("SIGINT");
  const { code, stdout } = await lost.end();
  assert.equal(code, 130);
  assert.match(stdout, /\nstopped: \d+ of 100,000 epochs done.*\nnothing was saved: that takes --save FILE\n$/);

  for (const [signal, code] of QUICK ? SIGNALS.slice(0, 1) : SIGNALS) {
    const kept = place("never.safetensors");
    const how = ["--target", "typescript", "--without", "tiles", "--threads", "1", "--save-every", "3"];
    const slow = start(place("slow.json"), ...how, "--save", kept);
    // while the second step runs
    await slow.until(/epoch +1\//);
    await pause(200);
    slow.kill("SIGINT");
    await slow.until("SIGINT: stopping after this step");
    // what comes at once is the same key
    await pause(700);
    slow.kill(signal);
    const ended = await slow.end();
    assert.equal(ended.code, code);
    assert(!ended.stdout.includes("stopped"), ended.stdout);
    await assert.rejects(() => Deno.stat(absolute(kept)), Deno.errors.NotFound);
  }
});

Deno.test("Ctrl-C in a terminal is one signal, though the task hands it on: the run is saved, and says how to go on", {
  ignore: !LINUX,
}, async () => {
  const kept = place("terminal.safetensors"), epochs = ["--epochs", "100000", "--save-every", "100000"];
  const words = [
    Deno.execPath(),
    "task",
    "train",
    place("net.json"),
    "--target",
    "wasm",
    ...epochs,
    "--save",
    kept,
    ...own,
  ];
  const terminal = new Training([], () => ["script", "-qefc", words.join(" "), "/dev/null"]);
  // the line of an epoch that is done
  await terminal.until(/epoch +2\/100000 {2}loss/);
  await terminal.type("\x03");
  const { code, stdout } = await terminal.end();
  assert.equal(code, 130, stdout);
  assert.match(stdout, /\r\nstopped: \d+ of 100,000 epochs done/);
  assert.match(stdout, /\r\nto go on: deno task train --resume /);
  const { training } = await loadCheckpoint(absolute(kept));
  assert(training!.history.length >= 2);
});

/** Files of a folder that a write has not finished. */
const partial = (folder: string) =>
  [...Deno.readDirSync(absolute(folder))].map(({ name }) => name).filter((name) => name.endsWith(".tmp"));

/** Stops the training again and again, until it stops within a write into the folder; it stays stopped. */
async function stopWithinWrite(training: Training, folder: string): Promise<void> {
  const old = new Set(partial(folder)), writing = () => partial(folder).some((name) => !old.has(name));
  while (!training.over) {
    for (const end = performance.now() + 5; performance.now() < end && !writing(););
    if (writing()) {
      training.kill("SIGSTOP");
      // its threads stop one by one
      await pause(5);
      if (writing()) return;
      training.kill("SIGCONT");
    }
    await pause(1);
  }
}

Deno.test("killed again and again while it trains and saves: the checkpoint is whole each time, and the run goes on", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const TARGETS = ["typescript", "wasm", "wasm_relaxed"], KILLS = width(2, 8), EPOCHS = 1_000_000;
  let kills = 0, left = 0;
  const chain = async (target: string) => {
    const folder = place(`killed_${target}`), kept = join(folder, "kept.safetensors");
    await Deno.mkdir(absolute(folder));
    const chances = streamKey(target.length, "kills");
    const hit = new Set<string>();
    let before: Checkpoint | undefined;
    for (let kill = 0; kill < KILLS; kill++) {
      const what = before ? ["--resume", kept] : [place("net.json"), "--target", target, "--epochs", `${EPOCHS}`];
      const training = start(...what, "--save", kept, "--threads", `${1 + kill % 2}`);
      // the first epoch is saved before there is a second one
      await training.until(before ? /\nepoch / : /\nepoch .*\nepoch /);
      if (kill % 2) await stopWithinWrite(training, folder);
      else await pause(150 * uniform(chances, kill));
      training.kill("SIGKILL");
      const { code, stdout } = await training.end();
      assert.equal(code, 137, stdout);
      kills++;
      // those of a minute ago are removed
      for (const name of partial(folder)) hit.add(name);
      const seen = stdout.match(/^epoch /gm)!.length;
      const found = await loadCheckpoint(absolute(kept));
      const { history, epochs } = found.training!;
      // what was printed is saved but for the epoch that was being saved
      const reached = (before ? before.training!.history.length : 0) + seen;
      assert(
        history.length === reached || history.length === reached - 1,
        `${history.length}, ${reached} were printed`,
      );
      assert.deepEqual([epochs, found.training!.partial], [EPOCHS, undefined]);
      before = found;
    }
    left += hit.size;
    // two more epochs, and nothing of it all is seen
    const done = before!.training!.history.length + 2, whole = join(folder, "whole.safetensors");
    // what was left behind long ago goes
    for (const name of partial(folder)) await Deno.utime(absolute(join(folder, name)), 0, 0);
    const rest = await run("--resume", kept, "--save", kept, "--epochs", `${done}`);
    assert.deepEqual([rest.code, rest.stderr], [0, ""]);
    assert.deepEqual(partial(folder), []);
    const all = await run(place("net.json"), "--target", target, "--epochs", `${done}`, "--save", whole);
    assert.deepEqual([all.code, all.stderr], [0, ""]);
    assert.deepEqual(await outcome(kept), await outcome(whole));
  };
  await Promise.all(TARGETS.map(chain));
  assert.equal(kills, TARGETS.length * KILLS);
  assert(left >= kills / 2, `${left} of ${kills} kills hit a write`);
});

/** Runs a test on a small disk of its own, where the system allows to make one. */
async function onSmallDisk(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = place("disk"),
    command = (program: string, ...args: string[]) => new Deno.Command(program, { args, stderr: "piped" }).output();
  await Deno.mkdir(absolute(folder), { recursive: true });
  const { success, stderr } = await command("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", absolute(folder));
  if (!success) {
    console.log(`not tried on a full disk: ${new TextDecoder().decode(stderr).trim()}`);
    return;
  }
  try {
    await test(folder);
  } finally {
    assert((await command("umount", absolute(folder))).success);
  }
}

Deno.test("a full disk: the run goes on, says so, and the checkpoint before is whole", { ignore: !LINUX }, async () => {
  await onSmallDisk(async (folder) => {
    // room for one checkpoint, not for the next beside it
    const kept = join(folder, "kept.safetensors"), started = [place("net.json"), "--target", "wasm", "--save", kept];
    const { code, stdout, stderr } = await run(...started);
    assert.equal(code, 1);
    const why = `cannot write "${absolute(kept)}": the disk is full; make room, or choose another path`;
    assert.equal(
      stderr,
      `warning: not saved, with 2 of 3 epochs done: ${why}\n` +
        `warning: not saved, with 3 of 3 epochs done: ${why}\nerror: ${why}\n`,
    );
    assert(stdout.includes(`\ncheckpoint: ${kept}, 1 of 3 epochs done\n`), stdout);
    assert.equal((await loadCheckpoint(absolute(kept))).training!.history.length, 1);
    assert.deepEqual(partial(folder), [], "the part that was written is removed");
    // with room again it goes on to the same end
    const rest = await run("--resume", kept, "--save", place("room.safetensors"));
    assert.deepEqual([rest.code, rest.stderr], [0, ""]);
    await run(...started.with(-1, place("plain.safetensors")));
    assert.deepEqual(await outcome(place("room.safetensors")), await outcome(place("plain.safetensors")));

    // not even one
    await Deno.writeFile(absolute(join(folder, "filler")), new Uint8Array(1_300_000));
    const none = await run(...started.with(-1, join(folder, "none.safetensors")));
    assert.equal(none.code, 1);
    assert(none.stdout.includes("\ncheckpoint: none was saved by this run\n"), none.stdout);

    // a read-only disk is found out before the run starts
    const readOnly = await new Deno.Command("mount", { args: ["-o", "remount,ro", absolute(folder)] }).output();
    assert(readOnly.success);
    const refused = await run(...started);
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /^error: cannot write ".*kept\.safetensors": the disk is read-only; /);
    assert.equal((await loadCheckpoint(absolute(kept))).training!.history.length, 1);
  });
});

Deno.test("a file that may not grow: as a full disk", { ignore: !LINUX }, async () => {
  const kept = place("limited.safetensors");
  // the system sends a signal first, unless nobody wants it
  const limited = (
    words: readonly string[],
  ) => ["bash", "-c", `trap '' XFSZ; ulimit -f 1000; exec "$@"`, "bash", ...words];
  const { code, stderr, stdout } = await new Training([
    place("net.json"),
    "--target",
    "wasm",
    "--epochs",
    "2",
    "--save",
    kept,
    ...own,
  ], limited).end();
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^(warning: not saved, with \d of 2 epochs done: cannot write .*\n){2}error: cannot write .*\n$/,
  );
  assert(stdout.includes("\ncheckpoint: none was saved by this run\n"), stdout);
  assert.deepEqual(partial(SCRATCH), []);
});

Deno.test("a folder that takes no files is found out before the run starts", async () => {
  await Deno.writeTextFile(absolute(place("file")), "in the way");
  for (
    const [kept, reason] of [
      [place("none", "kept"), `there is no folder "${absolute(place("none"))}"; make it, or choose another path`],
      [place("file", "kept"), "a file is in the place of one of its folders; remove the file, or choose another path"],
      [place("data"), "it is a folder; give the path of a file"],
    ]
  ) {
    const { code, stdout, stderr } = await run(place("net.json"), "--target", "wasm", "--save", kept);
    assert.deepEqual([code, stdout, stderr], [1, "", `error: cannot write "${absolute(kept)}": ${reason}\n`]);
  }
  await Deno.mkdir(absolute(place("locked")), { mode: 0o555 });
  const mayWrite = await Deno.writeTextFile(absolute(place("locked", "probe")), "").then(() => true, () => false);
  if (mayWrite) {
    console.log("a folder without the right to write is not tried: this user may write anywhere");
    return;
  }
  const { code, stdout, stderr } = await run(place("net.json"), "--target", "wasm", "--save", place("locked", "kept"));
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /permission denied; give your user the right to, or choose another path\n$/);
});

Deno.test("what is no regular file is refused before the run starts: it would wait for ever", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const pipe = place("pipe.onnx"), kept = place("into_pipe.safetensors");
  assert((await new Deno.Command("mkfifo", { args: [absolute(pipe)] }).output()).success);
  const reason = "it is no regular file, but a named pipe; give another name";
  const training = ["train", place("net.json"), "--target", "wasm", "--epochs", "1", ...own];
  assert.equal((await new Training([...training.slice(1), "--save", kept]).end()).code, 0);
  const lines = [
    ...["--save", "--profile"].map((flag) => [...training, flag, pipe]),
    [...training.slice(0, -1), pipe],
    ["export", kept, "--out", pipe],
    ["report", place("none.json"), "--out", pipe],
  ];
  for (const [command, ...args] of lines) {
    const words = [...taskArguments(command), ...args];
    const child = new Deno.Command(Deno.execPath(), { args: words, cwd: PROJECT, stdout: "piped", stderr: "piped" })
      .spawn();
    // one that waits for a reader heeds no other signal
    const waited = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(waited);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.deepEqual([code, text(stdout), text(stderr)], [
      1,
      "",
      `error: cannot write "${absolute(pipe)}": ${reason}\n`,
    ], args.join(" "));
  }
});

Deno.test("a run that is stopped before its first step leaves a checkpoint that is there as it was", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const kept = place("stays.safetensors"), how = ["--target", "typescript", "--without", "tiles", "--threads", "1"];
  // the name is the net's, and it is smaller
  const spec = parseSpec({ ...SPEC, name: `${NET}_slow`, layers: [{ type: "flatten" }, SPEC.layers.at(-1)!] });
  const zeros = (...shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b)) });
  const parameters = new Map([["linear1.weight", zeros(2, 256)], ["linear1.bias", zeros(2)]]);
  // a machine that is busy may do a step before it hears of the signal
  for (let attempt = 1;; attempt++) {
    await saveCheckpoint(absolute(kept), { spec, parameters });
    const before = await Deno.readFile(absolute(kept));
    const slow = start(place("slow.json"), ...how, "--save", kept);
    await slow.until("training and 20 test images");
    slow.kill("SIGINT");
    const { code, stdout } = await slow.end(), words = stdout.trimEnd().split("\n").slice(-2);
    assert.equal(code, 130);
    if (words[0] !== "stopped: 0 of 3 epochs done" && attempt < 5) continue;
    assert.deepEqual(words, [
      "stopped: 0 of 3 epochs done",
      `checkpoint: ${kept} stays as it was: no step was done`,
    ]);
    assert.deepEqual(await Deno.readFile(absolute(kept)), before);
    return;
  }
});

for (const target of ignore ? ["wasm"] : ["wasm", "webgpu"]) {
  Deno.test(`${target}: a run that diverges ends with exit code 3, and what was saved before is as it was`, async () => {
    const kept = place("sound.safetensors");
    assert.equal((await run(place("net.json"), "--target", target, "--save", kept, "--epochs", "1")).code, 0);
    const before = await Deno.readFile(absolute(kept));
    const { code, stdout, stderr } = await run(place("wild.json"), "--target", target, "--save", kept);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^error: the loss has become (NaN|-?Infinity) by step \d of epoch 1: training has diverged; lower the learning rate\n$/,
    );
    assert(stdout.endsWith("\ncheckpoint: none was saved by this run\n"), stdout);
    assert.deepEqual(await Deno.readFile(absolute(kept)), before);
  });
}

Deno.test("flags that contradict a checkpoint or each other are refused", async () => {
  const kept = place("flags.safetensors"), file = absolute(kept);
  assert.equal(
    (await run(place("net.json"), "--target", "wasm", "--epochs", "2", "--limit", "90", "--save", kept)).code,
    0,
  );
  const see = "see deno task train --help\n";
  const cases: [args: string[], code: number, stderr: string | RegExp][] = [
    [["--save-every", "2"], 2, `error: --save-every is of use only with --save\n${see}`],
    [["--save", "/dev/null"], 2, `error: --report and --save name the same file\n${see}`],
    [["--save-every", "0", "--save", kept], 2, /--save-every is "0"; expected a whole number from 1 to 1000000/],
    [
      ["--resume", place("none")],
      1,
      `error: cannot read "${absolute(place("none"))}": there is no such file or folder; check the path\n`,
    ],
    [
      ["--resume", place("net.json")],
      1,
      /^error: .*net\.json: its first 8 bytes announce a header of \d+ bytes; .*\n$/,
    ],
    [["--resume", kept, "--seed", "1"], 1, "error: seed is 1, but that of the checkpoint is 0; leave it out\n"],
    [["--resume", kept, "--epochs", "1"], 1, /^error: epochs is 1, but the checkpoint is at the end of epoch 2; .*\n$/],
    [
      ["--resume", kept, "--limit", "80"],
      1,
      `error: ${kept} was trained on 90 samples, but --limit is 80; give the same --data, and no --limit\n`,
    ],
    [
      [place("wild.json"), "--resume", kept],
      1,
      /was trained in another way: training\.optimizer\.type differs; take its own spec\n$/,
    ],
    [
      ["lenet5", "--resume", kept],
      1,
      /^error: .*the checkpoint is of another net.*: name differs; take its own spec\n$/,
    ],
  ];
  // one pixel is another one
  await Deno.mkdir(absolute(place("others")));
  for await (const { name } of Deno.readDir(absolute(place("data")))) {
    const bytes = await Deno.readFile(absolute(place("data", name)));
    if (name.startsWith("train-images")) bytes[16]++;
    await Deno.writeFile(absolute(place("others", name)), bytes);
  }
  const others = ["--data", place("others"), ...own.slice(2)];
  cases.push([
    ["--resume", kept, ...others],
    1,
    "error: the training samples are not those that the checkpoint was trained on; give the same data\n",
  ]);
  for (const [args, code, stderr] of cases) {
    const found = await (args.includes("--data") ? new Training(args).end() : run(...args));
    const line = args.join(" ");
    assert.equal(found.code, code, `${line}: ${found.stderr}`);
    if (typeof stderr === "string") assert.equal(found.stderr, stderr, line);
    else assert.match(found.stderr, stderr, line);
    // it does not say that it goes on
    assert.equal(found.stdout, "", line);
  }
  // negative control: what is the same may be given
  const { code, stdout } = await run(
    place("net.json"),
    "--resume",
    kept,
    "--seed",
    "0",
    "--limit",
    "90",
    "--epochs",
    "3",
  );
  assert.equal(code, 0, stdout);
  assert(
    stdout.includes(`\n90 training and 20 test images of 1x16x16\ngoes on from ${kept}: 2 of 2 epochs done\nepoch 3/3`),
  );
  assert.equal((await loadCheckpoint(file)).training!.history.length, 2);
});
