/** The frame of the site: isolated or not, screens by address, with a keyboard alone, in light, dark and on a phone. */
import assert from "node:assert/strict";
import { chromium } from "../chromium.ts";
import { width } from "../width.ts";
import type { Isolation, Shown } from "./frame.ts";
import { driven, withSite } from "./site.ts";

Deno.test({
  name: "the site is isolated by its server or by its service worker, or says that it is not",
  ignore: !chromium,
  fn: () =>
    withSite(async (folder) => {
      const found = [];
      for (const [plain, workers] of [[false, true], [true, true], [true, false]] as const) {
        found.push(await driven<Isolation>(folder, ["frame.ts", "isolation"], plain, workers));
      }
      assert.deepEqual(found.map(({ isolated, loads }) => [isolated, loads]), [[true, 1], [true, 2], [false, 1]]);
      for (const { isolated, said } of found) assert.match(said, isolated ? /up to \d+ train/ : /one thread trains/);
      for (const { foreign } of found) assert.deepEqual(foreign, []);
      // the driver itself says that it lets no service worker start
      assert.deepEqual(found.map(({ messages }) => messages.length), [0, 0, 1]);
    }),
});

const DRAW = "Draw and train", COMPILER = "The compiler at work", COSTS = "What each choice costs";

Deno.test({
  name: "each screen has an address, a title, and the focus where one comes from another one",
  ignore: !chromium,
  fn: () =>
    withSite(async (folder) => {
      const views = width(
        [["dark", 390]] as const,
        [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]] as const,
      );
      for (const view of views) {
        type Found = { found: Shown[]; messages: string[]; foreign: string[] };
        const { found, messages, foreign } = await driven<Found>(folder, ["frame.ts", "screens"], ...view);
        const names = [DRAW, COMPILER, COSTS, COMPILER, DRAW], said = view.join(" ");
        assert.deepEqual(found.map(({ heading }) => heading), names, said);
        assert.deepEqual(found.map(({ title }) => title), names.map((name) => `${name} · Kernelwright`), said);
        assert.deepEqual(found.map(({ current }) => current), names, said);
        assert.deepEqual(found.map(({ focused }) => focused), [false, true, true, true, true], said);
        assert.deepEqual(found.map(({ screens, overflow }) => [screens, overflow]), names.map(() => [1, 0]), said);
        assert.deepEqual(found.flatMap(({ violations }) => violations), [], said);
        assert.deepEqual([messages, foreign], [[], []], said);
      }
    }),
});
