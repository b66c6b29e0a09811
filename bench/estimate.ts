/**
 * How right the estimate of schedules is: for the kernels of some nets it times the first guess, other candidates, and
 * neighbours that tuning would try, and compares their ranks with the estimated ones.
 *
 *     deno task bench:estimate [SPEC...] [--target T] [--kernel K] [--random N] [--seed N] [--few] [--json FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { findTarget, InputError, loadSpec, parseSpec, type Spec, timeSchedules } from "../mod.ts";
import { misjudged, type Pair, rank, type Ranked, type Ranking } from "./estimate/ranking.ts";
import { commandLine, whole } from "./measure/command_line.ts";
import { fail, jsonFile } from "./measure/environment.ts";
import { textTable } from "./measure/table.ts";
import { LARGEST_SEED, MOST_RANDOM, randomSpec } from "./nets/random.ts";
import { netFile, SUITE } from "./nets/suite.ts";

const USAGE =
  "Usage: deno task bench:estimate [SPEC...] [--target T] [--kernel K] [--random N] [--seed N] [--few] [--json FILE]\n" +
  "SPEC is a JSON file, or the name of a net in specs/ or bench/nets/ (default: all of these), T one in WebAssembly\n" +
  "(default: wasm_relaxed), K a kernel (default: all that take 2 % of a step); --random adds N nets of convolutions at\n" +
  "random, which follow from --seed (default: 1); --few times 3 candidates and 4 neighbours in place of 6 and 12.\n" +
  "It takes half a minute for a small net, and some minutes for a large one";

/** Schedules of a kernel beside its first guess, and of them with --few. */
const MANY = { candidates: 6, neighbours: 12 }, FEW = { candidates: 3, neighbours: 4 };
/** Kernels below this part of a step's time are left out. */
const NOTICEABLE = 0.02;
/** Misjudgements that are printed. */
const WORST = 8;

const parse = () =>
  parseArgs({
    options: {
      target: { type: "string" },
      kernel: { type: "string" },
      random: { type: "string" },
      seed: { type: "string" },
      few: { type: "boolean" },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });

function check({ values, positionals }: ReturnType<typeof parse>) {
  const { target = "wasm_relaxed", kernel, random, few = false, json } = values;
  const count = whole("random", random, 1, MOST_RANDOM) ?? 0, seed = whole("seed", values.seed, 0, LARGEST_SEED) ?? 1;
  if (values.seed !== undefined && count === 0) {
    throw new Error("--seed is for nets made at random: give --random, too");
  }
  const chosen = findTarget(target), words = positionals.length > 0 || count > 0 ? positionals : SUITE;
  if (!chosen.estimate) throw new Error(`target ${target} has no estimate of a schedule's cycles`);
  return { target, kernel, words, count, seed, spread: few ? FEW : MANY, json };
}

/** What the kernels of a net say. */
function netLines(net: string, { kernels, within, best, chosen }: Ranking): string[] {
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  return [
    ...textTable([
      [net, "share", "ms", "pairs", "correlation", "best", "estimate's"],
      ...kernels.map(({ kernel, share, pairs, correlation, first, best, chosen }) => [
        kernel,
        percent(share),
        (1000 * first.seconds).toFixed(3),
        `${pairs.length}`,
        correlation?.toFixed(2) ?? "",
        ...[best, chosen].map(({ seconds }) => (seconds / first.seconds).toFixed(2)),
      ]),
      ["all", "", "", "", within.toFixed(2), best.toFixed(2), chosen.toFixed(2)],
    ]),
    "",
  ];
}

/** A kernel of which another schedule is faster than the one that the estimate chooses. */
function misjudgement({ net, kernel, share, chosen, best, first }: Ranked): string[] {
  const lost = share * (chosen.seconds - best.seconds) / first.seconds;
  const line = ({ schedule, seconds, cycles }: Pair) =>
    `    ${(1e6 * seconds).toFixed(1)} µs, ${(seconds / cycles * 1e9).toFixed(2)} ns a cycle: ${schedule}`;
  return [
    `  ${net} ${kernel}: ${(chosen.seconds / best.seconds).toFixed(2)} times the best, ${
      (100 * lost).toFixed(1)
    } % of the step`,
    line(chosen),
    line(best),
  ];
}

const { target, kernel, words, count, seed, spread, json } = commandLine({ usage: USAGE }, parse, check);
const file = await jsonFile(json);
try {
  const specs: Spec[] = [];
  for (const word of words) specs.push(await loadSpec(netFile(word), word));
  for (let number = 0; number < count; number++) specs.push(parseSpec(randomSpec(seed, number)));
  console.log("measured, as a part of the first guess's time: the best, and what the estimate would choose of all\n");
  const pairs: Pair[] = [];
  for (const spec of specs) {
    const times = await timeSchedules(spec, {
      target,
      spread,
      least: NOTICEABLE,
      ...kernel !== undefined && { kernel },
    });
    const own = times.map((time) => ({ net: spec.name, ...time }));
    pairs.push(...own);
    if (own.length > 0) { for (const line of netLines(spec.name, rank(own))) console.log(line); }
  }
  if (pairs.length === 0) {
    const which = kernel === undefined ? "no kernel with a sum of many terms" : `no kernel "${kernel}" that is timed`;
    throw new InputError(
      `${specs.map(({ name }) => name).join(", ")}: ${which}; "deno task show NET --target ${target}" lists kernels`,
    );
  }
  const ranking = rank(pairs), { within, all, best, chosen } = ranking;
  console.log(
    `${pairs.length} pairs of ${ranking.kernels.length} kernels: rank correlation ${
      within.toFixed(2)
    } within a kernel, ` +
      `${all.toFixed(2)} of the time for a term over all pairs; ` +
      `the best schedules take ${best.toFixed(3)} of the first guesses' time, the estimate's choice ${
        chosen.toFixed(3)
      }`,
  );
  const worst = misjudged(ranking).slice(0, WORST);
  if (worst.length > 0) console.log("\nworst misjudgements: what the estimate would choose, and the best");
  for (const line of worst.flatMap(misjudgement)) console.log(line);
  await file?.write({ target, pairs });
} catch (error) {
  fail(error);
}
