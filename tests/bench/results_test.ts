/** The tables of results are those of bench/results.json; the comparison with other libraries measures what it says. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { PAGES, resultsText, shortText, withResults } from "../../bench/comparison/pages.ts";
import { BASE, FASTEST, type Results, type Row } from "../../bench/comparison/results.ts";
import { peersText, SHOWN_STEPS } from "../../bench/comparison/text.ts";
import { median, NOISY } from "../../bench/measure/summary.ts";
import { asInstalled } from "../command_line.ts";
import { QUICK } from "../width.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const read = (path: string) => Deno.readTextFile(join(PROJECT, path));
const measured: Results = JSON.parse(await read("bench/results.json"));

/** The results with another row. */
const withRow = (name: string, row: Partial<Row>): Results => ({
  ...measured,
  rows: { ...measured.rows, [name]: { ...measured.rows[name], ...row } },
});

Deno.test("README's results and those of docs/results.md are those of bench/results.json", async () => {
  assert.deepEqual(Object.keys(PAGES), ["README.md", "docs/results.md"]);
  for (const [path, text] of Object.entries(PAGES)) {
    const page = await read(path);
    assert.equal(page, withResults(page, text(measured)), `${path} and bench/results.json differ: deno task results`);
  }
});

Deno.test("negative control: another figure on either side is noticed", async () => {
  const text = resultsText(measured), { rows, machine } = measured;
  const others: Results[] = [
    ...Object.entries(rows).filter(([, { reason }]) => reason === undefined).flatMap(([name, row]) => [
      withRow(name, { rates: row.rates.map((rate) => 2 * rate) }),
      withRow(name, { sinceStart: row.sinceStart.map((seconds) => seconds + 1) }),
      withRow(name, { peakBytes: row.peakBytes.map((bytes) => bytes + 1e7) }),
      withRow(name, { reason: "something else" }),
    ]).filter(({ rows }) => rows[FASTEST].reason === undefined),
    { ...measured, date: "2000-01-01T00:00:00.000Z" },
    { ...measured, machine: { ...machine, cpu: "Z80" } },
    { ...measured, machine: { ...machine, adapter: null } },
    { ...measured, machine: { ...machine, load: 99 } },
    { ...measured, wholeRun: { ...measured.wholeRun!, correct: 1 } },
    { ...measured, wholeRun: { ...measured.wholeRun!, seconds: 1 } },
  ];
  assert(others.length > 50, `${others.length} cases`);
  for (const other of others) assert.notEqual(resultsText(other), text);
  const short = shortText(measured);
  for (
    const other of [
      withRow(FASTEST, { rates: [1, 2, 3] }),
      withRow(BASE, { rates: [1, 2, 3] }),
      withRow("typescript", { rates: [1, 2, 3] }),
      { ...measured, date: "2000-01-01T00:00:00.000Z" },
      { ...measured, wholeRun: { ...measured.wholeRun!, correct: 1 } },
    ]
  ) assert.notEqual(shortText(other), short);
  for (const [path, made] of [["README.md", short], ["docs/results.md", text]]) {
    const page = await read(path), damaged = page.replace(/(images\/s[^]*?)\d +\|/, "$1x |");
    assert.notEqual(damaged, page);
    assert.notEqual(withResults(damaged, made), damaged);
    assert.equal(withResults(damaged, made), page);
  }
});

Deno.test("results that are not whole, or of other work, get into no page", async () => {
  const { [BASE]: _, ...fewer } = measured.rows;
  const cases: readonly (readonly [Results, RegExp])[] = [
    [{ ...measured, rows: fewer }, /there is no row "jax-js wasm, lax"/],
    [{ ...measured, wholeRun: undefined }, /a run with --full/],
    [withRow(BASE, { gap: 0.01 }), /row "jax-js wasm, lax" did other work/],
    [withRow(BASE, { gap: NaN }), /row "jax-js wasm, lax" did other work/],
    [withRow(FASTEST, { reason: "no SIMD" }), /row "wasm_relaxed, V8 flags" cannot run: no SIMD/],
    [withRow("other", measured.rows[BASE]), /there is a row "other"/],
    [{} as Results, /not what deno task bench:peers --json writes/],
  ];
  for (const [results, message] of cases) {
    for (const text of Object.values(PAGES)) assert.throws(() => text(results), message);
  }
  for (const page of await Promise.all(Object.keys(PAGES).map(read))) {
    const [end] = page.match(/<!-- end of results -->/)!;
    assert.throws(() => withResults(page.replace(end, ""), ""), /it has no lines/);
  }
});

Deno.test("the results say what could not run, and whether rates were noisy", () => {
  const quiet: Results = {
    ...measured,
    rows: Object.fromEntries(Object.entries(measured.rows).map(([name, row]) => [name, { ...row, spread: NOISY / 2 }])),
  };
  assert.match(resultsText(quiet), /of a row differ by at most 5 %/);
  const noisy = resultsText({ ...quiet, rows: { ...quiet.rows, [BASE]: { ...quiet.rows[BASE], spread: 0.5 } } });
  assert.match(
    noisy.replaceAll("\n", " "),
    /Noisy: the rates of 1 of \d+ rows differ by more than 10 % .* 50 % \(jax-js/,
  );
  const text = resultsText(withRow("webgpu", { reason: "it needs an adapter, a `real` one | *" }));
  assert.match(text, /^\| `webgpu` +\| cannot run +\|/m);
  assert.match(text, /^`webgpu`: it needs an adapter, a `real` one \| \*$/m);
  const place = (name: string) => text.split("\n").findIndex((line) => line.startsWith(`| ${name} `));
  assert(0 < place("reference") && place("reference") < place("`webgpu`") && place("`webgpu`") < place("naive:"));
});

/** A row whose first steps had these losses. */
const rowOf = (rates: number[], gap: number): Row => ({
  rates,
  spread: (Math.max(...rates) - Math.min(...rates)) / median(rates),
  images: 64,
  passes: 2,
  sinceStart: [1, 2, 3],
  sinceReady: [0.1, 0.2, 0.3],
  peakBytes: [1e8, 2e8, 3e8],
  losses: Array(SHOWN_STEPS.at(-1)).fill(1.5),
  gap,
});

Deno.test("the table of bench:peers: medians, ratios, spreads, reasons and rows that stray", () => {
  const text = peersText({
    ...measured,
    wholeRun: undefined,
    rows: {
      wasm: rowOf([300, 500, 400], 0),
      [BASE]: rowOf([10, 8, 10], 0.002),
      webgpu: { ...rowOf([], 0), losses: [], gap: undefined, reason: "no adapter" },
    },
  }, ["wasm", "webgpu"]);
  assert.match(text, /^wasm +400 +40\.0 +50\.0 % +2\.00 +0\.20 +300$/m);
  assert.match(text, /^jax-js wasm, lax +10\.0 +1\.0 +20\.0 % /m);
  assert.match(text, /^webgpu +cannot run: no adapter$/m);
  assert.match(text, /^noisy, spread over 10 %: wasm; jax-js wasm, lax$/m);
  assert.match(text, /^jax-js wasm, lax +40$/m);
  assert.match(text, /^ {2}jax-js wasm, lax does other work: its losses are not ours$/m);
  assert.doesNotMatch(text, /^ {2}wasm does other work/m);
});

const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT, "deno.json"))) as {
  tasks: Record<string, { command: string }>;
};

/** Runs a task's command as it stands in deno.json. */
async function task(name: string, words: readonly string[], env: Record<string, string> = {}) {
  const [program, ...flags] = tasks[name].command.split(" ");
  assert.equal(program, "deno");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, ...words],
    cwd: PROJECT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => asInstalled(new TextDecoder().decode(bytes)));
  return { code, out, err };
}

Deno.test("bench:peers and results: help, and one clear error for each mistake", async () => {
  for (const name of ["bench:peers", "results"]) {
    const { code, out, err } = await task(name, ["--help"]);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, new RegExp(`^Usage: deno task ${name}`));
  }
  const cases: readonly (readonly [task: string, words: readonly string[], code: number, message: RegExp])[] = [
    [
      "bench:peers",
      ["--only", "torch"],
      2,
      /^error: --only is "torch", which no row has in its name: typescript; wasm; /,
    ],
    ["bench:peers", ["--images", "100"], 2, /^error: --images is 100; expected a multiple of 64 up to 60000\nUsage: /],
    ["bench:peers", ["no_such_net"], 2, /^error: SPEC is "no_such_net", which cannot be read: .+\nUsage: /],
    ["bench:peers", ["mnist_mlp", "more"], 2, /^error: "more" is too much\nUsage: /],
    ["bench:peers", ["mnist_mlp", "--full"], 2, /^error: --full is for mnist_cnn only\nUsage: /],
    ["bench:peers", ["--quick"], 2, /^error: Unknown option '--quick'/],
    ["bench:peers", ["--json", "bench"], 1, /^error: cannot write "bench": it is a folder; give the path of a file\n$/],
    [
      "bench:peers",
      ["--json", "no/such/folder.json"],
      1,
      /^error: cannot write "no\/such\/folder.json": there is no folder "no\/such"; make it, or choose another path\n$/,
    ],
    ["results", ["--quick"], 2, /^error: Unknown option '--quick'/],
  ];
  for (const [name, words, expected, message] of cases) {
    const { code, out, err } = await task(name, words);
    assert.deepEqual([code, out], [expected, ""], words.join(" "));
    assert.match(err, message);
    assert.doesNotMatch(err, /^ +at /m);
  }
});

Deno.test("bench:peers measures the rows that were asked for, and says which need an adapter where there is none", {
  ignore: QUICK,
}, async () => {
  const folder = await Deno.makeTempDir(), file = join(folder, "peers.json");
  try {
    // an API that this system does not have, so that there is no adapter
    const env = { DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" };
    const words = ["--images", "64", "--only", FASTEST, "--only", "webgpu", "--json", file];
    const { code, out, err } = await task("bench:peers", words, env);
    assert.equal(code, 0, err);
    const { rows, machine, rounds, wholeRun, versions }: Results = JSON.parse(await Deno.readTextFile(file));
    assert.deepEqual(Object.keys(rows), [FASTEST, "webgpu"]);
    const { rates, losses, gap, spread, reason } = rows[FASTEST];
    assert.equal(reason, undefined);
    assert.equal(rates.length, rounds);
    assert(rates.every((rate) => rate > 0) && spread! >= 0);
    assert.equal(losses.length, SHOWN_STEPS.at(-1));
    // the first is that of ten classes, told apart by chance; later ones are those of the row that is compared with
    assert(Math.abs(losses[0] - Math.log(10)) < 0.1 && losses.at(-1)! < 0.1, losses.join());
    assert(gap! < 1e-4, `${gap}`);
    assert.deepEqual([machine.adapter, wholeRun, versions.deno], [null, undefined, Deno.version.deno]);
    assert.match(rows.webgpu.reason!, /^it needs a WebGPU adapter/);
    assert.match(out, /^webgpu +cannot run: it needs a WebGPU adapter/m);
    assert.deepEqual([...Deno.readDirSync(dirname(file))].map(({ name }) => name), ["peers.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
