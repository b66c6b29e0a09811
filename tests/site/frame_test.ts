/** The frame of the site: isolated or not, screens by address, with a keyboard alone, in light, dark and on a phone. */
import assert from "node:assert/strict";
import { chromium } from "../chromium.ts";
import type { Isolation } from "./frame.ts";
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
