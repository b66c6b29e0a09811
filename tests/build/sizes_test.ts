/** What a browser downloads of a bundle: each file packed by brotli alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { buildNet, type BundleFiles, downloadOf } from "../../build/bundle/mod.ts";
import { netDownload, rowOf } from "../../docs/bundle_sizes.ts";
import { tablesOf } from "../docs/markdown.ts";
import { PROJECT } from "../command_line.ts";
import { width } from "../width.ts";
import { shipped } from "./drive.ts";

/** Most bytes, to train and to predict only. */
const MOST: Readonly<Record<string, readonly [train: number, predict: number]>> = {
  mnist_cnn: [25_000, 10_000],
  lenet5: [35_000, 12_000],
};

Deno.test("a net's trainer and its predictor are small", async (t) => {
  for (const [net, [train, predict]] of Object.entries(MOST)) {
    await t.step(net, async () => {
      const spec = await shipped(net), trainer = downloadOf(await buildNet(spec));
      const predictor = downloadOf(await buildNet(spec, { predict: true }));
      assert(trainer.all <= train, `${net}: ${trainer.all} bytes to train, at most ${train}`);
      assert(predictor.all <= predict, `${net}: ${predictor.all} bytes to predict, at most ${predict}`);
      // what is counted is there
      for (const { scripts, module } of [trainer, predictor]) assert(scripts > 2000 && module > 1000);
    });
  }
});

Deno.test("negative control: each script counts, and the largest module", () => {
  const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const files: BundleFiles = new Map([
    ["a.js", noise(3000)],
    ["worker.js", noise(2000)],
    ["a.wasm", noise(5000)],
    ["a.relaxed.wasm", noise(7000)],
    ["weights.safetensors", noise(60_000)],
  ]);
  const { scripts, module, all } = downloadOf(files);
  assert(scripts >= 5000 && scripts < 5100 && module >= 7000 && module < 7100 && all === scripts + module);
});

/** Shares by which figures of the page may be off: they are written seldom. */
const NEAR = 0.05;

Deno.test("the page's table has all nets, and about what they are now", async () => {
  const page = await Deno.readTextFile(join(PROJECT, "docs", "bundles.md"));
  const { rows } = tablesOf(page).find(({ header }) => header.includes("**to train**"))!;
  const names = async (folder: string) =>
    (await Array.fromAsync(Deno.readDir(join(PROJECT, folder)))).map(({ name }) => name)
      .filter((name) => name.endsWith(".json") && !name.includes("schema")).map((name) => name.slice(0, -5));
  assert.deepEqual(rows.map(([name]) => name).sort(), [...await names("specs"), ...await names("bench/nets")].sort());
  const nets = [["specs", "lenet5"], ["specs", "mnist_mlp"], ["bench/nets", "tiny"], ["bench/nets", "nin"]];
  for (const [folder, name] of nets.slice(0, width(1, nets.length))) {
    const now = rowOf(await netDownload(folder, name)), told = rows.find(([net]) => net === name)!;
    for (const [i, cell] of now.slice(1).entries()) {
      assert(Math.abs(Number(told[i + 1]) / Number(cell) - 1) < NEAR, `${name}: ${told.join()}, now ${now.join()}`);
    }
  }
});
