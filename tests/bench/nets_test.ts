/** `bench:nets` measures nets beside PyTorch, tells what fails, and its tables are those of bench/nets.json. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadSpec, parseSpec, trainingWork } from "../../mod.ts";
import { CONFIGURATIONS, OURS } from "../../bench/nets/configurations.ts";
import { findTorch } from "../../bench/nets/measure.ts";
import { PAGES, resultsText, shortText, withNets } from "../../bench/nets/pages.ts";
import { randomSpec } from "../../bench/nets/random.ts";
import {
  bestOf,
  failures,
  type NetResult,
  ratioOf,
  type Results,
  type Row,
  TOLERANCES,
} from "../../bench/nets/results.ts";
import { netFile, SHOWN, SUITE } from "../../bench/nets/suite.ts";
import { netsText } from "../../bench/nets/text.ts";
import { asInstalled, PROJECT, taskArguments } from "../command_line.ts";
import { QUICK, width } from "../width.ts";

const read = (path: string) => Deno.readTextFile(join(PROJECT, path));
const measured: Results = JSON.parse(await read("bench/nets.json"));

/** The nets in it, in the suite's order. */
const NETS = SUITE.filter((name) => measured.nets[name]);

/** The results with another row. */
const withRow = (net: string, name: string, row: Partial<Row>): Results => {
  const { configurations, ...rest } = measured.nets[net];
  const changed = { ...rest, configurations: { ...configurations, [name]: { ...configurations[name], ...row } } };
  return { ...measured, nets: { ...measured.nets, [net]: changed } };
};

Deno.test("the tables of README and docs/results.md are those of bench/nets.json", async () => {
  assert.deepEqual(Object.keys(PAGES), ["README.md", "docs/results.md"]);
  for (const [path, text] of Object.entries(PAGES)) {
    const page = await read(path), said = "differs from bench/nets.json: deno task bench:nets --from bench/nets.json";
    assert.equal(page, withNets(page, text(measured)), `${path} ${said}`);
    assert.throws(() => withNets(page.replace("<!-- end of nets -->", ""), ""), /it has no lines/);
  }
});

Deno.test("negative control: other figures are noticed in the tables", () => {
  const [short, long] = [shortText(measured), resultsText(measured)];
  let ran = 0;
  for (const [net, { configurations }] of Object.entries(measured.nets)) {
    for (const [name, { rates }] of Object.entries(configurations)) {
      const other = withRow(net, name, { rates: rates.map((rate) => 2 * rate) });
      assert.notEqual(resultsText(other), long, `${net} ${name}`);
      if (name === OURS.name && SHOWN.includes(net)) assert.notEqual(shortText(other), short);
      ran++;
    }
  }
  assert(ran >= 2 * NETS.length, `${ran} cases`);
  for (const other of [{ ...measured, date: "2000-01-01T00:00:00.000Z" }, { ...measured, rounds: 77 }]) {
    assert.notEqual(resultsText(other), long);
    assert.notEqual(shortText(other), short);
  }
});

Deno.test("wins and losses are told alike", () => {
  const [net] = NETS, best = bestOf(measured.nets[net])!.rate;
  const oursTimes = (times: number) => withRow(net, OURS.name, { rates: [times * best] });
  const cells = (results: Results) => {
    const line = shortText(results).split("\n").find((each) => each.startsWith(`| ${net}, `))!;
    return line.split("|").map((cell) => cell.trim()).slice(3, -1);
  };
  const won = oursTimes(2), lost = oursTimes(0.5);
  assert.deepEqual([cells(won)[3], cells(lost)[3]], ["**2.00**", "0.50"]);
  for (const text of [shortText, resultsText]) {
    assert.match(text(lost).replaceAll("\n", " "), new RegExp(`PyTorch on \\d+: \`${net}\``));
    assert.doesNotMatch(text(won).replaceAll("\n", " "), new RegExp(`PyTorch on \\d+: \`${net}\``));
  }
  // of those that are lost, how many are won beside PyTorch without AVX-512
  const { configurations } = lost.nets[net], { avx2 } = configurations;
  const narrow = (times: number): Results => ({
    ...lost,
    nets: {
      ...lost.nets,
      [net]: { ...lost.nets[net], configurations: { ...configurations, avx2: { ...avx2, rates: [times * best] } } },
    },
  });
  const faster = (results: Results) => Number(/faster on (\d+)\s+of\s+these/.exec(shortText(results))?.[1]);
  assert.equal(faster(narrow(0.4)), faster(narrow(0.6)) + 1);
});

Deno.test("what is of other nets, failed, or did other work gets into no page; what is missing is told", () => {
  const [net] = NETS, { [net]: _, ...fewer } = measured.nets;
  const [first, ...later] = measured.nets[net].configurations.ours.losses;
  const cases: readonly (readonly [Results, RegExp])[] = [
    [{} as Results, /not what deno task bench:nets --json writes/],
    [{ ...measured, nets: {} }, /there is no net in it/],
    [{ ...measured, pytorch: { reason: "none" } }, /there was no PyTorch/],
    [{ ...measured, nets: { ...measured.nets, mine: measured.nets[net] } }, /there is a net "mine"/],
    [withRow(net, "tuned", { reason: "no memory" }), new RegExp(`gets into no page: ${net}: tuned: no memory`)],
    [withRow(net, "tuned1", { losses: [1.1 * first, ...later] }), /tuned1 does other work: its loss in step 1 /],
  ];
  for (const [results, message] of cases) {
    for (const text of Object.values(PAGES)) assert.throws(() => text(results), message);
  }
  for (const text of Object.values(PAGES)) {
    const part = text({ ...measured, nets: fewer }).replaceAll("\n", " ");
    assert.match(part, new RegExp(`Not in this run: .*\`${net}\``));
    assert.match(
      text({ ...measured, quick: true }).replaceAll("\n", " "),
      /No more than a hint: .*measured very briefly/,
    );
    const busy = { ...measured, machine: { ...measured.machine, load: 99 } };
    assert.match(text(busy).replaceAll("\n", " "), /No more than a hint: .*\(load average 99\.0\)\./);
  }
});

/** A row of these rates. */
const rowOf = (rates: readonly number[], losses: readonly number[] = [2.3, 2.2, 2.1]): Row => ({
  ...{ rates, losses },
  firstSteps: rates.map(() => 0.5),
  peakBytes: rates.map(() => 2e8),
});
/** A net of these rows. */
const netOf = (configurations: Record<string, Row>, more: Partial<NetResult> = {}): NetResult => ({
  ...{ batchSize: 32, work: 64e6, configurations },
  ...more,
});

Deno.test("losses of other work are found in each step, and those of the same are not", () => {
  const ours = rowOf([100]);
  const failed = (losses: readonly number[]) => failures({ nets: { a: netOf({ ours, tuned: rowOf([1], losses) }) } });
  assert.equal(TOLERANCES.length, 3);
  TOLERANCES.forEach((tolerance, i) => {
    const moved = (by: number) => ours.losses.map((loss, j) => i === j ? loss * (1 + by) : loss);
    for (const sign of [1, -1]) {
      assert.deepEqual(failed(moved(sign * 0.9 * tolerance)), []);
      assert.match(
        failed(moved(sign * 1.1 * tolerance))[0],
        new RegExp(`^a: tuned does other work: its loss in step ${i + 1} `),
      );
    }
    assert.equal(failed(moved(NaN)).length, 1);
  });
});

Deno.test("where PyTorch's own configurations differ, so much is allowed; one of them that strays is found all the same", () => {
  const ours = rowOf([100]), [first, second, third] = ours.losses;
  const failed = (shares: readonly number[]) =>
    failures({
      nets: {
        a: netOf(Object.fromEntries([
          ["ours", ours],
          ...["installed", "tuned", "avx2", "tuned1"].map((name, i) =>
            [name, rowOf([1], [first, second * (1 + shares[i]), third])] as const
          ),
        ])),
      },
    });
  assert.deepEqual(failed([0.003, -0.003, 0.001, -0.001]), []);
  assert.equal(failed([0.0001, -0.0001, 0.0001, 0.003]).length, 1);
  assert.equal(failed([0.003, -0.003, 0.001, 0.03]).length, 1);
});

Deno.test("what roundings change of a configuration's losses is allowed, some times over, and to it alone", () => {
  const ours = rowOf([100]), [first, second, third] = ours.losses, apart = [0, 0.002, 0];
  const failed = (share: number, more: Partial<Row>) => {
    const tuned = { ...rowOf([1], [first, second * (1 + share), third]), ...more };
    return failures({ nets: { a: netOf({ ours, tuned, tuned1: rowOf([1]) }) } }).length;
  };
  assert.deepEqual([failed(0.007, { apart }), failed(0.009, { apart }), failed(0.007, {})], [0, 1, 1]);
  assert.equal(failed(NaN, { apart }), 1);
});

Deno.test("the table of bench:nets: medians, the ratio to PyTorch's best, failures, the worst of random nets first", () => {
  const nets = {
    random_0_0: netOf({
      ours: rowOf([300, 500, 400]),
      installed: rowOf([100, 100, 90]),
      tuned: rowOf([190, 200, 210]),
    }),
    random_0_1: netOf({ ours: rowOf([50, 60, 70]), installed: rowOf([120, 120, 120]) }),
    broken: netOf({}, { reason: "its layers do not fit" }),
    half: netOf({ ours: { ...rowOf([]), reason: "no memory" }, tuned: rowOf([9]) }),
  };
  const text = netsText({ ...measured, rounds: 3, quick: undefined, nets });
  assert.match(text, /^training images\/s, medians of 3 rounds in turn$/m);
  assert.match(text, /^random_0_0 +32 +2\.0 +400 +100 +200 +2\.00 +tuned +0\.8$/m);
  assert.match(text, /^random_0_1 +32 +2\.0 +60\.0 +120 +0\.50 +installed +0\.1$/m);
  assert.match(text, /^broken +failed: its layers do not fit$/m);
  assert.match(text, /^half .* failed +9\.0 +tuned$/m);
  assert.match(text, /^worst ratio 0\.50, median 2\.00; 1 of 2 under 1$/m);
  assert.match(text, /^random_0_0 +0\.50 +0\.50 +1\.00 +200 +200$/m);
  assert.match(text, /^FAILED broken: its layers do not fit$/m);
  assert.match(text, /^FAILED half: ours: no memory$/m);
  const specs = Object.fromEntries(
    Object.entries(nets).map(([name, net], i) => [name, { ...net, spec: randomSpec(0, i) }]),
  );
  const places = (of: Results["nets"]) => {
    const lines = netsText({ ...measured, nets: of }).split("\n");
    return Object.keys(nets).map((name) => lines.findIndex((line) => line.startsWith(`${name} `)));
  };
  const [good, bad] = places(nets), [goodAtRandom, badAtRandom, ...others] = places(specs);
  assert(good < bad && badAtRandom < goodAtRandom && others.every((place) => place > goodAtRandom));
  assert.deepEqual([ratioOf(nets.random_0_0), ratioOf(nets.broken), ratioOf(nets.half)], [2, undefined, undefined]);
});

Deno.test("the suite's specs are specs by the names of their files", async () => {
  for (const name of SUITE) assert.equal((await loadSpec(netFile(name))).name, name);
  assert.equal(netFile("lenet5"), join(PROJECT, "specs", "lenet5.json"));
  assert.equal(netFile("./tiny.json"), "./tiny.json");
  const files = [...Deno.readDirSync(join(PROJECT, "bench", "nets"))].filter(({ name }) => name.endsWith(".json"));
  assert(files.length === 10 && files.every(({ name }) => SUITE.includes(name.slice(0, -5))));
});

/** Runs the task. */
async function task(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("bench:nets"), ...words],
    cwd: PROJECT,
    // PyTorch's threads that wait leave the cores to other tests
    env: { NO_COLOR: "1", DENO_WEBGPU_BACKEND: "noop", OMP_WAIT_POLICY: "passive" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => asInstalled(new TextDecoder().decode(bytes)));
  assert.doesNotMatch(err, /^ +at /m);
  return { code, out, err };
}

/** All that PyTorch's program builds, small. */
const SMALL = {
  name: "small",
  input: [2, 9, 8],
  batchSize: 6,
  layers: [
    { type: "conv2d", outChannels: 5, kernel: [3, 2], stride: [2, 1], padding: [1, 0] },
    { type: "relu" },
    { type: "maxPool2d", kernel: 2, stride: 1 },
    { type: "conv2d", outChannels: 6, kernel: 2, init: "heUniform" },
    { type: "tanh" },
    { type: "avgPool2d", kernel: [1, 2] },
    { type: "flatten" },
    { type: "linear", outFeatures: 7 },
    { type: "sigmoid" },
    { type: "linear", outFeatures: 4 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: {
    epochs: 1,
    optimizer: { type: "adam", learningRate: 0.01, l2: 0.1 },
    scheduler: { type: "exponential", factor: 0.1 },
  },
};

/** A folder with a spec, where a fake Python can be put. */
async function inFolder(body: (folder: string, spec: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir(), spec = join(folder, "small.json");
  try {
    await Deno.writeTextFile(spec, JSON.stringify(SMALL));
    await body(folder, spec);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A program that does what PyTorch would, or fails as a word says. */
async function fakePython(folder: string, word: string): Promise<string> {
  const file = join(folder, word), program = join(PROJECT, "tests", "fake_torch.ts");
  const deno = `'${Deno.execPath()}' run --no-prompt --allow-read --config '${join(PROJECT, "deno.json")}'`;
  await Deno.writeTextFile(file, `#!/bin/sh\nexec ${deno} '${program}' ${word} "$@"\n`);
  await Deno.chmod(file, 0o755);
  return file;
}

const NO_SHELL = Deno.build.os === "windows";
if (NO_SHELL) console.log("bench:nets is not tried with a program in PyTorch's place: there is no /bin/sh");

Deno.test(
  "a net is measured beside a program in PyTorch's place, which does the same work",
  { ignore: NO_SHELL },
  () =>
    inFolder(async (folder, spec) => {
      const json = join(folder, "results.json"), python = await fakePython(folder, "works");
      const words = [spec, "--quick", "--first", "--only", "ours1,tuned", "--python", python, "--json", json];
      const { code, out, err } = await task(words);
      assert.equal(code, 0, `${out}\n${err}`);
      for (const line of ["small: checking ours", "small: checking tuned", "small: round 1 of 1"]) {
        assert(err.includes(line), err);
      }
      assert.match(err, /^small: ours1: \d+ images\/s, first step after \d+\.\d\d s$/m);
      const results: Results = JSON.parse(await Deno.readTextFile(json)), { small } = results.nets;
      assert.deepEqual(Object.keys(small.configurations), ["ours", "ours1", "tuned"]);
      assert.deepEqual([results.rounds, results.quick, results.pytorch], [1, true, {
        version: "0.0 (naive)",
        library: "reference",
      }]);
      assert.equal(small.work, trainingWork(parseSpec(SMALL)));
      const { ours, tuned } = small.configurations;
      for (const { rates, firstSteps, peakBytes, losses } of Object.values(small.configurations)) {
        assert.deepEqual([rates.length, firstSteps.length, peakBytes.length, losses.length], [1, 1, 1, 3]);
        assert(rates[0] > 0 && firstSteps[0] > 0 && peakBytes[0] > 1e7);
      }
      // the naive network is written apart from all this: the steps are those of the spec at a rate that does not change
      ours.losses.forEach((loss, i) =>
        assert(Math.abs(loss / tuned.losses[i] - 1) < 1e-5, `${loss} ${tuned.losses[i]}`)
      );
      assert.match(out, /^PyTorch 0\.0 \(naive\), matrices by reference, which is slow: give it OpenBLAS/m);
      assert.match(out, /^small +6 +\S+ +\S+ +\S+ +\S+ +\d+\.\d\d +tuned +\d+\.\d/m);
      // it is no run of the suite: nothing of it gets into a page
      const { code: refused, err: said } = await task(["--from", json]);
      assert.deepEqual([refused, said], [
        1,
        `error: ${json}: there is a net "small", which the suite lacks\n`,
      ]);
    }),
);

Deno.test(
  "negative control: other work, and what breaks, is told, and the exit code is 1",
  { ignore: NO_SHELL },
  () =>
    inFolder(async (folder, spec) => {
      const cases: readonly (readonly [word: string, message: RegExp])[] = [
        ["strays", /^FAILED small: tuned does other work: its loss in step 2 differs from ours by 1\.00 %$/m],
        ["breaks", /^FAILED small: tuned: Error: out of memory$/m],
      ];
      for (const [word, message] of cases.slice(0, width(1, cases.length))) {
        const { code, out } = await task([
          spec,
          "--quick",
          "--only",
          "tuned",
          "--python",
          await fakePython(folder, word),
        ]);
        assert.equal(code, 1, word);
        assert.match(out, message);
      }
      const { code, out, err } = await task([spec, "--quick", "--python", await fakePython(folder, "absent")]);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /^error: --python: \S+absent: Error: No module named 'torch'\n$/);
    }),
);

Deno.test("bench:nets: help, and one clear error for each mistake", async () => {
  const help = await task(["--help"]);
  assert.deepEqual([help.code, help.err], [0, ""]);
  assert.match(help.out, /^Usage: deno task bench:nets /);
  for (const { name } of CONFIGURATIONS) assert.match(help.out, new RegExp(`^  ${name} `, "m"));
  const cases: readonly (readonly [words: readonly string[], code: number, message: RegExp])[] = [
    [["--only", "cuda"], 2, /^error: there is no configuration "cuda": ours, ours1, installed, /],
    [["--random", "0"], 2, /^error: --random is "0"; expected a whole number from 1 to 10000\n/],
    [["--rounds", "2.5"], 2, /^error: --rounds is "2\.5"; expected a whole number from 1 to 100\n/],
    [["--seed", "1"], 2, /^error: --seed is for nets made at random: give --random, too\n/],
    [["--keep", "runs"], 2, /^error: --keep is for nets made at random: give --random, too\n/],
    [["tiny", "--random", "2"], 2, /^error: --random makes the nets, so none may be named\n/],
    [["--quick", "--rounds", "2"], 2, /^error: --quick measures once, so --rounds may not be given\n/],
    [["--from", "a.json", "--quick"], 2, /^error: with --from nothing is measured, so nothing else may be given\n/],
    [["--gpu"], 2, /^error: Unknown option '--gpu'/],
    [["no_such_net"], 1, /^error: .*no_such_net.*\n$/],
    [["tiny", "tiny"], 1, /^error: two nets are called "tiny": name each once, or call one otherwise in its file\n$/],
    [["--from", "no_such.json"], 1, /^error: no_such\.json: .*\n$/],
    [["--json", "bench"], 1, /^error: cannot write "bench": it is a folder; give the path of a file\n$/],
  ];
  for (const [words, expected, message] of cases) {
    const { code, out, err } = await task(words);
    assert.deepEqual([code, out], [expected, ""], `${words.join(" ")}: ${err}`);
    assert.match(err, message);
  }
});

const { python, torch } = await findTorch(["python3", "/usr/bin/python3"]);
if (QUICK) console.log("bench:nets is tried with PyTorch in the full run only");
else if (!python) console.log(`bench:nets is not tried with PyTorch: ${"reason" in torch ? torch.reason : ""}`);

Deno.test(
  "PyTorch, where it is installed, makes the same first steps",
  { ignore: !python || QUICK },
  () =>
    inFolder(async (folder, spec) => {
      const json = join(folder, "results.json");
      const { code, out } = await task([
        spec,
        "--quick",
        "--only",
        "installed,tuned",
        "--python",
        python!.command,
        "--json",
        json,
      ]);
      assert.equal(code, 0, out);
      const { configurations } = (JSON.parse(await Deno.readTextFile(json)) as Results).nets.small;
      assert.deepEqual(Object.keys(configurations), ["ours", "installed", "tuned"]);
      for (const { losses } of Object.values(configurations)) {
        losses.forEach((loss, i) => assert(Math.abs(loss / configurations.ours.losses[i] - 1) < 1e-5, losses.join()));
      }
      // what its program does not build, it says
      const other = { ...SMALL, loss: { type: "mse" } };
      await Deno.writeTextFile(spec, JSON.stringify(other));
      const refused = await task([spec, "--quick", "--only", "tuned", "--python", python!.command]);
      assert.equal(refused.code, 1);
      assert.match(
        refused.out,
        /^FAILED small: tuned: bench\/nets\/torch_cpu\.py does not build loss mse$/m,
      );
    }),
);
