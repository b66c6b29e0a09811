/** The timeline of optimizations: its configurations train alike, and its text and chart are what was measured. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fromArrays, loadSpec, OPTIMIZATIONS, parseSpec, targets } from "../../mod.ts";
import { innermostLoop, linesWith, shortened } from "../../bench/timeline/excerpt.ts";
import { type Configuration, LADDER } from "../../bench/timeline/ladder.ts";
import { trainRung } from "../../bench/timeline/rung.ts";
import { type Measured, type Results, wrongOnes } from "../../bench/timeline/results.ts";
import { commandOf, configurationsOf, specOf, STORIES } from "../../bench/timeline/stories.ts";
import { timelineTable } from "../../bench/timeline/table.ts";
import { timelineSvg, timelineText } from "../../bench/timeline/text.ts";
import { findAdapter } from "../../runtime/backends/webgpu/find_adapter.ts";
import { uniform } from "../../runtime/run/random.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const read = (path: string) => Deno.readTextFile(join(PROJECT, path));
const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command: string }> };
const results = JSON.parse(await read("bench/timeline.json")) as Results;
const mnistCnn = await loadSpec(join(PROJECT, "specs/mnist_cnn.json"));
const [FIRST, CHANNELS] = STORIES, ALL = configurationsOf(FIRST);

Deno.test("configurations have names and flags of their own, and the flags are those of train", async () => {
  for (const story of STORIES) {
    const { ladder } = story, all = configurationsOf(story);
    assert(ladder.length >= 6);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    assert.equal(new Set(all.map((each) => commandOf(each, story))).size, all.length);
    for (const [i, { name, title, what, why, otherwise }] of ladder.entries()) {
      for (const text of [title, what, why, otherwise]) assert(text.length > 3, name);
      // what is added is in what the configurations say, not only in their titles
      if (i > 0) assert.notDeepEqual(settings(ladder[i]), settings(ladder[i - 1]), name);
      // and it is added to what was there: a rung leaves out nothing that the one before has, unless its code is another
      const [own, before] = [ladder[i], ladder[Math.max(0, i - 1)]];
      if (own.target === before.target) {
        assert((own.without ?? []).every((rule) => before.without?.includes(rule)), `${name} leaves out more`);
      }
    }
  }
  const help = new TextDecoder().decode(
    (await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read", "cli.ts", "train", "--help"],
      cwd: PROJECT,
    }).output()).stdout,
  );
  let flags = 0;
  for (
    const [story, configuration] of STORIES.flatMap((story) =>
      configurationsOf(story).map((each) => [story, each] as const)
    )
  ) {
    const command = commandOf(configuration, story), [, task] = /^deno task (\w+) /.exec(command) ?? [];
    if (task !== undefined) assert(tasks[task], command);
    for (const [flag] of command.split(/cli\.ts|deno task/).at(-1)!.matchAll(/--[a-z]+/g)) {
      assert(
        (flag === "--only" ? await read("bench/timeline.ts") : help).includes(`  ${flag} `),
        `${command}: ${flag}`,
      );
      flags++;
    }
    for (const rule of configuration.without ?? []) assert(OPTIMIZATIONS.includes(rule), rule);
    assert(configuration.target === "naive" || targets.some(({ name }) => name === configuration.target));
  }
  assert(flags > 50, `${flags} flags`);
});

function settings({ target, without, engine, threads }: Configuration) {
  return { target, without, engine, threads };
}

/** 40 images with a bright half, upper or lower, and noise. */
function images() {
  const size = 64, count = 40;
  const labels = Array.from({ length: count }, (_, n) => Math.floor(2 * uniform(7, n)));
  const inputs = Uint8Array.from(
    { length: size * count },
    (_, i) => 90 * uniform(8, i) + (Math.floor(i % size / 32) === labels[Math.floor(i / size)] ? 150 : 0),
  );
  return fromArrays(inputs, labels, [1, 8, 8]);
}

/** A net for those images. */
const small = (outChannels: number) =>
  parseSpec({
    name: "small",
    input: [1, 8, 8],
    batchSize: 16,
    layers: [
      { type: "conv2d", outChannels, kernel: 5, padding: 2 },
      { type: "relu" },
      ...outChannels < 12 ? [] : [{ type: "conv2d", outChannels, kernel: 3, padding: 1 }, { type: "relu" }],
      { type: "maxPool2d", kernel: 2 },
      { type: "flatten" },
      { type: "linear", outFeatures: 16 },
      { type: "relu" },
      { type: "linear", outFeatures: 2 },
    ],
    loss: { type: "softmaxCrossEntropy" },
    training: {
      epochs: 4,
      optimizer: { type: "adam", learningRate: 0.01, l2: 0.0001 },
      scheduler: { type: "cosine", period: 8 },
    },
  });

Deno.test("every configuration trains to the same loss", async () => {
  const spec = small(3);
  const data = images(), adapter = await findAdapter();
  if (!adapter) console.log("timeline: no adapter here (package mesa-vulkan-drivers has one): webgpu is not trained");
  const configurations: Record<string, Measured> = {};
  for (const configuration of ALL.filter(({ target }) => target !== "webgpu" || adapter)) {
    // 40 images are two batches and a half
    const { epochs, threads } = await trainRung(configuration, spec, { train: data, test: data }, 4);
    const losses = epochs.map(({ loss }) => loss);
    configurations[configuration.name] = { rates: [1], losses, images: 40, threads };
  }
  assert.equal(Object.keys(configurations).length, ALL.length - (adapter ? 0 : 1));
  const measured = { ...results, configurations };
  const { naive } = configurations;
  assert(naive.losses[0] > 0.5 && naive.losses[3] < 0.8 * naive.losses[0], naive.losses.join());
  assert.deepEqual(wrongOnes(measured), [], JSON.stringify(configurations));
  // negative control: a rung whose loss differs in the fourth digit
  const damaged = { ...configurations.packed, losses: naive.losses.map((loss) => loss * 1.0005) };
  assert.deepEqual(wrongOnes({ ...results, configurations: { ...configurations, packed: damaged } }), ["packed"]);
  const short = { ...configurations.fma, losses: naive.losses.slice(1) };
  assert.deepEqual(wrongOnes({ ...results, configurations: { ...configurations, fma: short } }), ["fma"]);
  const diverged = { ...configurations.simd, losses: naive.losses.map(() => NaN) };
  assert.deepEqual(wrongOnes({ ...results, configurations: { ...configurations, simd: diverged } }), ["simd"]);
});

Deno.test("those for many channels train to the same loss", async () => {
  const data = images(), spec = small(16), configurations: Record<string, Measured> = {};
  for (const configuration of configurationsOf(CHANNELS)) {
    const { epochs, threads } = await trainRung(configuration, spec, { train: data, test: data }, 4);
    const losses = epochs.map(({ loss }) => loss);
    assert(losses[3] < losses[0], losses.join());
    configurations[configuration.name] = { rates: [1], losses, images: 40, threads };
  }
  assert.equal(Object.keys(configurations).length, 12);
  assert.deepEqual(wrongOnes({ ...results, configurations }), [], JSON.stringify(configurations));
});

/** A text as `deno fmt` leaves it. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--config", join(PROJECT, "deno.json"), "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await new Response(text).body!.pipeTo(child.stdin);
  return new TextDecoder().decode((await child.output()).stdout);
}

Deno.test("each story's text and chart are what its file of results gives", async () => {
  for (const story of STORIES) {
    const results = JSON.parse(await read(story.results)) as Results;
    assert.equal(results.net, story.net);
    assert.deepEqual(wrongOnes(results), []);
    assert.equal(results.quick, undefined);
    const remedy = `run "deno task timeline --from ${story.results}"`;
    const text = await timelineText(results, await loadSpec(specOf(story.net)));
    assert.equal(await read(story.text), await formatted(text), remedy);
    assert.equal(await read(story.chart), timelineSvg(results), remedy);
  }
});

/** The results with other figures for some configurations. */
const changed = (others: Record<string, Partial<Measured>>, more: Partial<Results> = {}): Results => ({
  ...results,
  ...more,
  configurations: Object.fromEntries(
    Object.entries(results.configurations).map(([name, measured]) => [name, { ...measured, ...others[name] }]),
  ),
});

/** The section of a rung. */
async function sectionOf(title: string, results: Results): Promise<string> {
  const text = await timelineText(results, mnistCnn);
  const section = text.split("\n## ").find((part) => part.split("\n")[0].endsWith(title));
  assert(section, title);
  return section;
}

Deno.test("what a rung brought is told by its figures", async () => {
  const rates = [1000, 1000, 1000];
  const [, , hoisted] = LADDER;
  const told = (own: number[]) => sectionOf(hoisted.title, changed({ shapes: { rates }, hoisted: { rates: own } }));
  const better = await told([1500, 1500, 1500]);
  assert(better.includes("1.50 times as fast.** " + hoisted.why) && !better.includes("did not help"));
  const same = await told([1010, 1010, 1010]);
  assert(same.includes("as fast as before.** It did not help here: ") && !same.includes(hoisted.why));
  const worse = await told([500, 500, 500]);
  assert(worse.includes("2.00 times as slow.** It did not help here: "));
  const doubtful = await told([900, 1080, 1100]);
  assert(doubtful.includes("1.08 times as fast.**") && doubtful.includes("this may be chance"));

  const quiet = { ...results.machine, load: 0 };
  const all = Object.fromEntries(Object.keys(results.configurations).map((name) => [name, { rates }]));
  const calm = await timelineText(changed(all, { machine: quiet }), mnistCnn);
  assert(!/Noisy|Others used/.test(calm));
  const noisy = await timelineText(
    changed({ ...all, fma: { rates: [1000, 1000, 1200] } }, { machine: quiet }),
    mnistCnn,
  );
  assert(noisy.includes("Noisy: of 1 of ") && noisy.includes("at most by 20 % (fma)"));
  const used = await timelineText(changed(all, { machine: { ...quiet, load: 3 } }), mnistCnn);
  assert(used.includes("Others used the machine: its load average before was 3.0."));
});

Deno.test("a GPU is a rung where there is one, and told apart where it is the processor", async () => {
  const gpu: Measured = {
    rates: [9e4, 9e4, 9e4],
    losses: results.configurations.naive.losses,
    images: 6e4,
    threads: 0,
  };
  const machine = (gpu: Results["machine"]["gpu"]): Partial<Results> => ({ machine: { ...results.machine, gpu } });
  const withGpu = (of: Results): Results => ({ ...of, configurations: { ...of.configurations, gpu } });
  const { length } = LADDER;

  const real = withGpu(changed({}, machine({ name: "A card", fallback: false })));
  const text = await timelineText(real, mnistCnn);
  assert(text.includes(`## ${length}. A GPU`) && text.includes("90,000 images/s") && !text.includes("There was none"));
  assert(timelineSvg(real).includes(">A GPU<") && !timelineSvg(real).includes("no rung"));

  const software = withGpu(changed({}, machine({ name: "llvmpipe", fallback: true })));
  const apart = await timelineText(software, mnistCnn);
  assert(!apart.includes(`${length}. A GPU`) && apart.includes("so this is no step") && apart.includes("llvmpipe"));
  assert(timelineSvg(software).includes("no rung"));

  const { gpu: _, ...others } = results.configurations;
  const none = { ...changed({}, machine(null)), configurations: others };
  assert((await timelineText(none, mnistCnn)).includes("There was none on this machine, nor a driver"));
  assert(!timelineSvg(none).includes("no rung"));

  const failed = changed({ fma: { reason: "no relaxed SIMD", rates: [], losses: [] } });
  assert(timelineTable(failed).includes("cannot run: no relaxed SIMD"));
  assert(!(await timelineText(failed, mnistCnn)).includes("Fused multiply-add\n"));
});

Deno.test("excerpts are pieces of their source, and short", () => {
  const script = ["for (let n = 0; n < 2; n++) {", "  for (let i = 0; i < 3; i++) {", "    y += x[i];", "  }", "}"];
  assert.deepEqual(innermostLoop(script.join("\n")), script.slice(1, 4));
  const wat = [
    "(local.set $n (i32.const 0)) (loop $n",
    "  (local.set $i (i32.const 0)) (loop $i",
    "    (local.set $y.4 (f32x4.add (local.get $y.4) (local.get $x.4)))",
    "  (local.set $i (i32.add)) (br_if $i (i32.lt_s)))",
    "(local.set $n (i32.add)) (br_if $n (i32.lt_s)))",
  ];
  assert.deepEqual(innermostLoop(wat.join("\n")), wat.slice(1, 4));
  assert.deepEqual(linesWith("$y.4", ["(local $y.4 v128)", ...wat, wat[2]].join("\n"), ";;"), [wat[2].trim()]);
  assert.equal(innermostLoop("nothing"), undefined);
  const long = Array.from({ length: 30 }, (_, i) => `  line ${i}`);
  const short = shortened(long, "//").split("\n");
  assert.deepEqual([short.length, short[0], short.at(-1), short.at(-2)], [
    12,
    "line 0",
    "line 29",
    "// … 19 more lines",
  ]);
});

/** Runs the task with its permissions. */
async function timeline(...args: string[]) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...tasks.timeline.command.split(" ").slice(1), ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("wrong use of the task gets one line, and changes nothing", async () => {
  const text = await read("OPTIMIZATIONS.md"), folder = join("runs", `timeline_test_${Deno.pid}`);
  await Deno.mkdir(join(PROJECT, folder), { recursive: true });
  try {
    const { configurations: { packed: _, ...configurations } } = results;
    const damaged = { ...results.configurations.fma, losses: [9, 9] };
    for (
      const [name, contents] of [
        ["incomplete", { ...results, configurations }],
        ["other", { ...results, net: "lenet5" }],
        ["wrong", { ...results, configurations: { ...results.configurations, fma: damaged } }],
        ["empty", {}],
      ] as const
    ) await Deno.writeTextFile(join(PROJECT, folder, `${name}.json`), JSON.stringify(contents));
    await Deno.writeTextFile(join(PROJECT, folder, "broken.json"), "{");
    const cases: [args: string[], code: number, stderr: RegExp][] = [
      [["--only", "bogus"], 2, /^error: there is no configuration "bogus": naive, .*\nusage: /],
      [["--fast"], 2, /^error: Unknown option '--fast'/],
      [["lenet5", "more"], 2, /^error: "more" is too much\n/],
      [["--from", "x.json", "--quick"], 2, /^error: with --from nothing is measured/],
      [["--from", join(folder, "missing.json")], 1, /^error: runs\/\S+missing.json: No such file.*\n$/],
      [["--from", join(folder, "broken.json")], 1, /^error: runs\/\S+broken.json: .*JSON.*\n$/],
      [["--from", join(folder, "empty.json")], 1, /^error: runs\/\S+empty.json: it is not what .*\n$/],
      [
        ["--from", join(folder, "other.json")],
        1,
        /^error: \S+: there are texts about mnist_cnn and cifar_vgg, .* about lenet5\n$/,
      ],
      [["--from", join(folder, "incomplete.json")], 1, /^error: \S+: it has no packed: .*\n$/],
      [["--from", join(folder, "wrong.json")], 1, /^error: \S+: fma does other work: its loss is not the others'\n$/],
      [["nonet"], 1, /^error: cannot read ".*nonet.json".*\n$/],
      [["--json", "/nowhere/x.json", "--quick"], 1, /^error: \/nowhere\/x.json cannot be written: .*\n$/],
    ];
    for (const [args, code, stderr] of cases) {
      const ran = await timeline(...args);
      assert.equal(ran.code, code, `${args.join(" ")}: ${ran.stderr}`);
      assert.match(ran.stderr, stderr, args.join(" "));
    }
    assert.equal(cases.length, 12);
    assert.equal(await read("OPTIMIZATIONS.md"), text);
  } finally {
    await Deno.remove(join(PROJECT, folder), { recursive: true });
  }
});
