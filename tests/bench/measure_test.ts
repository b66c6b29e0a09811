/** How benchmarks measure: in turn, held back while the machine gives less than it can, and told what is noise. */
import assert from "node:assert/strict";
import { timeCalls } from "../../bench/measure/calls.ts";
import { whole } from "../../bench/measure/command_line.ts";
import { type Gate, openGate } from "../../bench/measure/gate.ts";
import { denoOutput, projectFile, RUN } from "../../bench/measure/programs.ts";
import { noiseNotes, summary } from "../../bench/measure/summary.ts";
import { markdownTable, textTable } from "../../bench/measure/table.ts";
import { CannotRun, type Contender, measureInTurn } from "../../bench/measure/turns.ts";

Deno.test("a whole number of an option is read in its range, and refused outside of it", () => {
  assert.deepEqual(["3", "007", "10"].map((text) => whole("n", text, 3, 10)), [3, 7, 10]);
  assert.equal(whole("n", undefined, 3, 10), undefined);
  for (const text of ["2", "11", "", " 5", "5.0", "5e0", "0x5", "-5", "five"]) {
    assert.throws(() => whole("n", text, 3, 10), {
      message: `--n is "${text}"; expected a whole number from 3 to 10`,
    });
  }
});

Deno.test("contenders are checked first and then have their turns, round by round; one that cannot run stops nobody", async () => {
  const order: string[] = [];
  const contender = (name: string, fails?: "prepare" | "measure"): Contender<number> => ({
    name,
    prepare() {
      order.push(`check ${name}`);
      if (fails === "prepare") throw new CannotRun("no adapter");
    },
    measure() {
      order.push(name);
      if (fails === "measure" && order.filter((each) => each === name).length === 2) throw new CannotRun("no memory");
      return order.length;
    },
  });
  const settled: Contender<number> = {
    name: "slow",
    prepare: () => [1, 2],
    measure: () => assert.fail("it is settled"),
  };
  const said: string[] = [];
  const measured = await measureInTurn(
    [contender("a"), contender("b", "prepare"), contender("c", "measure"), settled],
    { rounds: 3, say: (what) => said.push(what) },
  );
  assert.deepEqual(order, ["check a", "check b", "check c", "a", "c", "a", "c", "a"]);
  assert.deepEqual(Object.keys(measured), ["a", "b", "c", "slow"]);
  assert.deepEqual(measured.a, { values: [4, 6, 8], slow: 0 });
  assert.deepEqual(measured.b, { values: [], slow: 0, reason: "no adapter" });
  assert.deepEqual(measured.c, { values: [5], slow: 0, reason: "no memory" });
  assert.deepEqual(measured.slow, { values: [1, 2], slow: 0 });
  assert.deepEqual(said.slice(0, 2), ["checking a", "checking b"]);
  assert.deepEqual(said.slice(4), ["round 1 of 3", "round 2 of 3", "round 3 of 3"]);
  // another error ends it all
  const broken: Contender<number> = { name: "broken", measure: () => assert.fail("broken") };
  await assert.rejects(measureInTurn([broken], { rounds: 1 }), /broken/);
});

/** A gate on a machine that gives what is told, look by look, at a time that only waiting and measuring take. */
async function gateOn(rates: readonly number[], patience: number) {
  const looks = [...rates];
  let time = 0;
  const gate: Gate = await openGate({
    patience,
    look: () => Promise.resolve(looks.shift() ?? assert.fail("a look too many")),
    now: () => time,
    wait: (seconds) => Promise.resolve(void (time += seconds)),
  });
  let measurements = 0;
  return {
    measure: () => gate.during(() => (time += 10, ++measurements)),
    now: () => time,
    left: () => looks.length,
  };
}

const FIRST = [90, 100, 95, 98, 97];

Deno.test("a gate waits while the machine gives less than it can, and measures once more what fell into such a phase", async () => {
  const quiet = await gateOn([...FIRST, 99, 98], 60);
  assert.deepEqual(await quiet.measure(), { value: 1, quiet: true });
  assert.deepEqual([quiet.now(), quiet.left()], [10, 0]);

  const waits = await gateOn([...FIRST, 50, 84, 86, 90], 60);
  assert.deepEqual(await waits.measure(), { value: 1, quiet: true });
  assert.deepEqual([waits.now(), waits.left()], [11, 0]);

  const again = await gateOn([...FIRST, 99, 40, 99, 99], 60);
  assert.deepEqual(await again.measure(), { value: 2, quiet: true });
  const twice = await gateOn([...FIRST, 99, 40, 99, 40], 60);
  assert.deepEqual(await twice.measure(), { value: 2, quiet: false });

  // a faster look later makes what was seen before slow
  const faster = await gateOn([...FIRST, 130, 100, 130, 130], 60);
  assert.deepEqual(await faster.measure(), { value: 2, quiet: true });
});

Deno.test("a gate's patience ends", async () => {
  const busy = await gateOn([...FIRST, 50, 50, 50, 50, 50], 1);
  // two pauses, and then it is measured all the same
  assert.deepEqual(await busy.measure(), { value: 1, quiet: false });
  assert.deepEqual([busy.now(), busy.left()], [11, 2]);
  assert.deepEqual(await busy.measure(), { value: 2, quiet: false });
  assert.equal(busy.left(), 1);
  const slow = { values: [1, 1, 1], slow: 2 };
  const gate: Gate = { during: async (measure) => ({ value: await measure(), quiet: false }) };
  const measured = await measureInTurn([{ name: "a", measure: () => 1 }], { rounds: 2, gate });
  assert.deepEqual(measured, { a: { values: [1, 1], slow: 2 } });
  assert.deepEqual(noiseNotes({ slow }), ["the machine gave less than it can in rounds of: slow (2 of 3)"]);
});

Deno.test("what the slowest core gives is a program's output, too", async () => {
  const rate = Number(await denoOutput([...RUN, "--allow-read", projectFile("bench/measure/gate.ts")]));
  assert(Number.isFinite(rate) && rate > 0, `${rate}`);
});

Deno.test("medians, spreads, and what is noisy", () => {
  assert.deepEqual(summary([3, 1, 2]), { median: 2, least: 1, most: 3, spread: 1 });
  assert.equal(summary([1, 2]).median, 2);
  assert.deepEqual(noiseNotes({ calm: { values: [100, 105, 109] }, none: { values: [] } }), []);
  assert.deepEqual(noiseNotes({ calm: { values: [100, 105] }, wild: { values: [100, 120, 105] } }), [
    "noisy, spread over 10 %: wild",
  ]);
});

Deno.test("calls are warmed up, and timed one by one", () => {
  const numbers: number[] = [];
  const { calls, median, least, most95 } = timeCalls(
    (number) => {
      numbers.push(number);
      for (const end = performance.now() + 1; performance.now() < end;);
    },
    3,
    20,
  );
  assert.deepEqual(numbers.slice(0, 5), [0, 1, 2, 0, 1]);
  assert.equal(numbers.length, 3 + calls);
  assert(least >= 1000 && median >= least && most95 >= median, `${least} ${median} ${most95}`);
});

Deno.test("tables are as wide as their cells", () => {
  assert.deepEqual(textTable([["", "rate"], ["a long name", "7"], { name: "b", note: "cannot run: no" }, ["c", ""]]), [
    "             rate",
    "a long name     7",
    "b            cannot run: no",
    "c",
  ]);
  assert.equal(markdownTable([["", "rate"], ["a", "7"]]), "|     | rate |\n| --- | ---- |\n| a   | 7    |\n");
});
