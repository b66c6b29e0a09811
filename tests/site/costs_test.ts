/** "What each choice costs": rungs train in a page to the losses that they must have, and tell their speed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { LADDER } from "../../bench/timeline/ladder.ts";
import { agree, type Story } from "../../site/page/costs/story.ts";
import { verdictOf } from "../../site/page/costs/verdict.ts";
import { chromium } from "../chromium.ts";
import { width } from "../width.ts";
import type { Seen, Shown } from "./costs.ts";
import { driven, withSite } from "./site.ts";

/** What flags of V8 make, no page has. */
const FLAGS = ["unchecked", "packed"];
/** Rungs that quick tests run: one of each kind of code. */
const FEW = ["naive", "tiled", "simd", "threads"];

/** The name of the app's folder, and what is said there of the rungs. */
async function storyIn(folder: string): Promise<{ readonly app: string; readonly story: Story }> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith("app-")) continue;
    return { app: name, story: JSON.parse(await Deno.readTextFile(join(folder, name, "costs.json"))) };
  }
  throw new Error("no app in the site");
}

async function copy(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (!isDirectory) await Deno.copyFile(join(from, name), join(to, name));
    else {
      await Deno.mkdir(join(to, name));
      await copy(join(from, name), join(to, name));
    }
  }
}

const named = ({ rungs }: Seen, name: string): Shown => rungs.find((rung) => rung.name === name)!;
const SPEED = /^[\d,.]+ images\/s$/;

/** Losses that a rung's text has. */
const lossesOf = ({ losses }: Shown): number[] => [...losses.matchAll(/\d+\.\d{5}/g)].map(([number]) => Number(number));

/** Nothing that a page should not do. */
function assertQuiet({ messages, foreign, violations, overflow, task = 0, threads }: Seen): void {
  assert.deepEqual({ messages, foreign, violations }, { messages: [], foreign: [], violations: [] });
  assert.equal(overflow, 0);
  assert.equal(threads, 0, "workers are left");
  // processor time, 7 ms where nothing else runs; a machine that other work keeps busy takes several times as much
  assert(task <= 250, `a task of the page took ${task} ms`);
}

Deno.test({
  name: "rungs run in a page, stop, and are refused where they are wrong",
  ignore: !chromium,
  fn: (test) =>
    withSite(async (folder) => {
      const { app, story } = await storyIn(folder);
      await test.step("each gives a speed and the losses of plain loops", async () => {
        const names = width(FEW, []);
        const found = await driven<Seen>(folder, ["costs.ts", "runs"], names, { gpu: names.length === 0 });
        assertQuiet(found);
        assert.deepEqual(found.rungs.map(({ title }) => title), LADDER.map(({ title }) => title));
        const ran = names.length > 0 ? names : LADDER.map(({ name }) => name).filter((name) => !FLAGS.includes(name));
        for (const name of ran) {
          const rung = named(found, name), losses = lossesOf(rung);
          assert.equal(rung.state, "ran", `${name}: ${rung.note}`);
          assert.match(rung.here, SPEED, name);
          assert(agree(losses, story), `${name}: ${losses}`);
        }
        for (const name of FLAGS) {
          const rung = named(found, name);
          assert.equal(rung.state, "cannot");
          assert.match(rung.note, /A page cannot set V8’s flags/);
        }
        for (const { there } of found.rungs) assert.match(there, SPEED);
        assert.match(found.sum, /times as fast as “Naive loops” here; there [\d.]+ times\.$/);
        assert.match(named(found, "tiled").told, /^Here [\d.]+ times as \w+|^Here as fast/);
      });
      await test.step("one that runs can be stopped, by its button, by another one's, and all can", async () => {
        const { states, seen } = await driven<{ states: string[]; seen: Seen }>(folder, ["costs.ts", "stops"]);
        assert.deepEqual(states, [
          ...["running idle", "idle idle", "idle running", "idle ran"],
          "idle, 0 workers",
          ...["running ran", "idle ran"],
        ]);
        assertQuiet(seen);
      });
      await test.step("with a keyboard alone, in dark, on a phone", async () => {
        const { focused, seen } = await driven<{ focused: string[]; seen: Seen }>(folder, ["costs.ts", "keyboard"]);
        assert.deepEqual(focused, [
          "6Vectors of four true",
          "Run: Vectors of four",
          "Stop: Vectors of four",
          "Before, of Vectors of four",
        ]);
        assert.equal(named(seen, "simd").state, "ran");
        assert.match(seen.spoken, /^Vectors of four: [\d,.]+ images a second\.$/);
        assertQuiet(seen);
      });
      await test.step("where threads cannot share memory, or the engine lacks instructions, it says so", async () => {
        const alone = { plain: true, serviceWorkers: false };
        const found = await driven<Seen>(folder, ["costs.ts", "runs"], ["fused"], alone);
        assert.match(named(found, "fused").here, SPEED, named(found, "fused").note);
        for (const name of ["shapes", "hoisted", "tiled", "threads"]) {
          const { state, note } = named(found, name);
          assert.equal(state, "cannot", name);
          assert.match(note, /not isolated/, name);
        }
        const old = await driven<Seen>(folder, ["costs.ts", "runs"], ["fused"], { relaxed: false });
        const { state, note } = named(old, "fused");
        assert.deepEqual([state, note], [
          "cannot",
          "This browser does not have the instructions for it: relaxed SIMD.",
        ]);
        assertQuiet(old);
      });
      await test.step("negative control: a rung that leaves out steps is fast, wrong, and has no speed", async () => {
        const other = await Deno.makeTempDir({ prefix: "site" });
        try {
          // other tests use the site, too
          await copy(folder, other);
          const script = join(other, app, "rung_tiled.js"), text = await Deno.readTextFile(script);
          const damaged = text.replace("train(step) {", "train(step) { if (step % 2 === 1) return;");
          assert.notEqual(damaged, text);
          await Deno.writeTextFile(script, damaged);
          const found = await driven<Seen>(other, ["costs.ts", "runs"], ["tiled"]), rung = named(found, "tiled");
          assert.deepEqual([rung.state, rung.here, rung.losses], ["wrong", "wrong", ""]);
          assert.match(rung.note, /it computes something else/);
          assert.match(found.spoken, /its losses are wrong/);
          assertQuiet(found);
        } finally {
          await Deno.remove(other, { recursive: true });
        }
      });
    }),
});

Deno.test("losses agree to rounding and no further, and words follow from the figures", () => {
  const story = { check: { images: 2, epochs: 2, losses: [2, 1] }, tolerance: 1e-4, same: 0.03 } as unknown as Story;
  assert(agree([2, 1], story) && agree([2.0001, 0.9999], story));
  for (const losses of [[2.001, 1], [2, 1.001], [2], [2, 1, 1], [NaN, 1], []]) {
    assert(!agree(losses, story), `${losses}`);
  }
  const [, rung, other] = LADDER.map((each) => ({ ...each, rate: 100 }));
  const told = (here: number | undefined, there: number | undefined) => {
    const before = { here: { rung, rate: 100 }, there: { rung, rate: 100 } };
    return verdictOf(other, { ...here && { here }, ...there && { there } }, before, story);
  };
  assert.equal(told(2, 3).strong, "Here 2.00 times as fast as “Specialised shapes”, there 3.00 times as fast.");
  assert.equal(told(2, 3).text, other.why);
  assert.equal(told(0.5, undefined).strong, "Here 2.00 times as slow as “Specialised shapes”.");
  assert.match(told(0.5, 3).text, /^It did not help here: /);
  assert.equal(told(1.01, undefined).strong, "Here as fast as “Specialised shapes”.");
  assert.equal(told(undefined, 1.5).strong, "There 1.50 times as fast as “Specialised shapes”.");
  assert.deepEqual(told(undefined, undefined), { text: other.why });
});
