/** `bench:estimate`: what a target thinks of schedules agrees with what they take, and what is made of both is right. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { misjudged, type Pair, rank, type Ranking, spearman } from "../../bench/estimate/ranking.ts";
import { projectFile, RUN, runDeno, v8Flags } from "../../bench/measure/programs.ts";
import { PROJECT } from "../command_line.ts";
import { width } from "../width.ts";

/** Nets whose kernels are timed, of few operations, and how many schedules at least. */
const NETS = width(["tiny"], ["tiny", "lenet5"]), LEAST_PAIRS = width(25, 100);
/**
 * Rank correlations, at least: within a kernel, each by its share of a step, and of all pairs. A machine that others use,
 * or that does not pack vectors, misjudges more than the one on which they were 0.8 and more; what is no estimate has 0.
 */
const LEAST = { within: 0.4, all: 0.5 };

/** Whether an estimate is of use: nothing is asserted of any time. */
const isRight = ({ within, all }: Pick<Ranking, "within" | "all">) => within >= LEAST.within && all >= LEAST.all;

const withCycles = (pairs: readonly Pair[], cycles: (pair: Pair, i: number) => number): Pair[] =>
  pairs.map((pair, i) => ({ ...pair, cycles: cycles(pair, i) }));

Deno.test("schedules of kernels rank by estimate about as they do by measurement", async () => {
  const folder = await Deno.makeTempDir(), file = join(folder, "pairs.json");
  try {
    const flags = [await v8Flags(), "--allow-env=XDG_RUNTIME_DIR", "--allow-read", `--allow-write=${folder}`];
    const args = [...RUN, ...flags, projectFile("bench/estimate.ts"), ...NETS, ...width(["--few"], []), "--json", file];
    const ran = await runDeno(args, { cwd: PROJECT });
    assert("output" in ran, "reason" in ran ? ran.reason : "");
    // how many pairs, the correlations and the worst misjudgements
    console.log(ran.output.slice(ran.output.search(/^\d+ pairs of /m)));
    const { pairs }: { pairs: Pair[] } = JSON.parse(await Deno.readTextFile(file)), ranking = rank(pairs);
    const words = `${ranking.within.toFixed(2)} within kernels, ${ranking.all.toFixed(2)} over all`;
    assert(pairs.length >= LEAST_PAIRS && ranking.kernels.length >= width(4, 10), `${pairs.length} pairs`);
    assert(isRight(ranking), words);
    assert.equal(new Set(pairs.map(({ net, kernel, schedule }) => `${net} ${kernel} ${schedule}`)).size, pairs.length);
    // negative controls: the opposite, always the same, and numbers that have nothing to do with it
    const wrong = [({ cycles }: Pair) => 1 / cycles, () => 1, (_: Pair, i: number) => (i * 7919 + 13) % 10_007];
    for (const cycles of wrong) {
      const control = rank(withCycles(pairs, cycles));
      assert(!isRight(control), `${cycles} has ${control.within} within kernels, and ${control.all} over all`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bench:estimate: one clear error for each mistake, before anything is timed", async () => {
  const cases: readonly (readonly [words: readonly string[], message: string])[] = [
    [["--random", "0"], '--random is "0"; expected a whole number from 1 to 10000'],
    [["--random", "1.5"], '--random is "1.5"; expected a whole number from 1 to 10000'],
    [["--random", "2", "--seed", "-"], '--seed is "-"; expected a whole number from 0 to 2147483648'],
    [["--seed", "1"], "--seed is for nets made at random: give --random, too"],
    [["--target", "typescript"], "target typescript has no estimate of a schedule's cycles"],
  ];
  for (const [words, message] of cases) {
    const args = [...RUN, "--allow-read", projectFile("bench/estimate.ts"), ...words];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: PROJECT }).output();
    const [line, usage] = new TextDecoder().decode(stderr).split("\n");
    assert.deepEqual([code, line], [2, `error: ${message}`]);
    assert.match(usage, /^Usage: deno task bench:estimate /);
  }
});

const pair = (kernel: string, schedule: string, cycles: number, seconds: number): Pair => ({
  ...{ net: "net", kernel, schedule, cycles, seconds },
  isFirst: schedule === "first",
  terms: 10,
});

Deno.test("ranks, what is lost and what would be chosen, of pairs by hand", () => {
  assert.equal(spearman([1, 2, 3, 4], [10, 20, 30, 40]), 1);
  assert.equal(spearman([1, 2, 3, 4], [40, 30, 20, 10]), -1);
  assert.equal(spearman([1, 1, 1], [1, 2, 3]), 0);
  // by hand: ranks 0.5 0.5 2 3 and 0 1 2 3 have 4.5 of the root of 4.5 * 5
  assert(Math.abs(spearman([5, 5, 6, 7], [1, 2, 3, 4]) - 4.5 / Math.sqrt(4.5 * 5)) < 1e-12);
  const a = [pair("a", "first", 10, 3), pair("a", "x", 20, 2), pair("a", "y", 30, 4), pair("a", "z", 40, 5)];
  const b = [pair("b", "first", 7, 1), pair("b", "x", 6, 0.5)];
  const { kernels, within, best, chosen } = rank([...a, ...b]);
  assert.deepEqual(kernels.map(({ share }) => share), [0.75, 0.25]);
  assert.deepEqual(kernels.map(({ best: { schedule }, chosen }) => [schedule, chosen.schedule]), [["x", "first"], [
    "x",
    "x",
  ]]);
  // of two pairs there is no correlation, and the other kernel's is all
  assert.equal(kernels[1].correlation, undefined);
  assert(Math.abs(within - 0.8) < 1e-12 && Math.abs(kernels[0].correlation! - 0.8) < 1e-12);
  assert.deepEqual([best, chosen], [(2 + 0.5) / 4, (3 + 0.5) / 4]);
  assert.deepEqual(misjudged(rank([...a, ...b])).map(({ kernel }) => kernel), ["a"]);
});
