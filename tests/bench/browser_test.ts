/** Bundles beside other libraries in every engine: what is measured, and what is made of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { isOurs, PAGES, withBrowser } from "../../bench/browser/pages.ts";
import { failures, reached, type Results, type Row } from "../../bench/browser/results.ts";
import { ALL, BARS, chosen, NETS, OURS, PEERS } from "../../bench/browser/rows.ts";
import { browserText } from "../../bench/browser/text.ts";
import { PROJECT, taskArguments } from "../command_line.ts";
import { findChromium, findEngine, NAMES } from "../engines.ts";
import { width } from "../width.ts";

const LOSSES = [2.3, 2.2, 2.1];

/** Results in which each row is faster than the one before. */
function made(change: (row: Row, name: string, net: string) => Row = (row) => row): Results {
  const row = (name: string, i: number): Row =>
    isOurs(name)
      ? { rates: [1000 + i, 1010 + i, 990 + i], losses: LOSSES, target: "wasm_relaxed", threads: 2 }
      : { rates: [100 + i], losses: LOSSES };
  const netOf = (net: string) => ({
    batchSize: 64,
    rows: Object.fromEntries(ALL.map(({ name }, i) => [name, change(row(name, i), name, net)])),
  });
  return {
    date: "2026-11-29T12:00:00Z",
    machine: { cpu: "Test 1", os: "linux", arch: "x86_64", cores: 2, load: 0, peak: { one: 1, all: 2 }, gpu: null },
    versions: { deno: "2.9.6", node24: "24.1.0", "@jax-js/jax": "0.1.25" },
    flags: { full: "--a,--b", packed: "--a" },
    rounds: 3,
    nets: Object.fromEntries(NETS.map((net) => [net, netOf(net)])),
  };
}

const TF_WASM = "TensorFlow.js wasm";

Deno.test("bars are shares of medians, and tables are made of them", () => {
  const results = made((row, name) => name === TF_WASM ? { ...row, rates: [], reason: "it has no kernel" } : row);
  const all = reached(results);
  assert.equal(all.length, NETS.length * BARS.length);
  const packed = OURS.findIndex(({ name }) => name === "Node 26, packed");
  const full = OURS.findIndex(({ name }) => name === "Deno, full speed");
  assert.equal(
    all.find(({ row, net }) => row === "Node 26, packed" && net === "lenet5")!.share,
    (1000 + packed) / (1000 + full),
  );
  // what cannot run of others is no failure
  assert.deepEqual(failures(results, isOurs), []);
  const text = browserText(results);
  assert.match(text, /^TensorFlow.js wasm +cannot run: it has no kernel$/m);
  assert.match(text, /^mnist_cnn: Chromium, of Deno +101 % +at least 90 %: reached$/m);
  assert.doesNotMatch(text, /MISSED|failed/);
  const slow = made((row, name) => name === "Chromium" ? { ...row, rates: [500] } : row);
  assert.match(browserText(slow), /^mnist_mlp: Chromium, of Deno +50 % +at least 90 %: MISSED$/m);
  const [short, long] = Object.values(PAGES).map((page) => page(results));
  assert.match(long, /^\| TensorFlow.js, WebAssembly +\| cannot run \| +\|$/m);
  // ours in Chromium, the base, and the fastest of two libraries
  assert.equal(short.match(/^\| (?!mnist_cnn|---).*\|$/gm)!.length, 3 + 1 + 2, short);
  assert.match(short, /^\| \*\*Kernelwright\*\*, 2 threads +\| 1,009 +\| 8\.9 +\|$/m);
  for (const { title } of OURS) assert(long.includes(`| ${title} `), title);
  assert.match(long, /mnist_cnn: TensorFlow.js wasm: it has no kernel/);
});

Deno.test("what breaks, is not whole, or is of other work gets into no page", () => {
  const refused: readonly (readonly [Results, RegExp])[] = [
    [{} as Results, /not what deno task bench:browser --json writes/],
    [{ ...made(), quick: true }, /measured with --quick/],
    [{ ...made(), nets: { mnist_cnn: made().nets.mnist_cnn } }, /net "lenet5" was not measured/],
    [made((row, name) => name === "Bun" ? { ...row, rates: [], reason: "there is no Bun" } : row), /there is no Bun/],
    [made((row, name) => name === "Bun" ? { ...row, rates: [] } : row), /row "Bun" was not measured/],
    [
      made((row, name) => name === "jax-js wasm lax" ? { ...row, rates: [], reason: "no" } : row),
      /row "jax-js wasm lax"/,
    ],
    [
      made((row, name) => name === PEERS[0].name ? { ...row, losses: [2.3, 2.202, 2.1] } : row),
      /mnist_cnn: TensorFlow\.js cpu does other work: its losses differ from ours by 0\.0020/,
    ],
    [made((row, name) => name === "Bun" ? { ...row, losses: [2.3, NaN, 2.1] } : row), /Bun does other work/],
  ];
  for (const [results, why] of refused) {
    for (const page of Object.values(PAGES)) assert.throws(() => page(results), why);
  }
  const [begin, end] = ["made by deno task bench:browser --from bench/browser.json", "end of browser"];
  const page = `a\n\n<!-- ${begin} -->\n\nold\n\n<!-- ${end} -->\n\nb\n`;
  assert.equal(withBrowser(page, "new\n"), page.replace("old", "new"));
  assert.throws(() => withBrowser("a\n", "new\n"), /it has no lines <!-- made by/);
});

const MEASURED = "bench/browser.json";
const measured = await Deno.readTextFile(join(PROJECT, MEASURED)).then(JSON.parse, () => undefined);
if (!measured) console.log(`there is no ${MEASURED} yet: no page is compared with it`);

Deno.test(`the tables of README and docs/results.md are those of ${MEASURED}`, { ignore: !measured }, async () => {
  assert.deepEqual(Object.keys(PAGES), ["README.md", "docs/results.md"]);
  for (const [path, text] of Object.entries(PAGES)) {
    const page = await Deno.readTextFile(join(PROJECT, path));
    assert.equal(page, withBrowser(page, text(measured)), `${path}: deno task bench:browser --from ${MEASURED}`);
  }
});

/** Runs the task. */
async function task(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("bench:browser"), ...words],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("bench:browser: help, and one clear error for each mistake", async () => {
  const help = await task(["--help"]);
  assert.deepEqual([help.code, help.err], [0, ""]);
  assert.match(help.out, /^Usage: deno task bench:browser/);
  const cases: readonly (readonly [words: readonly string[], code: number, message: RegExp])[] = [
    [["--only", "torch"], 2, /^error: --only is "torch", which no row has in its name: Deno, 1 thread; Deno; /],
    [["--rounds", "0"], 2, /^error: --rounds is 0; expected a whole number from 1 to 99\nUsage: /],
    [["--quick", "--rounds", "2"], 2, /^error: --quick measures once, so --rounds may not be given\nUsage: /],
    [
      ["--from", "x.json", "lenet5"],
      2,
      /^error: with --from nothing is measured, so nothing else may be given\nUsage: /,
    ],
    [["lenet5", "lenet5"], 1, /^error: two nets are called "lenet5": name each once\n$/],
    [["no_such_net"], 1, /^error: .*no_such_net.*\n$/],
    [["--from", "no.json"], 1, /^error: no\.json: .+\n$/],
    [["--json", "bench"], 1, /^error: cannot write "bench": it is a folder; give the path of a file\n$/],
  ];
  for (const [words, expected, message] of cases) {
    const { code, out, err } = await task(words);
    assert.deepEqual([code, out], [expected, ""], words.join(" "));
    assert.match(err, message);
    assert.doesNotMatch(err, /^ +at /m);
  }
  assert.deepEqual(chosen("Deno").map(({ name }) => name), ["Deno"]);
});

/** Whether other libraries are there, or get installed: in the full run, from npm. */
const PEER = width([], ["jax-js wasm lax"]);

Deno.test("bench:browser measures bundles in every engine that is there, and says of the others that they are not", async () => {
  const folder = await Deno.makeTempDir(), file = join(folder, "browser.json");
  try {
    const rows = ["Deno", "Node 24", "Node 26, packed", "Bun", "Chromium", "Chromium, not isolated", ...PEER];
    const { code, out, err } = await task([
      "mnist_mlp",
      "--quick",
      ...rows.flatMap((row) => ["--only", row]),
      "--json",
      file,
    ]);
    const results: Results = JSON.parse(await Deno.readTextFile(file)), { rows: found } = results.nets.mnist_mlp;
    assert.deepEqual(Object.keys(found).toSorted(), rows.toSorted());
    let absent = 0;
    for (const { name, engine, threads, peer } of ALL.filter(({ name }) => rows.includes(name))) {
      const { rates, losses, reason, ...row } = found[name];
      const there = engine === "deno" || (engine === "chromium" ? findChromium() : findEngine(engine)) !== undefined;
      if (!there) {
        absent++;
        assert.match(reason!, engine === "chromium" ? /no Chromium/ : new RegExp(`no ${NAMES[engine as "bun"]}`));
        continue;
      }
      assert.equal(reason, undefined, name);
      assert(rates.length === 1 && rates[0] > 0);
      // the first is that of ten classes, told apart by chance
      assert(losses.length === 3 && Math.abs(losses[0] - Math.log(10)) < 0.3 && losses[2] < losses[0], losses.join());
      if (!peer) assert.deepEqual([row.threads, /^wasm/.test(row.target!)], [threads, true]);
    }
    assert.equal(code, absent > 0 ? 1 : 0, err);
    assert.match(out, /^mnist_mlp, batch 64 +images\/s/m);
    assert(results.quick && results.versions.deno === Deno.version.deno);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
